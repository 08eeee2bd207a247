"""The one writer of what a QA2 decision does: the verdict's copy, states, what is asked for more.

Each function takes rows that the caller has locked, under the project's lock, and answers
unsaved events; the caller has asked what is legal, rolls up and appends.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from projects.models import Event, EventKind, MemberOUS, SchedBlock
from projects.moves import Way, find_move
from projects.services.assignments import end_round
from projects.services.blockages import unblock_where_over
from projects.services.bulk import save_alike
from projects.services.entering import (
    STATE_FIELDS,
    Account,
    enter,
    subject_of,
    turn_outside,
)
from projects.services.events import is_shown
from projects.services.executions import recount_executions
from projects.states import OUSState, QA2Outcome, SchedBlockState, StateFlag

_FIELDS = (*STATE_FIELDS, "qa2")


def verify_member(
    member: MemberOUS, *, qa2: str, is_held: bool, account: Account, at: datetime
) -> list[Event]:
    """Let a member OUS pass QA2; in a hold people outside are told nothing of it."""
    frm, member.qa2 = member.qa2, qa2
    flag = StateFlag.IN_HOLD if is_held else ""
    step = enter(member, to=OUSState.VERIFIED, at=at, account=_silent(account), flag=flag)
    verdict = _verdict(member, frm, qa2, account, at, for_public=not is_held)
    return _decided(member, [verdict, step], at)


def end_hold(member: MemberOUS, *, account: Account, at: datetime) -> list[Event]:
    """Tell people outside of a verdict that nobody can take back any more."""
    verdict = _verdict(member, None, member.qa2, account, at, for_staff=False)
    step = turn_outside(member, flag="", at=at, account=_silent(account))
    return _saved(member, [verdict, step])


def unverify_member(member: MemberOUS, *, account: Account, at: datetime) -> list[Event]:
    """Take a verdict back while its hold runs: the member OUS is under review again."""
    frm, member.qa2 = member.qa2, None
    step = enter(member, to=OUSState.REVIEWING, at=at, account=_silent(account))
    verdict = _verdict(member, frm, None, account, at, for_public=False)
    return _decided(member, [verdict, step], at)


def send_back(
    member: MemberOUS,
    block: SchedBlock | None,
    *,
    extra: Decimal,
    account: Account,
    at: datetime,
    keeps_reducer: bool = True,
) -> list[Event]:
    """Let a member OUS fail QA2: ``extra`` executions more are asked of ``block``.

    The verdict belongs to the round that ends; the new one has none, and no reviewer.
    """
    events = ask_more(block, extra, account, at, way=Way.QA2) if block else []
    events += recount_executions(sched_block_ids=(), member_ous_ids=[member.pk], at=at)
    member.refresh_from_db()
    frm, member.qa2 = member.qa2, None
    verdict = _verdict(member, frm, QA2Outcome.FAIL, account, at)
    to = OUSState.PARTIALLY_OBSERVED if member.executions_passed > 0 else OUSState.READY
    end_round(member, keeps_reducer=keeps_reducer, at=at)
    events += unblock_where_over(member, to=to, at=at)
    step = enter(member, to=to, at=at, account=_silent(account))
    return [*events, *_decided(member, [verdict, step], at)]


def forget_verdict(member: MemberOUS) -> None:
    """Take the copy of a verdict away: a new round begins, which has none."""
    if member.qa2 is not None:
        member.qa2 = None
        save_alike([member], ("qa2",))


def ask_more(
    block: SchedBlock, extra: Decimal, account: Account, at: datetime, *, way: Way
) -> list[Event]:
    """Ask ``extra`` executions more of a locked scheduling block, which is observed again."""
    known = block.executions_expected
    block.executions_expected = (block.executions_passed if known is None else known) + extra
    to = (
        SchedBlockState.SUSPENDED if settings.REQUEUE_AFTER_FAIL == "jao" else SchedBlockState.READY
    )
    move = find_move(block.LEVEL, block.state, to)
    if move is None or way not in move.ways:
        save_alike([block], ("executions_expected",))
        return []
    event = enter(block, to=to, at=at, account=_silent(account))
    block.state_decided_at = at
    save_alike([block], (*STATE_FIELDS, "executions_expected"))
    return [event]


def _silent(account: Account) -> Account:
    """The same person: what they said stands with the verdict."""
    return replace(account, note="", note_public=False)


def _verdict(
    member: MemberOUS,
    frm: str | None,
    to: str | None,
    account: Account,
    at: datetime,
    *,
    for_staff: bool = True,
    for_public: bool = True,
) -> Event:
    return Event(
        **subject_of(member),
        kind=EventKind.QA2,
        at=at,
        frm=frm or "",
        to=to or "",
        public_frm=frm or "",
        public_to=to or "",
        qa2=member.qa2 or "",
        for_staff=for_staff,
        for_public=for_public,
        actor=account.actor,
        actor_word=account.word,
        note=account.note,
        note_public=account.note_public,
    )


def _decided(member: MemberOUS, events: Sequence[Event], at: datetime) -> list[Event]:
    member.state_decided_at = at
    return _saved(member, events)


def _saved(member: MemberOUS, events: Sequence[Event]) -> list[Event]:
    shown = any(is_shown(event) for event in events)
    save_alike([member], _FIELDS, [] if shown else [member])
    return [*events]
