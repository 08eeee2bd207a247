"""Writes plans as this project's own JSON: what happened when, who is tied to what."""

import json
from collections.abc import Iterable
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
    Step,
    Tie,
)


def write_native(path: Path, projects: Iterable[ProjectPlan]) -> Path:
    """Write projects to a file and answer its path."""
    path.write_bytes(native_bytes(projects))
    return path


def native_bytes(projects: Iterable[ProjectPlan]) -> bytes:
    """The JSON document of some projects."""
    document = {"snoopi": 1, "origin": ORIGIN, "projects": [_project(p) for p in projects]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _project(plan: ProjectPlan) -> dict[str, Any]:
    return _said(
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
        science_goals=[_goal(goal) for goal in plan.goals],
    )


def _goal(goal: Goal) -> dict[str, Any]:
    groups = [_group(group) for group in goal.groups]
    return _said(uid=goal.uid, name=goal.name, group_ous=groups)


def _group(group: Group) -> dict[str, Any]:
    members = [_member(member) for member in group.members]
    return _said(uid=group.uid, name=group.name, member_ous=members)


def _member(member: Member) -> dict[str, Any]:
    return _said(
        uid=member.uid,
        name=member.name,
        state=member.state,
        history=_history(member.history),
        qa2=member.qa2,
        delivered_at=_time(member.delivered_at),
        release_date=_time(member.release_date),
        reducer=member.reducer,
        sched_blocks=[_block(block) for block in member.blocks],
    )


def _block(block: Block) -> dict[str, Any]:
    return _said(
        uid=block.uid,
        name=block.name,
        state=block.state,
        state_flag=block.flag,
        history=_history(block.history),
        executions_expected=_number(block.expected),
        exec_blocks=[_execution(execution, block) for execution in block.executions],
    )


def _execution(execution: Execution, block: Block) -> dict[str, Any]:
    setup = block.setup
    return _said(
        uid=execution.uid,
        start=_time(execution.start),
        end=_time(execution.end),
        qa0=execution.qa0,
        qa0_comment=execution.comment,
        execution_fraction=_number(execution.fraction),
        bands=[setup.band],
        array=setup.array,
        target_names=[setup.target],
        ra_deg=setup.ra_deg,
        dec_deg=setup.dec_deg,
        rep_freq_ghz=setup.rep_freq_ghz,
        pwv_mm=execution.pwv_mm,
        antenna_names=[name for _, name in execution.antennas],
    )


def _history(steps: Iterable[Step]) -> list[dict[str, Any]]:
    return [_said(at=_time(step.at), to=step.to, note=step.note) for step in steps]


def _tie(tie: Tie) -> dict[str, Any]:
    return _said(user=tie.username, role=tie.role, kind=tie.kind, ends=_time(tie.ends))


def _said(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _time(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
