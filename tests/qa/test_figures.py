"""The report's numbers against figures computed by other means."""

import math
import statistics
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.figures import (
    baselines,
    flagged_fraction,
    largest_scale_arcsec,
    percentile,
    resolution_arcsec,
    source_times,
    temperatures,
)
from qa.intents import report_order
from qa.observed import Antenna, Execution, Flagged, Scan, Subscan, TsysSamples

SEED_KELVIN = [0, 0, 48.08, 48.78, 49.57, 50.48, 51.39, 52.18, 52.88, 64.55]
SECOND_NS = 1_000_000_000


def samples(kelvin: list[float]) -> TsysSamples:
    return TsysSamples(kelvin=array("d", kelvin))


def test_seed_temperatures_come_out_as_the_talk_shows_them() -> None:
    found = temperatures(samples(SEED_KELVIN))

    assert found is not None
    recorded, measured = found.recorded, found.measured
    assert recorded.mean == pytest.approx(41.79, abs=0.005)
    assert recorded.std == pytest.approx(21.35, abs=0.005)
    assert (recorded.min, recorded.max) == (None, 64.55)
    assert measured.mean == pytest.approx(52.24, abs=0.005)
    assert measured.std == pytest.approx(4.90, abs=0.005)
    assert (measured.min, measured.n, found.missing) == (48.08, 8, 2)


@given(st.lists(st.floats(0.1, 1e5), min_size=1, max_size=50))
def test_positive_temperatures_are_measured_as_recorded(kelvin: list[float]) -> None:
    found = temperatures(samples(kelvin))

    assert found is not None
    assert found.recorded == found.measured
    assert found.recorded.std == pytest.approx(statistics.pstdev(kelvin), abs=1e-6, rel=1e-6)
    assert (found.recorded.min, found.recorded.max) == (min(kelvin), max(kelvin))


@pytest.mark.parametrize(
    ("kelvin", "least", "missing"),
    [([50.0, math.nan], None, 1), ([50.0, math.inf], None, 1), ([50.0, -3.0], None, 1)],
)
def test_sample_that_is_no_measurement_hides_the_least(
    kelvin: list[float], least: float | None, missing: int
) -> None:
    found = temperatures(samples(kelvin))

    assert found is not None
    assert (found.recorded.min, found.missing, found.measured.mean) == (least, missing, 50.0)


@pytest.mark.parametrize("kelvin", [[], [math.nan, math.nan]])
def test_no_temperature_is_not_known_rather_than_zero(kelvin: list[float]) -> None:
    assert temperatures(samples(kelvin)) is None


@given(st.lists(st.floats(0, 1e4), min_size=2, max_size=60), st.floats(0, 100))
def test_percentile_lies_on_the_line_between_neighbors(values: list[float], percent: float) -> None:
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100

    found = percentile(ordered, percent)

    assert ordered[math.floor(place)] - 1e-9 <= found <= ordered[math.ceil(place)] + 1e-9


def on_a_line(*places_m: float) -> list[Antenna]:
    return [Antenna(f"DV{n}", f"A{n}", x, 0.0, 0.0) for n, x in enumerate(places_m)]


def test_baselines_of_a_line() -> None:
    found = baselines(on_a_line(0, 10, 30))

    assert (found.antennas, found.number) == (3, 3)
    assert (found.shortest_m, found.longest_m) == (10, 30)
    assert found.rms_m == pytest.approx(math.sqrt((100 + 400 + 900) / 3))
    assert found.l5_m == pytest.approx(11)
    assert found.l80_m == pytest.approx(26)


def test_single_antenna_has_no_baseline() -> None:
    assert baselines(on_a_line(0)).shortest_m is None


@pytest.mark.parametrize(
    ("l80_m", "l5_m", "frequency_ghz", "resolution", "scale"),
    # The seed's array at its frequency, and the check values of the 7-m array (12.7" and 73").
    [(36.93, 11.17, 91.28, 10.53, 59.62), (30.7, 9.1, 91.28, 12.67, 73.18)],
)
def test_resolution_and_scale_follow_the_handbook(
    l80_m: float, l5_m: float, frequency_ghz: float, resolution: float, scale: float
) -> None:
    assert resolution_arcsec(l80_m, frequency_ghz) == pytest.approx(resolution, rel=1e-3)
    assert largest_scale_arcsec(l5_m, frequency_ghz) == pytest.approx(scale, rel=1e-3)


@pytest.mark.parametrize(("l80_m", "frequency_ghz"), [(None, 91.28), (30.7, None), (30.7, 0.0)])
def test_resolution_is_not_known_without_its_parts(
    l80_m: float | None, frequency_ghz: float | None
) -> None:
    assert resolution_arcsec(l80_m, frequency_ghz) is None


def scan(number: int, intents: tuple[str, ...], source: str, *seconds: float) -> Scan:
    parts = tuple(
        Subscan(n, 0, round(length * SECOND_NS), source) for n, length in enumerate(seconds, 1)
    )
    return Scan(number, 0, 60 * SECOND_NS, intents, source, parts)


def test_time_on_source_sums_subscans_and_counts_under_each_intent() -> None:
    found = source_times(
        [
            scan(1, ("CALIBRATE_AMPLI", "CALIBRATE_FLUX"), "J1733-130", 30.24, 30.24),
            scan(2, ("OBSERVE_TARGET",), "SgrB2"),
            scan(3, ("CALIBRATE_FLUX",), "J1733-130", 60.0),
        ]
    )

    assert {(time.intent, time.source): round(time.minutes, 3) for time in found} == {
        ("CALIBRATE_AMPLI", "J1733-130"): 1.008,
        ("CALIBRATE_FLUX", "J1733-130"): 2.008,
        ("OBSERVE_TARGET", "SgrB2"): 1.0,
    }


def test_report_lists_the_target_first_then_by_intent() -> None:
    rows = [("CALIBRATE_PHASE", "B"), ("CALIBRATE_AMPLI", "C"), ("OBSERVE_TARGET", "Z")]

    assert sorted(rows, key=lambda row: report_order(*row)) == [rows[2], rows[1], rows[0]]


def test_overlapping_flags_count_once_and_only_within_the_execution() -> None:
    execution = Execution(
        uid="uid://A002/X1/X2",
        start_ns=100,
        end_ns=200,
        antennas=tuple(on_a_line(0, 10)),
        flags=(
            Flagged(50, 120, ("DV0",), "late"),
            Flagged(110, 130, ("DV0", "DV9"), "late"),
            Flagged(190, 300, ("DV1",), "gone"),
        ),
    )

    assert flagged_fraction(execution) == pytest.approx((30 + 10) / 200)
