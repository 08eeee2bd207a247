"""Calibrations of the array in the ``json`` format: idempotent, superseding, staff's word stays."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from ingest.loader import load
from qa.models import Calibration
from qa.services.calibrations import correct_calibration
from tests.audit.asking import audit
from tests.factories import make_user
from tests.ingest.readers.makers import native, read

pytestmark = pytest.mark.django_db

FOCUS = {
    "key": "focus-7",
    "kind": "focus",
    "antenna": "DV07",
    "band": 3,
    "valid_from": "2015-07-01T00:00:00Z",
    "summary": "+0.12 mm",
}
FLUX = {
    "key": "titan-7",
    "kind": "fluxes",
    "source": "Titan",
    "flux_jy": 2.1,
    "frequency_ghz": 343.5,
    "valid_from": "2015-07-01T02:00:00+02:00",
    "valid_until": "2015-07-15T00:00:00Z",
}


def say(*records, dry_run=False):
    document = native(origin="the array", calibrations=[*records])
    return load(read(document), dry_run=dry_run)


def counts(report):
    kinds = (report.created, report.updated, report.unchanged)
    return tuple(kind["calibration"] for kind in kinds)


def test_the_same_again_changes_nothing():
    assert counts(say(FOCUS, FLUX, dry_run=True)) == (2, 0, 0)
    assert not Calibration.objects.exists()
    assert counts(say(FOCUS, FLUX)) == (2, 0, 0)
    assert counts(say(FLUX, FOCUS)) == (0, 0, 2)

    focus, flux = Calibration.objects.order_by("pk")
    assert (focus.antenna, focus.band, focus.measured_at) == ("DV07", 3, focus.valid_from)
    assert (flux.source, flux.flux_jy, flux.valid_from) == ("Titan", 2.1, focus.valid_from)
    assert (focus.origin, focus.key, focus.entered_by) == ("the array", "focus-7", None)


def test_another_word_supersedes_and_a_withdrawal_ends_it():
    say(FOCUS)
    better = {**FOCUS, "summary": "+0.15 mm"}

    assert counts(say(better)) == (0, 1, 0)
    assert counts(say(better)) == (0, 0, 1)
    assert counts(say(FOCUS)) == (0, 1, 0)
    assert counts(say({**FOCUS, "withdrawn": True})) == (0, 1, 0)

    line = Calibration.objects.order_by("pk")
    assert [row.summary for row in line] == ["+0.12 mm", "+0.15 mm", "+0.12 mm", "+0.12 mm"]
    assert [row.supersedes_id for row in line] == [None, *(row.pk for row in line[:3])]
    assert not Calibration.objects.in_force().exists()


def test_what_staff_corrected_is_not_undone_by_a_source():
    say(FOCUS)
    kept = Calibration.objects.get()
    said = replace(kept.facts, summary="+0.20 mm, by hand")
    ours = correct_calibration(
        kept, facts=said, reason="refitted", actor=make_user("aod", roles=["aod"]), expected=None
    )
    later = {**FOCUS, "summary": "+0.13 mm"}

    assert [counts(say(one)) for one in (FOCUS, later, later)] == [(0, 0, 1)] * 3

    assert Calibration.objects.in_force().get() == ours
    assert [row.summary for row in ours.set_aside.all()] == ["+0.13 mm"]
    assert "QA1: calibrations hold and follow one another: 3 looked at, 0 faults" in audit()[0]


def test_bad_records_are_named_and_the_others_taken():
    wrong = [
        ({**FOCUS, "band": 11}, "Field $.calibrations[1].band must be from 1 to 10."),
        ({**FOCUS, "kind": "phase"}, "Field $.calibrations[2].kind must be one of baselines, "),
        ({**FOCUS, "valid_from": "2015-07-01"}, "Field $.calibrations[3].valid_from must "),
        ({**FOCUS, "flux_jy": 1}, "Field $.calibrations[4].flux_jy: It belongs to flux "),
        ({**FLUX, "valid_until": FLUX["valid_from"]}, "Field $.calibrations[5].valid_until: It "),
        ({**FOCUS, "key": None}, "A calibration needs “key”."),
        (FOCUS, "The key “focus-7” is given already at $.calibrations[0]."),
        ({**FOCUS, "x": 1}, "Field $.calibrations[8].x is not known."),
        (3, "It must be an object."),
    ]

    report = say(FOCUS, *(record for record, _ in wrong))

    assert counts(report) == (1, 0, 0)
    assert [row.record for row in report.rejected] == [
        f"$.calibrations[{number}]" for number in range(1, 10)
    ]
    for row, (_, reason) in zip(report.rejected, wrong, strict=True):
        assert row.reason.startswith(reason)


def test_a_source_begins_a_record_once():
    say(FOCUS)
    row = Calibration.objects.get()
    row.pk = None

    with pytest.raises(IntegrityError, match=r"begun_once|origin"), transaction.atomic():
        row.save(force_insert=True)
