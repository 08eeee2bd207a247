"""The executions of one SB or OUS beside each other, as its page tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from projects.models import ExecBlock
from qa.across import (
    AskedAndGot,
    Compared,
    Figures,
    compared,
    medians,
    resolution_against,
    scale_against,
)
from qa.figures import largest_scale_arcsec, resolution_arcsec
from qa.models import ExecReport
from qa.presentation import array_told, frequency_ghz

Rows = TypeVar("Rows", bound=QuerySet[ExecBlock])


@dataclass(frozen=True, slots=True)
class Run:
    """One execution with its figures, each beside those of the others."""

    exec_block: ExecBlock
    figures: list[Compared]

    @property
    def is_apart(self) -> bool:
        """Whether any of its figures stands apart."""
        return any(figure.apart for figure in self.figures)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """All runs, the medians over them, and what was asked against what was got."""

    runs: list[Run]
    medians: list[Compared]
    asked_and_got: list[AskedAndGot]


def side_by_side(exec_blocks: Sequence[ExecBlock], asked: Mapping[str, Any]) -> SideBySide | None:
    """Set executions beside each other; None where no data set has been read for any.

    Read the blocks by ``with_figures``. What was got counts the runs that passed QA0 or are
    not judged yet, and of total power antennas nothing, which have no such scales.
    """
    figures = [figures_of(block) for block in exec_blocks]
    if not any(_report(block) for block in exec_blocks):
        return None
    counted = [
        found
        for block, found in zip(exec_blocks, figures, strict=True)
        if block.qa0 in ("Pass", "Unset", "Pending")
    ]
    return SideBySide(
        [Run(block, found) for block, found in zip(exec_blocks, compared(figures), strict=True)],
        medians(figures),
        _asked_and_got(asked, counted),
    )


def _asked_and_got(asked: Mapping[str, Any], counted: Sequence[Figures]) -> list[AskedAndGot]:
    resolutions = [found.get("resolution_arcsec") for found in counted]
    scales = [found.get("largest_scale_arcsec") for found in counted]
    found = (resolution_against(asked, resolutions), scale_against(asked, scales))
    return [row for row in found if row and row.got_arcsec is not None]


def _report(exec_block: ExecBlock) -> ExecReport | None:
    return getattr(exec_block, "report", None)


def with_figures(rows: Rows) -> Rows:
    """With the report's figures, to be compared without another query."""
    return rows.select_related("sched_block", "report").defer("report__observed")


def figures_of(exec_block: ExecBlock) -> Figures:
    """Answer the figures of an execution by the names of COLUMNS; unknown is None.

    Read the block by ``with_figures``.
    """
    report = _report(exec_block)
    fraction = exec_block.execution_fraction
    found: dict[str, float | None] = {
        "pwv_mm": exec_block.pwv_mm,
        "antennas": len(exec_block.antennas) or None,
        "fraction": None if fraction is None else float(fraction),
    }
    return found | (_reported(exec_block, report) if report else {})


def _reported(exec_block: ExecBlock, report: ExecReport) -> dict[str, float | None]:
    frequency = frequency_ghz(exec_block, report.rep_freq_ghz)
    has_scales = array_told(exec_block, None) != "TP"
    return {
        "tsys_k": (report.tsys_measured or {}).get("mean"),
        "pwv_mm": report.pwv_mm if report.pwv_mm is not None else exec_block.pwv_mm,
        "elevation_deg": report.elevation_min_deg,
        "antennas": report.antenna_count or None,
        "resolution_arcsec": resolution_arcsec(report.l80_m, frequency) if has_scales else None,
        "largest_scale_arcsec": largest_scale_arcsec(report.l5_m, frequency)
        if has_scales
        else None,
    }
