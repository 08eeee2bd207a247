"""Scheduling blocks and execution blocks."""

from collections.abc import Iterable
from typing import cast

from projects.models import ExecBlock, SchedBlock
from projects.presentation import sched_block_of, standing, version_of
from projects.querysets.project import Viewer
from qa.models import ExecReport
from qa.presentation import ReportTold, SourceRow, array_told
from qa.side_by_side import figures_of
from qa.whole import whole_report
from snoopi.api.documents.common import (
    archive_query,
    dec_words,
    executions,
    identity,
    named,
    number,
    ra_words,
)
from snoopi.api.documents.exec_report import further_report
from snoopi.api.documents.judgements import fraction_proposal, unread_verdict
from snoopi.api.documents.support import season_document
from snoopi.api.shapes.blocks import (
    Array,
    ExecBlockLine,
    ExecBlockReport,
    ExecBlockRow,
    Measured,
    SchedBlockDetail,
    SchedBlockLine,
    SourceTime,
    Tsys,
)


def sched_block_line(block: SchedBlock, viewer: Viewer) -> SchedBlockLine:
    """An SB; read it with its parents."""
    found = standing(block, viewer)
    member = block.member_ous
    return SchedBlockLine(
        ref=block.ref,
        uid=block.uid,
        name=block.name,
        project=block.project.ref if block.project else None,
        state=found.state,
        state_since=found.since,
        label=found.label,
        science_goal=named(member and member.science_goal),
        member_ous=named(member),
        archive_query=archive_query(member),
        array=block.array or None,
        bands=block.bands,
        band=block.bands[0] if len(block.bands) == 1 else None,
        targets=block.targets,
        ra=ra_words(block.ra_deg),
        dec=dec_words(block.dec_deg),
        ra_deg=block.ra_deg,
        dec_deg=block.dec_deg,
        rep_freq_ghz=block.rep_freq_ghz,
        estimated_time_min=block.estimated_time_min,
        executions=executions(block),
        version=version_of(block, viewer),
    )


def sched_block_detail(
    block: SchedBlock, exec_blocks: Iterable[ExecBlock], viewer: Viewer
) -> SchedBlockDetail:
    """The panel of an SB with its execution blocks."""
    return SchedBlockDetail(
        **sched_block_line(block, viewer),
        asked=block.asked,
        grade=(block.project.grade or None) if block.project else None,
        season=season_document(block),
        exec_blocks=[exec_block_line(row, viewer) for row in exec_blocks],
    )


def exec_block_line(block: ExecBlock, viewer: Viewer) -> ExecBlockLine:
    """An EB in a list; read it with its parents."""
    sched_block = sched_block_of(block, viewer)
    return ExecBlockLine(
        ref=block.ref,
        uid=block.uid,
        project=block.project.ref if block.project else None,
        sched_block=identity(sched_block),
        sched_block_name=sched_block.name if sched_block else None,
        member_ous=identity(block.member_ous),
        start=block.start,
        end=block.end,
        duration_min=None if block.duration_min is None else round(block.duration_min, 4),
        qa0=block.qa0,
        execution_fraction=number(block.execution_fraction),
        version=version_of(block, viewer),
    )


def exec_block_row(block: ExecBlock, viewer: Viewer) -> ExecBlockRow:
    """An EB as a row of a file; read it with its parents and figures."""
    figures = figures_of(block)
    return ExecBlockRow(
        **exec_block_line(block, viewer),
        bands=block.bands,
        array=array_told(block, None) or None,
        targets=block.targets,
        ra_deg=block.ra_deg,
        dec_deg=block.dec_deg,
        rep_freq_ghz=block.rep_freq_ghz,
        pwv_mm=block.pwv_mm,
        integration_s=block.integration_s,
        antennas=_whole(figures["antennas"]),
        tsys_k=figures.get("tsys_k"),
        elevation_deg=figures.get("elevation_deg"),
        angular_resolution_arcsec=figures.get("resolution_arcsec"),
        max_recoverable_scale_arcsec=figures.get("largest_scale_arcsec"),
    )


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def exec_block_report(block: ExecBlock, told: ReportTold | None, viewer: Viewer) -> ExecBlockReport:
    """The report of an EB as far as sources have said; unknown is null.

    Read it with its parents; ``told`` is its report. Its verdict and the calibrations of the
    array are still to be read: ``verdict``, ``calibrations``.
    """
    whole = whole_report(block, told)
    return ExecBlockReport(
        **exec_block_line(block, viewer),
        **further_report(told.report if told else None, whole),
        **unread_verdict(),
        fraction_proposal=fraction_proposal(block, viewer),
        bands=block.bands,
        targets=block.targets,
        ra_deg=block.ra_deg,
        dec_deg=block.dec_deg,
        rep_freq_ghz=block.rep_freq_ghz,
        pwv_mm=block.pwv_mm,
        integration_s=block.integration_s,
        tsys=_tsys(told.report) if told else UNKNOWN_TSYS,
        array=_array(block, told),
        sources=[_source(row) for row in told.sources] if told else [],
        calibrations=[],
        reasons={**told.reasons, **whole.reasons} if told and whole else {},
    )


_UNMEASURED = Measured(mean=None, std=None, min=None, max=None, n=None, missing=None)
UNKNOWN_TSYS = Tsys(mean=None, std=None, min=None, max=None, measured=_UNMEASURED)


def _tsys(report: ExecReport) -> Tsys:
    measured = cast("Measured", _UNMEASURED | (report.tsys_measured or {}))
    return Tsys(
        mean=report.tsys_mean_k,
        std=report.tsys_std_k,
        min=report.tsys_min_k,
        max=report.tsys_max_k,
        measured=measured,
    )


def _array(block: ExecBlock, told: ReportTold | None) -> Array:
    report = told.report if told else None
    return Array(
        name=(told.array if told else array_told(block, None)) or None,
        antennas=(report.antenna_count if report else len(block.antennas)) or None,
        antenna_names=block.antennas,
        shortest_m=report.shortest_m if report else None,
        longest_m=report.longest_m if report else None,
        l5_m=report.l5_m if report else None,
        l80_m=report.l80_m if report else None,
        angular_resolution_arcsec=told.resolution_arcsec if told else None,
        max_recoverable_scale_arcsec=told.largest_scale_arcsec if told else None,
    )


def _source(row: SourceRow) -> SourceTime:
    return SourceTime(
        intent=row.intent,
        name=row.name,
        ra=ra_words(row.ra_deg),
        dec=dec_words(row.dec_deg),
        time_min=round(row.minutes, 3),
    )
