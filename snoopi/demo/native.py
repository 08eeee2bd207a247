"""Writes plans as this project's own JSON: what happened when, who is tied to what."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from snoopi.demo.plans import (
    ORIGIN,
    Block,
    Execution,
    Goal,
    Group,
    Member,
    ProjectPlan,
    Setup,
    Step,
    Tie,
)

Written = dict[str, Any]
_LEVELS = ("science_goals", "group_ous", "member_ous", "sched_blocks", "exec_blocks")


def write_native(path: Path, projects: Iterable[ProjectPlan]) -> Path:
    """Write projects to a file that people can read, and answer its path."""
    path.write_bytes(native_bytes(projects, indent=1))
    return path


def native_bytes(
    projects: Iterable[ProjectPlan], *, loose: Iterable[Block] = (), indent: int | None = None
) -> bytes:
    """The JSON document of some projects, and of SBs whose project nobody knows."""
    document = {
        "snoopi": 1,
        "origin": ORIGIN,
        "projects": [_project(plan) for plan in projects],
        **_below("sched_blocks", map(_block, loose)),
    }
    return json.dumps(document, ensure_ascii=False, indent=indent).encode() + b"\n"


def sky_of(setup: Setup) -> Written:
    """Where a set-up points and with what, by the format's names."""
    return {
        "bands": [setup.band],
        "array": setup.array,
        "target_names": [setup.target],
        "ra_deg": setup.ra_deg,
        "dec_deg": setup.dec_deg,
        "rep_freq_ghz": setup.rep_freq_ghz,
    }


def _project(plan: ProjectPlan) -> Written:
    return _said(
        plan.more,
        code=plan.code,
        uid=plan.uid,
        title=plan.title,
        pi_name=plan.pi_name,
        executive=plan.executive,
        arc=plan.arc,
        grade=plan.grade,
        contact_scientist=plan.contact_scientist,
        state=plan.state,
        history=_history(plan.history),
        memberships=[_tie(tie) for tie in plan.ties],
        **_below("science_goals", map(_goal, plan.goals)),
    )


def _goal(goal: Goal) -> Written:
    groups = _below("group_ous", map(_group, goal.groups))
    return _said(goal.more, uid=goal.uid, name=goal.name, **groups)


def _group(group: Group) -> Written:
    members = _below("member_ous", map(_member, group.members))
    return _said(group.more, uid=group.uid, name=group.name, **members)


def _member(member: Member) -> Written:
    return _said(
        member.more,
        uid=member.uid,
        name=member.name,
        state=member.state,
        history=_history(member.history),
        qa2=member.qa2,
        delivered_at=member.delivered_at,
        release_date=member.release_date,
        reducer=member.reducer,
        **_below("sched_blocks", map(_block, member.blocks)),
    )


def _block(block: Block) -> Written:
    return _said(
        block.more,
        uid=block.uid,
        name=block.name,
        state=block.state,
        state_flag=block.flag,
        history=_history(block.history),
        executions_expected=block.expected,
        exec_blocks=[_execution(execution, block) for execution in block.executions],
    )


def _execution(execution: Execution, block: Block) -> Written:
    return _said(
        execution.more,
        uid=execution.uid,
        start=execution.start,
        end=execution.end,
        qa0=execution.qa0,
        qa0_comment=execution.comment,
        execution_fraction=execution.fraction,
        pwv_mm=execution.pwv_mm,
        antenna_names=[name for _, name in execution.antennas],
        **sky_of(block.setup),
    )


def _history(steps: Iterable[Step]) -> list[Written]:
    return [_said({}, at=step.at, to=step.to, note=step.note) for step in steps]


def _tie(tie: Tie) -> Written:
    return _said({}, user=tie.username, role=tie.role, kind=tie.kind, ends=tie.ends)


def _below(level: str, items: Iterable[Written]) -> dict[str, list[Written]]:
    """The parts of one level; those of a part without any name stand here in its place.

    So a plan says, as some sources do, that nobody knows what is between two levels.
    """
    found: dict[str, list[Written]] = defaultdict(list)
    for part in items:
        if part.keys() & {"uid", "name"}:
            found[level].append(part)
        else:
            for lower in _LEVELS:
                found[lower] += part.get(lower, [])
    return {level: parts for level, parts in found.items() if parts}


def _said(more: Mapping[str, Any], /, **fields: Any) -> Written:
    said = {**fields, **more}
    return {name: _plain(value) for name, value in said.items() if value not in (None, "", [], ())}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return float(value) if isinstance(value, Decimal) else value
