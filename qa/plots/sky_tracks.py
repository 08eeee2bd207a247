"""Elevation and azimuth of each source while it was observed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.ground import NO_GROUND, ground_of
from qa.limits import Limit
from qa.observed import Execution, Site, moment
from qa.plots.plot import (
    TIME,
    Axis,
    Column,
    Facts,
    Level,
    Panel,
    Plot,
    Points,
    Table,
    Value,
    nothing,
)
from qa.plots.stretches import (
    NO_SCANS,
    Stretch,
    moving_note,
    numbered,
    placed,
    stretches,
    unplaced_note,
    why_unplaced,
)
from qa.sky import horizontal

_COLUMNS = (
    *(Column("Time", "UTC"), Column("Scan"), Column("Source")),
    *(Column("Elevation", "°", 2), Column("Azimuth", "°", 2)),
)
# From zero, so that the limit is in sight.
_ELEVATION = Axis("Elevation", "°", starts_at_zero=True)
_AZIMUTH = Axis("Azimuth", "°")
_HALF_TURN_DEG = 180.0
_NOTE = "Azimuth counts from north over east; without refraction, at most a minute apart in a scan."


@dataclass(frozen=True, slots=True)
class _Sample:
    time_ns: int
    scan: int
    source: str
    azimuth_deg: float
    elevation_deg: float


def sky_tracks(facts: Facts) -> Plot:
    """Answer where the sources stood above the array's ground."""
    execution = facts.kept.execution
    found = stretches(execution.scans)
    ground = execution.site or ground_of(execution.antennas)
    if not found:
        return nothing(execution.missing.get("Scan", NO_SCANS))
    if ground is None:
        return nothing(NO_GROUND)
    runs = [_samples(stretch, execution, ground) for stretch in placed(found, execution)]
    if not runs:
        return nothing(why_unplaced(found, execution))
    styles = numbered([run[0].source for run in runs])
    return Plot(
        TIME,
        [
            Panel(_ELEVATION, _tracks(runs, styles, "elevation_deg"), _lowest(facts)),
            Panel(_AZIMUTH, _tracks(runs, styles, "azimuth_deg")),
        ],
        Table(_COLUMNS, [_row(sample) for run in runs for sample in run]),
        notes=[
            _NOTE,
            _limit_note(facts.elevation),
            *moving_note(found, execution),
            *unplaced_note(found, execution),
        ],
        height=480,
    )


def _lowest(facts: Facts) -> list[Level]:
    """The line below which nobody should observe."""
    least = facts.elevation.least if facts.elevation else None
    return [] if least is None else [Level(least, f"Limit {least:g}°", 1, is_of_y=True)]


def _limit_note(limit: Limit | None) -> str:
    if limit is None or limit.least is None:
        return "No rule on the elevation is on file."
    return f"The line is the limit on the elevation, {limit.least:g}°. {limit.source}."


def _samples(stretch: Stretch, execution: Execution, ground: Site) -> list[_Sample]:
    times = stretch.times_ns()
    place = execution.paths.get(stretch.source) or execution.positions[stretch.source]
    seen = horizontal(ground, place, times)
    return [
        _Sample(time_ns, stretch.scan, stretch.source, azimuth, elevation)
        for time_ns, (azimuth, elevation) in zip(times, seen, strict=True)
    ]


def _tracks(
    runs: Sequence[Sequence[_Sample]], styles: Mapping[str, int], angle: str
) -> list[Points]:
    return [
        _track(source, style, [run for run in runs if run[0].source == source], angle)
        for source, style in styles.items()
    ]


def _track(source: str, style: int, runs: Sequence[Sequence[_Sample]], angle: str) -> Points:
    """A line that breaks between scans, and where the azimuth passes north."""
    xs: list[Value] = []
    ys: list[Value] = []
    hover: list[str] = []
    for run in runs:
        before = None
        for sample in run:
            value: float = getattr(sample, angle)
            if before is None or abs(value - before) > _HALF_TURN_DEG:
                xs.append(moment(sample.time_ns))
                ys.append(None)
                hover.append("")
            xs.append(moment(sample.time_ns))
            ys.append(round(value, 3))
            hover.append(f"{source}, scan {sample.scan}, {value:.2f}°")
            before = value
    return Points(source, style, xs, ys, hover, is_joined=True)


def _row(sample: _Sample) -> list[float | int | str | Value]:
    angles = (sample.elevation_deg, sample.azimuth_deg)
    return [moment(sample.time_ns), sample.scan, sample.source, *angles]
