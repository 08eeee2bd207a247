"""The demo observatory agrees with itself."""

from contextlib import suppress
from io import StringIO

from django.core.management import call_command


def test_demo_audits_clean(observatory):
    out = StringIO()

    with suppress(SystemExit):
        call_command("audit", stdout=out)

    lines = out.getvalue().splitlines()
    assert [line for line in lines if line.startswith(("fault", "known"))] == []
    assert lines[-1] == "clean"
