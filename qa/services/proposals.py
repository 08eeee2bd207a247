"""What execution fraction is proposed for an execution, from its report, plan and tables."""

from decimal import Decimal

from django.conf import settings

from projects.models import ExecBlock
from qa.fraction import Inputs, Proposal, proposed
from qa.models import ExecReport
from qa.observatory import limits, nominal_tsys

_PLAN = "the scheduling block's estimated time by its expected executions"


def propose_fraction(exec_block: ExecBlock) -> Proposal:
    """Answer the proposed fraction with its explanation.

    Read the block with its ``report``, ``sched_block`` and ``project``: then no query.
    """
    cap = settings.EXECUTION_FRACTION_CAP
    return proposed(_inputs(exec_block), Decimal(str(cap)) if cap else None)


def _inputs(block: ExecBlock) -> Inputs:
    report: ExecReport | None = getattr(block, "report", None)
    cycle = block.project.cycle if block.project else ""
    array = block.array or (block.sched_block.array if block.sched_block else "")
    rule = limits().antennas(cycle, array)
    tsys = nominal_tsys(cycle, array, block.bands[0] if len(block.bands) == 1 else None)
    return Inputs(
        array=array,
        antennas=(report.antenna_count if report else len(block.antennas)) or None,
        nominal_antennas=rule.nominal if rule else None,
        antennas_source=rule.source if rule else "",
        tsys_k=(report.tsys_measured or {}).get("mean") if report else None,
        planned_tsys_k=tsys.tsys_k if tsys else None,
        tsys_source=tsys.source if tsys else "",
        time_min=block.duration_min,
        planned_time_min=block.sched_block.planned_min if block.sched_block else None,
        time_source=_PLAN,
    )
