"""What was done when: scans with their subscans, and where the sources stand."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.tables import Tables
from qa.observed import NS_A_MINUTE, Position, Scan, Subscan

# Directions in other frames (horizontal ones, say) are no places on the sky.
_CELESTIAL = frozenset({"", "J2000", "ICRS"})
_OTHER_FRAMES = frozenset(
    """
    JMEAN JTRUE APP B1950 B1950_VLA BMEAN BTRUE GALACTIC HADEC AZELSW AZELSWGEO AZELNE
    AZELNEGEO AZEL AZELGEO JNAT ECLIPTIC MECLIPTIC TECLIPTIC SUPERGAL ITRF TOPO MERCURY
    VENUS MARS JUPITER SATURN URANUS NEPTUNE PLUTO SUN MOON COMET
    """.split()
)
_ENDS = (("startTime", "endTime"), ("startValidTime", "endValidTime"))
# Hours are usual; what is longer has a wrong time.
_LONGEST_NS = 7 * 24 * 60 * NS_A_MINUTE
_TURN_DEG = 360.0


@dataclass(frozen=True, slots=True)
class Whole:
    """The executions of a data set by their tags, and a week around them all."""

    tags: frozenset[str]
    first_ns: int
    last_ns: int

    def has(self, row: Row, exec_block: str) -> bool:
        """Whether a row belongs to an execution. Raises BadCell.

        Old schemas do not say, and where there is one execution all rows are its own.
        """
        tag = row.text("execBlockId")
        if not tag or len(self.tags) == 1:
            return True
        if tag not in self.tags:
            raise BadCell("execBlockId", "an execution of the data set", tag)
        return tag == exec_block

    def near(self, row: Row) -> int:
        """The middle of the time of a row, not far from its executions. Raises BadCell."""
        found = middle(row)
        if not self.first_ns <= found <= self.last_ns:
            raise BadCell("its time", "near the execution", found)
        return found


def whole_of(blocks: Sequence[tuple[str, tuple[int, int]]]) -> Whole:
    """Answer what holds some executions, each a tag with its start and end."""
    first = min(start for _, (start, _) in blocks) - _LONGEST_NS
    last = max(end for _, (_, end) in blocks) + _LONGEST_NS
    return Whole(frozenset(tag for tag, _ in blocks), first, last)


def span(row: Row) -> tuple[int, int]:
    """Start and end of a row, in nanoseconds since MJD 0. Raises BadCell."""
    start, end = any_span(row)
    if end - start > _LONGEST_NS:
        raise BadCell("its end", "within a week of its start", end)
    return start, end


def any_span(row: Row) -> tuple[int, int]:
    """As ``span``, of whatever length. Raises BadCell."""
    for first, last in _ENDS:
        start, end = row.integer(first), row.integer(last)
        if start is not None and end is not None:
            if end < start:
                raise BadCell(last, "after the start", end)
            return start, end
    found = row.interval("timeInterval")
    if found is None:
        raise BadCell("its time", "a start and an end", "")
    return found


def middle(row: Row) -> int:
    """The middle of the time of a row. Raises BadCell."""
    start, end = span(row)
    return (start + end) // 2


def scans(tables: Tables, exec_block: str, whole: Whole) -> tuple[Scan, ...]:
    """Answer the scans of an execution by number, each with its subscans by time.

    A scan whose own times are bad lasts as long as its subscans.
    """
    parts = _subscans(tables, exec_block, whole)
    told: set[int] = set()

    def scan(row: Row) -> Scan | None:
        if not whole.has(row, exec_block):
            return None
        number = _own_number(row, told)
        subscans = tuple(sorted(parts.get(number, ()), key=lambda part: part.start_ns))
        intents = row.spare_all("scanIntent", _known_intents(row))
        fields = row.spare_all("fieldName", row.texts)
        return Scan(
            number,
            *_scan_span(row, subscans),
            intents=tuple(intents),
            source=row.text("sourceName") or (fields[0] if fields else ""),
            subscans=subscans,
        )

    return tuple(sorted(tables.made("Scan", scan), key=lambda found: found.number))


def _own_number(row: Row, told: set[int]) -> int:
    number = row.integer("scanNumber")
    if number is None:
        raise BadCell("scanNumber", "a whole number", "")
    if number in told:
        raise BadCell("scanNumber", "a number of its own", number)
    told.add(number)
    return number


def _known_intents(row: Row) -> Callable[[str], list[str]]:
    def read(name: str) -> list[str]:
        found = [word for word in row.texts(name) if word]
        if not found:
            raise BadCell(name, "an intent", row.text(name))
        return found

    return read


def _scan_span(row: Row, parts: Sequence[Subscan]) -> tuple[int, int]:
    try:
        return span(row)
    except BadCell as problem:
        if not parts:
            raise
        row.spared.append(problem)
    return min(part.start_ns for part in parts), max(part.end_ns for part in parts)


def _subscans(tables: Tables, exec_block: str, whole: Whole) -> dict[int, list[Subscan]]:
    found: defaultdict[int, list[Subscan]] = defaultdict(list)
    told: set[tuple[int, int]] = set()

    def subscan(row: Row) -> None:
        scan, number = row.integer("scanNumber"), row.integer("subscanNumber")
        if scan is None or number is None:
            raise BadCell("scanNumber" if scan is None else "subscanNumber", "a whole number", "")
        if whole.has(row, exec_block):
            if (scan, number) in told:
                raise BadCell("subscanNumber", "a number of its own in its scan", number)
            told.add((scan, number))
            times = span(row)
            found[scan].append(
                Subscan(number, *times, row.text("fieldName"), row.text("subscanIntent"))
            )

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
    frame = row.text("directionCode").upper()
    radians = row.numbers(direction)[:2]
    if len(radians) < 2 or frame in _OTHER_FRAMES:
        return None
    if frame not in _CELESTIAL:
        raise BadCell("directionCode", "a frame of directions", frame)
    if not row.text(name):
        raise BadCell(name, "a name", "")
    ra, dec = map(math.degrees, radians)
    if not (abs(ra) <= _TURN_DEG and -90 <= dec <= 90):
        raise BadCell(direction, "a direction", row.text(direction))
    return row.text(name), Position(ra % 360, dec)
