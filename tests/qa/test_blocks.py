"""The report's further blocks, from facts whose answers are plain."""

from dataclasses import replace

import pytest

from projects.models import ExecBlock
from qa import observatory
from qa.blocks import Range, flags, nominal_angles, phases, value_range, water, weather
from qa.figures import SPEED_OF_LIGHT_M_S, flagged_by_reason, flagged_fraction
from qa.models import ExecReport
from qa.observed import Antenna, Execution, Flagged, PhaseNoise, Sample, WeatherSample
from qa.presentation import array_told
from qa.side_by_side import figures_of

EXECUTION = Execution(
    uid="uid://A002/X1/X2",
    start_ns=0,
    end_ns=100,
    antennas=tuple(Antenna(name, "A1", 0, 0, 0) for name in ("DV01", "DV02", "DV03", "DV04")),
)


def test_range_leaves_out_what_is_not_known() -> None:
    assert value_range([3.0, None, 1.0, 2.5]) == Range(3, 1.0, 2.5, 3.0)
    assert value_range([None]) is None


def test_weather_counts_readings_and_each_thing_by_itself() -> None:
    found = weather(
        (
            WeatherSample(1, "MeteoTB2", temperature_k=263.15, pressure_pa=55_500),
            WeatherSample(2, "MeteoCentral", temperature_k=273.15, humidity_percent=0.0),
        )
    )

    assert found is not None
    assert (found.n, found.stations) == (2, ("MeteoTB2", "MeteoCentral"))
    assert found.temperature_c == Range(2, -10.0, -5.0, 0.0)
    assert found.pressure_hpa == Range(1, 555.0, 555.0, 555.0)
    assert found.humidity_percent == Range(1, 0.0, 0.0, 0.0)
    assert found.wind_m_s is None
    assert weather(()) is None


def test_water_names_the_table_that_it_is_from() -> None:
    measured = replace(EXECUTION, pwv_mm=(Sample(1, "DV01", 1.0), Sample(2, "DV02", 2.0)))
    reduced = replace(measured, missing={"CalWVR": "The data set has no CalWVR table."})

    assert water(EXECUTION) is None
    assert [found and found.table for found in map(water, (measured, reduced))] == [
        "CalWVR",
        "CalAtmosphere",
    ]


def test_flags_by_antenna_and_reason_are_shares_of_antenna_time() -> None:
    said = replace(
        EXECUTION,
        flags=(
            Flagged(0, 20, ("DV01", "DV02", "DV99"), "late"),
            Flagged(10, 30, ("DV01",), "late"),
            Flagged(10, 50, ("DV01",), "gone"),
        ),
    )

    found = flags(said)

    assert found is not None
    assert found.by_antenna == (("DV01", 0.5), ("DV02", 0.2))
    assert dict(found.by_reason) == pytest.approx({"late": 0.125, "gone": 0.1})
    assert flagged_fraction(said) == pytest.approx(0.7 / 4)


@pytest.mark.parametrize("said", [None, ()])
def test_flags_of_nobody_and_no_flags_differ(said: tuple[()] | None) -> None:
    found = flags(replace(EXECUTION, flags=said))

    assert (found is None) == (said is None)
    assert flagged_by_reason(replace(EXECUTION, flags=said)) == {}


def test_phases_are_told_by_correction() -> None:
    noises = (
        PhaseNoise(1, "BB_1", "AP_UNCORRECTED", 100.0, 3, 20.0, 40.0),
        PhaseNoise(1, "BB_1", "AP_CORRECTED", 100.0, 3, 10.0, 15.0),
        PhaseNoise(2, "BB_1", "AP_CORRECTED", 100.0, 3, 12.0, 30.0),
    )

    found = [(row.correction, row.n, row.median_deg, row.worst_deg) for row in phases(noises)]

    assert found == [("AP_CORRECTED", 2, 11.0, 30.0), ("AP_UNCORRECTED", 1, 20.0, 40.0)]


def test_nominal_angles_are_those_of_the_configurations_on_file() -> None:
    limits = observatory.limits()

    found = nominal_angles(limits, "2018.1", ["C43-3", "C-3", "C36-2", "C-4"], 230.0)

    assert [(row.configuration, round(row.resolution_arcsec, 3)) for row in found] == [
        ("C-3", 0.617),
        ("C-4", 0.399),
    ]
    assert nominal_angles(limits, "2018.1", ["C-3"], None) == []


@pytest.mark.parametrize(
    ("antennas", "array", "scale"),
    [(["PM01", "PM02"], "TP", None), (["CM01", "CM02"], "7m", 1.0), ([], "", 1.0)],
)
def test_array_is_told_before_the_data_set_is_read_again(antennas, array, scale):
    block = ExecBlock(antenna_names="\n".join(antennas))
    block.report = ExecReport(l5_m=983.0, l80_m=574.0, rep_freq_ghz=SPEED_OF_LIGHT_M_S / 1e9)

    largest = figures_of(block)["largest_scale_arcsec"]

    assert array_told(block, None) == array
    assert (largest is None) == (scale is None)
