"""How much of the time on target an antenna looked through another one. Pure, by geometry.

An antenna is shadowed while another one stands before it, and the distance of the two
across the line of sight is less than the mean of their dishes. Towers and hills are not
counted.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from qa.ground import NO_GROUND, ground_of, local_m
from qa.ground import Local as Vector
from qa.intents import TARGET
from qa.observed import Antenna, Execution, Path, Position, Scan, Site
from qa.sky import horizontal

# Slices of this length: an hour turns the sky by 15 degrees, a minute by a quarter of one.
_SLICE_NS = 120_000_000_000


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two antennas; ``apart`` points from the first to the second: east, north, up in m."""

    first: int
    second: int
    apart: Vector
    reach_m: float


def why_unknown(execution: Execution) -> str:
    """Answer why the shadowing cannot be computed, "" where it can."""
    if not execution.antennas:
        return execution.missing.get("Antenna", "Its data set gives no antennas with positions.")
    if not all(antenna.dish_m for antenna in execution.antennas):
        return "Its data set does not give the diameter of each dish."
    if _site(execution) is None:
        return NO_GROUND
    if not list(_aims(execution)):
        return "Its data set has no scan of a science target with a position."
    return ""


def shadowed_share(execution: Execution) -> float | None:
    """Answer the share of antenna time on target that was shadowed, 0 to 1; None: unknown."""
    site = _site(execution)
    if why_unknown(execution) or site is None:
        return None
    pairs = list(_close_pairs(execution.antennas, site))
    shadowed_ns = total_ns = 0
    for scan, place in _aims(execution):
        times, slice_ns = _slices(scan)
        total_ns += slice_ns * len(times)
        for azimuth, elevation in horizontal(site, place, times):
            shadowed_ns += slice_ns * len(_shadowed(pairs, _towards(azimuth, elevation)))
    return shadowed_ns / (total_ns * len(execution.antennas)) if total_ns else None


def _site(execution: Execution) -> Site | None:
    return execution.site or ground_of(execution.antennas)


def _aims(execution: Execution) -> Iterator[tuple[Scan, Position | Path]]:
    for scan in execution.scans:
        place = execution.place_of(scan.source)
        if TARGET in scan.intents and place and scan.end_ns > scan.start_ns:
            yield scan, place


def _slices(scan: Scan) -> tuple[list[int], int]:
    """The middles of equal slices of a scan, and how long one is."""
    length_ns = scan.end_ns - scan.start_ns
    number = math.ceil(length_ns / _SLICE_NS)
    slice_ns = length_ns // number
    return [scan.start_ns + slice_ns * n + slice_ns // 2 for n in range(number)], slice_ns


def _close_pairs(antennas: Sequence[Antenna], site: Site) -> Iterator[_Pair]:
    places = local_m(antennas, site)
    for first, second in combinations(range(len(antennas)), 2):
        apart = _minus(places[second], places[first])
        reach_m = ((antennas[first].dish_m or 0) + (antennas[second].dish_m or 0)) / 2
        yield _Pair(first, second, apart, reach_m)


def _shadowed(pairs: Sequence[_Pair], towards: Vector) -> set[int]:
    """The antennas that another one stands before."""
    found = set()
    east, north, up = towards
    for pair in pairs:
        x, y, z = pair.apart
        along = x * east + y * north + z * up
        if x * x + y * y + z * z - along * along < pair.reach_m**2:
            found.add(pair.first if along > 0 else pair.second)
    return found


def _towards(azimuth_deg: float, elevation_deg: float) -> Vector:
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    level = math.cos(elevation)
    return level * math.sin(azimuth), level * math.cos(azimuth), math.sin(elevation)


def _minus(one: Vector, other: Vector) -> Vector:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]
