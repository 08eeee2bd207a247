"""The warnings of an execution block: its report held against its plan and the limits."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from projects import observatory as calendars
from projects.models import ExecBlock
from qa.findings import Facts, Finding
from qa.observatory import limits
from qa.presentation import ReportTold
from qa.shadowing import shadowed_share, why_unknown
from qa.warnings import findings


def findings_of(exec_block: ExecBlock, told: ReportTold | None) -> list[Finding]:
    """Answer what each check found, nothing before the data set has been read; no query.

    Read the block with its parents and report.
    """
    return findings(_facts(exec_block, told), limits()) if told else []


def _facts(exec_block: ExecBlock, told: ReportTold) -> Facts:
    execution, report, block = told.execution, told.report, exec_block.sched_block
    return Facts(
        execution=execution,
        cycle=cycle_of(exec_block, execution.start.date()),
        array=told.array,
        bands=tuple(execution.bands or exec_block.bands),
        tsys_k=told.measured.mean,
        elevation_min_deg=report.elevation_min_deg,
        flagged_fraction=report.flagged_fraction,
        shadowed_share=shadowed_share(execution),
        shadowing_unknown=why_unknown(execution),
        resolution_arcsec=told.resolution_arcsec,
        largest_scale_arcsec=told.largest_scale_arcsec,
        planned_min=block.planned_min if block else None,
        asked=_asked(exec_block),
        asked_of_goal=_asked_of_goal(exec_block),
    )


def cycle_of(exec_block: ExecBlock, day: date) -> str:
    """The cycle of the project's code, else the one of the day; "" where neither is known."""
    if exec_block.project and exec_block.project.cycle:
        return exec_block.project.cycle
    cycles = calendars.calendar().cycles
    return next((row.cycle for row in cycles if row.first_day <= day <= row.last_day), "")


def _asked(exec_block: ExecBlock) -> Mapping[str, Any]:
    """What was asked of the SB, and of its member OUS where the SB does not say."""
    member_ous, block = exec_block.member_ous, exec_block.sched_block
    return {**(member_ous.asked if member_ous else {}), **(block.asked if block else {})}


def _asked_of_goal(exec_block: ExecBlock) -> Mapping[str, Any]:
    goal = exec_block.member_ous.science_goal if exec_block.member_ous else None
    return goal.asked if goal else {}
