"""The uv coverage of the science targets: baselines as the source saw them.

u points east and v north at the source. With the hour angle H and declination δ of the
source, and a baseline whose parts point to the meridian (x), to the east (y) and to the pole
(z) of the ground: u = x sin H + y cos H, v = z cos δ − (x cos H − y sin H) sin δ (Thompson,
Moran and Swenson, Interferometry and Synthesis in Radio Astronomy, ch. 4).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from qa.figures import wavelength_m
from qa.ground import NO_PADS, ground_of
from qa.intents import TARGET
from qa.observed import Antenna, Execution, Path, Position, Site, moment
from qa.plots.plot import Axis, Cell, Column, Facts, Panel, Plot, Points, Table, Value, nothing
from qa.plots.stretches import (
    Stretch,
    moving_note,
    numbered,
    placed,
    stretches,
    unplaced_note,
    why_unplaced,
)
from qa.sky import hour_angles

MOST_POINTS = 20_000
_NO_BASELINES = "The data set gives no two antennas with positions."
_NO_TARGET = "No scan is of a science target."
_NO_FREQUENCY = "In meters: neither the scheduling block nor the data set names a frequency."
_BOTH_ENDS = "Each baseline counts twice, with either sign; the table has one of the two."
_PLACES = (Column("Time", "UTC"), Column("Source"), Column("Antenna 1"), Column("Antenna 2"))
_METERS = (Column("u", "m", 2), Column("v", "m", 2), Column("Projected length", "m", 2))
_KILO_LAMBDA = (Column("u", "kλ", 3), Column("v", "kλ", 3))

Pair = tuple[int, int]
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Look:
    """One time at which the array looked at a source."""

    time_ns: int
    source: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """One baseline at one time, in meters."""

    look: Look
    pair: Pair
    u_m: float
    v_m: float


def uv_coverage(facts: Facts) -> Plot:
    """Answer where the baselines lay in the uv plane while the targets were observed."""
    execution = facts.kept.execution
    antennas = execution.antennas
    ground = execution.site or ground_of(antennas)
    targets = [part for part in stretches(execution.scans) if TARGET in part.intents]
    if len(antennas) < 2:
        return nothing(execution.why("Antenna", "Station", otherwise=_NO_BASELINES))
    if ground is None or ground_of(antennas) is None:
        return nothing(NO_PADS)
    if not targets:
        return nothing(execution.missing.get("Scan", _NO_TARGET))
    looks = looks_at(placed(targets, execution))
    if not looks:
        return nothing(why_unplaced(targets, execution))
    kept_looks, pairs = thinned(looks, [*combinations(range(len(antennas)), 2)])
    seen = [*_seen(execution, ground, kept_looks, pairs)]
    notes = [_thinning(looks, kept_looks, pairs, antennas)]
    notes += [*moving_note(targets, execution), *unplaced_note(targets, execution)]
    return _plot(seen, antennas, facts.frequency_ghz, [_BOTH_ENDS, *notes])


def looks_at(targets: Sequence[Stretch]) -> list[Look]:
    """Answer the times within the scans of the targets, at most a minute apart."""
    return [Look(time_ns, part.source) for part in targets for time_ns in part.times_ns()]


def thinned(looks: Sequence[Look], pairs: Sequence[Pair]) -> tuple[list[Look], list[Pair]]:
    """Answer the times, and baselines where even one time has too many, that are drawn.

    Both are taken evenly, first and last included.
    """
    few_pairs = evenly(pairs, MOST_POINTS // 2)
    return evenly(looks, max(1, MOST_POINTS // 2 // len(few_pairs))), few_pairs


def evenly(things: Sequence[Thing], most: int) -> list[Thing]:
    """Answer at most so many of some things, evenly chosen."""
    if len(things) <= most:
        return list(things)
    if most == 1:
        return [things[len(things) // 2]]
    return [things[n * (len(things) - 1) // (most - 1)] for n in range(most)]


def uv_m(
    antennas: Sequence[Antenna], ground: Site, place: Position | Path, times_ns: Sequence[int]
) -> Iterator[list[tuple[float, float]]]:
    """Yield u and v of each antenna at each time, in meters from the Earth's center.

    Those of a baseline are the differences of its two antennas.
    """
    turned = [_turned(antenna, math.radians(ground.longitude_deg)) for antenna in antennas]
    for hour_angle, declination in hour_angles(ground, place, times_ns):
        sin_h, cos_h = math.sin(hour_angle), math.cos(hour_angle)
        sin_d, cos_d = math.sin(declination), math.cos(declination)
        yield [
            (x * sin_h + y * cos_h, z * cos_d - (x * cos_h - y * sin_h) * sin_d)
            for x, y, z in turned
        ]


def _turned(antenna: Antenna, longitude: float) -> tuple[float, float, float]:
    """An antenna towards the meridian, the east and the pole of the ground."""
    sin, cos = math.sin(longitude), math.cos(longitude)
    x, y = antenna.x_m, antenna.y_m
    return x * cos + y * sin, y * cos - x * sin, antenna.z_m


def _seen(
    execution: Execution, ground: Site, looks: Sequence[Look], pairs: Sequence[Pair]
) -> Iterator[_Seen]:
    for source in dict.fromkeys(look.source for look in looks):
        own = [look for look in looks if look.source == source]
        times = [look.time_ns for look in own]
        place_of = execution.paths.get(source) or execution.positions[source]
        places = uv_m(execution.antennas, ground, place_of, times)
        for look, place in zip(own, places, strict=True):
            for one, other in pairs:
                u_m = place[other][0] - place[one][0]
                yield _Seen(look, (one, other), u_m, place[other][1] - place[one][1])


def _plot(
    seen: Sequence[_Seen],
    antennas: Sequence[Antenna],
    frequency_ghz: float | None,
    notes: Sequence[str],
) -> Plot:
    # kλ a meter.
    scale = 1e-3 / wavelength_m(frequency_ghz) if frequency_ghz else None
    unit = "kλ" if scale else "m"
    columns = (*_PLACES, *_METERS, *(_KILO_LAMBDA if scale else ()))
    styles = numbered([one.look.source for one in seen])
    marks = [_points(source, styles, seen, scale or 1.0) for source in styles]
    said = f"In wavelengths of {frequency_ghz:.2f} GHz." if frequency_ghz else _NO_FREQUENCY
    return Plot(
        Axis("u", unit, is_reversed=True),
        [Panel(Axis("v", unit), marks)],
        Table(columns, [_row(one, antennas, scale) for one in seen]),
        notes=[said, *notes],
        height=560,
        is_square=True,
    )


def _points(source: str, styles: Mapping[str, int], seen: Sequence[_Seen], scale: float) -> Points:
    own = [one for one in seen if one.look.source == source]
    us: list[Value] = [round(sign * one.u_m * scale, 3) for sign in (1, -1) for one in own]
    vs: list[Value] = [round(sign * one.v_m * scale, 3) for sign in (1, -1) for one in own]
    return Points(source, styles[source], us, vs, hover=(), size=3)


def _row(one: _Seen, antennas: Sequence[Antenna], scale: float | None) -> list[Cell]:
    names = (antennas[number].name for number in one.pair)
    length_m = math.hypot(one.u_m, one.v_m)
    scaled = [one.u_m * scale, one.v_m * scale] if scale else []
    numbers = (one.u_m, one.v_m, length_m, *scaled)
    return [moment(one.look.time_ns), one.look.source, *names, *numbers]


def _thinning(
    looks: Sequence[Look], kept: Sequence[Look], pairs: Sequence[Pair], antennas: Sequence[Antenna]
) -> str:
    """Say how much of all is drawn."""
    number = len(antennas) * (len(antennas) - 1) // 2
    baselines = (
        f"{number} baselines" if len(pairs) == number else f"{len(pairs)} of {number} baselines"
    )
    times = (
        f"at {len(looks)} times, at most a minute apart within each scan"
        if len(kept) == len(looks)
        else f"at {len(kept)} of {len(looks)} times, evenly chosen to keep the plot light"
    )
    return f"Drawn: {baselines} {times}."
