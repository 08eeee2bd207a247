"""The tables of limits: ours are good, bad ones are refused, the row of the cycle holds."""

import pytest

from projects.tables import BadTable, read_table
from qa import observatory
from qa.limits import Limits
from qa.tables import QA_READERS, read_antenna_rules, read_limits

HEAD = "first_cycle,array,nominal,minimum,confidence,source\n"
TABLE = HEAD + (
    "2013.1,12m,34,34,default,a talk\n2017.1,12m,43,41,default,a talk\n2015.1,TP,2,,default,x\n"
)


@pytest.mark.parametrize("name", QA_READERS)
def test_own_tables_can_be_read_and_every_row_has_its_source(name: str) -> None:
    rows = read_table(observatory.OWN_TABLES / name, QA_READERS)

    assert rows or name in {"nominal_tsys.csv", "calibration_ages.csv"}
    assert all(row.source for row in rows)


@pytest.mark.parametrize(
    ("cycle", "array", "expected"),
    [
        ("2012.1", "12m", None),
        ("2013.1", "12m", (34, 34)),
        ("2013.A", "12m", (34, 34)),
        ("2016.1", "12m", (34, 34)),
        ("2017.1", "12m", (43, 41)),
        ("2030.1", "12m", (43, 41)),
        ("2016.1", "TP", (2, None)),
        ("2016.1", "7m", None),
        ("", "12m", None),
    ],
)
def test_antennas_are_those_of_the_newest_row_that_has_begun(
    cycle: str, array: str, expected: tuple[int, int | None] | None
) -> None:
    found = Limits(read_antenna_rules("antennas.csv", TABLE)).antennas(cycle, array)

    assert (found and (found.nominal, found.minimum)) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2013.1,12m,many,,default,x", "line 2: nominal is no whole number above zero: “many”"),
        ("2013.1,12m,34,0,default,x", "line 2: minimum is no whole number above zero"),
        ("2013.1,12m,34,35,default,x", "line 2: the minimum 35 is above the nominal 34"),
        ("2013.1,13m,34,,default,x", "line 2: array is none of 12m, 7m, TP"),
        (",12m,34,,default,x", "line 2: first_cycle is empty"),
        ("2013.1,12m,34,,default,", "line 2: source is empty"),
    ],
)
def test_bad_antenna_table_is_refused_with_line_and_reason(line: str, reason: str) -> None:
    with pytest.raises(BadTable, match=reason):
        read_antenna_rules("antennas.csv", HEAD + line + "\n")


def test_operators_antennas_replace_ours(tmp_path, settings) -> None:
    assert observatory.limits().antennas("2013.1", "12m").minimum == 34
    settings.OBSERVATORY_DATA = tmp_path
    (tmp_path / "antennas.csv").write_text(TABLE.replace("34,34", "34,30"))

    assert observatory.limits().antennas("2013.1", "12m").minimum == 30


LIMITS_HEAD = "code,first_cycle,array,band,least,most,unit,confidence,source\n"


@pytest.mark.parametrize(
    ("cycle", "array", "bands", "most"),
    [
        ("2013.1", "12m", (3,), 1),
        ("2016.1", "12m", (3,), 2),
        ("2016.1", "12m", (6,), 3),
        ("2016.1", "7m", (6,), 4),
        ("2016.1", "7m", (3,), 5),
        ("2013.1", "7m", (3,), 1),
        ("2016.1", "7m", (3, 6), 5),
        ("2016.1", "12m", (), 2),
        ("2010.0", "12m", (3,), None),
    ],
)
def test_limit_is_the_newest_of_the_rows_closest_to_array_and_band(cycle, array, bands, most):
    table = LIMITS_HEAD + (
        "phase_rms,2011.0,,,,1,deg,default,x\n"
        "phase_rms,2015.1,12m,,,2,deg,default,x\n"
        "phase_rms,2015.1,12m,6,,3,deg,default,x\n"
        "phase_rms,2015.1,,6,,4,deg,default,x\n"
        "phase_rms,2015.1,,,,5,deg,default,x\n"
    )
    found = Limits(limits=read_limits("limits.csv", table)).limit("phase_rms", cycle, array, bands)

    assert (found and found.most) == most


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("rain,2011.0,,,,1,mm,default,x", "code is none of"),
        ("phase_rms,2011.0,,,,,deg,default,x", "least and most are both empty"),
        ("phase_rms,2011.0,,,2,1,deg,default,x", "least 2 is above most 1"),
        ("phase_rms,2011.0,,11,,1,deg,default,x", "there is no band 11"),
        ("phase_rms,2011.0,,,,nan,deg,default,x", "most is no number of 0 or more: “nan”"),
        ("phase_rms,2011.0,,,,-1,deg,default,x", "most is no number of 0 or more"),
    ],
)
def test_bad_limit_is_refused_with_line_and_reason(line: str, reason: str) -> None:
    with pytest.raises(BadTable, match=f"line 2: {reason}"):
        read_limits("limits.csv", LIMITS_HEAD + line + "\n")


@pytest.mark.parametrize(
    ("table", "text", "reason"),
    [
        (
            "calibrators.csv",
            "first_cycle,array,intents,words,confidence,source\n2011.0,12m,phase!,p,default,x\n",
            "intents are written as CALIBRATE_PHASE",
        ),
        (
            "array_configurations.csv",
            "first_cycle,configuration,longest_m,l80_m,l5_m,frequency_ghz,resolution_arcsec,"
            "scale_arcsec,confidence,source\n2017.1,C-1,1,1,0,100,1,1,default,x\n",
            "l5_m is no number above zero",
        ),
    ],
)
def test_other_bad_tables_are_refused(table: str, text: str, reason: str) -> None:
    with pytest.raises(BadTable, match=f"line 2: {reason}"):
        QA_READERS[table](table, text)


@pytest.mark.parametrize(
    ("name", "cycle", "configuration", "resolution", "scale"),
    [
        ("C-3", "2017.1", "C-3", 0.71, 8.1),
        ("C43-3", "2018.1", "C-3", 0.71, 8.1),
        ("c43-10", "2023.1", "C-10", 0.021, 0.25),
        ("7m", "2013.1", "7M", 6.25, 33.35),
        ("7M", "2013.1", "7M", 6.25, 33.35),
        ("ACA", "2013.1", "7M", 6.25, 33.35),
        ("C36-3", "2015.1", None, None, None),
        ("C-3", "2013.1", None, None, None),
        ("", "2017.1", None, None, None),
    ],
)
def test_nominal_angles_go_with_the_wavelength(name, cycle, configuration, resolution, scale):
    found = observatory.limits().nominal(cycle, name)

    assert (found and found.configuration) == configuration
    if found:
        assert found.resolution_at(200.0) == pytest.approx(resolution)
        assert found.scale_at(200.0) == pytest.approx(scale)
