"""An execution block's plots as its pages show them: tabs, one plot, its table in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from projects.models import ExecBlock
from qa.models import ExecReport
from qa.observatory import limits
from qa.plots.catalog import PLOTS, PlotKind, plot_of
from qa.plots.figure import Figure, figure_of
from qa.plots.plot import Cell, Column, Facts, Plot, nothing
from qa.presentation import array_told, frequency_ghz
from qa.stored import Kept
from qa.warned import cycle_of
from snoopi.coordinates import MINUS

NO_DATA_SET = "No ASDM has been read for this execution block: plots are drawn from it."
_ROWS_SHOWN = 200
_CSV_DECIMALS = 6
_TOTAL_POWER = "TP"


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to a plot in the row above it."""

    name: str
    title: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class PlotRow:
    """The links to all plots that an array has, and the titles of those that it cannot have."""

    tabs: list[Tab]
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class PlotTold:
    """One plot of one execution block."""

    kind: PlotKind
    drawn: Plot
    url: str
    file_name: str
    array: str

    @property
    def applies(self) -> bool:
        """Whether the array has such a thing at all."""
        return _applies(self.kind, self.array)

    @property
    def columns(self) -> Sequence[Column]:
        """The columns of the table."""
        return self.drawn.table.columns

    @property
    def rows(self) -> list[list[tuple[Column, str]]]:
        """The first rows of the table in words, by column; the file has them all."""
        return [
            [(column, _words(cell, column)) for cell, column in zip(row, self.columns, strict=True)]
            for row in self.drawn.table.rows[:_ROWS_SHOWN]
        ]

    @property
    def rows_left_out(self) -> int:
        """How many rows only the file has."""
        return max(0, len(self.drawn.table.rows) - _ROWS_SHOWN)

    @property
    def figure(self) -> Figure:
        """The figure of Plotly."""
        return figure_of(self.kind.title, self.drawn)


def plot_row(exec_block: ExecBlock, array: str, chosen: PlotKind | None = None) -> PlotRow:
    """Answer the links to a block's plots, in order; ``array`` as its report tells it."""
    kinds = [kind for kind in PLOTS.values() if _applies(kind, array)]
    return PlotRow(
        tabs=[Tab(kind.name, kind.title, _url(exec_block, kind), kind is chosen) for kind in kinds],
        left_out=[kind.title for kind in PLOTS.values() if kind not in kinds],
    )


def plot_told(exec_block: ExecBlock, kind: PlotKind) -> PlotTold:
    """Answer one plot, drawn or with its reason.

    Read the block with its parents and ``report``; no query.
    """
    report: ExecReport | None = getattr(exec_block, "report", None)
    kept = report.kept() if report else None
    array = array_told(exec_block, kept.execution if kept else None)
    return PlotTold(
        kind=kind,
        drawn=_drawn(exec_block, kind, kept, array),
        url=_url(exec_block, kind),
        file_name=f"{exec_block.ref}-{kind.name}",
        array=array,
    )


def _drawn(exec_block: ExecBlock, kind: PlotKind, kept: Kept | None, array: str) -> Plot:
    if kept is None:
        return nothing(NO_DATA_SET)
    execution = kept.execution
    cycle = cycle_of(exec_block, execution.start.date())
    bands = execution.bands or tuple(exec_block.bands)
    facts = Facts(
        kept,
        frequency_ghz(exec_block, execution.rep_freq_ghz),
        limits().limit("low_elevation", cycle, array, bands),
    )
    return plot_of(kind, facts, is_total_power=array == _TOTAL_POWER)


def _applies(kind: PlotKind, array: str) -> bool:
    return kind.of_total_power or array != _TOTAL_POWER


def _url(exec_block: ExecBlock, kind: PlotKind) -> str:
    return reverse("projects:exec-block-plot", args=[exec_block.ref, kind.name])


def _words(cell: Cell, column: Column) -> str:
    if cell is None:
        return column.unknown
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, float) and column.decimals is not None:
        return f"{cell:.{column.decimals}f}".replace("-", MINUS)
    return str(cell)


def csv_table(told: PlotTold) -> tuple[list[str], Iterable[Sequence[Cell]]]:
    """Answer header and rows of a plot's file; of one with nothing to draw, the reason."""
    if told.drawn.reason:
        return ["Reason"], [[told.drawn.reason]]
    return [column.heading for column in told.columns], map(_csv_row, told.drawn.table.rows)


def _csv_row(row: Sequence[Cell]) -> list[Cell]:
    """A row with its numbers to more digits than any of them is good for."""
    return [round(cell, _CSV_DECIMALS) if isinstance(cell, float) else cell for cell in row]
