"""Enters the states and dated histories that sources report, once all rows are there."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from ingest.facts import said_by_another
from ingest.upserts import Context, Said
from projects.models import (
    Event,
    EventKind,
    ExecBlock,
    LivingThing,
    MemberOUS,
    Project,
    SchedBlock,
)
from projects.progress import begins_round
from projects.public import public_state
from projects.rollup import is_behind
from projects.services.entering import Account, record_state, save_states, state_event, subject_of
from projects.services.reviews import forget_verdict
from projects.states import QA0Status, known_state

ORIGIN_WORDS = {"archive": "the archive", "ot": "the Observing Tool"}


@dataclass(frozen=True, slots=True)
class Step:
    """One reported step: a dated one of a history, or the present state."""

    to: str
    at: datetime | None
    frm: str = ""
    note: str = ""
    flag: str = ""


def enter_states(reported: Sequence[tuple[LivingThing, Said]], context: Context) -> list[Event]:
    """Move things to the states that the origin newly reports; answer unsaved events.

    A decision made here later than the report stands; so does what another origin says,
    when an undated word would lead back behind it. The facts keep the difference for
    staff to see. Groups and science goals follow their member OUSs and are left out.
    """
    living = [row for row in reported if isinstance(row[0], Project | MemberOUS | SchedBlock)]
    log = _Log([thing for thing, _ in living], context.now)
    account = Account(word=ORIGIN_WORDS.get(context.origin, context.origin))
    events: list[Event] = []
    for thing, said in living:
        for step in _steps(said):
            if known_state(thing.LEVEL, step.to) and not log.holds(thing, step):
                frm = thing.state
                events += _enter(thing, step, log, account, context.origin)
                _begin_round(thing, frm, said)
    moved = {id(event.subject): event.subject for event in events}
    entered = [thing for thing in moved.values() if isinstance(thing, LivingThing)]
    events += [event for thing in entered for event in _outgrown(thing, log)]
    save_states(entered, events)
    return events


def _begin_round(thing: LivingThing, frm: str | None, said: Said) -> None:
    """What goes back to observing or processing has a new round, without the old verdict."""
    if isinstance(thing, MemberOUS) and begins_round(frm, thing.state) and not said.values["qa2"]:
        forget_verdict(thing)


def _steps(said: Said) -> list[Step]:
    steps = [
        Step(step.to, step.at, step.frm, step.note)
        for step in sorted(said.history, key=lambda step: step.at)
    ]
    state = said.state
    if state is None:
        return steps
    if steps and steps[-1].to == state.word:
        last = steps.pop()
        return [*steps, Step(last.to, last.at, last.frm, last.note, state.flag)]
    return [*steps, Step(state.word, state.at, flag=state.flag)]


def _enter(
    thing: LivingThing, step: Step, log: "_Log", account: Account, origin: str
) -> list[Event]:
    told = Account(word=account.word, note=step.note, note_public=True)
    if step.at and thing.state_since and step.at < thing.state_since:
        return [_back_dated(thing, step, log, told)]
    if not _may_enter(thing, step, origin):
        return []
    with_now = log.set_back(thing, thing.state_since)
    public_frm = thing.public_state
    log.set_back(thing, step.at)
    event = record_state(
        thing, to=step.to, at=step.at, account=told, flag=step.flag, public_frm=public_frm
    )
    log.restore(thing, with_now)
    return [event] if event else []


def _outgrown(thing: LivingThing, log: "_Log") -> list[Event]:
    """The public word that executions after the last step have led to, and since when."""
    with_now = log.set_back(thing, thing.state_since)
    public_frm = thing.public_state
    log.restore(thing, with_now)
    at = log.first_pass(thing, thing.state_since)
    if at is None or thing.public_state == public_frm:
        return []
    thing.public_since = at
    told = Account()
    return [state_event(thing, frm=thing.state, public_frm=public_frm, at=at, account=told)]


def _may_enter(thing: LivingThing, step: Step, origin: str) -> bool:
    decided = thing.state_decided_at
    if decided and step.at:
        return step.at > decided
    if decided:
        return is_behind(thing.state, step.to)
    others = said_by_another(thing.facts, origin, "state", thing.state)
    return not (step.at is None and others and is_behind(step.to, thing.state))


def _back_dated(thing: LivingThing, step: Step, log: "_Log", account: Account) -> Event:
    """A step that we learn of after later ones: it goes to the log and moves nothing."""
    words = [
        public_state(thing.LEVEL, word or None, passed=log.passed(thing, step.at)) or ""
        for word in (step.frm, step.to)
    ]
    return Event(
        **subject_of(thing),
        kind=EventKind.STATE,
        at=step.at or thing.state_since or timezone.now(),
        frm=step.frm,
        to=step.to,
        public_frm=words[0],
        public_to=words[1],
        for_public=words[0] != words[1],
        actor_word=account.word,
        note=account.note,
        note_public=True,
    )


# An execution without a date counts at whatever time.
_EVER = datetime.min.replace(tzinfo=UTC)
_TAKEN = Coalesce("end", "start")


class _Log:
    """What is already logged of things with a history, and how far observing had come."""

    def __init__(self, things: Sequence[LivingThing], now: datetime) -> None:
        self.steps: dict[tuple[str, int], set[tuple[datetime, str]]] = defaultdict(set)
        self.passes: dict[tuple[str, int], list[tuple[datetime, Decimal]]] = {}
        for model in (Project, MemberOUS, SchedBlock):
            # Of what this load has made nothing is logged yet.
            ids = [t.pk for t in things if isinstance(t, model) and t.created_at < now]
            if ids:
                self._read_steps(model.LEVEL, ids)
        self._read_passes([t for t in things if isinstance(t, MemberOUS | SchedBlock)])

    def _read_steps(self, level: str, ids: list[int]) -> None:
        events = Event.objects.filter(
            level=level, kind=EventKind.STATE, **{f"{level}_id__in": ids}
        ).order_by()
        for pk, at, to in events.values_list(f"{level}_id", "at", "to"):
            self.steps[level, pk].add((at, to))

    def _read_passes(self, things: Sequence[MemberOUS | SchedBlock]) -> None:
        """Read what passed of member OUSs and SBs, in one query."""
        ids: dict[str, set[int]] = {MemberOUS.LEVEL: set(), SchedBlock.LEVEL: set()}
        counting = [thing for thing in things if thing.executions_passed]
        if not counting:
            return
        for thing in counting:
            ids[thing.LEVEL].add(thing.pk)
        theirs = [Q(**{f"{level}_id__in": found}) for level, found in ids.items()]
        passed = ExecBlock.objects.filter(theirs[0] | theirs[1], qa0=QA0Status.PASS)
        by_date = passed.order_by(_TAKEN.asc(nulls_first=True))
        columns: list[str | Combinable] = [*(f"{level}_id" for level in ids), _TAKEN]
        for *above, at, fraction in by_date.values_list(*columns, "execution_fraction"):
            for level, pk in zip(ids, above, strict=True):
                if pk in ids[level]:
                    sums = self.passes.setdefault((level, pk), [])
                    part = Decimal(1) if fraction is None else fraction
                    sums.append((at or _EVER, part + (sums[-1][1] if sums else 0)))

    def holds(self, thing: LivingThing, step: Step) -> bool:
        """Whether this dated step is in the log already."""
        return (step.at, step.to) in self.steps[thing.LEVEL, thing.pk]

    def passed(self, thing: LivingThing, at: datetime | None) -> Decimal:
        """The executions that had passed at a moment of the past."""
        sums = self.passes.get((thing.LEVEL, thing.pk), [])
        before = bisect_right([moment for moment, _ in sums], at) if at else len(sums)
        return sums[before - 1][1] if before else Decimal(0)

    def first_pass(self, thing: LivingThing, after: datetime | None) -> datetime | None:
        """When something had passed for the first time after a moment."""
        sums = self.passes.get((thing.LEVEL, thing.pk), [])
        return next((at for at, total in sums if total and after and at > after), None)

    def set_back(self, thing: LivingThing, at: datetime | None) -> Decimal | None:
        """Let a thing count only what had passed at ``at``; answer what it counts now."""
        if not isinstance(thing, MemberOUS | SchedBlock):
            return None
        now = thing.executions_passed
        if at:
            thing.executions_passed = self.passed(thing, at)
        return now

    def restore(self, thing: LivingThing, now: Decimal | None) -> None:
        """Undo ``set_back``."""
        if now is not None and isinstance(thing, MemberOUS | SchedBlock):
            thing.executions_passed = now
