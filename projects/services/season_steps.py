"""What an act on a season does to one project in one transaction, and taking it back."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from projects.errors import IllegalMove
from projects.models import (
    Event,
    GroupOUS,
    LivingThing,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
    SeasonAct,
    SeasonStep,
)
from projects.moves import Way, find_move
from projects.observatory import calendar
from projects.rollup import project_following, rolled_up
from projects.season_acts import Fate, Plan, Step
from projects.services.entering import STATE_FIELDS, Account, enter, save_states, state_event
from projects.services.events import append_events, lock_project, shown_subjects, touch
from projects.services.season_plans import Parts, loaded, planned, terms_for
from projects.services.season_since import acted_on
from projects.services.states import roll_up
from projects.states import Level

Key = tuple[str, int]
# What is Ready again, and has executions that passed, is partly observed by their count.
_WAYS = (Way.SEASON, Way.EXECUTION)


@transaction.atomic
def carry_out(act: SeasonAct, project_id: int) -> int:
    """Do to one project what an act does to it; answer how many steps were taken."""
    project = lock_project(project_id)
    if project is None or project.state == "Deleted":
        return 0
    (parts,) = loaded([project])
    terms = terms_for(act, project, calendar())
    plan = planned(terms, parts, act.at)
    return _take(act, parts, plan, terms.carry_to) if plan else 0


def _take(act: SeasonAct, parts: Parts, plan: Plan, carry_to: str) -> int:
    """Take a plan's steps, let what stands above follow, and keep how all stood before."""
    taken, notes = _Taken(), _notes(act, carry_to)
    for thing, step in _pairs(parts, plan):
        row = _kept(act, thing, step.fate)
        if step.fate in (Fate.CARRIED_OVER, Fate.PUT_BACK) and isinstance(thing, SchedBlock):
            thing.carried_to = row.carried_to = carry_to
        taken.add(thing, row, _entered(act, thing, step, notes[step.fate]))
    save_states(taken.moved, taken.events)
    _save_carried(taken.moved)
    stood = _standing(parts.project)
    for event in roll_up(parts.project):
        row = SeasonStep(act=act, fate=Fate.FOLLOWED, **stood[event.level, event.subject.pk])
        taken.follow(row, event)
    return taken.write()


class _Taken:
    """Steps that were taken in memory, with their events, in order."""

    def __init__(self) -> None:
        self._things: dict[Key, LivingThing] = {}
        self._rows: list[SeasonStep] = []
        self.events: list[Event] = []

    @property
    def moved(self) -> list[LivingThing]:
        """What was moved, each thing once."""
        return list(self._things.values())

    def add(self, thing: LivingThing, row: SeasonStep, event: Event) -> None:
        self._things[thing.LEVEL, thing.pk] = thing
        self.follow(row, event)

    def follow(self, row: SeasonStep, event: Event) -> None:
        """Add what followed by itself and is saved already."""
        self._rows.append(row)
        self.events.append(event)

    def write(self) -> int:
        """Append the events and the ledger's rows, and answer their number."""
        touch(self.moved, shown_subjects(self.events))
        append_events(self.events)
        for row, event in zip(self._rows, self.events, strict=True):
            row.event = event
        SeasonStep.objects.bulk_create(self._rows, batch_size=2000)
        return len(self._rows)


def _pairs(parts: Parts, plan: Plan) -> Iterable[tuple[LivingThing, Step]]:
    """The things of a plan with their steps, blocks first."""
    levels: Sequence[tuple[Iterable[Any], Sequence[Step]]] = (
        (parts.blocks, plan.blocks),
        (parts.members, plan.members),
        ([parts.project], [plan.project] if plan.project else []),
    )
    for things, steps in levels:
        by_pk = {thing.pk: thing for thing in things}
        yield from ((by_pk[step.pk], step) for step in steps)


def _kept(act: SeasonAct, thing: LivingThing, fate: Fate) -> SeasonStep:
    """A row of the ledger with how a thing stands now; its event comes when that is written."""
    carried = getattr(thing, "carried_to", "")
    stood = _states_of(thing)
    return SeasonStep(act=act, fate=fate, carried_to=carried, was_carried_to=carried, **stood)


def _states_of(thing: LivingThing) -> dict[str, Any]:
    return {f"was_{name}": getattr(thing, name) for name in STATE_FIELDS}


def _standing(project: Project) -> dict[Key, dict[str, Any]]:
    """How the project and its sets stand before they follow; two queries."""
    found: dict[Key, dict[str, Any]] = {(project.LEVEL, project.pk): _states_of(project)}
    for model in (GroupOUS, ScienceGoal):
        for row in model._default_manager.filter(project_id=project.pk).order_by():
            found[row.LEVEL, row.pk] = _states_of(row)
    return found


def _entered(act: SeasonAct, thing: LivingThing, step: Step, note: str) -> Event:
    """Change a thing in memory as a step says; answer the unsaved event."""
    account = Account.of(act.decided_by, note, note_public=True)
    if step.to == thing.state:
        word = thing.public_state
        event = state_event(thing, frm=thing.state, public_frm=word, at=act.at, account=account)
        event.for_staff = True
        return event
    move = find_move(thing.LEVEL, thing.state, step.to)
    if move is None or move.ways.isdisjoint(_WAYS):
        raise IllegalMove(thing.state, step.to, [])
    event = enter(thing, to=step.to, at=act.at, account=account)
    thing.state_decided_at = act.at
    # The public word may stay the same: people outside still read that it is carried over.
    event.for_public = event.for_public or step.fate == Fate.CARRIED_OVER
    return event


def _notes(act: SeasonAct, carry_to: str) -> dict[Fate, str]:
    """What every history says of the steps of an act."""
    tables = calendar()
    following = tables.cycle(carry_to) or "the next cycle"
    within = f", in {', '.join(act.configurations)}" if act.configurations else ""
    return {
        Fate.TIMED_OUT: f"End of the season of {tables.cycle(act.cycle) or act.cycle}{within}.",
        Fate.CARRIED_OVER: f"Carried over to {following}.",
        Fate.TO_PROCESSING: "The season is over: the data that were taken are processed.",
        Fate.PUT_BACK: f"Carried over: it goes on in {following}.",
    }


def _save_carried(things: Iterable[LivingThing]) -> None:
    by_cycle: dict[str, list[int]] = {}
    for thing in things:
        if isinstance(thing, SchedBlock):
            by_cycle.setdefault(thing.carried_to, []).append(thing.pk)
    for cycle, pks in by_cycle.items():
        SchedBlock.objects.filter(pk__in=pks).update(carried_to=cycle)


@transaction.atomic
def take_back(act: SeasonAct, project_id: int) -> int:
    """Put a project back to where it stood before an act; answer how many steps that took.

    Where something has happened meanwhile with anything that the act moved in this
    project, all of the project is left as it is.
    """
    project = lock_project(project_id)
    if project is None or acted_on(act, project_id):
        return 0
    rows = act.steps.standing().filter(event__project_id=project_id)
    found = rows.select_related("event", *_SUBJECTS).order_by("-event_id")
    steps = list(found)
    things: dict[Key, LivingThing] = {(project.LEVEL, project.pk): project}
    own = [step for step in steps if step.fate != Fate.FOLLOWED]
    events = [_restored(act, step, _thing(things, step)) for step in own]
    moved = _unique(things, own)
    save_states(moved, events)
    _save_carried(moved)
    sets = [step for step in steps if step.fate == Fate.FOLLOWED and _fits_again(project, step)]
    events += [_restored(act, step, _thing(things, step)) for step in sets]
    save_states(_unique(things, sets), events)
    events += roll_up(project, not_before=act.undone_at)
    touch(moved, shown_subjects(events))
    append_events(events)
    return len(own) + len(sets)


_SUBJECTS = ("event__sched_block", "event__member_ous", "event__group_ous", "event__science_goal")


def _thing(things: dict[Key, LivingThing], step: SeasonStep) -> LivingThing:
    """The one row in memory of what a step moved: a thing may have taken several."""
    subject: Any = step.event.subject
    return things.setdefault((subject.LEVEL, subject.pk), subject)


def _unique(things: dict[Key, LivingThing], steps: Iterable[SeasonStep]) -> list[LivingThing]:
    return list({(one.LEVEL, one.pk): one for one in (_thing(things, s) for s in steps)}.values())


def _restored(act: SeasonAct, step: SeasonStep, thing: LivingThing) -> Event:
    """Let a thing stand as before a step, since then too; answer the unsaved event."""
    frm, public_frm = thing.state, thing.public_state
    for name in STATE_FIELDS:
        setattr(thing, name, getattr(step, f"was_{name}"))
    if isinstance(thing, SchedBlock):
        thing.carried_to = step.was_carried_to
    words = f"Taken back: {str(act)[0].lower()}{str(act)[1:]}."
    account = Account.of(act.undone_by, words, note_public=True)
    at = act.undone_at or act.at
    event = state_event(thing, frm=frm, public_frm=public_frm, at=at, account=account)
    event.undoes = step.event
    event.for_staff, event.for_public = step.event.for_staff, step.event.for_public
    return event


def _fits_again(project: Project, step: SeasonStep) -> bool:
    """Whether what followed follows again into where it stood, and has not moved since."""
    row: Any = step.event.subject
    if (row.state or "", row.state_since) != (step.event.to, step.event.at):
        return False
    members = MemberOUS.objects.filter(project_id=project.pk).order_by()
    if step.event.level == Level.PROJECT:
        states = list(members.values_list("state", flat=True))
        return project_following(step.was_state, states) in (None, step.was_state)
    field = f"{step.event.level}_id"
    words = members.filter(**{field: row.pk}).values_list("state", flat=True)
    return rolled_up(words) == step.was_state
