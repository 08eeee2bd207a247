"""The audit of QA1: a line of corrections that is spoiled is named."""

from datetime import UTC, datetime

import pytest

from qa.calibrations import CalibrationFacts
from qa.models import Calibration
from qa.services.calibrations import correct_calibration, enter_calibration
from tests.audit.asking import faults
from tests.factories import make_user

FROM = datetime(2015, 7, 1, tzinfo=UTC)


@pytest.fixture
def line(db):
    """A record, its correction, and another record."""
    aod = make_user("aod", roles=["aod"])

    def said(antenna):
        return CalibrationFacts(
            kind="focus", antenna=antenna, measured_at=FROM, valid_from=FROM, summary="x"
        )

    first, other = (enter_calibration(facts=said(name), actor=aod) for name in ("DV01", "DV02"))
    second = correct_calibration(
        first, facts=said("DV03"), reason="x", actor=aod, expected=first.pk
    )
    return first, second, other


def test_lines_that_are_as_they_should_be_are_clean(line):
    assert faults() == []


def test_what_is_spoiled_is_named(line):
    first, second, other = line
    rows = Calibration.objects.filter(pk=second.pk)

    for values, told in [
        ({"first": other}, f"first is {other.pk}, should be {first.pk}"),
        ({"kind": "beams"}, "kind is beams, should be focus"),
        ({"antenna": "D V"}, "antenna is D V, should be fit: The name of one antenna, "),
        ({"recorded_at": FROM}, "recorded_at is 2015-07-01 00:00:00 UTC, should be after "),
    ]:
        before = {name: getattr(second, name) for name in values}
        rows.update(**values)
        (fault,) = faults()
        assert fault.startswith(f"QA1: calibration {second.pk}: {told}")
        rows.update(**before)
