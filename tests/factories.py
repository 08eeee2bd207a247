"""What a test asks for, made by the demo observatory's builder: plans read by the ordinary ingest.

UIDs are handed out in order, so two calls never collide. What a test cares about it says
by keyword, in the models' words; all else is Band 3 (84 to 116 GHz) on the 7m Array
towards Sagittarius B2. Counts, states above the members, ties and events are the loader's.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import issue_token, set_password, upsert_account
from ingest.readers import native_tables as tables
from ingest.readers.native_fields import Field
from projects.models import (
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
    Tracked,
)
from projects.services.executions import recount_executions
from projects.services.states import roll_up
from snoopi.demo.plans import Block, Goal, Member, ProjectPlan, Tie
from snoopi.demo.snapshot import (
    block_now,
    execution_now,
    goal_now,
    group_now,
    member_now,
    named_block,
    named_goal,
    named_group,
    named_member,
    named_project,
    project_now,
)
from snoopi.demo.world import bring_in

Facts = dict[str, Any]
Row = TypeVar("Row", bound=Tracked)

_numbers = count(1)


def new_uid(archive: str = "A001") -> str:
    """The next unused UID."""
    return f"uid://{archive}/X{0x1000:x}/X{next(_numbers):x}"


def make_user(username: str | None = None, *, password: str = "", **facts: Any) -> User:
    """An account; ``roles`` and ``qualifications`` as the services take them."""
    name = username or f"person{next(_numbers)}"
    user, _ = upsert_account(username=name, name=facts.pop("name", name.title()), **facts)
    if password:
        set_password(user=user, password=password)
    return user


def make_token(user: User, scope: str = "write", **facts: Any) -> str:
    """The text of a new API token of a person."""
    return issue_token(user=user, scope=scope, **facts)[1]


def make_project(
    code: str | None = None,
    *,
    members: int | Sequence[Facts] = 1,
    sched_blocks: int = 1,
    exec_blocks: int = 0,
    pi: User | None = None,
    **facts: Any,
) -> Project:
    """A project with one science goal and one group of member OUSs, if it has any.

    ``members`` is their number, or the facts of each; every one has ``sched_blocks`` SBs
    with ``exec_blocks`` EBs each. The code "" makes a draft.
    """
    if code is None:
        code = f"2019.1.{next(_numbers) % 100_000:05d}.S"
    wanted = [{}] * members if isinstance(members, int) else members
    parts = [_member(sched_blocks, exec_blocks, **each) for each in wanted]
    groups = [group_now(new_uid(), [member for member, _ in parts])]
    said, unsaid = _split(tables.PROJECT, facts)
    if not code:
        said = {"uid": new_uid(), **said}
    if pi:
        said = {"pi_name": pi.name, **said}
    ties = [Tie(username=pi.username, role="PI")] if pi else []
    plan = project_now(code, [goal_now(new_uid(), groups)] if parts else [], ties=ties, **said)
    bring_in(plan)
    for member, rest in parts:
        _set_what_no_source_says(MemberOUS.objects.filter(uid=member.uid), rest)
    rows = Project.objects.filter(code=code) if code else Project.objects.filter(uid=said["uid"])
    return _set_what_no_source_says(rows, unsaid).get()


def make_science_goal(project: Project, *, uid: str | None = None, **facts: Any) -> ScienceGoal:
    """A science goal OUS."""
    uid = uid or new_uid()
    said, unsaid = _split(tables.OUS, facts)
    bring_in(_known(project, goal_now(uid, **said)))
    return _set_what_no_source_says(ScienceGoal.objects.filter(uid=uid), unsaid).get()


def make_group_ous(
    project: Project,
    science_goal: ScienceGoal | None = None,
    *,
    uid: str | None = None,
    **facts: Any,
) -> GroupOUS:
    """A group OUS, under a new science goal where none is given."""
    uid = uid or new_uid()
    said, unsaid = _split(tables.OUS, facts)
    groups = [group_now(uid, **said)]
    goal = named_goal(science_goal.uid, groups) if science_goal else goal_now(new_uid(), groups)
    bring_in(_known(project, goal))
    return _set_what_no_source_says(GroupOUS.objects.filter(uid=uid), unsaid).get()


def make_member_ous(
    project: Project, group_ous: GroupOUS | None = None, *, uid: str | None = None, **facts: Any
) -> MemberOUS:
    """A member OUS without SBs, under a new group where none is given."""
    member, unsaid = _member(uid=uid, **facts)
    if group_ous:
        goal = named_goal(groups=[named_group(group_ous.uid, [member])])
    else:
        goal = goal_now(new_uid(), [group_now(new_uid(), [member])])
    bring_in(_known(project, goal))
    return _set_what_no_source_says(MemberOUS.objects.filter(uid=member.uid), unsaid).get()


def make_loose_member_ous(project: Project, *, uid: str | None = None, **facts: Any) -> MemberOUS:
    """A member OUS without SBs, whose group and science goal nobody knows."""
    member, unsaid = _member(uid=uid, **facts)
    bring_in(_known(project, _loose(member)))
    return _set_what_no_source_says(MemberOUS.objects.filter(uid=member.uid), unsaid).get()


def make_sched_block(
    member_ous: MemberOUS, *, uid: str | None = None, number: int = 0, **facts: Any
) -> SchedBlock:
    """An SB of a member OUS."""
    uid = uid or new_uid()
    said, unsaid = _split(tables.SCHED_BLOCK, facts)
    member = named_member(member_ous.uid, [block_now(uid, number=number, **said)])
    bring_in(_known(member_ous.project, _loose(member)))
    return _set_what_no_source_says(SchedBlock.objects.filter(uid=uid), unsaid).get()


def make_exec_block(
    sched_block: SchedBlock | None,
    *,
    member_ous: MemberOUS | None = None,
    uid: str | None = None,
    number: int = 0,
    **facts: Any,
) -> ExecBlock:
    """An EB of an SB, on the night ``number`` days after the first.

    Without an SB it is of ``member_ous``, or nobody knows of what.
    """
    uid = uid or new_uid("A002")
    said, unsaid = _split(tables.EXEC_BLOCK, facts)
    runs = [execution_now(uid, number, **said)]
    block = named_block(sched_block.uid if sched_block else "", runs)
    above = sched_block or member_ous
    if above and above.project:
        member = named_member(member_ous.uid if member_ous else "", [block])
        bring_in(_known(above.project, _loose(member)))
    else:
        bring_in(loose=[block])
    return _set_what_no_source_says(ExecBlock.objects.filter(uid=uid), unsaid).get()


def say(thing: Project | MemberOUS, **facts: Any) -> None:
    """Let the source that told of a project or a member OUS say something else of it."""
    more = _in_words_of_the_format(facts)
    if isinstance(thing, Project):
        bring_in(named_project(thing.code, uid=thing.uid, more=more))
    else:
        bring_in(_known(thing.project, _loose(named_member(thing.uid, more=more))))


def settle(project: Project) -> None:
    """Let all that follows from the rows of a project follow, where a test has changed some."""
    recount_executions(
        sched_block_ids=project.sched_blocks.values_list("pk", flat=True),
        member_ous_ids=project.memberous_set.values_list("pk", flat=True),
    )
    roll_up(project)
    project.refresh_from_db()


def _member(
    sched_blocks: int = 0, exec_blocks: int = 0, *, uid: str | None = None, **facts: Any
) -> tuple[Member, Facts]:
    said, unsaid = _split(tables.MEMBER_OUS, facts)
    blocks = [_block(number, exec_blocks) for number in range(sched_blocks)]
    return member_now(uid or new_uid(), blocks, **said), unsaid


def _block(number: int, exec_blocks: int) -> Block:
    runs = [execution_now(new_uid("A002"), night) for night in range(exec_blocks)]
    return block_now(new_uid(), runs, number=number)


def _loose(member: Member) -> Goal:
    """A science goal that says no more than what it holds."""
    return named_goal(groups=[named_group(members=[member])])


def _known(project: Project, goal: Goal) -> ProjectPlan:
    """A plan that says nothing new of a project but one of its parts."""
    return named_project(project.code, [goal], uid=project.uid)


def _split(table: Mapping[str, Field], facts: Facts) -> tuple[Facts, Facts]:
    """Facts in the models' words → what the format can say, in its own, and the rest."""
    known = {*table, "asked"}
    said = {name: value for name, value in facts.items() if _FORMAT.get(name, name) in known}
    unsaid = {name: value for name, value in facts.items() if name not in said}
    return _in_words_of_the_format(said), unsaid


_FORMAT = {"state_since": "state_at"}
_ONE_A_LINE = ("target_names", "antenna_names")


def _in_words_of_the_format(facts: Facts) -> Facts:
    return {_FORMAT.get(name, name): _worded(name, value) for name, value in facts.items()}


def _worded(name: str, value: Any) -> Any:
    if isinstance(value, User):
        return value.username
    return value.splitlines() if name in _ONE_A_LINE else value


def _set_what_no_source_says(rows: QuerySet[Row], facts: Facts) -> QuerySet[Row]:
    """Put into a row, by hand, what no source could ever say of it."""
    if facts:
        rows.update(**facts)
    return rows


def check_keys_now() -> None:
    """Check foreign keys now that would be checked when the transaction ends.

    What many tests share is written in a transaction that never ends: each of them would
    check all of it again.
    """
    connection.check_constraints()
