"""A data set's executions: the ExecBlock rows with all that the other tables say."""

import math
import re

from ingest.readers.asdm.array_tables import antenna_names, antennas, windows
from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.measured_tables import flags, pwv, tsys, weather
from ingest.readers.asdm.reduced_tables import fluxes, phases
from ingest.readers.asdm.tables import Tables
from ingest.readers.asdm.time_tables import positions, scans, span
from ingest.records import UnreadableSource
from projects.identity import parse_identity
from qa.observed import Execution, Site

# SBSummary counts in GHz; some writers give Hz, and no telescope observes at 1e6 GHz.
_SURELY_HZ = 1e6
_GOAL_FREQUENCY = re.compile(
    r"representative\s*frequency\s*[=:]\s*([\d.eE+]+)\s*(GHz|MHz|Hz)", re.IGNORECASE
)
_GHZ = {"ghz": 1.0, "mhz": 1e-3, "hz": 1e-9}
_BAND = re.compile(r"RB_0*(\d{1,2})")
_FULL_TURN = 2 * math.pi
_RIGHT_ANGLE = 90.0
_MOST_ALTITUDE_M = 10_000.0


def executions(tables: Tables) -> list[Execution]:
    """Read the executions of a data set. Raises UnreadableSource where there is none."""
    blocks = tables.made("ExecBlock", lambda row: (row, span(row)))
    if not blocks:
        said = [problem.reason for problem in tables.rejected]
        reason = said[0] if said else tables.missing["ExecBlock"]
        raise UnreadableSource(tables.name, f"It names no execution: {reason}")
    summaries = {row.text("sBSummaryId"): row for row in tables.made("SBSummary", _whole)}
    return [_execution(tables, row, times, summaries) for row, times in blocks]


def _whole(row: Row) -> Row:
    return row


def _execution(
    tables: Tables, row: Row, times: tuple[int, int], summaries: dict[str, Row]
) -> Execution:
    names = antenna_names(tables)
    summary = summaries.get(row.text("sBSummaryId"), Row({}))
    exec_block = row.text("execBlockId")
    none: list[str] = []
    goals = tables.read_or_reject("SBSummary", lambda: summary.texts("scienceGoal"), none)
    used = tables.read_or_reject("ExecBlock", lambda: row.texts("antennaId"), none)
    return Execution(
        uid=parse_identity(row.uid("execBlockUID")),
        start_ns=times[0],
        end_ns=times[1],
        telescope=row.text("telescopeName"),
        configuration=row.text("configName"),
        array_name=row.text("arrayName"),
        aborted=row.flag("aborted"),
        site=tables.read_or_reject("ExecBlock", lambda: _site(row), None),
        project_uid=parse_identity(row.uid("projectUID")),
        ous_uid=parse_identity(summary.uid("obsUnitSetUID")),
        sched_block_uid=parse_identity(summary.uid("sbSummaryUID")),
        rep_freq_ghz=_frequency(summary, goals),
        bands=_bands(summary),
        goals=tuple(filter(None, goals)),
        antennas=antennas(tables, used),
        scans=scans(tables, exec_block),
        positions=positions(tables),
        windows=windows(tables),
        tsys=tsys(tables, names),
        pwv_mm=pwv(tables),
        weather=weather(tables),
        flags=flags(tables, names),
        fluxes=fluxes(tables),
        phases=phases(tables),
        missing=tables.missing,
    )


def _site(row: Row) -> Site | None:
    longitude, latitude = row.number("siteLongitude"), row.number("siteLatitude")
    if longitude is None or latitude is None:
        return None
    # ALMA writes radians, the VLA degrees; no array stands within 6 degrees of Greenwich.
    if abs(longitude) <= _FULL_TURN and abs(latitude) <= math.pi / 2:
        longitude, latitude = math.degrees(longitude), math.degrees(latitude)
    altitude = row.number("siteAltitude") or 0.0
    if abs(latitude) > _RIGHT_ANGLE:
        raise BadCell("siteLatitude", "a latitude", latitude)
    if abs(altitude) > _MOST_ALTITUDE_M:
        raise BadCell("siteAltitude", "a height above the sea in m", altitude)
    return Site(longitude, latitude, altitude)


def _frequency(summary: Row, goals: list[str]) -> float | None:
    try:
        frequency = summary.number("frequency")
    except BadCell:
        frequency = None
    if frequency is not None and frequency > 0:
        return frequency / 1e9 if frequency > _SURELY_HZ else frequency
    for goal in goals:
        if found := _GOAL_FREQUENCY.search(goal):
            return float(found[1]) * _GHZ[found[2].lower()]
    return None


def _bands(summary: Row) -> tuple[int, ...]:
    found = {int(band) for band in _BAND.findall(summary.text("frequencyBand"))}
    return tuple(sorted(band for band in found if 1 <= band <= 10))
