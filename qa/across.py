"""Executions side by side: which figure of which run stands apart from the others.

Pure. A figure stands apart when it differs from the median of all runs by more than its
column allows: a share of that median or a fixed step, whichever is larger. Two runs alone
never tell which of them is the odd one. How much a column allows is a matter of
reading a table, no criterion of quality assurance: those are the warnings of each report.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median

_FEWEST = 3


class Apart(StrEnum):
    """On which side of the others a figure stands apart."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Column:
    """A figure that runs are compared by; ``share`` and ``step`` say what is usual."""

    name: str
    title: str
    unit: str
    decimals: int
    share: float
    step: float

    @property
    def allowance(self) -> str:
        """How far from the others is still usual, in words."""
        gap = "" if self.unit in ("°", "″") else "\N{NO-BREAK SPACE}"
        step = f" or {self.step:g}{gap}{self.unit}".rstrip() if self.step else ""
        return f"{self.title} {100 * self.share:g}\N{NO-BREAK SPACE}%{step}"


COLUMNS = (
    Column("tsys_k", "Tsys", "K", 1, share=0.25, step=5),
    Column("pwv_mm", "PWV", "mm", 2, share=0.5, step=0.3),
    Column("elevation_deg", "Lowest elevation", "°", 0, share=0.3, step=10),
    Column("antennas", "Antennas", "", 0, share=0.1, step=2),
    Column("resolution_arcsec", "Resolution", "″", 2, share=0.15, step=0),
    Column("largest_scale_arcsec", "Largest scale", "″", 1, share=0.25, step=0),
    Column("fraction", "Fraction", "", 2, share=0.2, step=0.1),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of one run; ``usual`` is the median of all runs."""

    column: Column
    value: float | None
    apart: Apart | None = None
    usual: float | None = None


Figures = Mapping[str, float | None]


def compared(runs: Sequence[Figures]) -> list[list[Compared]]:
    """Answer the figures of each run, in the order of COLUMNS, with what stands apart."""
    columns = [_compared(column, [run.get(column.name) for run in runs]) for column in COLUMNS]
    return [list(row) for row in zip(*columns, strict=True)]


def medians(runs: Sequence[Figures]) -> list[Compared]:
    """Answer the median over all runs of each column, None where no run knows it."""
    return [Compared(column, _median(run.get(column.name) for run in runs)) for column in COLUMNS]


def _compared(column: Column, values: Sequence[float | None]) -> list[Compared]:
    known = [value for value in values if value is not None]
    usual = median(known) if len(known) >= _FEWEST else None
    return [Compared(column, value, _apart(column, value, usual), usual) for value in values]


def _apart(column: Column, value: float | None, usual: float | None) -> Apart | None:
    if value is None or usual is None:
        return None
    if abs(value - usual) <= max(column.share * abs(usual), column.step):
        return None
    return Apart.HIGH if value > usual else Apart.LOW


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


class Fit(StrEnum):
    """How what was got lies to what was asked for."""

    WITHIN = "as asked"
    FINER = "finer than asked"
    COARSER = "coarser than asked"
    SMALLER = "smaller than asked"


@dataclass(frozen=True, slots=True)
class AskedAndGot:
    """A scale that was asked for and got, in arcseconds; None where nobody says."""

    title: str
    asked: str
    got_arcsec: float | None
    least_arcsec: float | None
    most_arcsec: float | None
    fit: Fit | None = None


def resolution_against(
    asked: Mapping[str, float | None], got: Sequence[float | None]
) -> AskedAndGot | None:
    """Set the resolution against the range that was asked for; None where none was.

    ``asked`` holds ``min_…`` and ``max_resolution_arcsec``, else ``resolution_arcsec``, which
    is taken as the coarsest that will do.
    """
    finest = asked.get("min_resolution_arcsec") or None
    coarsest = asked.get("max_resolution_arcsec") or None
    if finest is None and coarsest is None:
        coarsest = asked.get("resolution_arcsec") or None
    if finest is None and coarsest is None:
        return None
    words = _range_words(finest, coarsest)
    found = _got("Angular resolution", words, got)
    return replace(found, fit=_resolution_fit(found.got_arcsec, finest, coarsest))


def scale_against(
    asked: Mapping[str, float | None], got: Sequence[float | None]
) -> AskedAndGot | None:
    """Set the largest scale against the one asked for; None where none was."""
    wanted = asked.get("largest_scale_arcsec")
    if not wanted:
        return None
    found = _got("Largest scale", f"at least {wanted:.3g}″", got)
    if found.got_arcsec is None:
        return found
    return replace(found, fit=Fit.WITHIN if found.got_arcsec >= wanted else Fit.SMALLER)


def _got(title: str, asked: str, got: Sequence[float | None]) -> AskedAndGot:
    known = [value for value in got if value is not None]
    ends = min(known, default=None), max(known, default=None)
    return AskedAndGot(title, asked, _median(known), *ends)


def _range_words(finest: float | None, coarsest: float | None) -> str:
    if finest is None:
        return f"at most {coarsest:.3g}″"
    if coarsest is None:
        return f"at least {finest:.3g}″"
    return f"{finest:.3g}″ to {coarsest:.3g}″"


def _resolution_fit(got: float | None, finest: float | None, coarsest: float | None) -> Fit | None:
    if got is None:
        return None
    if finest is not None and got < finest:
        return Fit.FINER
    if coarsest is not None and got > coarsest:
        return Fit.COARSER
    return Fit.WITHIN
