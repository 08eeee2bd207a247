"""Asking the audit."""

from io import StringIO

from django.core.management import call_command


def audit(*words):
    """What the command says, line by line, and how it ends."""
    out, status = StringIO(), 0
    try:
        call_command("audit", *words, stdout=out)
    except SystemExit as end:
        status = int(end.code or 0)
    return out.getvalue().splitlines(), status


def faults(*words):
    """The faults that it counts, without that word."""
    lines, status = audit(*words)
    found = [line.removeprefix("fault ") for line in lines if line.startswith("fault ")]
    assert status == (1 if found else 0)
    assert lines[-1] == ("clean" if not found else f"{len(found)} faults")
    return found
