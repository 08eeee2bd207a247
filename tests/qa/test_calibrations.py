"""QA1: which calibrations hold for an execution, entering them, correcting them, refusals."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from projects.errors import NotAllowed, StaleVersion
from projects.tables import BadTable
from qa.calibrations import (
    AgeRule,
    CalibrationFacts,
    CalibrationKind,
    Executed,
    Misfit,
    held_against,
    refuse_misfits,
)
from qa.errors import BadJudgement
from qa.judging_tables import read_calibration_ages
from qa.models import Calibration
from qa.observatory import calibration_ages
from qa.services.calibrations import correct_calibration, enter_calibration
from tests.factories import make_user

START = datetime(2015, 7, 2, 5, 39, tzinfo=UTC)
END = START + timedelta(minutes=70)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def facts(**values: Any) -> CalibrationFacts:
    said = {
        "kind": "focus",
        "measured_at": START - 10 * DAY,
        "valid_from": START - 9 * DAY,
        "summary": "Focus curve of all antennas",
        **values,
    }
    return CalibrationFacts(**said)


def flux(**values: Any) -> CalibrationFacts:
    said = {"kind": "fluxes", "source": "J1733-1304", "flux_jy": 2.5, "frequency_ghz": 91.5}
    return facts(**{**said, "summary": "", **values})


def rule(**values: Any) -> AgeRule:
    said = {
        "first_day": date(2011, 1, 1),
        "kind": CalibrationKind.FOCUS,
        "array": "",
        "days": 10,
        "confidence": "default",
        "source": "an operator",
    }
    return AgeRule(**{**said, **values})


def held(kind, *records, rules=(), **executed):
    """How an execution of three antennas in Band 3 stands to the records of a kind."""
    rows = [SimpleNamespace(pk=n, **_plain(one)) for n, one in enumerate(records, 1)]
    known = {
        "start": START,
        "end": END,
        "arrays": ("12m",),
        "antennas": ("DA41", "DV07", "PM01"),
        "bands": (3,),
        "fluxes": ("J1733-1304",),
        **executed,
    }
    return next(one for one in held_against(Executed(**known), rows, rules) if one.kind == kind)


def _plain(one):
    names = ("kind", "antenna", "band", "source", "measured_at", "valid_from", "valid_until")
    return {name: getattr(one, name) for name in names}


TABLE = {
    "for the array": ([facts()], {}, "valid", "Valid for all 3 antennas."),
    "nothing": ([], {}, "missing", "None is on file for all 3 antennas."),
    "another band": ([facts(band=6)], {}, "missing", "None is on file for all 3 antennas."),
    "its band": ([facts(band=3)], {}, "valid", "Valid for all 3 antennas."),
    "one antenna": (
        [facts(antenna="DV07")],
        {},
        "missing",
        "None is on file for 2 of 3 antennas (DA41, PM01).",
    ),
    "its last moment": ([facts(valid_until=END)], {}, "valid", "Valid for all 3 antennas."),
    "a second short": (
        [facts(valid_until=END - SECOND)],
        {},
        "stale",
        "Out of date for all 3 antennas. "
        "It held until 2015-07-02 06:48:59 UTC, before the execution ended.",
    ),
    "its first moment": ([facts(valid_from=START)], {}, "valid", "Valid for all 3 antennas."),
    "a second late": (
        [facts(valid_from=START + SECOND)],
        {},
        "stale",
        "Out of date for all 3 antennas. It holds only since the execution had begun.",
    ),
    "one ended, an older one holds": (
        [facts(), facts(measured_at=START - DAY, valid_until=START)],
        {},
        "valid",
        "Valid for all 3 antennas.",
    ),
    "as old as the rule has it": ([facts()], {"rules": [rule()]}, "valid", None),
    "a second older": (
        [facts(measured_at=START - 10 * DAY - SECOND)],
        {"rules": [rule()]},
        "stale",
        "Out of date for all 3 antennas. "
        "It was measured 10.0 days before; such a one holds 10 days.",
    ),
    "the array's own rule counts first": (
        [facts()],
        {"rules": [rule(), rule(array="12m", days=9)]},
        "stale",
        None,
    ),
    "a later rule is not asked": (
        [facts()],
        {"rules": [rule(), rule(first_day=START.date() + DAY, days=1)]},
        "valid",
        None,
    ),
    "one antenna is stale": (
        [facts(), facts(antenna="PM01", measured_at=START - DAY, valid_until=END)],
        {"rules": [rule(days=5)]},
        "stale",
        "Out of date for 2 of 3 antennas (DA41, DV07). "
        "It was measured 10.0 days before; such a one holds 5 days.",
    ),
    "antennas unknown, all covered": ([facts()], {"antennas": ()}, "valid", "Valid for the array."),
    "antennas unknown": (
        [facts(antenna="DV07")],
        {"antennas": ()},
        "not known",
        "Nothing on file covers it whole, and which antennas or bands took part is not known.",
    ),
}


@pytest.mark.parametrize(("records", "more", "standing", "text"), TABLE.values(), ids=[*TABLE])
def test_an_execution_stands_to_the_records_as_the_table_says(records, more, standing, text):
    found = held("focus", *records, **more)

    assert found.standing == standing
    assert text is None or found.text == text
    assert found.is_warning == (standing in ("missing", "stale"))


def test_fluxes_are_held_against_the_sources_that_were_observed():
    sources = ("J1733-1304", "Titan")

    assert held("fluxes", flux(source="j1733-1304")).text == "Valid for J1733-1304."
    assert held("fluxes", flux(), fluxes=sources).text == (
        "None is on file for 1 of 2 sources (Titan)."
    )
    assert held("fluxes", flux(), fluxes=()).standing == "not applicable"
    assert held("fluxes", flux(), fluxes=None).standing == "not known"


def test_where_no_rule_is_on_file_that_is_said():
    assert calibration_ages() == ()
    assert held("focus", facts()).rule == "no rule on file"
    assert held("focus", facts(), rules=[rule()]).rule == "holds 10 days: an operator"


HEAD = "first_day,kind,array,days,confidence,source\n"


def test_rules_are_read_from_a_table_or_refused_with_the_line():
    good = HEAD + "2011-01-01,focus,,10,default,an operator\n"

    assert read_calibration_ages("t", good) == [rule()]
    for line, reason in [
        ("2011-01-01,phase,,10,default,x\n", "kind is none of"),
        ("2011-01-01,focus,13m,10,default,x\n", "array is none of"),
        ("2011-01-01,focus,,0,default,x\n", "days is no number above 0"),
        ("2011-01-01,focus,,10,default,\n", "source is empty"),
    ]:
        with pytest.raises(BadTable, match=f"line 2: {reason}"):
            read_calibration_ages("t", HEAD + line)


MISFITS = [
    ("kind", facts(kind="phase")),
    ("array", facts(array="13m")),
    ("antenna", facts(antenna="DV 07")),
    ("antenna", facts(antenna="A" * 21)),
    ("band", facts(band=11)),
    ("source", facts(source="Titan")),
    ("flux_jy", facts(flux_jy=1.0)),
    ("antenna", flux(antenna="DV07")),
    ("source", flux(source="")),
    ("flux_jy", flux(flux_jy=0.0)),
    ("flux_jy", flux(flux_jy=float("nan"))),
    ("frequency_ghz", flux(frequency_ghz=None)),
    ("flux_error_jy", flux(flux_error_jy=-1.0)),
    ("valid_until", facts(valid_until=START - 9 * DAY)),
    ("summary", facts(summary="")),
    ("summary", facts(summary="two\nlines")),
]


@pytest.mark.parametrize(("field", "wrong"), MISFITS)
def test_what_cannot_be_so_is_refused_by_its_field(field, wrong):
    with pytest.raises(Misfit) as refused:
        refuse_misfits(wrong)

    assert refused.value.field == field


@pytest.fixture
def aod(db):
    return make_user("aod", roles=["aod"])


def test_a_correction_keeps_what_was_before(aod):
    first = enter_calibration(facts=facts(), actor=aod)
    said = facts(summary="Focus curve, PM01 left out")
    second = correct_calibration(
        first, facts=said, reason="PM01 was warm", actor=aod, expected=first.pk
    )
    third = correct_calibration(
        first,
        facts=replace(said, is_withdrawn=True),
        reason="the cryostat was off",
        actor=aod,
        expected=second.pk,
    )

    first.refresh_from_db()
    assert (first.facts, second.facts) == (facts(), said)
    assert (second.supersedes, third.supersedes) == (first, second)
    assert (second.first, third.first) == (first, first)
    assert (second.entered_by, second.role_word) == (aod, "astronomer on duty")
    assert second.reason == "PM01 was warm"
    assert [*Calibration.objects.newest()] == [third]
    assert [*Calibration.objects.in_force()] == []


def test_corrections_that_cannot_be_are_refused_and_change_nothing(aod):
    first = enter_calibration(facts=facts(), actor=aod)
    second = correct_calibration(
        first, facts=facts(band=3), reason="Band 3", actor=aod, expected=None
    )

    def correct(**said: Any) -> object:
        given: dict[str, Any] = {"facts": facts(band=6), "reason": "x", "expected": second.pk}
        return correct_calibration(first, actor=aod, **{**given, **said})

    with pytest.raises(StaleVersion):
        correct(expected=first.pk)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"reason": " "}, "reason"),
        ({"facts": facts(band=3)}, "summary"),
        ({"facts": flux()}, "kind"),
        ({"facts": facts(band=0)}, "band"),
    ]
    for said, field in cases:
        with pytest.raises(BadJudgement) as refused:
            correct(**said)
        assert refused.value.field == field
    assert Calibration.objects.count() == 2


def test_the_same_is_not_entered_twice_nor_begun_withdrawn(aod):
    enter_calibration(facts=facts(), actor=aod)

    for said in (facts(), facts(band=6, is_withdrawn=True)):
        with pytest.raises(BadJudgement):
            enter_calibration(facts=said, actor=aod)
    assert Calibration.objects.count() == 1


@pytest.mark.parametrize("role", ["reducer", "arc", "cs", ""])
def test_others_enter_and_correct_nothing(aod, role):
    other = make_user("other", roles=[role] if role else [])
    kept = enter_calibration(facts=facts(), actor=aod)

    with pytest.raises(NotAllowed):
        enter_calibration(facts=flux(), actor=other)
    with pytest.raises(NotAllowed):
        correct_calibration(kept, facts=flux(), reason="x", actor=other, expected=None)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("calibration_kind_known", {"kind": "phase"}),
        ("calibration_array_known", {"array": "13m"}),
        ("calibration_band_known", {"band": 11}),
        ("calibration_ends_after_it_begins", {"valid_until": START - 9 * DAY}),
        ("calibration_flux_of_a_source", {"source": "Titan"}),
        ("calibration_by_a_person_or_a_source", {"entered_by": None}),
        ("calibration_by_a_person_or_a_source", {"origin": "a source"}),
        ("calibration_place_in_its_line", {"first_id": 1}),
        ("calibration_corrected_for_a_reason", {"reason": ""}),
    ],
)
def test_database_refuses_what_cannot_be(aod, name, values):
    kept = enter_calibration(facts=facts(), actor=aod)
    if name == "calibration_place_in_its_line":
        values = {"first": kept}
    if name == "calibration_corrected_for_a_reason":
        kept = correct_calibration(kept, facts=facts(band=3), reason="x", actor=aod, expected=None)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Calibration.objects.filter(pk=kept.pk).update(**values)


def test_database_refuses_two_corrections_of_one_record(aod):
    kept = enter_calibration(facts=facts(), actor=aod)
    correct_calibration(kept, facts=facts(band=3), reason="x", actor=aod, expected=None)
    newest = Calibration.objects.newest().get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Calibration.objects.create(
            **{name: getattr(newest, name) for name in ("kind", "measured_at", "valid_from")},
            summary="x",
            first=kept,
            supersedes=kept,
            reason="x",
            entered_by=aod,
        )
