"""Scheduling blocks and execution blocks."""

from collections.abc import Iterable

from projects.models import ExecBlock, SchedBlock
from projects.presentation import sched_block_of, standing
from projects.querysets.project import Viewer, is_staff_viewer
from snoopi.api.documents.common import (
    archive_query,
    dec_words,
    executions,
    identity,
    named,
    number,
    ra_words,
)
from snoopi.api.shapes.blocks import (
    Array,
    ExecBlockLine,
    ExecBlockReport,
    Measured,
    SchedBlockDetail,
    SchedBlockLine,
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
        version=block.version,
    )


def sched_block_detail(
    block: SchedBlock, exec_blocks: Iterable[ExecBlock], viewer: Viewer
) -> SchedBlockDetail:
    """The panel of an SB with its execution blocks."""
    return SchedBlockDetail(
        **sched_block_line(block, viewer),
        asked=block.asked,
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
        version=block.version,
    )


def exec_block_report(block: ExecBlock, viewer: Viewer) -> ExecBlockReport:
    """The report of an EB as far as sources have said; unknown is null.

    Comments on QA0 are internal.
    """
    comment = block.qa0_comment if is_staff_viewer(viewer) else ""
    return ExecBlockReport(
        **exec_block_line(block, viewer),
        qa0_comment=comment or None,
        bands=block.bands,
        targets=block.targets,
        ra_deg=block.ra_deg,
        dec_deg=block.dec_deg,
        rep_freq_ghz=block.rep_freq_ghz,
        pwv_mm=block.pwv_mm,
        integration_s=block.integration_s,
        tsys=UNKNOWN_TSYS,
        array=_array(block),
        sources=[],
    )


UNKNOWN_TSYS = Tsys(
    mean=None,
    std=None,
    min=None,
    max=None,
    measured=Measured(mean=None, std=None, min=None, max=None, n=None, missing=None),
)


def _array(block: ExecBlock) -> Array:
    return Array(
        name=block.array or None,
        antennas=len(block.antennas) or None,
        antenna_names=block.antennas,
        shortest_m=None,
        longest_m=None,
        l5_m=None,
        l80_m=None,
        angular_resolution_arcsec=None,
        max_recoverable_scale_arcsec=None,
    )
