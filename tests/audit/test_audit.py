"""``manage.py audit``: clean where all is well; each spoiled row is named, and nothing else."""

from tests.audit.asking import audit


def test_what_the_services_made_is_clean(observatory):
    lines, status = audit()

    assert (lines[-1], status) == ("clean", 0)
    assert all(", 0 faults" in line for line in lines[:-1])
    idle = [line.split(":")[0] for line in lines[:-1] if ": 0 looked at" in line]
    assert idle == []
