"""The turnaround board in words, files and one drawing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from projects.turnaround import WAYS, ServiceGoal, Stage, Sums, Week, percentile
from projects.work import HINDRANCES
from qa.plots.plot import Axis, Column, Columns, Level, Panel, Plot, Table, nothing
from snoopi.turnaround import Group, Line

_MOST_BINS = 60
_BIN_WIDTHS = (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_SUMS = ("n", "median [d]", "p80 [d]", "held up n", "held up [d]")
MOMENTS = {
    "observed": "Observed [UTC]",
    "staged": "First ready for processing [UTC]",
    "begun": "First processing [UTC]",
    "analysed": "Last ready for review [UTC]",
    "verified": "Last verified [UTC]",
    "delivered": "Last delivered [UTC]",
}


def drawn(stage: Stage, lines: Sequence[Line], goal: ServiceGoal | None) -> Plot:
    """How the lengths of one duration are distributed: member OUSs by days."""
    days = sorted(found for line in lines if (found := line.course.days(stage)) is not None)
    if not days:
        return nothing("No member OUS has come through this with both its ends dated.")
    width = _width(days[-1])
    heights = [0] * (int(days[-1] / width) + 1)
    for one in days:
        heights[int(one / width)] += 1
    starts = [number * width for number in range(len(heights))]
    told = [
        f"{start:g} to {start + width:g} days: {height}"
        for start, height in zip(starts, heights, strict=True)
    ]
    bars = Columns(
        WAYS[stage].title, 0, [start + width / 2 for start in starts], width, heights, told
    )
    panel = Panel(Axis("Member OUSs", starts_at_zero=True), [bars], _levels(stage, days, goal))
    rows = [
        (start, start + width, height, 100 * sum(heights[: number + 1]) / len(days))
        for number, (start, height) in enumerate(zip(starts, heights, strict=True))
    ]
    columns = (
        Column("From", "d", decimals=2),
        Column("To", "d", decimals=2),
        Column("Member OUSs", decimals=0),
        Column("Up to here", "%", decimals=1),
    )
    axis = Axis(WAYS[stage].title, "d", starts_at_zero=True)
    note = ", ".join(words for _, _, words in _marked(stage, days, goal)) + "."
    return Plot(axis, [panel], Table(columns, rows), [note], height=280)


def _width(longest: float) -> float:
    fitting = (width for width in _BIN_WIDTHS if longest / width < _MOST_BINS)
    return next(fitting, float(ceil(longest / _MOST_BINS)))


def _levels(stage: Stage, days: Sequence[float], goal: ServiceGoal | None) -> list[Level]:
    return [Level(at, "", style) for at, style, _ in _marked(stage, days, goal)]


def _marked(
    stage: Stage, days: Sequence[float], goal: ServiceGoal | None
) -> list[tuple[float, int, str]]:
    """Where lines stand, each with its style and the words of the note below."""
    marked = [
        (found, style, f"{words} {found:.1f} d")
        for words, part, style in (("Dashed: median", 50, 1), ("dotted: 80 %", 80, 2))
        if (found := percentile(days, part)) is not None
    ]
    if goal and stage == Stage.WHOLE:
        marked.append((goal.days, 3, f"dashes and dots: goal {goal.days:g} d"))
    return marked


def sums_head(title: str) -> list[str]:
    """The header of the file of the sums."""
    stages = [f"{way.title}: {word}" for way in WAYS.values() for word in _SUMS]
    return [title, "Member OUSs", *stages]


def sums_rows(groups: Iterable[Group]) -> Iterator[list[Any]]:
    """Its rows."""
    for group in groups:
        sums = [cell for stage in Stage for cell in _sums_cells(group.sums[stage])]
        yield [group.name, group.number, *sums]


def _sums_cells(sums: Sums) -> list[Any]:
    held_up = (sums.held_up_number, _rounded(sums.held_up_days))
    return [sums.number, _rounded(sums.median), _rounded(sums.p80), *held_up]


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 4)


_FACTS = ("Member OUS", "Name", "Project", "Cycle", "ARC", "Bands", "Array", "Reduction", "State")
LINE_HEAD = [
    *_FACTS,
    "Since [UTC]",
    "Held up by",
    "Data reducer",
    "Reviewer",
    *MOMENTS.values(),
    *(f"{way.title}{part} [d]" for way in WAYS.values() for part in ("", ", held up")),
]


def line_cells(line: Line) -> list[Any]:
    """A member OUS as the file has it."""
    course = line.course
    lengths = [
        _rounded(days)
        for stage in Stage
        for days in (course.days(stage), course.held_up_days(stage))
    ]
    return [
        line.uid or line.ref,
        line.name,
        line.project,
        line.cycle,
        line.arc,
        ", ".join(map(str, line.bands)),
        line.array,
        line.reduction,
        line.state,
        line.state_since,
        HINDRANCES[line.blocked_on].what if line.blocked_on else None,
        line.reducer,
        line.reviewer,
        *(getattr(course, name) for name in MOMENTS),
        *lengths,
    ]


WEEK_HEAD = ["Week up to [UTC]", "Delivered", "In time", "In time [%]", "Open", "Late"]


def week_cells(week: Week) -> list[Any]:
    """A week as the file has it."""
    return [week.end, week.delivered, week.in_time, _rounded(week.percent), week.open, week.late]


def stuck(lines: Iterable[Line], goal: ServiceGoal | None, now: datetime) -> list[Line]:
    """Answer what is on its way and observed for longer than the goal, longest in its state first.

    Without a goal on file all that is on its way is answered.
    """
    late = [
        line
        for line in lines
        if line.is_worked_on
        and (
            goal is None
            or (line.course.observed and (now - line.course.observed).days >= goal.days)
        )
    ]
    return sorted(late, key=lambda line: (line.state_since is None, line.state_since or now))
