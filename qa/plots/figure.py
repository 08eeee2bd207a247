"""A plot as a figure of Plotly, in plain dictionaries.

Colors are left to who draws it: each trace carries its hue's number in ``meta`` and its own
symbol, dash or hatching; the heat map has a scale that people see alike.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from qa.plots.plot import (
    Axis,
    AxisKind,
    Columns,
    Grid,
    Level,
    Mark,
    Panel,
    Plot,
    Points,
    Spans,
    Value,
)

Figure = dict[str, Any]

_SYMBOLS = ("circle", "square", "diamond", "x", "triangle-up", "cross", "star", "hexagon")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_HATCHES = ("", "/", "x", "-", "\\", "|", "+", ".")
# Its lightness grows evenly for every kind of color vision.
_SCALE = "Cividis"
_GAP = 32
_AROUND = 110
_TIMES = "%H:%M:%S"
_SEEN_APART = 0.95


def figure_of(title: str, plot: Plot) -> Figure:
    """Answer data and layout; without panels both say no more than why."""
    panels = list(enumerate(plot.panels, 1))
    told: set[str] = set()
    traces = [_trace(mark, number, told) for number, panel in panels for mark in panel.marks]
    return {"data": traces, "layout": _layout(title, plot, told)}


def _layout(title: str, plot: Plot, told: set[str]) -> Figure:
    meta = {"title": title, "notes": [*plot.notes], "reason": plot.reason}
    if not plot.panels:
        return {"meta": meta}
    layout: Figure = {
        "meta": meta,
        "height": plot.height + _AROUND,
        "margin": {"l": 64, "r": 16, "t": 40, "b": 56},
        "barmode": "overlay",
        "hovermode": "closest",
        "showlegend": len(told) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        "xaxis": _axis(plot.x) | {"anchor": f"y{_nth(len(plot.panels))}"},
    }
    for number, panel in enumerate(plot.panels, 1):
        layout[f"yaxis{_nth(number)}"] = _axis(panel.y) | _domain(number, plot)
    if plot.is_square:
        layout["xaxis"] |= {"constrain": "domain"}
        layout["yaxis"] |= {"scaleanchor": "x", "scaleratio": 1, "constrain": "domain"}
    return layout | _levels(plot.panels)


def _nth(number: int) -> str:
    """Plotly's suffix: none for the first axis."""
    return "" if number == 1 else str(number)


def _axis(axis: Axis) -> Figure:
    found: Figure = {
        "title": {"text": axis.heading, "font": {"size": 13}},
        "type": axis.kind.value,
        "automargin": True,
        "zeroline": False,
    }
    if axis.kind is AxisKind.WORDS:
        found |= {"categoryorder": "array", "categoryarray": [*axis.words], "dtick": 1}
    if axis.kind is AxisKind.TIME:
        found["hoverformat"] = _TIMES
    if axis.is_reversed:
        found["autorange"] = "reversed"
    if axis.starts_at_zero:
        found["rangemode"] = "tozero"
    return found


def _domain(number: int, plot: Plot) -> Figure:
    """The share of the height that a panel has, the first on top."""
    of, gap = len(plot.panels), _GAP / plot.height
    height = (1 - gap * (of - 1)) / of
    start = (of - number) * (height + gap)
    return {"domain": [round(start, 4), round(min(1.0, start + height), 4)], "anchor": "x"}


def _levels(panels: Sequence[Panel]) -> Figure:
    found = [
        (level, f"y{_nth(number)}")
        for number, panel in enumerate(panels, 1)
        for level in panel.levels
    ]
    if not found:
        return {}
    return {
        "shapes": [_line(level, axis) for level, axis in found],
        "annotations": [_word(level, axis) for level, axis in found],
    }


def _line(level: Level, axis: str) -> Figure:
    line = {"type": "line", "line": {"width": 2, "dash": _DASHES[level.style % len(_DASHES)]}}
    along, across = ("y", "x") if level.is_of_y else ("x", "y")
    place = {f"{along}0": level.at, f"{along}1": level.at, f"{across}0": 0, f"{across}1": 1}
    return line | place | _refs(level, axis)


def _word(level: Level, axis: str) -> Figure:
    at = {"x": 0, "y": level.at} if level.is_of_y else {"x": level.at, "y": 1}
    word = {"text": level.text, "showarrow": False, "xanchor": "left", "yanchor": "bottom"}
    return word | at | _refs(level, axis)


def _refs(level: Level, axis: str) -> Figure:
    """What places count by: one axis, and the share of the other side of the panel."""
    if level.is_of_y:
        return {"xref": "x domain", "yref": axis}
    return {"xref": "x", "yref": f"{axis} domain"}


def _trace(mark: Mark, number: int, told: set[str]) -> Figure:
    if isinstance(mark, Grid):
        return _grid(mark)
    trace = _drawn(mark) | {"name": mark.name, "meta": {"style": mark.style}}
    # One line in the legend for all panels, which it shows and hides together.
    trace |= {"legendgroup": mark.name, "showlegend": mark.name not in told}
    told.add(mark.name)
    if number > 1:
        trace["yaxis"] = f"y{number}"
    return trace


def _drawn(mark: Mark) -> Figure:
    if isinstance(mark, Points):
        return _points(mark)
    return _spans(mark) if isinstance(mark, Spans) else _columns(mark)  # type: ignore[arg-type]


def _points(mark: Points) -> Figure:
    modes = ["lines"] * mark.is_joined + ["markers"] + ["text"] * bool(mark.labels)
    trace: Figure = {
        "type": "scatter",
        "mode": "+".join(modes),
        "x": _plain(mark.xs),
        "y": _plain(mark.ys),
        "marker": {"symbol": _SYMBOLS[mark.style % len(_SYMBOLS)], "size": mark.size},
        "line": {"dash": _DASHES[mark.style % len(_DASHES)], "width": 1.5},
    }
    if mark.labels:
        # Below and above by turns, so that names of neighbors stay apart.
        places = ["top center" if n % 2 else "bottom center" for n in range(len(mark.labels))]
        trace |= {"text": [*mark.labels], "textposition": places, "cliponaxis": False}
    if mark.reach:
        below, above = mark.reach
        bars = {"type": "data", "symmetric": False, "thickness": 1, "width": 0}
        trace["error_y"] = bars | {"array": [*above], "arrayminus": [*below]}
    return trace | _hover(mark.hover)


def _hover(texts: Sequence[str] | None) -> Figure:
    if texts is None:
        return {}
    if not texts:
        return {"hoverinfo": "skip"}
    return {"hovertext": [*texts], "hoverinfo": "text"}


def _spans(mark: Spans) -> Figure:
    lengths = zip(mark.starts, mark.ends, strict=True)
    return {
        "type": "bar",
        "orientation": "h",
        "y": [*mark.lanes],
        "base": _plain(mark.starts),
        # Milliseconds, as lengths on a time axis are.
        "x": [(end - start).total_seconds() * 1000 for start, end in lengths],
        "marker": _hatched(mark.style),
        **_hover(mark.hover),
    }


def _columns(mark: Columns) -> Figure:
    return {
        "type": "bar",
        "x": [*mark.centers],
        "y": [*mark.heights],
        "width": mark.width * _SEEN_APART,
        "marker": _hatched(mark.style),
        **_hover(mark.hover),
    }


def _hatched(style: int) -> Figure:
    return {"pattern": {"shape": _HATCHES[style % len(_HATCHES)], "solidity": 0.35, "size": 6}}


def _grid(mark: Grid) -> Figure:
    return {
        "type": "heatmap",
        "name": mark.name,
        "x": [*mark.xs],
        "y": [*mark.ys],
        "z": [[None if value is None else round(value, 3) for value in row] for row in mark.values],
        "colorscale": _SCALE,
        "colorbar": {
            "title": {"text": f"{mark.name} [{mark.unit}]", "font": {"size": 13}},
            "thickness": 14,
        },
        "hovertemplate": f"%{{y}}, %{{x}}: %{{z:.2f}} {mark.unit}<extra></extra>",
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "showlegend": False,
    }


def _plain(values: Sequence[Value]) -> list[float | str | None]:
    return [
        value.replace(tzinfo=None).isoformat(" ") if isinstance(value, datetime) else value
        for value in values
    ]
