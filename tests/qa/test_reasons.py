"""The table of reasons: ours has what the observatory needs; bad ones are refused."""

import pytest

from projects.tables import BadTable
from qa.judging_tables import read_nominal_tsys, read_reasons
from qa.observatory import nominal_tsys, reasons
from qa.reasons import QALevel, Reasons

HEAD = "level,code,family,outcomes,name,text,source\n"
OTHERS = "".join(f"{level},other,other,,Other,x,x\n" for level in QALevel)
FAMILIES = ("atmosphere", "antenna", "front_end", "connectivity", "back_end")
WARNINGS = (
    *("few_antennas", "shadowing", "low_elevation", "tsys_out_of_range", "missing_calibrator"),
    *("weak_bandpass_calibrator", "resolution_out_of_range", "scale_out_of_range"),
    *("flagged_data", "short_observation", "band_above_conditions", "phase_rms"),
)


def test_own_table_has_the_families_the_warnings_and_other():
    rows = reasons().on(QALevel.QA0)

    families = [row.family for row in rows]
    assert all(families.count(family) >= 3 for family in FAMILIES)
    assert {*WARNINGS, "other"} <= {row.code for row in rows}


@pytest.mark.parametrize("level", QALevel)
def test_each_level_has_other(level):
    assert [row.code for row in reasons().named(level, ["other", "nonsense", "other"])] == ["other"]


@pytest.mark.parametrize(
    ("outcome", "fits"),
    [("Unset", False), ("Pending", True), ("Pass", False), ("SemiPass", True), ("Fail", True)],
)
def test_reasons_of_qa0_are_for_what_is_no_pass(outcome, fits):
    rows = reasons().on(QALevel.QA0)

    assert any(row.fits(outcome) for row in rows) is fits


def test_reason_without_outcomes_fits_each():
    rows = Reasons(read_reasons("reasons.csv", HEAD + OTHERS)).on(QALevel.QA3)

    assert rows[0].fits("whatever")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("qa0,other,other,,Other,x,x\n", "the reasons of qa2 lack “other”"),
        (OTHERS + "qa0,other,x,,Other,x,x\n", "qa0 has the reason “other” more than once"),
        (OTHERS + "qa1,wind,x,,Wind,x,x\n", "line 5: level is none of qa0, qa2, qa3"),
        (OTHERS + "qa0,wind,x,Good,Wind,x,x\n", "line 5: “Good” is no outcome of qa0"),
        (OTHERS + "qa2,wind,x,Pending,Wind,x,x\n", "“Pending” is no outcome of qa2"),
        (OTHERS + "qa0,two words,x,,Wind,x,x\n", "code “two words” is no word"),
        (OTHERS + "qa0,wind,,,Wind,x,x\n", "family is empty"),
        (OTHERS + f"qa0,wind,x,,{'W' * 201},x,x\n", "name has more than 200 characters"),
        (OTHERS + "qa0,wind,x,,Wind,x,\n", "source is empty"),
    ],
)
def test_bad_table_of_reasons_is_refused(lines, reason):
    with pytest.raises(BadTable, match=reason):
        read_reasons("reasons.csv", HEAD + lines)


def test_operators_table_replaces_ours(settings, tmp_path):
    own = OTHERS + "qa0,volcano,atmosphere,Fail,Volcano,Ash stood above the site.,our rule\n"
    (tmp_path / "reasons.csv").write_text(HEAD + own)
    tsys = "first_cycle,array,band,tsys_k,confidence,source\n2017.1,12m,6,80,default,our rule\n"
    (tmp_path / "nominal_tsys.csv").write_text(tsys)

    before = nominal_tsys("2018.1", "12m", 6)
    settings.OBSERVATORY_DATA = tmp_path

    assert before is None
    assert [row.code for row in reasons().on(QALevel.QA0)] == ["other", "volcano"]
    assert nominal_tsys("2018.1", "12m", 6).tsys_k == 80
    assert nominal_tsys("2016.1", "12m", 6) is None
    assert nominal_tsys("2018.1", "12m", None) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2017.1,12m,11,80,default,x", "band is none of"),
        ("2017.1,12m,6,0,default,x", "tsys_k is no temperature above zero"),
        ("2017.1,12m,6,nan,default,x", "tsys_k is no temperature above zero"),
        ("2017.1,12m,6,warm,default,x", "could not convert"),
    ],
)
def test_bad_table_of_temperatures_is_refused(line, reason):
    head = "first_cycle,array,band,tsys_k,confidence,source\n"

    with pytest.raises(BadTable, match=reason):
        read_nominal_tsys("nominal_tsys.csv", head + line + "\n")
