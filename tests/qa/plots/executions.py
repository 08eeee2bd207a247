"""Small executions whose plots can be told by hand."""

import math
from collections.abc import Iterable
from typing import Any

from qa.ground import ground_of
from qa.observed import Antenna, Execution, Position, Scan, Site, Subscan
from qa.plots.plot import Facts
from qa.stored import as_json, from_json

MINUTE_NS = 60_000_000_000
# 2014-07-03 00:00 UTC.
NIGHT_NS = 56841 * 24 * 60 * MINUTE_NS
SITE = Site(longitude_deg=-67.755, latitude_deg=-23.023, altitude_m=5000.0)
_CENTER_M = (2225061.0, -5440057.0, -2481681.0)
LINE = ((0.0, 0.0, 0.0), (100.0, 0.0, 0.0), (0.0, 60.0, 0.0), (-30.0, -40.0, 5.0))


def antenna(number: int, east: float, north: float, up: float, dish_m: float = 12.0) -> Antenna:
    """An antenna so many meters from the site, by vectors rather than by rotation."""
    middle = Antenna("", "", *_CENTER_M)
    ground = ground_of([middle])
    assert ground is not None
    longitude, latitude = math.radians(ground.longitude_deg), math.radians(ground.latitude_deg)
    eastward = (-math.sin(longitude), math.cos(longitude), 0.0)
    upward = (
        math.cos(latitude) * math.cos(longitude),
        math.cos(latitude) * math.sin(longitude),
        math.sin(latitude),
    )
    northward = cross(upward, eastward)
    x, y, z = (
        center + east * e + north * n + up * u
        for center, e, n, u in zip(_CENTER_M, eastward, northward, upward, strict=True)
    )
    return Antenna(f"DV{number:02d}", f"A{number:03d}", x, y, z, dish_m)


def cross(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, float, float]:
    """The vector product."""
    (a, b, c), (d, e, f) = one, other
    return b * f - c * e, c * d - a * f, a * e - b * d


def numbers(cells: Iterable[object]) -> list[float]:
    """Cells or coordinates that are all numbers."""
    return [float(str(cell)) for cell in cells]


def array_of(number: int) -> tuple[Antenna, ...]:
    """So many antennas on a spiral."""
    return tuple(
        antenna(n, 20 * n**0.5 * math.cos(2.4 * n), 20 * n**0.5 * math.sin(2.4 * n), 0.0)
        for n in range(number)
    )


def scan(
    number: int, start_min: float, minutes: float, *intents: str, source: str = "SgrB2"
) -> Scan:
    """A scan of one subscan that leaves ten seconds of it unused."""
    start = NIGHT_NS + round(start_min * MINUTE_NS)
    end = start + round(minutes * MINUTE_NS)
    part = Subscan(1, start, end - MINUTE_NS // 6, source, "ON_SOURCE")
    return Scan(number, start, end, intents, source, (part,))


def facts(frequency_ghz: float | None = 100.0, **said: Any) -> Facts:
    """What is kept of an execution that lasts two hours."""
    execution = Execution(
        **{
            "uid": "uid://A002/X1/X2",
            "start_ns": NIGHT_NS,
            "end_ns": NIGHT_NS + 120 * MINUTE_NS,
            "site": SITE,
            "antennas": tuple(antenna(n, *place) for n, place in enumerate(LINE)),
            "scans": (scan(1, 240, 30, "OBSERVE_TARGET"),),
            "positions": {"SgrB2": Position(266.8, -28.4), "J1733": Position(263.26, -13.08)},
            **said,
        }
    )
    return Facts(from_json(as_json(execution)), frequency_ghz)
