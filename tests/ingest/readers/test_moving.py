"""Sources that move: where the data set's own ephemeris has them, or why not."""

import json
import math

import pytest

from ingest.readers.asdm.execution import executions
from ingest.readers.asdm.tables import Tables
from qa.figures import source_times
from qa.intents import TARGET
from qa.observed import NS_A_MINUTE, Execution
from qa.plots.plot import Facts
from qa.plots.sky_tracks import sky_tracks
from qa.plots.uv import uv_coverage
from qa.services.reports import target_elevations
from qa.stored import as_json, from_json
from tests.ingest.readers.odd_data_sets import (
    Cells,
    as_xml,
    folder,
    packed_folder,
    small,
    tables_of,
    typed,
)

TARGET_NAME = "SgrB2"
# A degree of right ascension an hour, as fast as an asteroid that passes by.
RATE = math.radians(1) / 3600
RA, DEC = math.radians(266.0), math.radians(-28.0)


def data_set(*, offset: str = "0.0 0.0", **ephemeris: str) -> dict[str, list[Cells]]:
    """A small data set whose target has an ephemeris of two legs."""
    tables = tables_of(small())
    for field in tables["Field"]:
        if field["fieldName"] == TARGET_NAME:
            field |= {"ephemerisId": "3", "phaseDir": f"2 1 2 {offset}"}
    said = small()
    half = (said.start_ns + said.end_ns) // 2
    tables["Ephemeris"] = [
        leg(said.start_ns, half, RA) | ephemeris,
        leg(half, said.end_ns, RA + RATE * (half - said.start_ns) / 1e9) | ephemeris,
    ]
    return tables


def leg(start_ns: int, end_ns: int, ra: float) -> Cells:
    return {
        "timeInterval": f"{(start_ns + end_ns) // 2} {end_ns - start_ns}",
        "ephemerisId": "3",
        "observerLocation": "1 3 0.0 0.0 0.0",
        "equinoxEquator": "2000.0",
        "numPolyDir": "2",
        "dir": f"2 2 2 {ra!r} {DEC!r} {RATE!r} 0.0",
        "numPolyDist": "1",
        "distance": "1 1 1e11",
        "timeOrigin": str(start_ns),
        "origin": "JPL-Horizons",
    }


def read(tables: dict[str, list[Cells]]) -> tuple[Execution, Tables]:
    found = Tables(folder(tables))
    return executions(found)[0], found


def test_moving_source_is_followed_through_its_legs() -> None:
    found, tables = read(data_set())

    path = found.paths[TARGET_NAME]
    for minutes in (0, 10, 30, 50):
        time_ns = found.start_ns + minutes * NS_A_MINUTE
        assert path.at(time_ns).ra_deg == pytest.approx(266 + minutes / 60)
        assert path.at(time_ns).dec_deg == pytest.approx(-28)
    assert found.positions[TARGET_NAME].ra_deg == pytest.approx(266 + found.duration_min / 120)
    # Nobody knows it before and after.
    assert path.at(found.start_ns - 60 * NS_A_MINUTE) == path.at(found.start_ns)
    assert tables.rejected == []
    assert "Ephemeris" not in found.missing


def test_direction_of_the_field_is_an_offset_to_the_ephemeris() -> None:
    found, _ = read(data_set(offset=f"0.0 {math.radians(0.01)!r}"))

    assert found.paths[TARGET_NAME].at(found.start_ns).dec_deg == pytest.approx(-27.99)


def test_packed_ephemeris_reads_as_its_text() -> None:
    tables = data_set()
    files = {f"{name}.xml": as_xml(name, rows) for name, rows in tables.items()}
    source = packed_folder(files, "Ephemeris", typed("Ephemeris", tables["Ephemeris"]))

    assert executions(Tables(source))[0].paths == read(tables)[0].paths


def test_way_is_kept_and_drawn_and_counts_for_elevations() -> None:
    tables = data_set()
    tables["Scan"][-1]["scanIntent"] = f"1 1 {TARGET}"
    tables["Scan"][-1]["sourceName"] = TARGET_NAME
    found, _ = read(tables)
    kept = from_json(json.loads(json.dumps(as_json(found))))

    plot = sky_tracks(Facts(kept, 100.0))
    still = sky_tracks(Facts(from_json({**as_json(found), "paths": {}}), 100.0))

    assert kept.execution.paths == found.paths
    sentence = f"{TARGET_NAME} moves: drawn where the data set's own ephemeris has it at each time."
    assert sentence in plot.notes
    assert sentence not in still.notes
    assert plot.table.rows != still.table.rows
    assert sentence in uv_coverage(Facts(kept, 100.0)).notes
    heights = [float(str(row[3])) for row in plot.table.rows if row[2] == TARGET_NAME]
    seen = target_elevations(found)
    assert min(seen) == pytest.approx(min(heights), abs=0.1)
    assert any(time.source == TARGET_NAME for time in source_times(found.scans))


@pytest.mark.parametrize(
    ("ephemeris", "reason"),
    [
        (None, "The data set has no Ephemeris table."),
        ({"ephemerisId": "4"}, "The data set names an ephemeris of SgrB2, but has none"),
        ({"timeOrigin": "5"}, "No row of the data set's Ephemeris table could be read"),
        ({"equinoxEquator": "1950.0"}, "No row of the data set's Ephemeris table could be read"),
        ({"dir": "2 1 3 1 2 3"}, "No row of the data set's Ephemeris table could be read"),
    ],
)
def test_moving_source_without_a_way_has_no_place_and_the_plot_says_why(ephemeris, reason):
    tables = data_set(**(ephemeris or {}))
    if ephemeris is None:
        del tables["Ephemeris"]
    for source in tables["Source"]:
        source["direction"] = "1 2 0.0 0.0"
    tables["Scan"][-1]["sourceName"] = TARGET_NAME

    found, _ = read(tables)

    assert TARGET_NAME not in {**found.positions, **found.paths}
    assert found.missing["Ephemeris"].startswith(reason)
    notes = " ".join(sky_tracks(Facts(from_json(as_json(found)), 100.0)).notes)
    assert f"no position of {TARGET_NAME}. {reason}" in notes
