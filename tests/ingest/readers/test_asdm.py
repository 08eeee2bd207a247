"""Data sets: what is written is read, by us as by an independent reader."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from pyasdm import ASDM

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.execution import executions
from ingest.readers.asdm.tables import Tables
from ingest.readers.sources import Source
from ingest.records import UnreadableSource
from qa.figures import baselines, flagged_fraction, source_times, temperatures
from qa.observed import Execution
from snoopi.demo.asdm import documents_of
from tests.ingest.readers.asdm_files import execution, folder_of, read_back

ONE_MICROSECOND_NS = 1000


def written(said: Execution, folder: Path) -> Path:
    for name, data in documents_of(said).items():
        (folder / name).write_bytes(data)
    return folder


def assert_same(found: Execution, said: Execution) -> None:
    """Equal but for the last digit that radians cost a degree."""
    assert replace(found, positions={}, weather=()) == replace(said, positions={}, weather=())
    for name, position in said.positions.items():
        assert found.positions[name].ra_deg == pytest.approx(position.ra_deg, abs=1e-9)
        assert found.positions[name].dec_deg == pytest.approx(position.dec_deg, abs=1e-9)
    for mine, theirs in zip(found.weather, said.weather, strict=True):
        assert mine.wind_deg == pytest.approx(theirs.wind_deg)
        assert replace(mine, wind_deg=None) == replace(theirs, wind_deg=None)


def test_data_set_written_and_read_is_the_same() -> None:
    said = execution()

    found, tables = read_back(said)

    assert_same(found, said)
    assert tables.rejected == []


@pytest.mark.fixtures
def test_demo_data_sets_are_valid(fixtures_dir: Path, tmp_path: Path) -> None:
    schema = xmlschema.XMLSchema(str(fixtures_dir / "asdm_xsd" / "sdm_all.xsd"))

    found = {
        file.name: [str(problem.reason) for problem in schema.iter_errors(str(file))]
        for file in written(execution(), tmp_path).iterdir()
    }

    assert sum(map(len, found.values())) == 0, found
    assert len(found) == 17


@pytest.fixture
def independent(tmp_path: Path) -> Any:
    """The seed's data set as ALMA's own Python library reads it."""
    data_set = ASDM()
    data_set.setFromFile(str(written(execution(), tmp_path)))
    return data_set


def test_independent_reader_reads_the_same(independent: Any) -> None:
    said = execution()

    sizes = {
        table: getattr(independent, f"get{table}")().size()
        for table in ("ExecBlock", "Antenna", "Scan", "Subscan", "SysCal", "CalWVR", "Weather")
    }
    scans = independent.getScan().get()
    starts = [scan.getStartTime().get() for scan in scans]

    parts = sum(len(scan.subscans) for scan in said.scans)
    assert sizes == {
        "ExecBlock": 1,
        "Antenna": len(said.antennas),
        "Scan": len(said.scans),
        "Subscan": parts,
        "SysCal": len(said.tsys) // 2,
        "CalWVR": len(said.pwv_mm),
        "Weather": len(said.weather),
    }
    assert starts == [scan.start_ns for scan in said.scans]


@pytest.mark.parametrize(
    "table",
    ["SysCal", "Scan", "Subscan", "CalWVR", "CalFlux", "CalPhase", "Flag", "Antenna", "Main"],
)
def test_binary_table_reads_as_its_text(table: str, independent: Any, tmp_path: Path) -> None:
    packed = getattr(independent, f"get{table}")()
    packed._fileAsBin = True
    packed.toFile(str(tmp_path))
    assert "<BulkStoreRef" in (tmp_path / f"{table}.xml").read_text()

    found = executions(Tables(Source.from_path(tmp_path)))[0]

    said = execution()
    assert list(found.tsys.kelvin) == pytest.approx(list(said.tsys.kelvin))
    # The independent writer packs intervals through a double.
    times = zip(found.tsys.time_ns, said.tsys.time_ns, strict=True)
    assert max(abs(mine - theirs) for mine, theirs in times) < ONE_MICROSECOND_NS
    assert (found.scans, found.antennas, found.flags) == (said.scans, said.antennas, said.flags)
    assert (found.pwv_mm, found.fluxes) == (said.pwv_mm, said.fluxes)
    assert [noise.median_deg for noise in found.phases] == pytest.approx(
        [noise.median_deg for noise in said.phases], rel=1e-6
    )


@pytest.mark.fixtures
def test_real_data_set_gives_the_published_figures(fixtures_dir: Path) -> None:
    folder = next((fixtures_dir / "asdm").iterdir())
    tables = Tables(Source.from_path(folder))

    found = executions(tables)[0]

    array = baselines(found.antennas)
    times = {(time.intent, time.source): time.minutes for time in source_times(found.scans)}
    assert (found.uid, found.telescope) == ("uid://evla/sdm/X1", "EVLA")
    assert found.duration_min == pytest.approx(53.84, abs=0.005)
    assert (array.antennas, array.number) == (27, 351)
    assert array.shortest_m == pytest.approx(243.10, abs=0.01)
    assert array.longest_m == pytest.approx(11128.04, abs=0.01)
    assert times["CALIBRATE_AMPLI", "J0555+3948"] == pytest.approx(8.97, abs=0.005)
    assert times["CALIBRATE_PHASE", "J0555+3948"] == pytest.approx(8.97, abs=0.005)
    assert times["OBSERVE_TARGET", "FRB121102-off"] == pytest.approx(35.90, abs=0.005)
    assert temperatures(found.tsys) is None
    assert found.missing["SysCal"] == "The data set's SysCal table is empty."
    assert (len(found.windows), len(found.weather), len(found.flags or ())) == (8, 54, 186)
    assert tables.rejected == []


def test_missing_tables_are_named_and_nothing_is_zero() -> None:
    found, _ = read_back(execution(), SysCal=None, CalWVR=None, Weather=None, Flag=None)

    assert temperatures(found.tsys) is None
    assert (found.pwv_mm, found.weather) == ((), ())
    assert found.missing["SysCal"] == "The data set has no SysCal table."
    assert found.missing["Weather"] == "The data set has no Weather table."
    assert flagged_fraction(found) is None


def test_zeros_among_samples_hide_the_least_and_count_in_the_mean() -> None:
    said = execution()
    for place in range(0, len(said.tsys), 4):
        said.tsys.kelvin[place] = 0.0

    found, _ = read_back(said)

    figures = temperatures(found.tsys)
    assert figures is not None
    assert figures.recorded.min is None
    assert figures.missing == list(said.tsys.kelvin).count(0.0)
    assert figures.measured.min == min(kelvin for kelvin in said.tsys.kelvin if kelvin)
    assert figures.recorded.mean == pytest.approx(sum(said.tsys.kelvin) / len(said.tsys))


def table_of(name: str, rows: str) -> bytes:
    return f"<?xml version='1.0'?><{name}Table>{rows}</{name}Table>".encode()


OLD_BLOCK = """<row><execBlockId>ExecBlock_0</execBlockId>
<execBlockUID><EntityRef entityId="uid://A002/Xf/X1"/></execBlockUID>
<timeInterval>4911080139800000000 3600000000000</timeInterval></row>"""


def test_old_schema_with_an_interval_and_no_scans_gives_a_partial_report() -> None:
    files = {"ExecBlock.xml": table_of("ExecBlock", OLD_BLOCK)}

    tables = Tables(folder_of(files))
    found = executions(tables)[0]

    assert (found.uid, found.duration_min, found.scans) == ("uid://A002/Xf/X1", 60.0, ())
    assert found.missing["Scan"] == "The data set has no Scan table."
    assert baselines(found.antennas).shortest_m is None


@pytest.mark.parametrize(
    ("mark", "start_ns"),
    [("", 4911078339800000000), ("<startTimeDurationInXML/>", 4911080139800000000)],
)
def test_interval_starts_where_the_data_set_says(mark: str, start_ns: int) -> None:
    files = {
        "ASDM.xml": f"<?xml version='1.0'?><ASDM>{mark}</ASDM>".encode(),
        "ExecBlock.xml": table_of("ExecBlock", OLD_BLOCK),
    }

    assert executions(Tables(folder_of(files)))[0].start_ns == start_ns


def test_bad_row_is_rejected_by_number_and_the_rest_is_taken() -> None:
    scans = table_of(
        "Scan",
        "<row><scanNumber>one</scanNumber></row>"
        "<row><scanNumber>2</scanNumber><startTime>20</startTime><endTime>10</endTime>"
        "<scanIntent>1 1 OBSERVE_TARGET</scanIntent></row>"
        "<row><scanNumber>3</scanNumber><startTime>10</startTime><endTime>20</endTime>"
        "<scanIntent>1 1 OBSERVE_TARGET</scanIntent><sourceName>M83</sourceName></row>",
    )

    found, tables = read_back(execution(), Scan=scans)

    # What is left of the second are its subscans.
    assert [scan.number for scan in found.scans] == [2, 3]
    assert found.scans[0].start_ns == found.scans[0].subscans[0].start_ns
    assert [(problem.record, problem.reason) for problem in tables.rejected] == [
        ("night: Scan row 1", "scanNumber is not a whole number: “one”"),
        ("night: Scan row 2", "endTime is not after the start: “10”"),
    ]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"ASDM.xml": b"<ASDM/>"}, "It names no execution: The data set has no ExecBlock table."),
        (
            {"ExecBlock.xml": table_of("ExecBlock", "")},
            "It names no execution: The data set's ExecBlock table is empty.",
        ),
        (
            {"ExecBlock.xml": table_of("ExecBlock", "<row><startTime>x</startTime></row>")},
            "It names no execution: startTime is not a whole number: “x”",
        ),
        ({"ExecBlock.xml": b"<ExecBlockTable><row>"}, "Its XML is not well-formed"),
        (
            {"ExecBlock.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><ExecBlockTable/>'},
            "It declares XML entities",
        ),
        (
            {"ExecBlock.xml": table_of("ExecBlock", "<BulkStoreRef/>")},
            "ExecBlock.xml refers to ExecBlock.bin, which is not there.",
        ),
        ({"ExecBlock.bin": b"\0" * 100}, "It is no binary SDM table"),
    ],
)
def test_data_set_without_an_execution_is_refused_by_name(
    files: dict[str, bytes], reason: str
) -> None:
    with pytest.raises(UnreadableSource) as refused:
        executions(Tables(folder_of(files)))

    assert refused.value.reason.startswith(reason)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("1 3 0.5 1.5", None), ("9 1 1", None), ("x", None), ("2 2 2 1 2 3 4", [[1, 2], [3, 4]])],
)
def test_array_holds_what_it_states(cell: str, wanted: list[list[float]] | None) -> None:
    row = Row({"spectrum": cell})

    if wanted is None:
        with pytest.raises(BadCell):
            row.matrix("spectrum")
    else:
        assert row.matrix("spectrum") == wanted


def test_words_may_be_quoted() -> None:
    row = Row({"goals": '1 2 "sensitivity = 1 mJy" plain'})

    assert row.texts("goals") == ["sensitivity = 1 mJy", "plain"]


@pytest.mark.parametrize(
    ("table", "column", "cell", "reason"),
    [
        ("ExecBlock", "siteLongitude", "garbage", "siteLongitude is not a number"),
        ("ExecBlock", "siteLatitude", "2.7e3", "siteLatitude is not a latitude"),
        ("ExecBlock", "siteAltitude", "1e22", "siteAltitude is not a height above the sea"),
        ("ExecBlock", "antennaId", "1e999", "antennaId is not an array"),
        ("SBSummary", "scienceGoal", "9" * 23, "scienceGoal is not an array"),
    ],
)
def test_bad_cell_of_a_row_that_is_needed_is_rejected_alone(table, column, cell, reason):
    good = documents_of(said := execution())[f"{table}.xml"]
    bad = re.sub(rf"<{column}>[^<]*</{column}>", f"<{column}>{cell}</{column}>", good.decode())

    found, tables = read_back(said, **{table: bad.encode()})

    assert [problem.record for problem in tables.rejected] == [f"night: {table}"]
    assert reason in tables.rejected[0].reason
    assert (found.uid, len(found.scans)) == (said.uid, len(said.scans))


@pytest.mark.parametrize("time", ["9" * 23, "-" + "9" * 23])
def test_time_beyond_64_bits_is_no_execution(time):
    said = execution()
    good = documents_of(said)["ExecBlock.xml"].decode()
    bad = re.sub(r"<endTime>[^<]*</endTime>", f"<endTime>{time}</endTime>", good)

    with pytest.raises(UnreadableSource, match="endTime is not a whole number of 64 bits"):
        read_back(said, ExecBlock=bad.encode())
