"""Counts and states that follow a verdict on an execution, or a step of a scheduling block."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

from projects.errors import IllegalMove
from projects.models import Event, EventKind, ExecBlock, LivingThing, MemberOUS, SchedBlock
from projects.moves import Way, find_move
from projects.progress import TOO_LATE, all_observed, block_step, is_done, member_steps
from projects.services.entering import Account, enter, save_states
from projects.services.executions import recount_executions, recount_for_blocks
from projects.states import OUSState, SchedBlockState

Thing = TypeVar("Thing", SchedBlock, MemberOUS)
_OBSERVED = (OUSState.FULLY_OBSERVED, OUSState.READY_FOR_PROCESSING)


@dataclass(slots=True)
class Followed:
    """What followed a verdict: unsaved events, and the member OUS that it came too late for."""

    events: list[Event] = field(default_factory=list)
    too_late_for: MemberOUS | None = None


def follow_verdict(exec_block: ExecBlock, *, at: datetime) -> Followed:
    """Bring what stands above a newly judged execution up to date: counts, then states.

    The verdict is written already and the caller holds the project's lock; the caller also
    rolls up and appends the events. Where processing has begun, or observing has ended, no
    state moves and the member OUS is answered instead.
    """
    block = _locked(SchedBlock, exec_block.sched_block_id)
    member = _locked(MemberOUS, exec_block.member_ous_id)
    before = [_passed(block), _passed(member)]
    events = recount_executions(
        sched_block_ids={block.pk} if block else set(),
        member_ous_ids={member.pk} if member else set(),
        at=at,
        known=[thing for thing in (block, member) if thing],
    )
    if member is not None and member.state in TOO_LATE:
        return Followed(events, member)
    if block is not None:
        events += _follow(block, _block_steps(block, before[0]), at)
    if member is not None:
        events += _follow(member, _member_steps(member, before[1]), at)
    return Followed(events)


def follow_block(block: SchedBlock, *, frm: str | None) -> list[Event]:
    """Let the member OUS follow a step that somebody took with one of its blocks.

    Into FullyObserved with the last of them, out of it when one goes back to be observed;
    what a block that is deleted expected is expected no more. Answers unsaved events; the
    caller holds the project's lock, rolls up and appends.
    """
    counted = recount_for_blocks([block]) if SchedBlockState.DELETED in (frm, block.state) else []
    return [*counted, *_follow_step(block, frm)]


def _follow_step(block: SchedBlock, frm: str | None) -> list[Event]:
    member = _locked(MemberOUS, block.member_ous_id)
    if member is None or member.state in TOO_LATE:
        return []
    done = all_observed(_block_states(member))
    back = frm == SchedBlockState.FULLY_OBSERVED and block.state != SchedBlockState.FULLY_OBSERVED
    if not (done or back):
        return []
    steps = member_steps(
        member.state,
        passes=member.executions_passed > 0,
        done=done,
        fewer=back,
        placed=back and _is_declared(member),
    )
    return _follow(member, steps, timezone.now())


def _locked(model: type[Thing], pk: int | None) -> Thing | None:
    return model._default_manager.select_for_update().get(pk=pk) if pk else None


def _passed(thing: SchedBlock | MemberOUS | None) -> Decimal:
    return thing.executions_passed if thing else Decimal(0)


def _block_steps(block: SchedBlock, before: Decimal) -> list[str]:
    tolerance = Decimal(str(settings.EXECUTION_TOLERANCE))
    passed = block.executions_passed
    step = block_step(
        block.state,
        done=is_done(passed, block.executions_expected, tolerance),
        fewer=passed < before,
        placed=passed <= before and _is_placed(block),
    )
    return [step] if step else []


def _member_steps(member: MemberOUS, before: Decimal) -> tuple[str, ...]:
    passed = member.executions_passed
    observed = member.state in _OBSERVED
    placed = _is_declared(member) if observed else passed <= before and _is_placed(member)
    return member_steps(
        member.state,
        passes=passed > 0,
        done=all_observed(_block_states(member)),
        fewer=passed < before,
        placed=placed,
    )


def _block_states(member: MemberOUS) -> list[str | None]:
    return list(member.sched_blocks.order_by().values_list("state", flat=True))


def _is_placed(thing: SchedBlock | MemberOUS) -> bool:
    """Whether a person put a thing where it stands."""
    return _was_put_by_person(thing, thing.state)


def _is_declared(member: MemberOUS) -> bool:
    """Whether a person declared it fully observed, wherever it went on to from there."""
    return _was_put_by_person(member, OUSState.FULLY_OBSERVED)


def _was_put_by_person(thing: SchedBlock | MemberOUS, state: str | None) -> bool:
    steps = Event.objects.filter(
        level=thing.LEVEL, kind=EventKind.STATE, for_staff=True, to=state or ""
    )
    own = steps.filter(**{thing.LEVEL.value: thing}).not_taken_back()
    last = own.order_by("-at", "-pk").first()
    return last is not None and last.actor_id is not None


def _follow(thing: LivingThing, steps: "list[str] | tuple[str, ...]", at: datetime) -> list[Event]:
    """Take steps of the machine's; an upstream word that is older does not undo them."""
    if not steps:
        return []
    events = [_step(thing, to, at) for to in steps]
    thing.state_decided_at = at
    save_states([thing], events)
    return events


def _step(thing: LivingThing, to: str, at: datetime) -> Event:
    move = find_move(thing.LEVEL, thing.state, to)
    if move is None or Way.EXECUTION not in move.ways:
        raise IllegalMove(thing.state, to, [])
    return enter(thing, to=to, at=at, account=Account())
