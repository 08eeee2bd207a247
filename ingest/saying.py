"""Turns a reader's records into what upserts compare: ``Said``. Almost pure."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from accounts.models import User
from ingest.facts import NOT_KNOWN_YET
from ingest.records import (
    Asked,
    ExecBlockRecord,
    MemberRecord,
    OUSRecord,
    ProjectRecord,
    SchedBlockRecord,
    StateChange,
)
from ingest.upserts import Rows, Said, StateSaid
from projects.identity import cycle_of, draft_ref, local_ref
from projects.models import GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal

People = Mapping[str, User]
ADDED_VALUE = "added_value "
_SKY = ("ra_deg", "dec_deg", "rep_freq_ghz")


def _copied(record: object, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def _asked(asked: Asked | None) -> dict[str, Any]:
    """The asked-for values that a source gives, as the model's JSON."""
    if asked is None:
        return {}
    values = asdict(asked).items()
    return {
        name: list(v) if isinstance(v, tuple) else v
        for name, v in values
        if v not in (None, "", ())
    }


def _names(names: Iterable[str]) -> str:
    return "\n".join(names)


def _state(state: str, flag: str, at: Any, history: tuple[StateChange, ...]) -> StateSaid | None:
    """The present state: the record's own word, else the last step of its history."""
    last = max(history, key=lambda step: step.at, default=None)
    if not state and last is None:
        return None
    if last is not None and state in ("", last.to):
        return StateSaid(last.to, flag, at or last.at)
    return StateSaid(state, flag, at)


def say_project(record: ProjectRecord, people: People) -> Said:
    """What a project record says; a plan without code is a draft."""
    values = _copied(
        record,
        *("title", "abstract", "pi_name", "authors", "executive", "arc", "grade"),
        *("science_category", "science_keywords"),
    )
    values["cycle"] = cycle_of(record.code)
    ref = record.code or draft_ref(record.uid or record.draft_key or record.title)
    return Said(
        key=ref,
        local_ref=ref,
        uid=record.uid,
        other_uids=record.other_uids,
        values=values,
        people={"contact_scientist": people.get(record.contact_scientist.lower())},
        told={"memberships": say_ties(record, people)},
        state=_state(record.state, record.state_flag, record.state_at, record.history),
        history=record.history,
    )


def say_ties(record: ProjectRecord, people: People) -> list[list[str]]:
    """The ties of a project to people who have an account, in the form of a fact."""
    ties = [
        [tie.username.lower(), tie.role, tie.kind, tie.ends_at.isoformat() if tie.ends_at else ""]
        for tie in record.memberships
        if tie.username.lower() in people
    ]
    return sorted(ties)


def say_set(record: OUSRecord, project: Project, goals: Rows[ScienceGoal] | None) -> Said:
    """What a record says of a science goal or (with ``goals``) a group OUS."""
    parents = {"science_goal": goals.get(record.parent)} if goals is not None else {}
    return Said(
        key=record.key,
        local_ref=local_ref(project.ref, record.part_id or record.name or record.key),
        uid=record.uid,
        other_uids=record.other_uids,
        values={
            "name": record.name,
            "part_id": record.part_id,
            "asked": _asked(record.asked),
        },
        parents=parents,
        same={"part_id": record.part_id},
        state=StateSaid(record.state) if record.state else None,
    )


def say_member(
    record: MemberRecord,
    project: Project,
    goals: Rows[ScienceGoal],
    groups: Rows[GroupOUS],
    people: People,
) -> Said:
    """What a record says of a member OUS."""
    group = groups.get(record.group)
    goal = goals.get(record.science_goal) or (group.science_goal if group else None)
    return Said(
        key=record.key,
        local_ref=local_ref(project.ref, record.part_id or record.name or record.key),
        uid=record.uid,
        other_uids=record.other_uids,
        values={
            **_copied(record, "name", "part_id", "qa2", "qa2_passed", "array", "pwv_mm", *_SKY),
            **_copied(record, "resolution_arcsec", "largest_scale_arcsec"),
            **_copied(record, "delivered_at", "release_date"),
            **({"release_date": NOT_KNOWN_YET} if record.release_date_unknown else {}),
            "bands": record.bands,
            "target_names": _names(record.target_names),
            "asked": _asked(record.asked),
        },
        parents={"group_ous": group, "science_goal": goal},
        people={"reducer": people.get(record.reducer.lower())},
        told={f"{ADDED_VALUE}{name}": v for name, v in asdict(record.added_value).items()},
        same={"part_id": record.part_id},
        state=_member_state(record),
        history=record.history,
    )


def _member_state(record: MemberRecord) -> StateSaid | None:
    said = _state(record.state, record.state_flag, record.state_at, record.history)
    if said is None and record.delivered:
        return StateSaid("Delivered", at=record.delivered_at)
    return said


def say_sched_block(
    record: SchedBlockRecord, project: Project | None, members: Rows[MemberOUS]
) -> Said:
    """What a record says of a scheduling block."""
    member = members.get(record.member)
    parent_ref = member.ref if member else project.ref if project else ""
    return Said(
        key=record.key,
        local_ref=local_ref(parent_ref, record.name or record.key),
        uid=record.uid,
        other_uids=record.other_uids,
        values={
            **_copied(record, "name", "executions_expected", "array", *_SKY),
            "estimated_time_min": record.estimated_time_min,
            "bands": record.bands,
            "target_names": _names(record.target_names),
            "asked": _asked(record.asked),
        },
        parents={"member_ous": member},
        same={"member_ous_id": member.pk if member else None, "name": record.name},
        state=_state(record.state, record.state_flag, record.state_at, record.history),
        history=record.history,
    )


def say_exec_block(
    record: ExecBlockRecord,
    project: Project | None,
    members: Rows[MemberOUS],
    blocks: Rows[SchedBlock],
    named: Mapping[str, SchedBlock],
) -> Said:
    """What a record says of an execution block.

    ``named`` are the SBs, by UID, that data sets know by no other name.
    """
    block = blocks.get(record.sched_block) or named.get(record.sched_block_uid)
    member = members.get(record.member) or (block.member_ous if block else None)
    parent = block or member or project
    return Said(
        key=record.key,
        local_ref=local_ref(parent.ref if parent else "", record.key),
        uid=record.uid,
        other_uids=record.other_uids,
        values={
            **_copied(record, "start", "end", "qa0", "qa0_comment", "execution_fraction"),
            **_copied(record, "array", "pwv_mm", "integration_s", *_SKY),
            "bands": record.bands,
            "target_names": _names(record.target_names),
            "antenna_names": _names(record.antenna_names),
        },
        parents={"member_ous": member, "sched_block": block},
    )
