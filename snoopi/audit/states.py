"""States that follow from others: groups, science goals, projects, and the counts beside them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q

from projects.models import GroupOUS, LivingThing, MemberOUS, Project, SchedBlock, ScienceGoal
from projects.moves import Way, find_move
from projects.rollup import is_held, project_following, rolled_up
from projects.states import STATES_OF, Level, OUSState, StateFlag
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, grouped, has_wrong, stream

LIVING: tuple[type[LivingThing], ...] = (Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock)
_NOT_COUNTED = (OUSState.DELETED, OUSState.CANCELED, OUSState.DO_NOT_OBSERVE)
_KNOWN = frozenset({None, *OUSState})


def words_are_known(tally: Tally) -> Iterator[Fault]:
    """Every state is a word of its life cycle."""
    for model in LIVING:
        rows = model._default_manager.order_by("pk")
        strange = ~Q(state__in=[*STATES_OF[model.LEVEL]]) & Q(state__isnull=False)
        if not has_wrong(rows, strange, tally):
            continue
        for uid, ref, state in stream(rows.filter(strange).values_list("uid", "ref", "state")):
            thing = Named(model.LEVEL, uid, ref)
            yield fault(thing, "state", state, "a word of its life cycle")


def sets_follow(tally: Tally) -> Iterator[Fault]:
    """Groups and science goals stand where their member OUSs put them, holds included."""
    for model in (GroupOUS, ScienceGoal):
        rows = model._default_manager.order_by("pk").values_list(
            *("pk", "uid", "ref", "state", "state_flag"),
            *(f"member_ous_set__{name}" for name in ("pk", "state", "state_flag")),
        )
        for _, found in grouped(stream(rows)):
            tally.looked += 1
            yield from _set_faults(model.LEVEL, found)


def _set_faults(level: Level, found: list[Any]) -> Iterator[Fault]:
    _, uid, ref, state, flag, *_ = found[0]
    members = [(row[6], row[7]) for row in found if row[5] is not None]
    if not _all_known(word for word, _ in members):
        return
    target = rolled_up(word for word, _ in members)
    thing = Named(level, uid, ref)
    yield from compare(thing, "state", state, target)
    if state == target:
        held = StateFlag.IN_HOLD if is_held(target, members) else ""
        yield from compare(thing, "state_flag", flag, held)


def projects_follow(tally: Tally) -> Iterator[Fault]:
    """Projects stand where their member OUSs put them, and count them."""
    rows = Project.objects.order_by("pk").values_list(
        *("pk", "uid", "ref", "state", "state_since", "state_decided_at"),
        *("members_total", "members_delivered", "memberous_set__pk", "memberous_set__state"),
    )
    for _, found in grouped(stream(rows)):
        tally.looked += 1
        yield from _project_faults(found)


def _project_faults(found: list[Any]) -> Iterator[Fault]:
    _, _, ref, state, since, decided, total, delivered, *_ = found[0]
    words = [row[9] for row in found if row[8] is not None]
    thing = Named(Level.PROJECT, None, ref)
    counted = [word for word in words if word not in _NOT_COUNTED]
    yield from compare(thing, "members_total", total, len(counted))
    yield from compare(thing, "members_delivered", delivered, counted.count("Delivered"))
    # What a person decided stands until a member OUS moves.
    if _all_known(words) and (decided is None or decided != since):
        target = _followed(state, words)
        yield from compare(thing, "state", state, target)


def _followed(state: str | None, words: list[str | None]) -> str | None:
    target = project_following(state, words)
    move = find_move(Level.PROJECT, state, target) if target else None
    return target if move and Way.ROLL_UP in move.ways else state


def _all_known(words: Iterable[str | None]) -> bool:
    """Whether the functions can be asked; words that nobody knows are faults of their own."""
    return all(word in _KNOWN for word in words)
