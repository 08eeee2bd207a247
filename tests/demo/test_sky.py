"""What the generator knows of sky, arrays and calendars is right."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.moves import MOVES
from projects.states import Level
from snoopi.demo import lives, sky
from snoopi.demo.cycles import cycle_named, season_year

START = datetime(2015, 7, 2, tzinfo=UTC)


def test_sidereal_time_agrees_with_an_almanac() -> None:
    # Mean sidereal time at Greenwich as astropy has it; the array stands 67.755 degrees west.
    at_greenwich = sky.sidereal_time_h(START) + 67.755 / 15

    assert at_greenwich % 24 == pytest.approx(18.6479, abs=0.001)


@given(
    hours=st.integers(0, 400_000),
    ra_deg=st.floats(0, 359.99),
    hour_angle_h=st.floats(-3, 3),
)
def test_target_is_at_the_wanted_hour_angle(hours: int, ra_deg: float, hour_angle_h: float) -> None:
    near = START + timedelta(hours=hours)

    at = sky.when_up(near, ra_deg, hour_angle_h)

    found = (sky.sidereal_time_h(at) - ra_deg / 15 + 12) % 24 - 12
    assert found == pytest.approx(hour_angle_h, abs=0.001)
    assert abs(at - near) <= timedelta(hours=12, seconds=1)


def test_resolution_and_scale_of_the_seven_meter_array_are_the_handbooks() -> None:
    resolution = sky.resolution_arcsec(91.28, "7m")
    scale = sky.largest_scale_arcsec(91.28, "7m")

    # DOMAIN 6: 12.7 and 73 arcsec for the execution that the talk shows.
    assert resolution == pytest.approx(12.7, abs=0.05)
    assert scale == pytest.approx(73, abs=0.5)


@pytest.mark.parametrize("band", sky.FREQUENCIES_GHZ)
def test_frequencies_lie_inside_their_band(band: int) -> None:
    low_ghz, high_ghz = sky.BAND_EDGES_GHZ[band]

    assert [f for f in sky.FREQUENCIES_GHZ[band] if not low_ghz < f < high_ghz] == []


@pytest.mark.parametrize("target", sky.TARGETS)
def test_targets_rise_above_the_array(target: str) -> None:
    ra_deg, dec_deg = sky.TARGETS[target]

    assert 0 <= ra_deg < 360
    assert -75 < dec_deg < 40


@pytest.mark.parametrize("state", lives.PATHS)
def test_paths_take_only_legal_steps(state: str) -> None:
    path = lives.PATHS[state]

    steps = list(pairwise(path))

    assert path[-1] == state
    assert [step for step in steps if step not in MOVES[Level.MEMBER_OUS]] == []


@given(seed=st.integers(0, 1000), state=st.sampled_from(sorted(lives.PATHS)))
def test_dates_of_a_path_ascend_up_to_the_given_one(seed: int, state: str) -> None:
    steps = lives.dated(lives.PATHS[state], START, Random(seed), observing=timedelta(days=9))

    dates = [at for _, at in steps]
    assert [name for name, _ in steps] == list(lives.PATHS[state])
    assert dates == sorted(dates)
    assert dates[-1] == START


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2014-07-03", 12, "2015-07-03"),
        ("2015-08-31", 6, "2016-02-28"),
        ("2016-02-29", 12, "2017-02-28"),
        ("2015-12-01", 1, "2016-01-01"),
    ],
)
def test_period_ends_on_the_same_day_of_a_later_month(day: str, months: int, expected: str) -> None:
    assert lives.one_year_after(_day(day), months) == _day(expected)


@pytest.mark.parametrize(
    ("day", "year"), [("2015-10-01", 2015), ("2016-09-30", 2015), ("2026-03-01", 2025)]
)
def test_season_begins_in_october(day: str, year: int) -> None:
    assert season_year(_day(day)) == year


def test_cycle_beyond_the_table_follows_the_calendar() -> None:
    cycle = cycle_named("2031.1")

    assert (cycle.begins.year, cycle.ends.year, cycle.deadline < cycle.results) == (
        2031,
        2032,
        True,
    )


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
