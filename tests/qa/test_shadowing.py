"""Shadowing of arrays whose shadows are known by how they were placed."""

import math
from dataclasses import replace

import pytest

from qa.observed import Antenna, Execution, Position, Scan, Site
from qa.shadowing import shadowed_share, why_unknown
from qa.sky import horizontal

SITE = Site(longitude_deg=-67.755, latitude_deg=-23.023, altitude_m=5000.0)
TARGET = Position(266.8, -28.4)
START_NS = 4_911_080_000_000_000_000
SECOND_NS = 1_000_000_000
SCAN = Scan(1, START_NS, START_NS + 10 * SECOND_NS, ("OBSERVE_TARGET",), "SgrB2")
LONGITUDE, LATITUDE = math.radians(SITE.longitude_deg), math.radians(SITE.latitude_deg)
EAST = (-math.sin(LONGITUDE), math.cos(LONGITUDE), 0.0)
NORTH = (
    -math.sin(LATITUDE) * math.cos(LONGITUDE),
    -math.sin(LATITUDE) * math.sin(LONGITUDE),
    math.cos(LATITUDE),
)
UP = (
    math.cos(LATITUDE) * math.cos(LONGITUDE),
    math.cos(LATITUDE) * math.sin(LONGITUDE),
    math.sin(LATITUDE),
)


def antenna(name: str, along_m: float, across_m: float, dish_m: float | None = 12.0) -> Antenna:
    """An antenna so far towards the target and so far to the side of the line of sight."""
    ((azimuth, elevation),) = horizontal(SITE, TARGET, [START_NS + 5 * SECOND_NS])
    az, el = math.radians(azimuth), math.radians(elevation)
    local = (
        along_m * math.cos(el) * math.sin(az) + across_m * math.cos(az),
        along_m * math.cos(el) * math.cos(az) - across_m * math.sin(az),
        along_m * math.sin(el),
    )
    x, y, z = (
        sum(size * axis[n] for size, axis in zip(local, (EAST, NORTH, UP), strict=True))
        for n in range(3)
    )
    return Antenna(name, name, x, y, z, dish_m)


def execution(*antennas: Antenna, **changed) -> Execution:
    said = Execution(
        uid="uid://A002/X1/X2",
        start_ns=SCAN.start_ns,
        end_ns=SCAN.end_ns,
        site=SITE,
        antennas=antennas,
        scans=(SCAN,),
        positions={"SgrB2": TARGET},
    )
    return replace(said, **changed)


@pytest.mark.parametrize(
    ("along_m", "across_m", "dishes_m", "share"),
    [
        (100, 0, (12, 12), 1 / 2),
        (-100, 0, (12, 12), 1 / 2),
        (100, 11.95, (12, 12), 1 / 2),
        (100, 12.05, (12, 12), 0),
        (100, -11.95, (12, 12), 1 / 2),
        (100, 9.45, (12, 7), 1 / 2),
        (100, 9.55, (12, 7), 0),
    ],
)
def test_antenna_is_shadowed_where_dishes_overlap_on_the_sky(along_m, across_m, dishes_m, share):
    pair = antenna("DV01", 0, 0, dishes_m[0]), antenna("DV02", along_m, across_m, dishes_m[1])

    assert shadowed_share(execution(*pair)) == share


def test_antenna_behind_two_others_counts_once():
    row = [antenna(f"DV{n}", 40 * n, 0) for n in range(3)]

    assert shadowed_share(execution(*row)) == pytest.approx(2 / 3)


def test_scans_count_by_their_length():
    aside = replace(SCAN, number=2, start_ns=SCAN.end_ns, source="elsewhere")
    longer = replace(aside, end_ns=aside.start_ns + 30 * SECOND_NS)
    pair = antenna("DV01", 0, 0), antenna("DV02", 100, 0)
    places = {"SgrB2": TARGET, "elsewhere": Position(266.8, 20.0)}

    found = shadowed_share(execution(*pair, scans=(SCAN, longer), positions=places))

    assert found == pytest.approx(1 / 2 * 10 / 40)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"antennas": ()}, "no antennas"),
        ({"antennas": (antenna("DV01", 0, 0, None), antenna("DV02", 9, 0))}, "diameter"),
        ({"site": None}, "where the site is"),
        ({"scans": ()}, "no scan of a science target"),
        ({"positions": {}}, "no scan of a science target"),
        ({"scans": (replace(SCAN, intents=("CALIBRATE_PHASE",)),)}, "no scan of a science"),
    ],
)
def test_shadowing_that_cannot_be_computed_says_why(changed, reason):
    said = execution(antenna("DV01", 0, 0), antenna("DV02", 100, 0), **changed)

    assert shadowed_share(said) is None
    assert reason in why_unknown(said)
