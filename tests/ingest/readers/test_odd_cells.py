"""Odd cells, each of every table in turn: nothing breaks, and nothing else is lost."""

import json
import math
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest

from ingest.readers.asdm.execution import executions
from ingest.readers.asdm.layout import columns_of
from ingest.readers.asdm.tables import Tables
from ingest.readers.sources import Source
from ingest.records import UnreadableSource
from qa.observed import Execution
from qa.plots.catalog import PLOTS
from qa.plots.figure import figure_of
from qa.plots.plot import Facts
from qa.services.reports import report_figures
from qa.stored import as_json, from_json
from tests.ingest.readers.asdm_files import folder_of
from tests.ingest.readers.odd_data_sets import (
    Cells,
    Place,
    as_xml,
    folder,
    packed_folder,
    places,
    small,
    tables_of,
    typed,
    with_cell,
)

_WORDS = (
    *("garbage", "", "1e308", "-5", str(2**63 - 1)),
    *("2 3 3 1 2", "1 3 NaN inf 1e308", None),
)
_PACKED: dict[str, tuple[Any, ...]] = {
    "s": ("", "garbage", "\0", "x" * 5000),
    "E": ("", "garbage", "\0"),
    "i": (-5, 0, 2**31 - 1),
    "q": (-5, 0, 2**63 - 1, -(2**63)),
    "I": ((0, 0), (-5, -5), (2**63 - 1, 2**63 - 1), (-(2**63), 1)),
    "f": (math.nan, math.inf, 3e38, -5.0, 0.0),
    "d": (math.nan, math.inf, 1e308, -5.0, 0.0),
    "b": (True, False),
}
# What a table tells; a bad cell of it may cost nothing else.
_TOLD = {
    "Antenna": {"antennas", "tsys", "flags"},
    "Station": {"antennas", "weather"},
    "Scan": {"scans"},
    "Subscan": {"scans"},
    "Source": {"positions"},
    "Field": {"positions"},
    "SpectralWindow": {"windows"},
    "SysCal": {"tsys"},
    # The radiometers' water vapor is had before the atmosphere's.
    "CalAtmosphere": set(),
    "CalWVR": {"pwv_mm"},
    "CalFlux": {"fluxes"},
    "CalPhase": {"phases"},
    "Weather": {"weather"},
    "Flag": {"flags"},
    "SBSummary": {"ous_uid", "project_uid", "sched_block_uid", "rep_freq_ghz", "bands", "goals"},
}
_OF_BLOCK = {
    *("uid", "start_ns", "end_ns", "telescope", "configuration", "array_name", "aborted"),
    *("site", "project_uid", "antennas"),
}


@cache
def said() -> dict[str, list[Cells]]:
    return tables_of(small())


def read(source: Source) -> tuple[Execution, Tables]:
    tables = Tables(source)
    return executions(tables)[0], tables


@cache
def untouched() -> Execution:
    found, tables = read(folder(said()))
    assert tables.rejected == []
    return found


def changed(found: Execution) -> set[str]:
    """The facts that differ from those of the untouched data set, but for why some lack."""
    names = {field.name for field in fields(Execution)} - {"missing"}
    return {name for name in names if getattr(found, name) != getattr(untouched(), name)}


@cache
def shown(text: str) -> None:
    """Compute and draw all that is kept of an execution, once for each that differs."""
    kept = from_json(json.loads(text))
    for kind in PLOTS.values():
        drawn = figure_of(kind.title, kind.draw(Facts(kept, 100.0)))
        json.dumps(drawn, allow_nan=False)


def wrong(cases: Iterator[tuple[Place, object, Source]]) -> list[tuple[Place, str, str]]:
    """What is wrong with how some data sets are read, by the cell that is odd in each.

    A column whose first odd cell changes nothing is one that nobody reads.
    """
    found: list[tuple[Place, str, str]] = []
    unread: Place | None = None
    for place, cell, source in cases:
        if place == unread:
            continue
        is_first = not found or found[-1][0] != place
        try:
            problem, is_unread = judged(source, place.table)
        except Exception as broke:  # noqa: BLE001 - whatever it is, the test names its cell
            problem, is_unread = repr(broke), False
        found.append((place, str(cell)[:30], problem))
        unread = place if is_first and is_unread else None
    return [case for case in found if case[2]]


def judged(source: Source, table: str) -> tuple[str, bool]:
    """What is wrong with how a data set is read, and whether it reads as the untouched one."""
    try:
        found, tables = read(source)
    except UnreadableSource as refused:
        return ("" if table == "ExecBlock" else f"refused: {refused.reason}"), False
    odd = changed(found)
    if not odd:
        return "", not tables.rejected
    json.dumps(report_figures(found), allow_nan=False)
    shown(json.dumps(as_json(found), allow_nan=False))
    lost = odd - (_OF_BLOCK if table == "ExecBlock" else _TOLD.get(table, set()))
    if shorter(found) and not tables.rejected and found.missing == untouched().missing:
        return f"lost in silence: {shorter(found)}", False
    return (f"also changed: {lost}" if lost else ""), False


def shorter(found: Execution) -> set[str]:
    """The facts of which there are fewer than in the untouched data set.

    Phases are not among them: zeros and NaN are how writers say that there was nothing.
    """
    names = ("antennas", "scans", "positions", "windows", "pwv_mm", "weather", "flags")
    return {name for name in names if len(getattr(found, name)) < len(getattr(untouched(), name))}


@cache
def documents() -> dict[str, bytes]:
    return {f"{name}.xml": as_xml(name, rows) for name, rows in said().items()}


def test_any_cell_of_any_table_may_hold_anything() -> None:
    def cases() -> Iterator[tuple[Place, object, Source]]:
        for place in places(said()):
            for word in _WORDS:
                rows = with_cell(said()[place.table], place, word)
                table = {f"{place.table}.xml": as_xml(place.table, rows)}
                yield place, word, folder_of({**documents(), **table})

    assert wrong(cases()) == []


def test_any_cell_of_any_packed_table_may_hold_anything() -> None:
    def cases() -> Iterator[tuple[Place, object, Source]]:
        for place in places(said()):
            rows = typed(place.table, said()[place.table])
            for cell in _odd_packed(place, rows[place.row][place.column]):
                odd = with_cell(rows, place, cell)
                yield place, cell, packed_folder(documents(), place.table, odd)

    assert wrong(cases()) == []


def _odd_packed(place: Place, cell: Any) -> Iterator[Any]:
    column = columns_of(place.table)[place.column]
    if not column.rank:
        yield from _PACKED[column.type]
    else:
        yield from _odd_arrays(column.type, *cell)
    if column.is_optional:
        yield None


def _odd_arrays(code: str, sizes: list[int], values: list[Any]) -> Iterator[Any]:
    yield [0] * len(sizes), []
    yield [*sizes[:-1], sizes[-1] + 1], [*values, *values[-1:] * math.prod(sizes[:-1])]
    for value in _PACKED[code]:
        yield sizes, [value] * len(values)


@pytest.mark.parametrize("table", [*_TOLD, "Main"])
def test_data_set_without_a_table_keeps_the_rest_and_says_why(table: str) -> None:
    files = {name: data for name, data in documents().items() if name != f"{table}.xml"}

    found, _ = read(folder_of(files))

    shown(json.dumps(as_json(found), allow_nan=False))
    assert changed(found) <= _TOLD.get(table, set()) | (
        {"antennas"} if table == "Station" else set()
    )
    if table not in ("Main", "CalAtmosphere"):
        assert found.missing[table] == f"The data set has no {table} table."


def test_order_of_cells_and_rows_does_not_matter() -> None:
    turned = {
        name: [dict(reversed(row.items())) for row in reversed(rows)]
        for name, rows in said().items()
        # The order of these is the order of windows and of rows of the heat map.
        if name not in ("Antenna", "SpectralWindow", "SysCal", "Flag", "CalWVR", "CalPhase")
    }

    found, tables = read(folder({**said(), **turned}))

    assert (tables.rejected, changed(found)) == ([], set())


@pytest.mark.parametrize(
    ("table", "column", "tag", "record", "reason"),
    [
        ("Antenna", "stationId", "Station_99", "Antenna row 2", "is not a station with"),
        ("Antenna", "stationId", "Station_0", "Antenna row 2", "is not a station of its own"),
        (
            "Antenna",
            "antennaId",
            "Antenna_9",
            "ExecBlock",
            "is not an antenna",
        ),
        ("ExecBlock", "sBSummaryId", "SBSummary_9", "ExecBlock", "is not the tag of a row"),
        ("Scan", "scanNumber", "1", "Scan row 2", "is not a number of its own"),
        ("Subscan", "subscanNumber", "1", None, "is not a number of its own in its scan"),
        ("Source", "direction", "1 2 0.1 9.0", "Source row 3", "is not a direction"),
        ("Weather", "temperature", "-3", "Weather row 2", "is not a temperature of air in K"),
        ("ExecBlock", "aborted", "perhaps", "ExecBlock", "is not a yes or no"),
    ],
)
def test_cell_that_cannot_be_is_named(
    table: str, column: str, tag: str, record: str | None, reason: str
) -> None:
    row = next(
        number
        for number, cells in enumerate(said()[table])
        if number >= len(said()[table]) // 2 and cells.get(column) not in (tag, None)
    )
    rows = with_cell(said()[table], Place(table, row, column), tag)

    _, tables = read(folder({**said(), table: rows}))

    [problem] = tables.rejected
    assert problem.record == f"night: {record or f'{table} row {row + 1}'}"
    assert problem.reason.startswith(f"{column} {reason}")


def test_only_bad_cells_of_a_row_are_left_out() -> None:
    place = Place("Weather", 1, "temperature")

    found, _ = read(folder({**said(), "Weather": with_cell(said()["Weather"], place, "warm")}))

    readings = dict(zip(found.weather, untouched().weather, strict=True))
    [(odd, good)] = [(one, other) for one, other in readings.items() if one != other]
    assert odd == replace(good, temperature_k=None)
