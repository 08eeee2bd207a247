"""The tables of limits: ours are good, bad ones are refused, the row of the cycle holds."""

import pytest

from projects.tables import BadTable, read_table
from qa import observatory
from qa.limits import Limits
from qa.tables import QA_READERS, read_antenna_rules

HEAD = "first_cycle,array,nominal,minimum,confidence,source\n"
TABLE = HEAD + (
    "2013.1,12m,34,34,default,a talk\n2017.1,12m,43,41,default,a talk\n2015.1,TP,2,,default,x\n"
)


@pytest.mark.parametrize("name", QA_READERS)
def test_own_tables_can_be_read_and_every_row_has_its_source(name: str) -> None:
    rows = read_table(observatory.OWN_TABLES / name, QA_READERS)

    assert rows
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
