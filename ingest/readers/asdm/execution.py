"""A data set's executions: the ExecBlock rows with all that the other tables say."""

import math
import re
from collections.abc import Mapping

from ingest.readers.asdm.array_tables import antenna_names, antennas, windows
from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.measured_tables import flags, pwv, tsys, weather
from ingest.readers.asdm.moving import moving, with_moving
from ingest.readers.asdm.reduced_tables import fluxes, phases
from ingest.readers.asdm.tables import Tables
from ingest.readers.asdm.time_tables import Whole, positions, scans, span, whole_of
from ingest.records import UnreadableSource
from projects.identity import parse_identity
from qa.observed import Antenna, Execution, Site

# SBSummary counts in GHz; some writers give Hz, and no telescope observes at 1e6 GHz.
_SURELY_HZ = 1e6
_GOAL_FREQUENCY = re.compile(
    r"representative\s*frequency\s*[=:]\s*(\d+\.?\d*(?:[eE]\+?\d{1,2})?)\s*(GHz|MHz|Hz)",
    re.IGNORECASE,
)
_GHZ = {"ghz": 1.0, "mhz": 1e-3, "hz": 1e-9}
_BAND = re.compile(r"RB_0*(\d{1,2})")
_FULL_TURN = 2 * math.pi
_TURN_DEG = (-360.0, 360.0)
_UPRIGHT_DEG = (-90.0, 90.0)
_ALTITUDES_M = (-10_000.0, 10_000.0)
# Beyond it is light, and no radio telescope.
_MOST_GHZ = 1e5


def executions(tables: Tables) -> list[Execution]:
    """Read the executions of a data set. Raises UnreadableSource where there is none."""
    blocks = tables.made("ExecBlock", lambda row: (row, span(row)))
    if not blocks:
        said = [problem.reason for problem in tables.rejected]
        reason = said[0] if said else tables.missing["ExecBlock"]
        raise UnreadableSource(tables.name, f"It names no execution: {reason}")
    whole = whole_of([(row.text("execBlockId"), times) for row, times in blocks])
    summaries = {row.text("sBSummaryId"): row for row in tables.made("SBSummary", _as_it_is)}
    return [_execution(tables, row, times, whole, summaries) for row, times in blocks]


def _as_it_is(row: Row) -> Row:
    return row


def _execution(
    tables: Tables,
    row: Row,
    times: tuple[int, int],
    whole: Whole,
    summaries: Mapping[str, Row],
) -> Execution:
    names = antenna_names(tables)
    summary = _summary(row, summaries)
    exec_block = row.text("execBlockId")
    paths, movers = moving(tables, times)
    goals = summary.spare_all("scienceGoal", summary.texts)
    used = row.spare_all("antennaId", row.texts)
    found = Execution(
        uid=parse_identity(row.uid("execBlockUID")),
        start_ns=times[0],
        end_ns=times[1],
        telescope=row.text("telescopeName"),
        configuration=row.text("configName"),
        array_name=row.text("arrayName"),
        aborted=row.spare("aborted", row.flag, None),
        site=_site(row),
        project_uid=parse_identity(row.uid("projectUID")),
        ous_uid=parse_identity(summary.uid("obsUnitSetUID")),
        sched_block_uid=parse_identity(summary.uid("sbSummaryUID")),
        rep_freq_ghz=_frequency(summary, goals),
        bands=_bands(summary),
        goals=tuple(filter(None, goals)),
        antennas=_antennas(tables, row, used),
        scans=scans(tables, exec_block, whole),
        positions=with_moving(positions(tables), paths, movers, times),
        paths=paths,
        windows=windows(tables),
        tsys=tsys(tables, names),
        pwv_mm=pwv(tables),
        weather=weather(tables, whole),
        flags=flags(tables, names),
        fluxes=fluxes(tables),
        phases=phases(tables),
        missing=tables.missing,
    )
    tables.note_spared("ExecBlock", row)
    tables.note_spared("SBSummary", summary)
    return found


def _summary(row: Row, summaries: Mapping[str, Row]) -> Row:
    """The row on the scheduling block; the only one there is, whatever its tag."""
    tag = row.text("sBSummaryId")
    if tag in summaries or not summaries:
        return summaries.get(tag, Row({}))
    row.spared.append(BadCell("sBSummaryId", "the tag of a row of SBSummary", tag))
    return next(iter(summaries.values())) if len(summaries) == 1 else Row({})


def _antennas(tables: Tables, row: Row, used: list[str]) -> tuple[Antenna, ...]:
    found = antennas(tables, used)
    known = antenna_names(tables)
    for tag in used:
        if known and tag not in known:
            row.spared.append(BadCell("antennaId", "an antenna of the Antenna table", tag))
    return found


def _site(row: Row) -> Site | None:
    longitude = row.among("siteLongitude", *_TURN_DEG, "a longitude")
    latitude = row.among("siteLatitude", *_UPRIGHT_DEG, "a latitude")
    if longitude is None or latitude is None:
        return None
    # ALMA writes radians, the VLA degrees; no array stands within 6 degrees of Greenwich.
    if abs(longitude) <= _FULL_TURN and abs(latitude) <= math.pi / 2:
        longitude, latitude = math.degrees(longitude), math.degrees(latitude)
    altitude = row.among("siteAltitude", *_ALTITUDES_M, "a height above the sea in m")
    return Site(longitude, latitude, altitude or 0.0)


def _frequency(summary: Row, goals: list[str]) -> float | None:
    """The representative frequency in GHz; what is not above zero says nothing."""
    said = summary.spare("frequency", summary.number, None)
    if said is not None and said > 0:
        said = said / 1e9 if said > _SURELY_HZ else said
        if said <= _MOST_GHZ:
            return said
        summary.spared.append(BadCell("frequency", "a frequency", summary.text("frequency")))
    found = filter(None, map(_GOAL_FREQUENCY.search, goals))
    in_goals = (float(goal[1]) * _GHZ[goal[2].lower()] for goal in found)
    return next((frequency for frequency in in_goals if 0 < frequency <= _MOST_GHZ), None)


def _bands(summary: Row) -> tuple[int, ...]:
    found = {int(band) for band in _BAND.findall(summary.text("frequencyBand"))}
    return tuple(sorted(band for band in found if 1 <= band <= 10))
