"""The one writer of life-cycle states.

``move_state`` is the door for decisions and the machine: it obeys MOVES. Upstream facts
come through ``record_state``: what a source reports has happened, whatever the table
says; what follows from verdicts through ``projects.services.progress``. All end in
``entering.enter``, which alone changes a state and makes its event.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.errors import IllegalMove, NotAllowed, NoteMissing, StaleVersion
from projects.models import (
    Event,
    GroupOUS,
    LivingThing,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
)
from projects.moves import MACHINE_WAYS, Move, Way, find_move
from projects.permissions import (
    can_take,
    is_own_reduction,
    leads_on,
    open_steps,
    opens_review,
)
from projects.progress import begins_round
from projects.querysets.below import NOT_COUNTED
from projects.rollup import is_held, project_following, rolled_up
from projects.services.assignments import follow_step
from projects.services.blockages import unblock_where_over
from projects.services.bulk import save_alike
from projects.services.entering import (
    STATE_FIELDS,
    Account,
    enter,
    save_states,
    state_event,
    turn_outside,
)
from projects.services.events import append_events, lock_project, shown_subjects, touch
from projects.services.progress import follow_block
from projects.services.reviews import forget_verdict
from projects.states import StateFlag

FOLLOWS = "Groups and science goals follow their member OUSs and take no steps of their own."


@transaction.atomic
def move_state(
    thing: LivingThing,
    *,
    to: str,
    actor: User | None,
    way: Way = Way.STEP,
    expected_version: int | None = None,
    flag: str = "",
    note: str = "",
    note_public: bool = False,
    at: datetime | None = None,
) -> LivingThing:
    """Take one legal step and answer the thing as it then is.

    Locks the project, checks ``expected_version``, MOVES and the actor's right, writes
    state and version, lets the member OUS follow a scheduling block, rolls the parents up,
    appends the events. ``actor`` is None for the system, which takes only the machine's
    ways. Raises StaleVersion, IllegalMove, NotAllowed, NoteMissing.
    """
    owner = thing.pk if isinstance(thing, Project) else getattr(thing, "project_id", None)
    project = lock_project(owner)
    thing = type(thing)._default_manager.select_for_update().get(pk=thing.pk)
    if expected_version is not None and thing.version != expected_version:
        raise StaleVersion(thing.version)
    move = legal_move(thing, to, actor, way)
    if actor is not None and not can_take(actor, move, thing):
        raise NotAllowed(f"The step from {move.frm} to {move.to} is not yours to take.")
    if actor is not None and isinstance(thing, MemberOUS) and opens_review(move):
        refuse_own_reduction(actor, thing)
    if actor is not None and move.needs_note and not note.strip():
        raise NoteMissing(to)
    account = Account.of(actor, note, note_public)
    frm = thing.state
    at = at or timezone.now()
    events = _follow_work(thing, to, actor, at) if isinstance(thing, MemberOUS) else []
    event = enter(thing, to=to, at=at, account=account, flag=flag)
    thing.state_decided_at = thing.state_since if actor else thing.state_decided_at
    save_states([thing], [event])
    events.append(event)
    if isinstance(thing, SchedBlock):
        events += follow_block(thing, frm=frm)
    if project and any(isinstance(event.subject, MemberOUS) for event in events):
        events += roll_up(project)
    touch([thing], shown_subjects(events))
    append_events(events)
    thing.refresh_from_db()
    return thing


def refuse_own_reduction(actor: User, member_ous: MemberOUS) -> None:
    """Raise NotAllowed where the rule that somebody else reviews keeps ``actor`` away."""
    if is_own_reduction(actor, member_ous):
        raise NotAllowed("You reduced these data: somebody else reviews and decides on them.")


def _follow_work(member: MemberOUS, to: str, actor: User | None, at: datetime) -> list[Event]:
    """What a step means for those who work on a member OUS, and for its verdict."""
    follow_step(member, frm=member.state, to=to, actor=actor, at=at)
    if begins_round(member.state, to):
        forget_verdict(member)
    return unblock_where_over(member, to=to, at=at)


def legal_move(thing: LivingThing, to: str, actor: User | None, way: Way) -> Move:
    """Answer the step that MOVES has; raises IllegalMove, which names those that it has."""
    if isinstance(thing, GroupOUS | ScienceGoal):
        raise IllegalMove(thing.state, to, [], FOLLOWS)
    move = find_move(thing.LEVEL, thing.state, to)
    by_machine = actor is None and way not in MACHINE_WAYS
    if move is None or way not in move.ways or not leads_on(thing, move) or by_machine:
        legal = [step.to for step in open_steps(actor, thing)] if actor else []
        raise IllegalMove(thing.state, to, legal)
    return move


_Sets = tuple[Sequence[ScienceGoal], Sequence[GroupOUS], Sequence[MemberOUS]]
_FOLLOWED = (
    "group_ous_id",
    "science_goal_id",
    "state",
    "state_since",
    "state_flag",
    "public_since",
)


def roll_up(
    project: Project, sets: _Sets | None = None, *, not_before: datetime | None = None
) -> list[Event]:
    """Write the states that follow from the project's member OUSs; answer their events.

    Groups and science goals take the one function of SEMANTICS "States"; the project
    follows into InProgress, Completed and PartiallyCompleted. What follows happened when
    the last of its causes did, but ``not_before`` a moment. The caller holds the project's
    lock; one that has all OUSs of the project in memory, as they are stored, gives them as
    ``sets``, and none is read.
    """
    goals: Iterable[ScienceGoal]
    groups: Iterable[GroupOUS]
    followed: Iterable[tuple[Any, ...]]
    if sets is None:
        mine = {"project_id": project.pk}
        goals = ScienceGoal.objects.filter(**mine).order_by()
        groups = GroupOUS.objects.filter(**mine).order_by()
        followed = MemberOUS.objects.filter(**mine).order_by().values_list(*_FOLLOWED)
        project.refresh_from_db(fields=STATE_FIELDS)
    else:
        goals, groups = sets[:2]
        followed = map(attrgetter(*_FOLLOWED), sets[2])
    members = [(group_id, goal_id, Cause(*cause)) for group_id, goal_id, *cause in followed]
    if not_before is not None:
        members = [(group, goal, cause.not_before(not_before)) for group, goal, cause in members]
    changed: list[LivingThing] = []
    events = [
        *_roll_up_sets(groups, [(row[0], row[2]) for row in members], changed),
        *_roll_up_sets(goals, [(row[1], row[2]) for row in members], changed),
        *_roll_up_project(project, [row[2] for row in members], changed),
    ]
    save_states(changed, events)
    _count_members(project, [row[2].state for row in members])
    return events


@dataclass(frozen=True, slots=True)
class Cause:
    """A member OUS's state, since when it holds, and since when people outside read their word."""

    state: str | None
    since: datetime | None
    flag: str = ""
    public_since: datetime | None = None

    def not_before(self, moment: datetime) -> "Cause":
        """The same, as a cause that came no earlier than a moment."""
        since = max(self.since or moment, moment)
        return replace(self, since=since, public_since=max(self.public_since or moment, moment))


def _latest(causes: Iterable[Cause]) -> datetime | None:
    return max((cause.since for cause in causes if cause.since), default=None)


def _roll_up_sets(
    rows: Iterable[LivingThing],
    members: Iterable[tuple[int | None, Cause]],
    changed: list[LivingThing],
) -> list[Event]:
    causes: dict[int | None, list[Cause]] = defaultdict(list)
    for parent_id, cause in members:
        causes[parent_id].append(cause)
    events = []
    for row in rows:
        event = _follow(row, causes[row.pk])
        if event:
            changed.append(row)
            events.append(event)
    return events


def _follow(row: LivingThing, causes: list[Cause]) -> Event | None:
    target = rolled_up(cause.state for cause in causes)
    held = is_held(target, [(cause.state, cause.flag) for cause in causes])
    if target == row.state:
        return _follow_hold(row, held, causes)
    if target is not None:
        flag = StateFlag.IN_HOLD if held else ""
        return enter(row, to=target, at=_latest(causes), account=Account(), flag=flag)
    frm, public_frm = row.state, row.public_state
    row.state, row.state_flag, row.state_since, row.public_since = None, "", None, None
    return state_event(row, frm=frm, public_frm=public_frm, at=timezone.now(), account=Account())


def _follow_hold(row: LivingThing, held: bool, causes: list[Cause]) -> Event | None:
    """The end, or the beginning, of a hold below a set whose state stays the same."""
    if held == (row.state_flag == StateFlag.IN_HOLD):
        return None
    told = max((cause.public_since for cause in causes if cause.public_since), default=None)
    return turn_outside(row, flag=StateFlag.IN_HOLD if held else "", at=told, account=Account())


def _roll_up_project(
    project: Project, causes: list[Cause], changed: list[LivingThing]
) -> list[Event]:
    target = project_following(project.state, [cause.state for cause in causes])
    move = find_move(project.LEVEL, project.state, target) if target else None
    if target is None or move is None or Way.ROLL_UP not in move.ways:
        return []
    changed.append(project)
    return [enter(project, to=target, at=_latest(causes), account=Account())]


def _count_members(project: Project, states: list[str | None]) -> None:
    counted = [state for state in states if state not in NOT_COUNTED]
    delivered = counted.count("Delivered")
    if (project.members_total, project.members_delivered) != (len(counted), delivered):
        project.members_total, project.members_delivered = len(counted), delivered
        save_alike([project], ("members_total", "members_delivered"))
