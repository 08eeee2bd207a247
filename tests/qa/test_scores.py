"""What scores stand for: the bands of the table, at their bounds."""

import pytest

from projects.tables import BadTable
from qa.judging_tables import read_score_bands
from qa.observatory import score_bands
from qa.pipeline import Achieved, PipelineFacts
from qa.pipeline_told import figures_of
from qa.scores import ScoreWord, word_of

HEAD = "first_cycle,word,most,confidence,source\n"


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (None, "no QA"),
        (-0.1, "not computed"),
        (0.0, "error"),
        (0.33, "error"),
        (0.331, "warning"),
        (0.66, "warning"),
        (0.661, "sub-optimal"),
        (0.9, "sub-optimal"),
        (0.901, "good"),
        (1.0, "good"),
        (1.1, "no rule on file"),
    ],
)
def test_score_stands_for_its_band(score, word):
    assert word_of(score, score_bands(), "2017.1") == ScoreWord(word)


def test_a_later_row_takes_the_place_of_an_earlier_one():
    bands = read_score_bands(
        "s.csv", HEAD + "2011.0,error,0.3,default,x\n2019.1,error,0.5,default,x\n"
    )

    assert [word_of(0.4, bands, cycle) for cycle in ("2018.1", "2019.1", "")] == [
        ScoreWord.NO_RULE,
        ScoreWord.ERROR,
        ScoreWord.NO_RULE,
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2011.0,splendid,1,default,x", "word is none of"),
        ("2011.0,good,2,default,x", "most lies outside -1 to 1"),
    ],
)
def test_bad_row_is_refused_with_its_line(line, reason):
    with pytest.raises(BadTable, match=f"line 2: {reason}"):
        read_score_bands("s.csv", f"{HEAD}{line}\n")


def test_figures_are_of_targets_measured_last_and_what_was_asked_for_first():
    def image(kind, stage, **facts):
        return Achieved(source="W3", windows=("16",), kind=kind, stage=stage, **facts)

    cube, late = image("cube", 30), image("representative", 33, sensitivity_mjy=2.0)
    facts = PipelineFacts(
        achieved=(
            cube,
            late,
            image("representative", 20, sensitivity_mjy=1.0),
            image("continuum", 20, is_estimate=True),
            image("continuum", 20, intent="CHECK"),
            image("continuum", 21, intent="TARGET"),
        )
    )

    assert [(one.kind, one.stage) for one in figures_of(facts)] == [
        ("representative", 33),
        ("continuum", 21),
        ("cube", 30),
    ]
