"""What a plot is made of: axes, panels of marks above one another, and the table behind them.

A mark has a ``style``, a number that stands for hue, symbol, dash and hatching at once, so
that color is never the only difference; the page gives the hues. ``hover`` is one text a
point; None lets the page make it from the numbers, and an empty one shows none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qa.limits import Limit
from qa.stored import Kept

Value = float | str | datetime | None
Cell = float | int | str | datetime | None


class AxisKind(StrEnum):
    """What stands along an axis."""

    NUMBER = "linear"
    TIME = "date"
    WORDS = "category"


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis; ``words`` are the categories from its origin on."""

    title: str
    unit: str = ""
    kind: AxisKind = AxisKind.NUMBER
    words: Sequence[str] = ()
    starts_at_zero: bool = False
    is_reversed: bool = False

    @property
    def heading(self) -> str:
        """Title and unit."""
        return with_unit(self.title, self.unit)


@dataclass(frozen=True, slots=True)
class Points:
    """Symbols, joined where ``is_joined``; a None in ``ys`` breaks the line."""

    name: str
    style: int
    xs: Sequence[Value]
    ys: Sequence[Value]
    hover: Sequence[str] | None = None
    labels: Sequence[str] = ()
    is_joined: bool = False
    size: int = 6
    # How far below and above each point its values reach.
    reach: tuple[Sequence[float], Sequence[float]] | None = None


@dataclass(frozen=True, slots=True)
class Spans:
    """Bars along a time axis, each in the lane that a word names."""

    name: str
    style: int
    lanes: Sequence[str]
    starts: Sequence[datetime]
    ends: Sequence[datetime]
    hover: Sequence[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Upright bars of equal width."""

    name: str
    style: int
    centers: Sequence[float]
    width: float
    heights: Sequence[int]
    hover: Sequence[str]


@dataclass(frozen=True, slots=True)
class Grid:
    """Colored cells, a row of ``values`` for each of ``ys``; None is left open."""

    name: str
    unit: str
    xs: Sequence[str]
    ys: Sequence[str]
    values: Sequence[Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the panel at one place of the x axis, or of its y axis, with its words."""

    at: float
    text: str
    style: int
    is_of_y: bool = False


Mark = Points | Spans | Columns | Grid


@dataclass(frozen=True, slots=True)
class Panel:
    """One y axis with its marks, and lines across it."""

    y: Axis
    marks: Sequence[Mark]
    levels: Sequence[Level] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``decimals`` is how many a page shows of a number.

    ``unknown`` is the word for None: N/A where nobody measured, a dash where there is
    nothing to measure.
    """

    title: str
    unit: str = ""
    decimals: int | None = None
    unknown: str = "N/A"

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers with decimals."""
        return self.decimals is not None

    @property
    def heading(self) -> str:
        """Title and unit."""
        return with_unit(self.title, self.unit)


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers behind a plot."""

    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """What one plot draws; ``reason`` says why there is nothing to draw.

    ``height`` is that of the panels in pixels; ``is_square`` gives both axes one scale.
    """

    x: Axis = Axis("")
    panels: Sequence[Panel] = ()
    table: Table = field(default_factory=Table)
    notes: Sequence[str] = ()
    reason: str = ""
    height: int = 400
    is_square: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What plots are drawn from; the frequency is the one of the report.

    ``elevation`` is the limit on it that holds, None where no rule is on file.
    """

    kept: Kept
    frequency_ghz: float | None = None
    elevation: Limit | None = None


TIME = Axis("Time", "UTC", AxisKind.TIME)


def with_unit(title: str, unit: str) -> str:
    """A heading with its unit in brackets."""
    return f"{title} [{unit}]" if unit else title


def nothing(reason: str) -> Plot:
    """A plot that cannot be drawn."""
    return Plot(reason=reason)
