"""What each plot shows of small executions, and why it shows nothing."""

import math
from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.readers.asdm.execution import executions
from ingest.readers.asdm.tables import Tables
from ingest.readers.sources import Source
from qa.figures import lengths_m, source_times
from qa.intents import intent_word
from qa.limits import Limit
from qa.observed import (
    Position,
    Sample,
    Scan,
    Site,
    Subscan,
    TsysSamples,
    WeatherSample,
    Window,
)
from qa.plots.antenna_map import antenna_map
from qa.plots.baseline_lengths import baseline_lengths, bin_width_m, histogram
from qa.plots.catalog import PLOTS, plot_of
from qa.plots.figure import figure_of
from qa.plots.plot import Columns, Facts, Grid, Points, Spans
from qa.plots.sky_tracks import sky_tracks
from qa.plots.timeline import timeline
from qa.plots.tsys import tsys_map
from qa.plots.weather import weather
from qa.sky import horizontal
from qa.stored import as_json, from_json
from tests.ingest.readers.asdm_files import execution as seed_execution
from tests.qa.plots.executions import (
    MINUTE_NS,
    NIGHT_NS,
    SITE,
    antenna,
    array_of,
    facts,
    numbers,
    scan,
)

MIDNIGHT = datetime(2014, 7, 3, tzinfo=UTC)


def test_minutes_of_the_timeline_are_those_of_the_sources_table() -> None:
    execution = seed_execution()
    found: dict[tuple[object, object], float] = {}

    for _, intent, source, _, _, minutes in timeline(facts(scans=execution.scans)).table.rows:
        found[intent, source] = found.get((intent, source), 0.0) + float(str(minutes))

    said = {
        (intent_word(time.intent), time.source): time.minutes
        for time in source_times(execution.scans)
    }
    assert found == pytest.approx(said)
    assert found["Science Target", "SgrB2"] == pytest.approx(26.208)


def test_timeline_has_a_lane_an_intent_and_a_bar_a_scan() -> None:
    scans = (
        scan(1, 0, 5, "CALIBRATE_FLUX", "CALIBRATE_BANDPASS", source="J1733"),
        scan(2, 6, 3, "OBSERVE_TARGET"),
    )
    plot = timeline(facts(scans=scans))

    (panel,) = plot.panels
    assert list(panel.y.words) == ["Science Target", "Bandpass Calibrator", "Flux Calibrator"]
    calibrator, target = panel.marks
    assert isinstance(calibrator, Spans)
    assert isinstance(target, Spans)
    assert list(calibrator.lanes) == ["Flux Calibrator", "Bandpass Calibrator"]
    assert (target.starts, target.ends) == (
        [MIDNIGHT + timedelta(minutes=6)],
        [MIDNIGHT + timedelta(minutes=9)],
    )
    assert target.hover == ["Scan 2, SgrB2, 2.83 min on source"]
    assert calibrator.style != target.style


def test_scan_over_several_fields_is_a_stretch_each() -> None:
    parts = tuple(
        Subscan(n, NIGHT_NS + n * MINUTE_NS, NIGHT_NS + (n + 1) * MINUTE_NS, field)
        for n, field in enumerate(("a", "b", "a"))
    )
    scans = (Scan(7, NIGHT_NS, NIGHT_NS + 3 * MINUTE_NS, ("OBSERVE_TARGET",), "", parts),)

    rows = timeline(facts(scans=scans)).table.rows

    assert [(row[2], row[5]) for row in rows] == [("a", 2.0), ("b", 1.0)]
    assert rows[1][3:5] == [MIDNIGHT + timedelta(minutes=1), MIDNIGHT + timedelta(minutes=2)]


def test_scan_without_an_intent_has_a_lane_of_its_own() -> None:
    (panel,) = timeline(facts(scans=(scan(1, 0, 1),))).panels

    assert list(panel.y.words) == ["No intent"]


def test_sky_is_sampled_each_minute_of_a_scan_and_broken_between() -> None:
    scans = (scan(1, 240, 2.5, "OBSERVE_TARGET"), scan(2, 250, 1, "OBSERVE_TARGET"))
    plot = sky_tracks(facts(scans=scans))

    elevation, azimuth = (panel.marks[0] for panel in plot.panels)
    assert isinstance(elevation, Points)
    assert isinstance(azimuth, Points)
    assert [y is None for y in elevation.ys] == [True, *[False] * 4, True, *[False] * 2]
    first = NIGHT_NS + 240 * MINUTE_NS
    ((az_deg, el_deg),) = horizontal(SITE, Position(266.8, -28.4), [first])
    assert elevation.ys[1] == pytest.approx(el_deg, abs=1e-3)
    assert azimuth.ys[1] == pytest.approx(az_deg, abs=1e-3)
    assert [row[1] for row in plot.table.rows] == [1, 1, 1, 1, 2, 2]
    times = [row[0] for row in plot.table.rows[:4] if isinstance(row[0], datetime)]
    steps = [later - sooner for sooner, later in pairwise(times)]
    assert max(steps) <= timedelta(minutes=1)


def test_azimuth_is_broken_where_it_passes_north() -> None:
    # North of the zenith a source goes from small azimuths over 0 to large ones.
    plot = sky_tracks(
        facts(scans=(scan(1, 210, 120, "OBSERVE_TARGET"),), positions={"SgrB2": Position(266.8, 0)})
    )
    line = plot.panels[1].marks[0]
    assert isinstance(line, Points)

    assert sum(y is None for y in line.ys) == 2
    drawn = numbers(y for y in line.ys if y is not None)
    assert min(drawn) < 90
    assert max(drawn) > 270


def test_sky_takes_the_ground_from_the_pads_where_no_site_is_said() -> None:
    said, found = (sky_tracks(facts(site=site)).table.rows for site in (SITE, None))

    assert [row[3] for row in found] == pytest.approx([row[3] for row in said], abs=0.05)


def test_sky_without_any_ground_says_so() -> None:
    plot = sky_tracks(facts(site=None, antennas=()))

    assert "neither where the site is" in plot.reason


def test_elevation_has_its_limit_with_the_source_or_says_that_there_is_none() -> None:
    limit = Limit(
        code="low_elevation",
        first_cycle="2011.0",
        array="",
        band=None,
        least=20.0,
        most=None,
        unit="deg",
        confidence="default",
        source="Usual limit of planning",
    )

    held = sky_tracks(replace(facts(), elevation=limit))
    free = sky_tracks(facts())

    assert [level.at for level in held.panels[0].levels] == [20.0]
    assert "The line is the limit on the elevation, 20°. Usual limit of planning." in held.notes
    assert not held.panels[1].levels
    assert not free.panels[0].levels
    assert "No rule on the elevation is on file." in free.notes
    shapes = figure_of("Sky", held)["layout"]["shapes"]
    assert [(line["yref"], line["y0"], line["y1"]) for line in shapes] == [("y", 20.0, 20.0)]


def test_histogram_counts_every_baseline_once() -> None:
    plot = baseline_lengths(facts(antennas=array_of(43)))

    (columns,) = plot.panels[0].marks
    assert isinstance(columns, Columns)
    assert sum(columns.heights) == 43 * 42 // 2 == sum(row[2] for row in plot.table.rows)  # type: ignore[misc]
    lengths = lengths_m(array_of(43))
    for start, end, number in histogram(lengths, columns.width):
        assert number == sum(start <= length < end for length in lengths)
    assert 15 <= len(columns.centers) <= 31


@pytest.mark.parametrize(
    ("longest_m", "width_m"), [(48.95, 2.0), (30.0, 1.0), (150.0, 5.0), (16_200.0, 1000.0), (0, 1)]
)
def test_bins_have_round_widths(longest_m: float, width_m: float) -> None:
    assert bin_width_m(longest_m) == width_m


def test_histogram_marks_both_percentiles() -> None:
    execution = seed_execution()
    (panel,) = baseline_lengths(facts(antennas=execution.antennas)).panels

    assert [level.text for level in panel.levels] == ["L5 11.17 m", "L80 36.93 m"]


def test_map_keeps_the_distances_and_points_north() -> None:
    places = ((0.0, 0.0, 0.0), (300.0, 0.0, 0.0), (0.0, 400.0, 0.0))
    antennas = tuple(antenna(n, *place) for n, place in enumerate(places))

    rows = antenna_map(facts(antennas=antennas)).table.rows

    found = [tuple(numbers(row[3:6])) for row in rows]
    assert math.dist(found[1], found[2]) == pytest.approx(500.0, abs=1e-6)
    flat = [(east, north) for east, north, _ in found]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert math.dist(flat[one], flat[other]) == pytest.approx(
            math.dist(places[one], places[other]), abs=0.01
        )
    assert flat[1][0] - flat[0][0] == pytest.approx(300.0, abs=0.01)
    assert flat[2][1] - flat[0][1] == pytest.approx(400.0, abs=0.01)
    assert sum(east for east, _ in flat) == pytest.approx(0.0, abs=1e-6)


def test_map_tells_dishes_apart_and_names_few() -> None:
    antennas = (antenna(1, 0, 0, 0), antenna(2, 20, 0, 0, dish_m=7.0))

    marks = antenna_map(facts(antennas=antennas)).panels[0].marks
    many = antenna_map(facts(antennas=array_of(66)))

    assert [(mark.name, mark.labels) for mark in marks if isinstance(mark, Points)] == [
        ("7 m dish", ["DV02 A002"]),
        ("12 m dish", ["DV01 A001"]),
    ]
    (crowd,) = many.panels[0].marks
    assert isinstance(crowd, Points)
    assert (len(crowd.labels), len(crowd.hover or ())) == (0, 66)
    assert any("too many" in note for note in many.notes)


def test_map_of_positions_that_are_not_on_the_earth_says_so() -> None:
    local = tuple(
        type(one)(one.name, one.pad, n * 10.0, 0.0, 0.0) for n, one in enumerate(array_of(3))
    )

    assert "no positions of pads on the Earth" in antenna_map(facts(antennas=local)).reason


def temperatures(*samples: tuple[int, int, float]) -> TsysSamples:
    found = TsysSamples(["DV01", "DV02"], ["SpectralWindow_17", "SpectralWindow_19"])
    for one, window, kelvin in samples:
        found.antenna.append(one)
        found.window.append(window)
        found.receptor.append(0)
        found.time_ns.append(NIGHT_NS)
        found.kelvin.append(kelvin)
    return found


def test_tsys_map_has_medians_and_crosses_what_nobody_measured() -> None:
    samples = temperatures((0, 0, 50.0), (0, 0, 70.0), (0, 0, 90.0), (0, 1, 0.0), (1, 1, math.nan))
    window = Window("SpectralWindow_17", "X", "BB_1", 128, 91.28, 2000.0, None)
    plot = tsys_map(facts(tsys=samples, windows=(window,)))

    grid, gaps = plot.panels[0].marks
    assert isinstance(grid, Grid)
    assert isinstance(gaps, Points)
    assert (list(grid.xs), list(grid.ys)) == (["17 · 91.280", "19"], ["DV01", "DV02"])
    assert grid.values == [[70.0, None], [None, None]]
    assert [*zip(gaps.ys, gaps.xs, strict=True)] == [
        ("DV01", "19"),
        ("DV02", "17 · 91.280"),
        ("DV02", "19"),
    ]
    assert "3 of 4 cells were not measured" in plot.notes[-1]
    assert plot.table.rows == [
        ["DV01", "SpectralWindow_17", 91.28, 70.0, 50.0, 90.0, 3, 0],
        ["DV01", "SpectralWindow_19", None, None, None, None, 1, 1],
        ["DV02", "SpectralWindow_17", 91.28, None, None, None, 0, None],
        ["DV02", "SpectralWindow_19", None, None, None, None, 1, 1],
    ]


def test_hundred_thousand_temperatures_are_one_map() -> None:
    rows = 100_000
    samples = TsysSamples(
        [f"DV{n:02d}" for n in range(66)],
        [f"SpectralWindow_{n}" for n in range(20)],
        array("H", [n % 66 for n in range(rows)]),
        array("H", [n // 66 % 20 for n in range(rows)]),
        array("B", bytes(rows)),
        array("q", [NIGHT_NS] * rows),
        array("d", [60.0 + n % 66 for n in range(rows)]),
    )

    plot = tsys_map(facts(tsys=samples))

    (grid,) = plot.panels[0].marks
    assert isinstance(grid, Grid)
    assert [len(grid.values), {len(row) for row in grid.values}] == [66, {20}]
    assert grid.values[5] == [65.0] * 20
    assert plot.notes[-1] == "All 1320 cells were measured."


def test_windows_of_one_name_are_told_apart() -> None:
    samples = temperatures((0, 0, 50.0), (0, 1, 60.0))
    samples.windows = ["A_1", "B_1"]

    grid = tsys_map(facts(tsys=samples)).panels[0].marks[0]

    assert isinstance(grid, Grid)
    assert list(grid.xs) == ["A_1", "B_1"]


def reading(minute: int, station: str = "TB2", **said: float) -> WeatherSample:
    return WeatherSample(NIGHT_NS + minute * MINUTE_NS, station, **said)


def test_weather_has_a_panel_for_each_thing_that_was_measured() -> None:
    plot = weather(
        facts(
            weather=(
                reading(1, temperature_k=270.15, pressure_pa=55_500.0, wind_deg=90.0),
                reading(2, temperature_k=271.15),
                reading(1, "OSF", temperature_k=280.15),
            ),
            pwv_mm=(
                Sample(NIGHT_NS, "DV01", 1.0),
                Sample(NIGHT_NS, "DV02", 1.3),
                Sample(NIGHT_NS, "DV03", 1.1),
            ),
        )
    )

    assert [panel.y.heading for panel in plot.panels] == [
        "Temperature [°C]",
        "Pressure [hPa]",
        "PWV [mm]",
    ]
    own, other = plot.panels[0].marks
    assert isinstance(own, Points)
    assert isinstance(other, Points)
    assert list(own.ys) == pytest.approx([-3.0, -2.0])
    assert own.style != other.style
    water = plot.panels[2].marks[0]
    assert isinstance(water, Points)
    assert (water.ys, water.reach) == ([1.1], ([0.1], [0.2]))
    assert plot.table.rows[0] == [
        *(MIDNIGHT, "Radiometers", None, None, None, None, None),
        *(1.1, 1.0, 1.3, 3),
    ]
    assert plot.table.rows[1][3:7] == [555.0, None, None, 90.0]


def test_what_is_missing_of_the_weather_is_said() -> None:
    only_water = weather(facts(pwv_mm=(Sample(NIGHT_NS, "DV01", 1.0),)))
    only_weather = weather(facts(weather=(reading(1, wind_m_s=3.0),), missing={"CalWVR": "Gone."}))
    neither = weather(facts(missing={"Weather": "No Weather table."}))

    assert only_water.notes[0] == "Weather: N/A. Its data set has no weather."
    assert only_weather.notes == ["PWV: N/A. Gone."]
    assert neither.reason == "No Weather table."


@pytest.mark.parametrize("name", PLOTS)
def test_empty_execution_has_a_reason_for_every_plot(name: str) -> None:
    empty = facts(scans=(), antennas=(), positions={}, site=None)

    plot = plot_of(PLOTS[name], empty, is_total_power=False)

    assert plot.reason.endswith(".")
    assert (plot.panels, plot.table.rows) == ((), ())


def test_total_power_has_all_but_what_needs_baselines() -> None:
    execution = seed_execution()
    samples = temperatures((0, 0, 50.0))
    said: Facts = facts(
        scans=execution.scans,
        positions=execution.positions,
        tsys=samples,
        pwv_mm=execution.pwv_mm,
        weather=execution.weather,
    )

    drawn = {name: plot_of(kind, said, is_total_power=True).reason for name, kind in PLOTS.items()}

    assert {name for name, reason in drawn.items() if reason} == {"uv", "baselines"}
    assert drawn["uv"].startswith("Not applicable: ")
    assert "N/A" not in drawn["uv"]


def test_site_far_from_the_pads_does_not_move_the_map() -> None:
    rows = [
        antenna_map(facts(site=site)).table.rows for site in (SITE, Site(10.0, 50.0, 0.0), None)
    ]

    assert rows[0] == rows[1] == rows[2]


@pytest.mark.fixtures
def test_real_data_set_is_drawn_but_for_what_it_lacks(fixtures_dir: Path) -> None:
    tables = Tables(Source.from_path(next((fixtures_dir / "asdm").iterdir())))
    kept = from_json(as_json(executions(tables)[0]))

    drawn = {name: plot_of(kind, Facts(kept), is_total_power=False) for name, kind in PLOTS.items()}

    reasons = {name: plot.reason for name, plot in drawn.items() if plot.reason}
    assert reasons == {"tsys": "The data set's SysCal table is empty."}
    assert sum(row[2] for row in drawn["baselines"].table.rows) == 351  # type: ignore[misc]
    longest = max(numbers(row[6] for row in drawn["uv"].table.rows))
    assert longest <= lengths_m(kept.execution.antennas)[-1]
    assert "PWV: N/A. The data set has no CalWVR table." in drawn["weather"].notes
