"""How many baselines of which length the array had."""

import math
from collections import Counter
from collections.abc import Sequence

from qa.figures import baselines, lengths_m
from qa.plots.plot import Axis, Column, Columns, Facts, Level, Panel, Plot, Table, nothing

_COLUMNS = (Column("From", "m", 1), Column("To", "m", 1), Column("Baselines"))
_NO_BASELINES = "The data set gives no two antennas with positions."
_ABOUT_BINS = 30
# Widths of bins that a reader can count with.
_ROUND = (1.0, 2.0, 5.0, 10.0)


def baseline_lengths(facts: Facts) -> Plot:
    """Answer the histogram of the distances between pads, with L5 and L80."""
    execution = facts.kept.execution
    lengths = lengths_m(execution.antennas)
    if not lengths:
        return nothing(execution.why("Antenna", "Station", otherwise=_NO_BASELINES))
    array = baselines(execution.antennas)
    width = bin_width_m(lengths[-1])
    rows = histogram(lengths, width)
    columns = Columns(
        "Baselines",
        0,
        centers=[(start + end) / 2 for start, end, _ in rows],
        width=width,
        heights=[number for _, _, number in rows],
        hover=[f"{start:g} to {end:g} m: {_counted(number)}" for start, end, number in rows],
    )
    levels = [
        Level(length, f"{name} {length:.2f} m", style)
        for name, length, style in (("L5", array.l5_m, 2), ("L80", array.l80_m, 1))
        if length is not None
    ]
    return Plot(
        Axis("Distance between pads", "m", starts_at_zero=True),
        [Panel(Axis("Baselines", starts_at_zero=True), [columns], levels)],
        Table(_COLUMNS, rows),
        notes=[
            f"{_counted(array.number)} of {array.antennas} antennas, not projected.",
            "5 % of them are shorter than L5 and 80 % shorter than L80.",
        ],
    )


def _counted(number: int) -> str:
    return "1 baseline" if number == 1 else f"{number} baselines"


def bin_width_m(longest_m: float) -> float:
    """Answer a round width that gives some thirty bins up to the longest baseline."""
    rough = longest_m / _ABOUT_BINS
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _ROUND if step * power >= rough * 0.999)


def histogram(lengths: Sequence[float], width: float) -> list[tuple[float, float, int]]:
    """Answer the bins from the shortest length on: start, end (not included), number."""
    counts = Counter(math.floor(length / width) for length in lengths)
    return [
        (number * width, (number + 1) * width, counts[number])
        for number in range(min(counts), max(counts) + 1)
    ]
