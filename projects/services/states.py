"""The one writer of life-cycle states.

``move_state`` is the door for decisions and the machine: it obeys MOVES. Upstream facts
come through ``record_state``: what a source reports has happened, whatever the table
says. Both end in ``_enter``, which alone changes a state and makes its event.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.rights import STAFF_ROLE_WORDS, StaffRole
from projects.errors import IllegalMove, NotAllowed, StaleVersion
from projects.models import (
    Event,
    EventKind,
    GroupOUS,
    LivingThing,
    MemberOUS,
    Project,
    ScienceGoal,
    Tracked,
)
from projects.moves import MACHINE_WAYS, Move, Way, find_move
from projects.permissions import can_take, leads_on, open_steps
from projects.querysets.below import NOT_COUNTED
from projects.rollup import project_following, rolled_up
from projects.services.bulk import save_alike
from projects.services.events import append_events, lock_project, shown_subjects, touch

STATE_FIELDS = (
    "state",
    "state_flag",
    "state_since",
    "public_since",
    "state_decided_at",
    "resume_state",
)
SYSTEM_WORD = "the system"
MENDED = ("Broken", "Repaired")
FOLLOWS = "Groups and science goals follow their member OUSs and take no steps of their own."


@dataclass(frozen=True, slots=True)
class Account:
    """Who changed a state, and what they said: the part of an event that is not the step."""

    actor: User | None = None
    word: str = SYSTEM_WORD
    note: str = ""
    note_public: bool = False

    @classmethod
    def of(cls, user: User | None, note: str = "", note_public: bool = False) -> "Account":
        """The account of a person, by their first staff role, or of the system."""
        if user is None:
            return cls(note=note, note_public=note_public)
        word = STAFF_ROLE_WORDS[StaffRole(user.roles[0])] if user.roles else "project team"
        return cls(user, word, note, note_public)


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
) -> LivingThing:
    """Take one legal step and answer the thing as it then is.

    Locks the project, checks ``expected_version``, MOVES and the actor's right, writes
    state and version, rolls the parents up, appends the events. ``actor`` is None for the
    system, which takes only the machine's ways. Raises StaleVersion, IllegalMove,
    NotAllowed.
    """
    lock_project(thing.pk if isinstance(thing, Project) else getattr(thing, "project_id", None))
    thing = type(thing)._default_manager.select_for_update().get(pk=thing.pk)
    if expected_version is not None and thing.version != expected_version:
        raise StaleVersion(thing.version)
    move = _legal_move(thing, to, actor, way)
    if actor is not None and not can_take(actor, move, thing):
        raise NotAllowed(f"The step from {move.frm} to {move.to} is not yours to take.")
    if isinstance(thing, MemberOUS) and to == "Reviewing" and actor is not None:
        MemberOUS.objects.filter(pk=thing.pk).update(reviewer=actor)
    account = Account.of(actor, note, note_public)
    event = _enter(thing, to=to, at=timezone.now(), account=account, flag=flag)
    thing.state_decided_at = thing.state_since if actor else thing.state_decided_at
    save_states([thing], [event])
    events = [event]
    if isinstance(thing, MemberOUS):
        events += roll_up(thing.project)
    touch([thing], shown_subjects(events))
    append_events(events)
    thing.refresh_from_db()
    return thing


def _legal_move(thing: LivingThing, to: str, actor: User | None, way: Way) -> Move:
    if isinstance(thing, GroupOUS | ScienceGoal):
        raise IllegalMove(thing.state, to, [], FOLLOWS)
    move = find_move(thing.LEVEL, thing.state, to)
    by_machine = actor is None and way not in MACHINE_WAYS
    if move is None or way not in move.ways or not leads_on(thing, move) or by_machine:
        legal = [step.to for step in open_steps(actor, thing)] if actor else []
        raise IllegalMove(thing.state, to, legal)
    return move


def record_state(
    thing: LivingThing,
    *,
    to: str | None,
    at: datetime | None,
    account: Account,
    flag: str = "",
    public_frm: str | None = None,
) -> Event | None:
    """Take over a state that upstream reports; answer its event, None where nothing moved.

    Changes the thing in memory: the caller saves it with ``save_states``, and appends the
    event last. ``at`` None means that the source gives no date; ``public_frm`` is what
    people outside read before, where that is not what the thing counts now.
    """
    # A source that knows no flags does not take away what another one knows.
    if to is None or (to == thing.state and flag in ("", thing.state_flag)):
        return None
    before = public_frm or thing.public_state
    return _enter(thing, to=to, at=at, account=account, flag=flag, public_frm=before)


def _enter(
    thing: LivingThing,
    *,
    to: str,
    at: datetime | None,
    account: Account,
    flag: str = "",
    public_frm: str | None = None,
) -> Event:
    frm, public_frm = thing.state, public_frm or thing.public_state
    if to not in MENDED:
        thing.resume_state = ""
    elif frm not in MENDED:
        # People outside go on seeing the state before, flag and all.
        thing.resume_state, flag = frm or "", thing.state_flag
    thing.state, thing.state_flag = to, flag
    # A first sight without a date says nothing about since when.
    thing.state_since = at or (timezone.now() if frm else None)
    if thing.public_state != public_frm:
        thing.public_since = thing.state_since
    return state_event(
        thing,
        frm=frm,
        public_frm=public_frm,
        at=at or timezone.now(),
        account=account,
    )


def state_event(
    thing: LivingThing,
    *,
    frm: str | None,
    public_frm: str | None,
    at: datetime,
    account: Account,
) -> Event:
    """An unsaved state event that leads from ``frm`` to the thing's state now."""
    public_to = thing.public_state
    return Event(
        **subject_of(thing),
        kind=EventKind.STATE,
        at=at,
        frm=frm or "",
        to=thing.state or "",
        public_frm=public_frm or "",
        public_to=public_to or "",
        qa2=getattr(thing, "qa2", None) or "",
        for_staff=frm != thing.state,
        for_public=thing.state != "Deleted" and (public_frm != public_to or frm == thing.state),
        actor=account.actor,
        actor_word=account.word,
        note=account.note,
        note_public=account.note_public,
    )


def subject_of(thing: Tracked) -> dict[str, object]:
    """The fields of an event (or alias) that name its thing."""
    fields: dict[str, object] = {"level": thing.LEVEL.value, thing.LEVEL.value: thing}
    if not isinstance(thing, Project):
        fields["project_id"] = getattr(thing, "project_id", None)
    return fields


def save_states(things: Sequence[LivingThing], events: Sequence[Event]) -> None:
    """Write the state fields of things, whatever their level, as ``events`` tell of them."""
    shown = {id(thing) for thing in shown_subjects(events)}
    save_alike(things, STATE_FIELDS, [thing for thing in things if id(thing) not in shown])


def roll_up(project: Project) -> list[Event]:
    """Write the states that follow from the project's member OUSs; answer their events.

    Groups and science goals take the one function of SEMANTICS "States"; the project
    follows into InProgress, Completed and PartiallyCompleted. What follows happened when
    the last of its causes did. The caller holds the project's lock.
    """
    rows = MemberOUS.objects.filter(project_id=project.pk).order_by()
    members = [
        (group_id, goal_id, Cause(state, since))
        for group_id, goal_id, state, since in rows.values_list(
            "group_ous_id", "science_goal_id", "state", "state_since"
        )
    ]
    changed: list[LivingThing] = []
    events = [
        *_roll_up_sets(project, GroupOUS, [(row[0], row[2]) for row in members], changed),
        *_roll_up_sets(project, ScienceGoal, [(row[1], row[2]) for row in members], changed),
        *_roll_up_project(project, [row[2] for row in members], changed),
    ]
    save_states(changed, events)
    _count_members(project, [row[2].state for row in members])
    return events


@dataclass(frozen=True, slots=True)
class Cause:
    """A member OUS's state and since when it holds."""

    state: str | None
    since: datetime | None


def _latest(causes: Iterable[Cause]) -> datetime | None:
    return max((cause.since for cause in causes if cause.since), default=None)


def _roll_up_sets(
    project: Project,
    model: type[GroupOUS] | type[ScienceGoal],
    members: Iterable[tuple[int | None, Cause]],
    changed: list[LivingThing],
) -> list[Event]:
    causes: dict[int | None, list[Cause]] = defaultdict(list)
    for parent_id, cause in members:
        causes[parent_id].append(cause)
    events = []
    for row in model._default_manager.filter(project_id=project.pk).order_by():
        event = _follow(row, causes[row.pk])
        if event:
            changed.append(row)
            events.append(event)
    return events


def _follow(row: LivingThing, causes: list[Cause]) -> Event | None:
    target = rolled_up(cause.state for cause in causes)
    if target == row.state:
        return None
    if target is not None:
        return _enter(row, to=target, at=_latest(causes), account=Account())
    frm, public_frm = row.state, row.public_state
    row.state, row.state_flag, row.state_since, row.public_since = None, "", None, None
    return state_event(row, frm=frm, public_frm=public_frm, at=timezone.now(), account=Account())


def _roll_up_project(
    project: Project, causes: list[Cause], changed: list[LivingThing]
) -> list[Event]:
    project.refresh_from_db(fields=STATE_FIELDS)
    target = project_following(project.state, [cause.state for cause in causes])
    move = find_move(project.LEVEL, project.state, target) if target else None
    if target is None or move is None or Way.ROLL_UP not in move.ways:
        return []
    changed.append(project)
    return [_enter(project, to=target, at=_latest(causes), account=Account())]


def _count_members(project: Project, states: list[str | None]) -> None:
    counted = [state for state in states if state not in NOT_COUNTED]
    delivered = counted.count("Delivered")
    if (project.members_total, project.members_delivered) != (len(counted), delivered):
        project.members_total, project.members_delivered = len(counted), delivered
        save_alike([project], ("members_total", "members_delivered"))
