"""Where the antennas stood: meters east and north of the array's center."""

import math
from collections.abc import Sequence

from qa.ground import NO_PADS, Local, ground_of, local_m
from qa.observed import Antenna
from qa.plots.plot import Axis, Column, Facts, Panel, Plot, Points, Table, nothing

_COLUMNS = (
    *(Column("Antenna"), Column("Pad"), Column("Dish", "m", 0)),
    *(Column("East", "m", 2), Column("North", "m", 2), Column("Up", "m", 2)),
    Column("From center", "m", 2),
)
_NO_ANTENNAS = "The data set names no antenna."
_PLANE = "In the plane that touches the ground at the mean of the pads; the Earth bends away below."
_UNNAMED = "Names stand in the table and at the pointer: there are too many for the map."
_MOST_NAMES = 24


def antenna_map(facts: Facts) -> Plot:
    """Answer the antennas on their pads as seen from above."""
    execution = facts.kept.execution
    antennas = execution.antennas
    if not antennas:
        return nothing(execution.why("Antenna", "Station", otherwise=_NO_ANTENNAS))
    ground = ground_of(antennas)
    if ground is None:
        return nothing(NO_PADS)
    places = local_m(antennas, ground)
    dishes = sorted({antenna.dish_m for antenna in antennas}, key=lambda dish: dish or 0.0)
    marks = [_points(dish, number, antennas, places) for number, dish in enumerate(dishes)]
    return Plot(
        Axis("East", "m"),
        [Panel(Axis("North", "m"), marks)],
        Table(_COLUMNS, [_row(*each) for each in zip(antennas, places, strict=True)]),
        notes=[_PLANE] if len(antennas) <= _MOST_NAMES else [_PLANE, _UNNAMED],
        height=560,
        is_square=True,
    )


def _points(
    dish_m: float | None, style: int, antennas: Sequence[Antenna], places: Sequence[Local]
) -> Points:
    """The antennas with one kind of dish, from south to north."""
    own = [each for each in zip(antennas, places, strict=True) if each[0].dish_m == dish_m]
    own.sort(key=lambda each: each[1][1])
    names = [f"{antenna.name} {antenna.pad}" for antenna, _ in own]
    return Points(
        f"{dish_m:g} m dish" if dish_m else "Dish not known",
        style,
        [round(east, 3) for _, (east, _, _) in own],
        [round(north, 3) for _, (_, north, _) in own],
        hover=[
            f"{name}: {east:.2f} m east, {north:.2f} m north, {up:.2f} m up"
            for name, (_, (east, north, up)) in zip(names, own, strict=True)
        ],
        labels=names if len(antennas) <= _MOST_NAMES else (),
        size=9,
    )


def _row(antenna: Antenna, place: Local) -> list[str | float | None]:
    return [antenna.name, antenna.pad, antenna.dish_m, *place, math.hypot(*place)]
