"""Warnings at both sides of each limit, and what each check says when it cannot compare."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from qa import observatory
from qa.findings import TITLES, Facts, Finding, Verdict
from qa.limits import Limits
from qa.observed import Antenna, Execution, Flux, PhaseNoise, Scan
from qa.tables import (
    CODES,
    QA_READERS,
    read_antenna_rules,
    read_calibrator_rules,
    read_limits,
)
from qa.warnings import findings

MINUTE_NS = 60_000_000_000
HEAD = "code,first_cycle,array,band,least,most,unit,confidence,source\n"
LIMITS = Limits(
    antenna_rules=read_antenna_rules(
        "a",
        "first_cycle,array,nominal,minimum,confidence,source\n"
        "2013.1,12m,34,32,default,a talk\n2017.1,12m,43,,default,a talk\n",
    ),
    limits=read_limits(
        "l",
        HEAD
        + "shadowing,2011.0,,,,0.05,share,default,s\n"
        + "low_elevation,2011.0,,,20,,deg,default,s\n"
        + "tsys_out_of_range,2011.0,,3,40,100,K,default,s\n"
        + "weak_bandpass_calibrator,2011.0,12m,3,0.5,,Jy,default,s\n"
        + "flagged_data,2011.0,,,,0.1,share,default,s\n"
        + "short_observation,2011.0,,,0.8,,share,default,s\n"
        + "resolution_out_of_range,2011.0,,,1,1,times,default,s\n"
        + "resolution_single,2011.0,,,,1.1,times,default,s\n"
        + "scale_out_of_range,2011.0,,,0.9,,times,default,s\n"
        + "phase_rms,2011.0,,,,57,deg,default,s\n"
        + "band_above_conditions,2011.0,,,,85,deg,default,s\n",
    ),
    calibrator_rules=read_calibrator_rules(
        "c",
        "first_cycle,array,intents,words,confidence,source\n"
        "2011.0,12m,CALIBRATE_PHASE,phase,default,s\n"
        "2011.0,12m,CALIBRATE_AMPLI CALIBRATE_FLUX,amplitude or flux,default,s\n"
        "2015.1,12m,,phase,default,s\n",
    ),
)
SCANS = (
    Scan(1, 0, 1, ("CALIBRATE_BANDPASS", "CALIBRATE_PHASE"), "J1924-2914"),
    Scan(2, 0, 1, ("CALIBRATE_FLUX",), "Titan"),
)
EXECUTION = Execution(
    uid="uid://A002/X1/X2",
    start_ns=0,
    end_ns=60 * MINUTE_NS,
    antennas=tuple(Antenna(f"DV{n:02d}", f"A{n}", n, 0, 0, 12.0) for n in range(40)),
    scans=SCANS,
    missing={"CalFlux": "The data set has no CalFlux table."},
)


def facts(execution: Mapping[str, Any] | None = None, **changed: Any) -> Facts:
    said = {"cycle": "2013.1", "array": "12m", "bands": (3,), **changed}
    return Facts(execution=replace(EXECUTION, **(execution or {})), **said)


def found(code: str, said: Facts, limits: Limits = LIMITS) -> Finding:
    return next(finding for finding in findings(said, limits) if finding.code == code)


def with_antennas(number: int) -> dict[str, Any]:
    return {"antennas": EXECUTION.antennas[:number]}


def with_flux(jansky: float, source: str = "J1924-2914") -> dict[str, Any]:
    return {"fluxes": (Flux(source, 0, 97.5, jansky), Flux(source, 1, 99.0, jansky + 1))}


def noise(
    degrees: float, correction: str = "AP_CORRECTED", ghz: float | None = 100.0
) -> PhaseNoise:
    return PhaseNoise(0, "BB_1", correction, ghz, 3, degrees, degrees * 2)


def scale(arcsec: float) -> Facts:
    return facts(largest_scale_arcsec=arcsec, asked={"largest_scale_arcsec": 10})


W, F = Verdict.WARNING, Verdict.FINE
ASKED = {"min_resolution_arcsec": 1.0, "max_resolution_arcsec": 2.0}


@pytest.mark.parametrize(
    ("code", "said", "verdict"),
    [
        ("few_antennas", facts(with_antennas(31)), W),
        ("few_antennas", facts(with_antennas(32)), F),
        ("shadowing", facts(shadowed_share=0.0501), W),
        ("shadowing", facts(shadowed_share=0.05), F),
        ("low_elevation", facts(elevation_min_deg=19.99), W),
        ("low_elevation", facts(elevation_min_deg=20.0), F),
        ("tsys_out_of_range", facts(tsys_k=39.9), W),
        ("tsys_out_of_range", facts(tsys_k=40.0), F),
        ("tsys_out_of_range", facts(tsys_k=100.0), F),
        ("tsys_out_of_range", facts(tsys_k=100.1), W),
        ("missing_calibrator", facts(), F),
        ("missing_calibrator", facts({"scans": SCANS[:1]}), W),
        ("missing_calibrator", facts({"scans": SCANS[1:]}), W),
        ("missing_calibrator", facts({"scans": SCANS[1:]}, cycle="2015.1"), F),
        ("weak_bandpass_calibrator", facts(with_flux(0.49)), W),
        ("weak_bandpass_calibrator", facts(with_flux(0.5)), F),
        ("resolution_out_of_range", facts(resolution_arcsec=0.99, asked=ASKED), W),
        ("resolution_out_of_range", facts(resolution_arcsec=1.0, asked=ASKED), F),
        ("resolution_out_of_range", facts(resolution_arcsec=2.0, asked=ASKED), F),
        ("resolution_out_of_range", facts(resolution_arcsec=2.01, asked=ASKED), W),
        (
            "resolution_out_of_range",
            facts(resolution_arcsec=1.1, asked={"resolution_arcsec": 1.0}),
            F,
        ),
        (
            "resolution_out_of_range",
            facts(resolution_arcsec=1.11, asked={"resolution_arcsec": 1.0}),
            W,
        ),
        (
            "scale_out_of_range",
            scale(9.0),
            F,
        ),
        (
            "scale_out_of_range",
            scale(8.9),
            W,
        ),
        ("flagged_data", facts(flagged_fraction=0.1), F),
        ("flagged_data", facts(flagged_fraction=0.101), W),
        ("flagged_data", facts(flagged_fraction=0.0), F),
        ("short_observation", facts(planned_min=75.0), F),
        ("short_observation", facts(planned_min=75.1), W),
        ("phase_rms", facts({"phases": (noise(57.0), noise(99.0, "AP_UNCORRECTED"))}), F),
        ("phase_rms", facts({"phases": (noise(57.1),)}), W),
        ("phase_rms", facts({"phases": (noise(57.1, "AP_UNCORRECTED"),)}), W),
        # 40 degrees at 100 GHz are 84.4 at 211 GHz, where Band 6 begins, and 110 at 275 GHz.
        ("band_above_conditions", facts({"phases": (noise(40.0),)}, bands=(6,)), F),
        ("band_above_conditions", facts({"phases": (noise(40.0),)}, bands=(7,)), W),
        ("band_above_conditions", facts({"phases": (noise(40.0),)}, bands=(3, 7)), W),
    ],
)
def test_limit_itself_is_fine_and_what_is_beyond_it_warns(code, said, verdict):
    finding = found(code, said)

    assert finding.verdict is verdict, finding.text
    assert finding.source
    assert finding.value is not None
    if code not in ("missing_calibrator", "band_above_conditions"):
        assert ("the limit of" in finding.text) == (verdict is W)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("few_antennas", facts(cycle="2017.1")),
        ("few_antennas", facts(array="7m")),
        ("tsys_out_of_range", facts(tsys_k=500.0, bands=(6,))),
        ("tsys_out_of_range", facts(tsys_k=500.0, bands=(3, 6))),
        ("weak_bandpass_calibrator", facts(with_flux(0.01), array="7m")),
        ("missing_calibrator", facts(array="7m")),
        ("low_elevation", facts(elevation_min_deg=3.0, cycle="2010.0")),
    ],
)
def test_figure_without_a_row_has_no_rule_on_file(code, said):
    assert found(code, said).verdict is Verdict.NO_RULE


@pytest.mark.parametrize(
    "code",
    [
        "weak_bandpass_calibrator",
        "resolution_out_of_range",
        "scale_out_of_range",
        "phase_rms",
        "band_above_conditions",
    ],
)
def test_checks_of_interferometers_do_not_apply_to_total_power(code):
    assert found(code, facts(array="TP", asked=ASKED)).verdict is Verdict.NOT_APPLICABLE


def test_single_antenna_is_not_shadowed():
    said = facts(with_antennas(1), array="TP", shadowed_share=0.0)

    assert found("shadowing", said).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("code", "said", "reason"),
    [
        ("few_antennas", facts(with_antennas(0)), "names no antenna"),
        ("few_antennas", facts(array=""), "which array"),
        ("few_antennas", facts(cycle=""), "which cycle"),
        ("shadowing", facts(shadowing_unknown="It does not say where."), "It does not say where."),
        ("low_elevation", facts(), "No elevation"),
        ("tsys_out_of_range", facts({"missing": {"SysCal": "It is empty."}}), "It is empty."),
        ("missing_calibrator", facts({"scans": ()}), "no scans"),
        ("weak_bandpass_calibrator", facts(), "J1924-2914 is not known. The data set has no CalF"),
        ("weak_bandpass_calibrator", facts(with_flux(0.1, "Titan")), "J1924-2914 is not known"),
        ("weak_bandpass_calibrator", facts({"scans": SCANS[1:]}), "no bandpass calibrator"),
        ("resolution_out_of_range", facts(asked=ASKED), "resolution is not known"),
        ("resolution_out_of_range", facts(resolution_arcsec=1.0), "which resolution was asked"),
        ("scale_out_of_range", facts(largest_scale_arcsec=1.0), "which largest scale was asked"),
        ("flagged_data", facts(), "which data were bad"),
        ("short_observation", facts(), "planned"),
        ("phase_rms", facts(), "no phase noise"),
        ("band_above_conditions", facts({"phases": (noise(9.0, ghz=None),)}), "with its frequency"),
    ],
)
def test_check_that_lacks_a_figure_says_which(code, said, reason):
    finding = found(code, said)

    assert finding.verdict is Verdict.NOT_KNOWN
    assert (finding.value, finding.least, finding.most) == (None, None, None)
    assert reason in finding.text


def test_what_a_goal_asked_of_all_its_arrays_makes_no_warning():
    goal = {"largest_scale_arcsec": 30.0}
    missed = found("scale_out_of_range", facts(largest_scale_arcsec=20.0, asked_of_goal=goal))
    met = found("scale_out_of_range", facts(largest_scale_arcsec=30.0, asked_of_goal=goal))

    assert (missed.verdict, met.verdict) == (Verdict.NOT_KNOWN, F)
    assert "other arrays may serve" in missed.text


def test_what_was_asked_of_the_block_goes_before_the_goal():
    said = facts(resolution_arcsec=3.0, asked=ASKED, asked_of_goal={"max_resolution_arcsec": 5.0})

    assert found("resolution_out_of_range", said).verdict is W


def test_lacking_calibrators_are_named():
    finding = found("missing_calibrator", facts({"scans": (SCANS[0],)}))

    assert finding.text == "No Amplitude or Flux Calibrator."
    assert (finding.value, finding.most) == (1, 0)


def test_every_check_answers_once_in_one_order():
    codes = [finding.code for finding in findings(facts(), LIMITS)]

    assert codes == [*TITLES]
    assert set(CODES) - {"resolution_single"} <= set(codes)


def test_own_tables_know_the_talks_minimum():
    limits = observatory.limits()

    assert found("few_antennas", facts(with_antennas(33)), limits).verdict is W
    assert found("few_antennas", facts(with_antennas(34)), limits).verdict is F
    assert {row.code for row in limits.limits} < {*CODES}
    assert set(QA_READERS) == {path.name for path in observatory.OWN_TABLES.iterdir()}


@pytest.mark.parametrize(
    ("code", "said", "text", "limit"),
    [
        (
            "few_antennas",
            facts(with_antennas(31)),
            "31 antennas of the 12m array, 34 being nominal: below the limit of 32\xa0antennas.",
            "at least 32\xa0antennas",
        ),
        (
            "flagged_data",
            facts(flagged_fraction=0.25),
            "25.0% of antenna time marked as bad: above the limit of 10\xa0%.",
            "at most 10\xa0%",
        ),
        (
            "resolution_out_of_range",
            facts(resolution_arcsec=2.5, asked=ASKED),
            "Resolution 2.5″: above the limit of 2″.",
            "at least 1″, at most 2″",
        ),
        (
            "band_above_conditions",
            facts({"phases": (noise(40.0),)}, bands=(7,)),
            "Observed in Band 7; the phases would serve up to Band 6.",
            "at most Band\xa06",
        ),
    ],
)
def test_warning_tells_figure_and_limit(code, said, text, limit):
    finding = found(code, said)

    assert (finding.text, finding.limit_words) == (text, limit)
