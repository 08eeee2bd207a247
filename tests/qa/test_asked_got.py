"""Images held against the request: order, overrides, the suggestion, words, the way to JSON."""

import json

import pytest

from qa.asked_got import Got, Rules, Suggestion, as_json, compare, from_json, suggest
from qa.asked_got_words import asked_and_got, got_words, range_words, short_falls
from qa.criteria import Answer, BeamMeasure, BeamRule, Goals, RmsRule

GOALS = Goals(sensitivity_mjy=1.0, min_resolution_arcsec=0.4, max_resolution_arcsec=0.6)
_DATED = {"first_cycle": "2019.1", "confidence": "published", "source": "a page"}
RULES = Rules(
    RmsRule(band=6, pass_ratio=1.1, judged_ratio=1.4, **_DATED),
    BeamRule(measure=BeamMeasure.MEAN, pass_ratio=None, judged_ratio=None, **_DATED),
)
BOTH = ("beam_too_large", "rms_above_request")
BEAM = {"beam_major_arcsec": 0.5, "beam_minor_arcsec": 0.5}


def image(source="A", rms=1.0, kind="representative", window="25", **more):
    return Got(source=source, window=window, kind=kind, sensitivity_mjy=rms, **{**BEAM, **more})


def names(rows):
    return [(row.got.source, row.got.window, row.got.kind) for row in rows]


def test_representative_and_continuum_come_first_the_worst_on_top():
    told = [
        image("A", 9.0, "cube", "17"),
        image("A", 1.0, "representative"),
        image("A", 1.2, "continuum", "17, 19"),
        image("B", 1.3, "continuum", "17, 19"),
        image("B", 2.0, "continuum", "21"),
        image("C", None, "representative"),
        image("C", 1.0, "cube", "19"),
    ]

    assert names(compare(GOALS, told, [], RULES)) == [
        ("B", "21", "continuum"),
        ("B", "17, 19", "continuum"),
        ("A", "17, 19", "continuum"),
        ("C", "25", "representative"),
        ("A", "25", "representative"),
        ("A", "17", "cube"),
        ("C", "19", "cube"),
    ]


def test_typed_figure_stands_in_place_of_the_told_one_and_keeps_it():
    told = image("A", 2.0, bandwidth_mhz=10.0)
    typed = Got(
        source="A", window="25", kind="representative", sensitivity_mjy=1.05, note="by hand"
    )

    (row,) = compare(GOALS, [told], [typed], RULES)

    assert (row.got.sensitivity_mjy, row.got.bandwidth_mhz, row.got.note) == (1.05, 10.0, "by hand")
    assert (row.replaced, row.rms.answer) == (told, Answer.PASS)


def test_typed_figure_of_an_image_that_nobody_told_of_is_added():
    rows = compare(GOALS, [image("A")], [image("B", 3.0)], RULES)

    assert names(rows) == [("B", "25", "representative"), ("A", "25", "representative")]
    assert [row.replaced for row in rows] == [None, None]


def test_no_beam_is_compared_of_total_power():
    (row,) = compare(GOALS, [image()], [], Rules(RULES.rms, RULES.beam, has_beam=False))
    assert (row.beam, len(row.judged)) == (None, 1)


@pytest.mark.parametrize(
    ("told", "more", "outcome", "codes"),
    [
        ([image(rms=1.1)], {}, "Pass", ()),
        ([image(rms=1.2)], {}, "", ()),
        ([image(rms=1.5)], {}, "Fail", ("rms_above_request",)),
        ([image(rms=1.5)], {"can_observe": False}, "SemiPass", ("rms_above_request",)),
        ([image(beam_major_arcsec=2.0)], {}, "Fail", ("beam_too_large",)),
        ([image(beam_major_arcsec=0.1)], {}, "Fail", ("beam_too_small",)),
        ([image(rms=1.5), image("B", beam_major_arcsec=2.0)], {}, "Fail", BOTH),
        ([image(rms=1.0), image(rms=9.0, kind="cube")], {}, "Pass", ()),
        ([image(rms=9.0, kind="cube")], {}, "Fail", ("rms_above_request",)),
        ([image(is_representative=True), image("B", 9.0)], {}, "Pass", ()),
        ([image(is_representative=False), image("B", 9.0)], {}, "Fail", ("rms_above_request",)),
        ([image()], {"missing": "executions 1 / 2"}, "", ("incomplete",)),
        ([image()], {"missing": "1 / 2", "can_observe": False}, "SemiPass", ("incomplete",)),
        ([], {}, "", ()),
    ],
)  # fmt: skip
def test_suggestion_follows_the_images_that_the_request_is_about(told, more, outcome, codes):
    found = suggest(compare(GOALS, told, [], RULES), **more)

    assert (found.outcome, found.codes) == (outcome, codes)
    assert found.sentences


def test_no_rule_on_file_suggests_nothing():
    found = suggest(compare(GOALS, [image()], [], Rules(None, None)))

    assert found.outcome == ""
    assert all("no rule on file" in sentence for sentence in found.sentences)


def test_nothing_known_is_said():
    assert suggest([]) == Suggestion("", (), ("Nothing is known of what was got.",))


def test_comparisons_survive_the_way_through_json():
    told = [image("A", 2.0, is_representative=True), image("B", None, "cube")]
    rows = compare(GOALS, told, [image("A", 1.5, note="by hand")], RULES)

    kept = from_json(json.loads(json.dumps(as_json(rows, GOALS))))

    assert (kept.goals, kept.rows) == (GOALS, tuple(rows))
    assert from_json([]).rows == ()


def test_asked_and_got_is_one_sentence():
    rows = compare(GOALS, [image("SgrB2", 1.2345678, bandwidth_mhz=15.625)], [], RULES)
    kept = from_json(as_json(rows, GOALS))

    assert asked_and_got(kept) == (
        "Asked for 1 mJy/beam and 0.4″ to 0.6″; got 1.235 mJy/beam in 15.62 MHz and 0.5″ × 0.5″"
        " (SgrB2, window 25, representative)."
    )
    assert short_falls(kept.rows) == [rows[0].rms.sentence]
    assert asked_and_got(from_json([])) == ""


def test_what_is_not_known_is_left_out_of_the_words():
    assert got_words(Got()) == "nothing that is on file"
    assert range_words(Goals(resolution_arcsec=0.3)) == "0.3″"
    assert range_words(Goals(max_resolution_arcsec=0.3)) == "at most 0.3″"
    assert range_words(Goals(min_resolution_arcsec=0.3)) == "at least 0.3″"
    assert range_words(Goals()) == ""
