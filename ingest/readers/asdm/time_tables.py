"""What was done when: scans with their subscans, and where the sources stand."""

import math
from collections import defaultdict

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.tables import Tables
from qa.observed import Position, Scan, Subscan

# Directions in other frames (horizontal ones, say) are no places on the sky.
_CELESTIAL = frozenset({"", "J2000", "ICRS"})


def span(row: Row) -> tuple[int, int]:
    """Start and end of a row, in nanoseconds since MJD 0. Raises BadCell."""
    start, end = row.integer("startTime"), row.integer("endTime")
    found = row.interval("timeInterval") if start is None or end is None else (start, end)
    if found is None:
        raise BadCell("startTime", "a time", "")
    if found[1] < found[0]:
        raise BadCell("endTime", "after the start", found[1])
    return found


def is_of(row: Row, exec_block: str) -> bool:
    """Whether a row belongs to an execution; old schemas do not say."""
    return row.text("execBlockId") in ("", exec_block)


def scans(tables: Tables, exec_block: str) -> tuple[Scan, ...]:
    """Answer the scans of an execution by number, each with its subscans by time."""
    parts = _subscans(tables, exec_block)

    def scan(row: Row) -> Scan | None:
        if not is_of(row, exec_block):
            return None
        number = row.integer("scanNumber")
        if number is None:
            raise BadCell("scanNumber", "a whole number", "")
        fields = row.texts("fieldName")
        return Scan(
            number,
            *span(row),
            intents=tuple(row.texts("scanIntent")),
            source=row.text("sourceName") or (fields[0] if fields else ""),
            subscans=tuple(sorted(parts.get(number, ()), key=lambda part: part.start_ns)),
        )

    return tuple(sorted(tables.made("Scan", scan), key=lambda found: found.number))


def _subscans(tables: Tables, exec_block: str) -> dict[int, list[Subscan]]:
    found: defaultdict[int, list[Subscan]] = defaultdict(list)

    def subscan(row: Row) -> None:
        scan, number = row.integer("scanNumber"), row.integer("subscanNumber")
        if scan is None or number is None:
            raise BadCell("scanNumber", "a whole number", "")
        if is_of(row, exec_block):
            part = Subscan(number, *span(row), row.text("fieldName"), row.text("subscanIntent"))
            found[scan].append(part)

    tables.made("Subscan", subscan)
    return found


def positions(tables: Tables) -> dict[str, Position]:
    """Answer where each source stands, by name; the first row of a name counts.

    Fields stand in for sources that the Source table leaves out.
    """
    sources = tables.made("Source", lambda row: _place(row, "sourceName", "direction"))
    fields = tables.made("Field", lambda row: _place(row, "fieldName", "phaseDir"))
    found: dict[str, Position] = {}
    for name, position in [*sources, *fields]:
        found.setdefault(name, position)
    return found


def _place(row: Row, name: str, direction: str) -> tuple[str, Position] | None:
    radians = row.numbers(direction)[:2]
    if len(radians) < 2 or row.text("directionCode").upper() not in _CELESTIAL:
        return None
    ra, dec = map(math.degrees, radians)
    if not (math.isfinite(ra) and -90 <= dec <= 90):
        raise BadCell(direction, "a direction", row.text(direction))
    return row.text(name), Position(ra % 360, dec)
