"""The event log: it leads to where everything stands, by legal steps, and versions kept up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from projects.models import Event, EventKind, ExecBlock, LivingThing
from projects.moves import MOVES
from projects.public import public_state
from projects.services.entering import SYSTEM_WORD
from projects.states import Level
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, grouped, stream
from snoopi.audit.replay import Standing, Step, replay
from snoopi.audit.states import LIVING

# A step without a date is dated twice by the clock, once on the row and once in the log.
_SAME_MOMENT = timedelta(seconds=1)
_COUNTING = (Level.MEMBER_OUS, Level.SCHED_BLOCK)
_SETS = (Level.SCIENCE_GOAL, Level.GROUP_OUS)
_OF_STATES = Q(kind=EventKind.STATE)
_OF_EXECUTIONS = Q(kind__in=[EventKind.EXECUTION, EventKind.QA0])
_STEP = ("pk", "frm", "to", "at", "public_frm", "public_to", "actor_id", "actor_word", "undoes_id")
_ROW = ("uid", "ref", "state", "state_since", "public_since", "state_flag", "resume_state")


def states_replay(tally: Tally) -> Iterator[Fault]:
    """The log of each thing, played from its beginning, leads to its state."""
    for model in LIVING:
        level = model.LEVEL
        columns = [f"{level}__{name}" for name in _columns(level)]
        rows = Event.objects.filter(_OF_STATES, level=level).order_by(f"{level}_id", "pk")
        steps = rows.values_list(f"{level}_id", *_STEP, *columns)
        for _, found in grouped(stream(steps)):
            tally.looked += 1
            yield from _replay_faults(level, found)
        if level not in _SETS:
            yield from _unlogged(model)


def _columns(level: Level) -> tuple[str, ...]:
    return (*_ROW, "executions_passed") if level in _COUNTING else _ROW


def _replay_faults(level: Level, found: list[Any]) -> Iterator[Fault]:
    row = dict(zip(_columns(level), found[0][1 + len(_STEP) :], strict=True))
    thing = Named(level, row["uid"], row["ref"])
    led = replay(_step(each[1 : 1 + len(_STEP)]) for each in found)
    for step, stood in led.broken:
        words = f"event {step.number} from {step.frm or 'nothing'} to {step.to or 'nothing'}"
        yield fault(thing, "log", words, f"a step from {stood}")
    fitting = [each for each in led.standings if (each.state or None) == row["state"]]
    if not fitting:
        yield fault(thing, "state", row["state"], _last_word(led.standings))
        return
    dated = [each for each in fitting if _is_same_moment(each.since, row["state_since"])]
    if not dated:
        yield fault(thing, "state_since", row["state_since"], fitting[0].since)
    yield from _public_faults(thing, level, row, dated or fitting)


def _step(found: Any) -> Step:
    """One row of the log, in the order of ``_STEP``."""
    number, frm, to, at, public_frm, public_to, actor, word, undoes = found
    by_source = actor is None and word != SYSTEM_WORD
    return Step(number, frm, to, at, public_frm, public_to, by_source, undoes)


def _last_word(standings: frozenset[Standing]) -> str:
    return " or ".join(sorted({each.state or "nothing" for each in standings}))


def _is_same_moment(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < _SAME_MOMENT


def _public_faults(
    thing: Named, level: Level, row: dict[str, Any], fitting: list[Standing]
) -> Iterator[Fault]:
    """What people outside were told last is what they read now, and since when."""
    word = public_state(
        level,
        row["state"],
        flag=row["state_flag"],
        passed=row.get("executions_passed", 0),
        resume_state=row["resume_state"] or None,
    )
    told = {each.public for each in fitting}
    if row["state"] == "Deleted":
        return
    if told.isdisjoint({word or "", None}):
        yield fault(thing, "public state", word, " or ".join(sorted(filter(None, told))))
    elif not any(_is_same_moment(each.told_since, row["public_since"]) for each in fitting):
        yield fault(thing, "public_since", row["public_since"], fitting[0].told_since)


def _unlogged(model: type[LivingThing]) -> Iterator[Fault]:
    """Things with a state of which the log tells nothing; sets are held against their parts."""
    own = Event.objects.filter(_OF_STATES, **{model.LEVEL.value: OuterRef("pk")})
    rows = model._default_manager.filter(~Exists(own), state__isnull=False).order_by("pk")
    for uid, ref, state in stream(rows.values_list("uid", "ref", "state")):
        yield fault(Named(model.LEVEL, uid, ref), "state", state, "nothing: no event tells of it")


def steps_are_legal(tally: Tally) -> Iterator[Fault]:
    """Every step that a person or a rule here took is one that the life cycle has."""
    taken = Event.objects.filter(
        _OF_STATES,
        Q(actor__isnull=False) | Q(actor_word=SYSTEM_WORD),
        ~Q(frm=F("to")),
        undoes=None,
        level__in=[level.value for level in MOVES],
    )
    counted = taken.order_by("level", "frm", "to").values_list("level", "frm", "to")
    for level, frm, to, number in counted.annotate(number=Count("pk")):
        tally.looked += number
        if (frm, to) not in MOVES[Level(level)]:
            yield from _illegal(Level(level), taken.filter(level=level, frm=frm, to=to))


def _illegal(level: Level, events: Any) -> Iterator[Fault]:
    names = (f"{level}__uid", f"{level}__ref", "pk", "frm", "to")
    for uid, ref, number, frm, to in stream(events.order_by("pk").values_list(*names)):
        words = f"event {number} from {frm or 'nothing'} to {to or 'nothing'}"
        yield fault(Named(level, uid, ref), "log", words, "a legal step")


def executions_replay(tally: Tally) -> Iterator[Fault]:
    """The last verdict in the log of each execution is the one on its row."""
    rows = Event.objects.filter(_OF_EXECUTIONS, level=Level.EXEC_BLOCK).order_by(
        "exec_block_id", "pk"
    )
    columns = ("exec_block_id", "to", "exec_block__uid", "exec_block__ref", "exec_block__qa0")
    for _, found in grouped(stream(rows.values_list(*columns))):
        tally.looked += 1
        _, told, uid, ref, qa0 = found[-1]
        yield from compare(Named(Level.EXEC_BLOCK, uid, ref), "qa0", qa0, told)
    own = Event.objects.filter(_OF_EXECUTIONS, exec_block=OuterRef("pk"))
    for uid, ref in stream(
        ExecBlock.objects.filter(~Exists(own)).order_by("pk").values_list("uid", "ref")
    ):
        yield fault(Named(Level.EXEC_BLOCK, uid, ref), "log", None, "an event that tells of it")


_VERSIONS = ("uid", "ref", "version", "public_version")
_TIMES = partial(Count, "recorded_at", distinct=True)


def versions_keep_up(tally: Tally) -> Iterator[Fault]:
    """A thing has had at least as many versions as times that its log grew."""
    for model in LIVING:
        level = model.LEVEL.value
        columns = [f"{level}_id", *(f"{level}__{name}" for name in _VERSIONS)]
        logged = Event.objects.filter(_OF_STATES, level=level).order_by(f"{level}_id")
        rows = (
            logged.values(*columns)
            .annotate(inside=_TIMES(), outside=_TIMES(filter=Q(for_public=True)))
            .values_list(*columns, "inside", "outside")
        )
        for _, uid, ref, version, public_version, inside, outside in stream(rows):
            tally.looked += 1
            thing = Named(level, uid, ref)
            yield from _at_least(thing, "version", version, inside)
            yield from _at_least(thing, "public_version", public_version, outside)


def _at_least(thing: Named, field: str, found: int, least: int) -> Iterator[Fault]:
    if found < least:
        yield fault(thing, field, found, f"{least} or more")
