"""The uv plane against vectors, and what is left out of it."""

import math
from typing import Any

import pytest

from qa.observed import Position, Scan
from qa.plots.plot import Points
from qa.plots.uv import MOST_POINTS, uv_coverage, uv_m
from qa.sky import horizontal, hour_angles
from tests.qa.plots.executions import (
    LINE,
    MINUTE_NS,
    NIGHT_NS,
    SITE,
    antenna,
    array_of,
    cross,
    facts,
    numbers,
    scan,
)

ANTENNAS = [antenna(n, *place) for n, place in enumerate(LINE)]


def baseline(position: Position, time_ns: int, one: int, other: int) -> tuple[float, float]:
    (places,) = uv_m(ANTENNAS, SITE, position, [time_ns])
    return places[other][0] - places[one][0], places[other][1] - places[one][1]


def transit_ns(position: Position) -> int:
    """When the source crosses the meridian, to a microsecond."""
    low, high = NIGHT_NS, NIGHT_NS + 600 * MINUTE_NS
    assert hour_angles(SITE, position, [low])[0][0] < 0 < hour_angles(SITE, position, [high])[0][0]
    while high - low > 1000:
        middle = (low + high) // 2
        low, high = (
            (middle, high) if hour_angles(SITE, position, [middle])[0][0] < 0 else (low, middle)
        )
    return low


@pytest.mark.parametrize("dec_deg", [-70.0, SITE.latitude_deg, 0.0, 30.0])
def test_east_west_baseline_is_seen_whole_when_the_source_crosses_the_meridian(
    dec_deg: float,
) -> None:
    place = Position(266.8, dec_deg)

    u_m, v_m = baseline(place, transit_ns(place), 0, 1)

    assert u_m == pytest.approx(100.0, abs=0.02)
    assert v_m == pytest.approx(0.0, abs=0.02)


def test_north_south_baseline_is_seen_whole_in_the_zenith_and_foreshortened_below() -> None:
    overhead, south = Position(266.8, SITE.latitude_deg), Position(266.8, SITE.latitude_deg - 60)

    whole = baseline(overhead, transit_ns(overhead), 0, 2)
    half = baseline(south, transit_ns(south), 0, 2)

    assert whole == pytest.approx((0.0, 60.0), abs=0.3)
    assert half == pytest.approx((0.0, 30.0), abs=0.3)


@pytest.mark.parametrize("minute", [0, 90, 240, 400, 520])
@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2), (2, 3), (0, 3)])
def test_uv_is_the_baseline_on_the_plane_across_the_line_of_sight(
    minute: int, pair: tuple[int, int]
) -> None:
    place, time_ns = Position(266.8, -28.4), NIGHT_NS + minute * MINUTE_NS
    azimuth, elevation = map(math.radians, horizontal(SITE, place, [time_ns])[0])
    latitude = math.radians(SITE.latitude_deg)
    sight = (
        math.cos(elevation) * math.sin(azimuth),
        math.cos(elevation) * math.cos(azimuth),
        math.sin(elevation),
    )
    eastward = unit(cross((0.0, math.cos(latitude), math.sin(latitude)), sight))
    northward = cross(sight, eastward)
    one, other = (LINE[number] for number in pair)
    ground = tuple(b - a for a, b in zip(one, other, strict=True))

    found = baseline(place, time_ns, *pair)

    # The array's center and the site's position differ by a few arcseconds on the ground.
    assert found == pytest.approx((dot(ground, eastward), dot(ground, northward)), abs=0.05)
    assert math.hypot(*found) <= math.dist(one, other) + 1e-6


def unit(vector: tuple[float, ...]) -> tuple[float, float, float]:
    x, y, z = vector
    length = math.hypot(x, y, z)
    return x / length, y / length, z / length


def dot(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def test_points_come_in_pairs_and_in_kilowavelengths() -> None:
    plot = uv_coverage(facts(frequency_ghz=299.792458))

    (points,) = plot.panels[0].marks
    assert isinstance(points, Points)
    # Half an hour in minutes, four antennas, either sign.
    us = numbers(points.xs)
    half = len(us) // 2
    assert half == 31 * 6 == len(plot.table.rows)
    assert all(a == -b for a, b in zip(us[:half], us[half:], strict=True))
    # At a wavelength of a millimeter a meter is a kilowavelength.
    assert [row[7] for row in plot.table.rows] == pytest.approx([row[4] for row in plot.table.rows])
    assert max(numbers(row[6] for row in plot.table.rows)) <= 137.0


def test_without_a_frequency_the_plane_is_in_meters_and_says_so() -> None:
    plot = uv_coverage(facts(frequency_ghz=None))

    assert plot.x.unit == "m"
    assert any("names a frequency" in note for note in plot.notes)
    assert len(plot.table.columns) == 7


def test_large_array_is_thinned_and_the_plot_says_how_much() -> None:
    plot = uv_coverage(facts(antennas=array_of(66)))

    (points,) = plot.panels[0].marks
    assert isinstance(points, Points)
    assert len(points.xs) == 2 * 2145 * 4 <= MOST_POINTS
    assert "Drawn: 2145 baselines at 4 of 31 times" in plot.notes[-1]


def test_array_beyond_all_telescopes_loses_baselines_too() -> None:
    plot = uv_coverage(facts(antennas=array_of(200)))

    assert len(plot.table.rows) == MOST_POINTS // 2
    assert "10000 of 19900 baselines at 1 of 31 times" in plot.notes[-1]


def test_only_targets_with_a_position_are_drawn() -> None:
    scans = (
        scan(1, 0, 5, "CALIBRATE_PHASE", source="J1733"),
        scan(2, 5, 5, "OBSERVE_TARGET"),
        scan(3, 10, 5, "OBSERVE_TARGET", source="Moving"),
    )
    plot = uv_coverage(facts(scans=scans))

    assert {row[1] for row in plot.table.rows} == {"SgrB2"}
    assert "The data set gives no position of Moving." in plot.notes


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"antennas": ()}, "no two antennas"),
        ({"antennas": (), "missing": {"Station": "No pads."}}, "No pads."),
        ({"scans": (scan(1, 0, 5, "CALIBRATE_PHASE"),)}, "No scan is of a science target."),
        ({"positions": {}}, "no position of SgrB2"),
        ({"scans": (), "missing": {"Scan": "No scans."}}, "No scans."),
    ],
)
def test_reason_stands_where_there_is_nothing_to_draw(said: dict[str, Any], reason: str) -> None:
    plot = uv_coverage(facts(**said))

    assert reason in plot.reason
    assert not plot.panels


def test_scan_without_subscans_counts_whole() -> None:
    whole = Scan(1, NIGHT_NS, NIGHT_NS + 90_000_000_000, ("OBSERVE_TARGET",), "SgrB2")

    assert len(uv_coverage(facts(scans=(whole,))).table.rows) == 3 * 6
