"""Sources that move: the ephemerides that a data set carries for its fields.

Source: the SDM's Ephemeris table. Its directions are polynomials of the seconds since their
origin, in radians, and what a field that names one calls its direction is an offset to them.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.tables import Tables
from ingest.readers.asdm.time_tables import span
from qa.observed import NS_A_MINUTE, Leg, Path, Position

# A field further off than that names a direction of its own.
_FARTHEST_DEG = 5.0
_EPOCH = 2000.0
_AROUND_NS = 60 * NS_A_MINUTE
_MOST_FACTORS = 20
_NOT_THEN = "The data set names an ephemeris of {}, but has none for the time of the execution."

Offset = tuple[float, float]


def moving(tables: Tables, times: tuple[int, int]) -> tuple[dict[str, Path], frozenset[str]]:
    """Answer the ways of moving sources by name, and the names of all that move.

    Those that move without a way here are told of under ``missing``.
    """
    fields = _fields(tables)
    if not fields:
        return {}, frozenset()
    legs = _legs(tables, times)
    found = {
        name: Path(tuple(_moved(leg, offset) for leg in legs[number]))
        for name, (number, offset) in fields.items()
        if number in legs
    }
    if lost := sorted(fields.keys() - found.keys()):
        tables.missing.setdefault("Ephemeris", _NOT_THEN.format(", ".join(lost)))
    return found, frozenset(fields)


def _fields(tables: Tables) -> dict[str, tuple[int, Offset]]:
    """The number of its ephemeris and the offset to it, by the names of field and source."""
    sources: defaultdict[int | None, list[str]] = defaultdict(list)

    def source(row: Row) -> None:
        sources[row.spare("sourceId", row.integer, None)].append(row.text("sourceName"))

    def field(row: Row) -> tuple[list[str], tuple[int, Offset]] | None:
        number = row.spare("ephemerisId", row.integer, None)
        if number is None or number < 0:
            return None
        source_id = row.spare("sourceId", row.integer, None)
        names = [row.text("fieldName"), *(sources[source_id] if source_id is not None else ())]
        return names, (number, _offset(row.spare_all("phaseDir", row.numbers)))

    tables.made("Source", source)
    rows = tables.made("Field", field)
    return {name: told for names, told in rows for name in names if name}


def _offset(radians: list[float]) -> Offset:
    degrees = [math.degrees(angle) for angle in radians[:2]]
    if len(degrees) < 2 or not all(abs(angle) <= _FARTHEST_DEG for angle in degrees):
        return 0.0, 0.0
    return degrees[0], degrees[1]


def _legs(tables: Tables, times: tuple[int, int]) -> dict[int, list[Leg]]:
    first, last = times[0] - _AROUND_NS, times[1] + _AROUND_NS
    found: defaultdict[int, list[Leg]] = defaultdict(list)

    def leg(row: Row) -> None:
        number, made = row.integer("ephemerisId"), _leg(row)
        if number is None:
            raise BadCell("ephemerisId", "a whole number", "")
        if made.start_ns <= last and made.end_ns >= first:
            found[number].append(made)

    tables.made("Ephemeris", leg)
    return {number: sorted(legs, key=lambda leg: leg.start_ns) for number, legs in found.items()}


def _leg(row: Row) -> Leg:
    start, end = span(row)
    origin = row.integer("timeOrigin")
    epoch = row.number("equinoxEquator")
    if epoch and abs(epoch - _EPOCH) > 1:
        raise BadCell("equinoxEquator", "the year 2000", epoch)
    pairs = row.matrix("dir")
    if not 0 < len(pairs) <= _MOST_FACTORS or any(len(pair) != 2 for pair in pairs):
        raise BadCell("dir", "pairs of coefficients", row.text("dir"))
    ra, dec = (tuple(map(math.degrees, factors)) for factors in zip(*pairs, strict=True))
    leg = Leg(start, end, start if origin is None else origin, ra, dec)
    if not all(map(_is_a_direction, _ends(leg))):
        raise BadCell("dir", "a direction", row.text("dir"))
    return leg


def _ends(leg: Leg) -> Iterable[tuple[float, ...]]:
    for time_ns in (leg.start_ns, leg.end_ns):
        seconds = (time_ns - leg.origin_ns) / 1e9
        yield tuple(
            sum(factor * seconds**power for power, factor in enumerate(factors))
            for factors in (leg.ra_deg, leg.dec_deg)
        )


def _is_a_direction(angles: tuple[float, ...]) -> bool:
    return abs(angles[0]) <= 720 and abs(angles[1]) <= 90


def _moved(leg: Leg, offset: Offset) -> Leg:
    ra, *ra_further = leg.ra_deg
    dec, *dec_further = leg.dec_deg
    return replace(
        leg, ra_deg=(ra + offset[0], *ra_further), dec_deg=(dec + offset[1], *dec_further)
    )


def with_moving(
    positions: dict[str, Position],
    paths: dict[str, Path],
    names: frozenset[str],
    times: tuple[int, int],
) -> dict[str, Position]:
    """Answer the positions with those of moving sources at half time.

    What such a field calls its direction without its ephemeris is an offset, and no place.
    """
    half = sum(times) // 2
    still = {
        name: place
        for name, place in positions.items()
        if name not in names or not _is_offset(place)
    }
    return still | {name: path.at(half) for name, path in paths.items()}


def _is_offset(place: Position) -> bool:
    from_zero = min(place.ra_deg, 360 - place.ra_deg)
    return max(from_zero, abs(place.dec_deg)) <= _FARTHEST_DEG
