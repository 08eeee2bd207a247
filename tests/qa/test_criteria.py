"""QA2's criteria at their bounds, from both sides; figures of our own tables.

Expected tolerances: ALMA's knowledge base, criteria of Cycles 1 and 2 and of Cycle 7 on.
"""

import pytest

from projects.tables import BadTable
from qa.criteria import Answer, Criteria, Goals, judge_beam, judge_rms, worst
from qa.criteria_tables import read_beam_rules, read_rms_rules
from qa.observatory import criteria

PASS, JUDGE, FAIL, NO_RULE = Answer.PASS, Answer.JUDGE, Answer.FAIL, Answer.NO_RULE
GAP = "\N{NO-BREAK SPACE}"
EARLY = {3: (1.1, 1.4), 4: (1.1, 1.4), 6: (1.1, 1.4), 7: (1.15, 1.5), 8: (1.15, 1.5), 9: (1.2, 1.6)}
LATE = {1: 1.1, 3: 1.1, 4: 1.1, 5: 1.1, 6: 1.1, 7: 1.15, 8: 1.15, 9: 1.2, 10: 1.2}


def rms(cycle, bands, ratio, asked=0.3):
    goals = Goals(sensitivity_mjy=asked)
    return judge_rms(goals, asked * ratio, None, criteria().rms(cycle, bands))


@pytest.mark.parametrize("cycle", ["2012.1", "2013.1", "2013.A"])
@pytest.mark.parametrize("band", EARLY)
@pytest.mark.parametrize("asked", [0.1, 0.3, 1.0, 7.0])
def test_noise_of_cycles_1_and_2_at_its_bounds(cycle, band, asked):
    passes, judged = EARLY[band]
    found = [
        rms(cycle, [band], ratio, asked).answer
        for ratio in (0.5, 1, passes, passes + 0.0001, judged, judged + 0.0001, 5)
    ]
    assert found == [PASS, PASS, PASS, JUDGE, JUDGE, FAIL, FAIL]


@pytest.mark.parametrize("cycle", ["2019.1", "2019.2", "2021.1", "2024.1", "2025.1"])
@pytest.mark.parametrize("band", LATE)
def test_noise_from_cycle_7_on_at_its_bound(cycle, band):
    passes = LATE[band]
    found = [rms(cycle, [band], ratio).answer for ratio in (0.5, 1, passes, passes + 0.0001, 5)]
    assert found == [PASS, PASS, PASS, FAIL, FAIL]


@pytest.mark.parametrize("cycle", ["2015.1", "2016.1", "2017.1", "2018.1"])
@pytest.mark.parametrize("band", [3, 6, 7, 9, 10])
def test_noise_of_cycles_3_to_6_at_its_bound(cycle, band):
    assert rms(cycle, [band], LATE[band]).answer == PASS
    assert rms(cycle, [band], LATE[band] + 0.0001).answer == FAIL


@pytest.mark.parametrize(
    ("cycle", "bands"),
    [
        ("2011.0", [3]),
        ("2012.1", [5]),
        ("2013.1", [10]),
        ("2015.1", [5]),
        ("2018.1", [1]),
        ("2024.1", [2]),
        ("2024.1", [3, 6]),
        ("2024.1", []),
        ("", [3]),
    ],
)
def test_without_a_row_no_rule_is_on_file(cycle, bands):
    found = rms(cycle, bands, 1.08)
    assert (found.answer, found.source) == (NO_RULE, "")
    assert found.sentence == f"rms 8{GAP}% above request; no rule on file"


@pytest.mark.parametrize(
    ("cycle", "ratio", "sentence"),
    [
        ("2019.1", 1.08, "rms 8{0}% above request, tolerance 10{0}%"),
        ("2019.1", 0.75, "rms 25{0}% below request, tolerance 10{0}%"),
        ("2019.1", 1.0, "rms as in the request, tolerance 10{0}%"),
        ("2019.1", 1.125, "rms 12.5{0}% above request, tolerance 10{0}%"),
        ("2019.1", 1.1002, "rms 10.02{0}% above request, tolerance 10{0}%"),
        ("2013.1", 1.25, "rms 25{0}% above request, tolerance 10{0}%, judged up to 40{0}%"),
    ],
)
def test_difference_is_told_in_words(cycle, ratio, sentence):
    assert rms(cycle, [6], ratio, 1.0).sentence == sentence.format(GAP)


@pytest.mark.parametrize(
    ("asked", "got", "sentence"),
    [
        (None, 1.0, "rms: the sensitivity asked for is not known"),
        (1.0, None, "rms: the sensitivity got is not known"),
        (None, None, "rms: neither the sensitivity asked for nor the one got is known"),
    ],
)
def test_unknown_noise_needs_judgement_and_says_why(asked, got, sentence):
    rule = criteria().rms("2019.1", [6])
    found = judge_rms(Goals(sensitivity_mjy=asked), got, None, rule)
    assert (found.answer, found.sentence) == (JUDGE, sentence)


@pytest.mark.parametrize(
    ("bandwidth", "answer", "says"),
    [
        (10.0, PASS, "tolerance"),
        (10.009, PASS, "request, tolerance"),
        (9.0, PASS, "(scaled from 9 to 10 MHz)"),
        (40.0, FAIL, "(scaled from 40 to 10 MHz)"),
        (None, PASS, "tolerance"),
    ],
)
def test_noise_is_compared_in_the_bandwidth_asked_for(bandwidth, answer, says):
    goals = Goals(sensitivity_mjy=1.0, bandwidth_mhz=10.0)
    found = judge_rms(goals, 1.0, bandwidth, criteria().rms("2019.1", [6]))
    assert found.answer == answer
    assert says in found.sentence
    if bandwidth == 40.0:
        assert found.excess == pytest.approx(2.0)


def beam(cycle, major, minor, **goals):
    return judge_beam(Goals(**goals), major, minor, criteria().beam(cycle))


@pytest.mark.parametrize(
    ("area", "answer"), [(0.1, PASS), (1.2, PASS), (1.2001, JUDGE), (1.5, JUDGE), (1.5001, FAIL)]
)
def test_area_of_cycles_1_and_2_at_its_bounds(area, answer):
    for cycle in ("2012.1", "2013.1"):
        assert beam(cycle, 0.8 * area, 0.2, resolution_arcsec=0.4).answer == answer


RANGE = {"min_resolution_arcsec": 0.4, "max_resolution_arcsec": 0.6}


@pytest.mark.parametrize(
    ("major", "minor", "axes", "mean"),
    [
        (0.6, 0.4, PASS, PASS),
        (0.4, 0.6, PASS, PASS),
        (0.6001, 0.4, FAIL, PASS),
        (0.6, 0.3999, FAIL, PASS),
        (0.6, 0.6, PASS, PASS),
        (0.6001, 0.6, FAIL, FAIL),
        (0.4, 0.4, PASS, PASS),
        (0.4, 0.3999, FAIL, FAIL),
        (1.2, 0.3, FAIL, PASS),
        (1.2, 0.3001, FAIL, FAIL),
    ],
)
def test_range_by_axes_and_by_their_mean(major, minor, axes, mean):
    for cycle in ("2015.1", "2018.1"):
        assert beam(cycle, major, minor, **RANGE).answer == axes
    for cycle in ("2019.1", "2025.1"):
        assert beam(cycle, major, minor, **RANGE).answer == mean


def test_beam_tells_how_it_compares():
    assert beam("2019.1", 0.9, 0.4, **RANGE).sentence == (
        "beam, geometric mean 0.6″: within 0.4″ to 0.6″ asked for"
    )
    assert beam("2016.1", 0.7, 0.5, **RANGE).sentence == (
        "beam, major axis 0.7″: coarser than 0.6″ asked for"
    )
    assert beam("2013.1", 0.5, 0.5, resolution_arcsec=0.5).sentence == (
        "beam area 1 × the one asked for, within 1.2 ×"
    )


@pytest.mark.parametrize(
    ("goals", "answer", "says"),
    [
        ({}, JUDGE, "the range asked for is not known"),
        ({"max_resolution_arcsec": 0.6}, JUDGE, "the finest asked for is not known"),
        ({"min_resolution_arcsec": 0.4}, JUDGE, "the coarsest asked for is not known"),
        ({"max_resolution_arcsec": 0.4}, FAIL, "coarser than 0.4″"),
        ({"min_resolution_arcsec": 0.6}, FAIL, "finer than 0.6″"),
    ],
)
def test_half_a_range_fails_what_is_beyond_and_passes_nothing(goals, answer, says):
    found = beam("2019.1", 0.5, 0.5, **goals)
    assert found.answer == answer
    assert says in found.sentence


def test_unknown_beam_needs_judgement_and_one_before_the_rules_has_none():
    assert beam("2019.1", None, 0.5, **RANGE).answer == JUDGE
    assert beam("2013.1", 0.5, 0.5).answer == JUDGE
    assert beam("2011.0", 0.5, 0.5, **RANGE).answer == NO_RULE


LINE = {"measure": "User", "sensitivity_mjy": 1.0}
ALL_WINDOWS = {"measure": "AggregateBandWidth", "sensitivity_mjy": 1.0}
UNKNOWN = "bandwidth of the image is not known"


@pytest.mark.parametrize(
    ("goals", "kind", "bandwidth", "answer", "says"),
    [
        # In the bandwidth asked for, or scaled to it.
        ({**LINE, "bandwidth_mhz": 15.625}, "representative", 15.625, PASS, "as in the"),
        ({**LINE, "bandwidth_mhz": 15.625}, "representative", None, PASS, "as in the"),
        ({**LINE, "bandwidth_mhz": 15.625}, "continuum", 1000.0, FAIL, "scaled from 1000 to 15.62"),
        ({**ALL_WINDOWS, "bandwidth_mhz": 7500.0}, "continuum", 7500.0, PASS, "as in the"),
        ({**ALL_WINDOWS, "bandwidth_mhz": 7500.0}, "cube", 0.488, PASS, "scaled from 0.488"),
        # One of both is not known.
        ({**LINE, "bandwidth_mhz": 15.625}, "continuum", None, JUDGE, UNKNOWN),
        ({**LINE, "bandwidth_mhz": 15.625}, "cube", None, JUDGE, UNKNOWN),
        (ALL_WINDOWS, "continuum", 7500.0, PASS, "as in the"),
        (ALL_WINDOWS, "representative", 15.625, JUDGE, "over all windows together"),
        (ALL_WINDOWS, "cube", 0.488, JUDGE, "over all windows together"),
        (LINE, "representative", 15.625, PASS, "as in the"),
        (LINE, "continuum", 7500.0, JUDGE, "not for the continuum"),
        # Nothing tells what it was meant for.
        ({"sensitivity_mjy": 1.0}, "continuum", 7500.0, PASS, "as in the"),
        ({"sensitivity_mjy": 1.0}, "", None, PASS, "as in the"),
    ],
)
def test_noise_is_compared_in_the_bandwidth_that_was_asked_about(
    goals, kind, bandwidth, answer, says
):
    rule = criteria().rms("2019.1", [6])

    found = judge_rms(Goals(**goals), 1.0, bandwidth, rule, kind)

    assert found.answer == answer
    assert says in found.sentence


def test_goals_take_numbers_above_zero_alone():
    asked = {"sensitivity_mjy": 0, "resolution_arcsec": "2", "min_resolution_arcsec": True}
    assert Goals.of({**asked, "max_resolution_arcsec": float("nan")}) == Goals()
    assert Goals.of({"sensitivity_mjy": 2}).sensitivity_mjy == 2.0


def test_worst_is_the_worst_answer_furthest_off():
    near, far = rms("2019.1", [6], 1.2), rms("2019.1", [6], 1.3)
    assert worst([rms("2019.1", [2], 9), near, far, rms("2019.1", [6], 0.5)]) == far
    assert worst([]) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2019.1,3,,,published,x", "pass_ratio is empty"),
        ("2019.1,3,0.9,,published,x", "pass_ratio is no ratio of 1 or more"),
        ("2019.1,3,1.4,1.1,published,x", "judged_ratio is not above pass_ratio"),
        ("2019.1,11,1.1,,published,x", "band is none of"),
        ("2019.1,3,1.1,,published,", "source is empty"),
    ],
)
def test_bad_tolerance_is_refused(line, reason):
    with pytest.raises(BadTable, match=reason):
        read_rms_rules("rms", f"first_cycle,band,pass_ratio,judged_ratio,confidence,source\n{line}")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2019.1,area,,,published,x", "belongs to area"),
        ("2019.1,mean,1.2,,published,x", "belongs to area"),
        ("2019.1,volume,1.2,,published,x", "measure is none of"),
    ],
)
def test_bad_beam_rule_is_refused(line, reason):
    head = "first_cycle,measure,pass_ratio,judged_ratio,confidence,source"
    with pytest.raises(BadTable, match=reason):
        read_beam_rules("beam", f"{head}\n{line}")


def test_no_tables_have_no_rules():
    assert (Criteria().rms("2019.1", [3]), Criteria().beam("2019.1")) == (None, None)
