"""Rows for tests: valid, small, made in bulk; every value could be a real one.

UIDs are handed out in order, so two calls never collide. What a test cares about it says
by keyword; all else is Band 3 (84 to 116 GHz) on the 7m Array towards Sagittarius B2.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import User
from accounts.services import issue_token, upsert_account
from projects.identity import Uid, cycle_of
from projects.models import (
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
)
from projects.services.executions import recount_executions
from projects.services.memberships import tie
from projects.services.states import roll_up

_numbers = count(1)
_FIRST_NIGHT = datetime(2014, 7, 1, 7, 2, 6, tzinfo=UTC)
_SKY: dict[str, Any] = {
    "bands": [3],
    "array": "7m",
    "target_names": "SgrB2",
    "ra_deg": 266.83099,
    "dec_deg": -28.39161,
    "rep_freq_ghz": 91.28,
}


def new_uid(archive: str = "A001") -> str:
    """The next unused UID."""
    return f"uid://{archive}/X{0x1000:x}/X{next(_numbers):x}"


def _named(uid: str | None) -> dict[str, Any]:
    uid = uid or new_uid()
    return {"uid": uid, "ref": Uid.parse(uid).ref}


def make_user(username: str | None = None, *, password: str = "", **facts: Any) -> User:
    """An account; ``roles`` and ``qualifications`` as the services take them."""
    name = username or f"person{next(_numbers)}"
    user, _ = upsert_account(username=name, name=facts.pop("name", name.title()), **facts)
    if password:
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def make_token(user: User, scope: str = "write", **facts: Any) -> str:
    """The text of a new API token of a person."""
    return issue_token(user=user, scope=scope, **facts)[1]


def make_project(
    code: str | None = None,
    *,
    members: int | Sequence[dict[str, Any]] = 1,
    sched_blocks: int = 1,
    exec_blocks: int = 0,
    pi: User | None = None,
    **facts: Any,
) -> Project:
    """A project with one science goal and one group of member OUSs, if it has any.

    ``members`` is their number, or the facts of each; every one has ``sched_blocks`` SBs
    with ``exec_blocks`` EBs each. Counts and the states above the members follow.
    """
    code = code or f"2019.1.{next(_numbers) % 100_000:05d}.S"
    usual = {
        "title": "Observing the center of the galaxy with ALMA",
        "pi_name": pi.name if pi else "Smith, John",
        "executive": "EU",
        "arc": "EU",
        "state": "InProgress",
        "state_since": _FIRST_NIGHT,
        "public_since": _FIRST_NIGHT,
    }
    project = Project.objects.create(
        code=code, ref=code, cycle=cycle_of(code), **{**usual, **facts}
    )
    if pi:
        tie(project=project, user=pi, role="PI")
    wanted = [{}] * members if isinstance(members, int) else members
    group = make_group_ous(project) if wanted else None
    rows = MemberOUS.objects.bulk_create(
        _member_ous(project, group, **member_facts) for member_facts in wanted
    )
    blocks = SchedBlock.objects.bulk_create(
        _sched_block(row, number) for row in rows for number in range(sched_blocks)
    )
    ExecBlock.objects.bulk_create(
        _exec_block(block, number) for block in blocks for number in range(exec_blocks)
    )
    settle(project)
    return project


def settle(project: Project) -> None:
    """Let all that follows from the rows of a project follow."""
    recount_executions(
        sched_block_ids=project.sched_blocks.values_list("pk", flat=True),
        member_ous_ids=project.memberous_set.values_list("pk", flat=True),
    )
    roll_up(project)
    project.refresh_from_db()


def make_science_goal(project: Project, *, uid: str | None = None, **facts: Any) -> ScienceGoal:
    """A science goal OUS."""
    return ScienceGoal.objects.create(
        project=project, **{**_named(uid), "name": "CH3CN 5-4 & isotopologues", **facts}
    )


def make_group_ous(
    project: Project,
    science_goal: ScienceGoal | None = None,
    *,
    uid: str | None = None,
    **facts: Any,
) -> GroupOUS:
    """A group OUS, under a new science goal where none is given."""
    return GroupOUS.objects.create(
        project=project,
        science_goal=science_goal or make_science_goal(project),
        **{**_named(uid), "name": "Group of SgrB2", **facts},
    )


def make_member_ous(
    project: Project, group_ous: GroupOUS | None = None, *, uid: str | None = None, **facts: Any
) -> MemberOUS:
    """A member OUS, under a new group where none is given; nothing is rolled up."""
    row = _member_ous(project, group_ous or make_group_ous(project), uid=uid, **facts)
    row.save()
    return row


def make_sched_block(
    member_ous: MemberOUS, *, uid: str | None = None, number: int = 0, **facts: Any
) -> SchedBlock:
    """An SB of a member OUS."""
    row = _sched_block(member_ous, number, uid=uid, **facts)
    row.save()
    return row


def make_exec_block(
    sched_block: SchedBlock, *, uid: str | None = None, number: int = 0, **facts: Any
) -> ExecBlock:
    """An EB of an SB, on the night ``number`` days after the first; nothing is counted."""
    row = _exec_block(sched_block, number, uid=uid, **facts)
    row.save()
    return row


def _member_ous(
    project: Project, group: GroupOUS | None, uid: str | None = None, **facts: Any
) -> MemberOUS:
    usual = {"name": "SgrB2_a_03_7M", "state": "Ready"} | dict.fromkeys(
        ("state_since", "public_since"), _FIRST_NIGHT
    )
    return MemberOUS(
        project=project,
        group_ous=group,
        science_goal=group.science_goal if group else None,
        **{**_named(uid), **_SKY, **usual, **facts},
    )


def _sched_block(
    member_ous: MemberOUS, number: int, uid: str | None = None, **facts: Any
) -> SchedBlock:
    usual = {
        "name": f"SgrB2_{'abcdefgh'[number % 8]}_03_7M",
        "state": "Ready",
        "state_since": _FIRST_NIGHT,
        "public_since": _FIRST_NIGHT,
        "executions_expected": Decimal(4),
    }
    return SchedBlock(
        project=member_ous.project,
        member_ous=member_ous,
        **{**_named(uid), **_SKY, **usual, **facts},
    )


def _exec_block(
    sched_block: SchedBlock, number: int, uid: str | None = None, **facts: Any
) -> ExecBlock:
    start = _FIRST_NIGHT + timedelta(days=number)
    usual = {"start": start, "end": start + timedelta(minutes=70.18), "qa0": "Pass"}
    return ExecBlock(
        project=sched_block.project,
        member_ous=sched_block.member_ous,
        sched_block=sched_block,
        **{**_named(uid or new_uid("A002")), **_SKY, **usual, **facts},
    )
