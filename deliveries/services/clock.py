"""What people decide on proprietary periods: each by right, with an entry and its event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from deliveries.clock import ClockKind, Entry
from deliveries.errors import BadClockEntry, ClockRefused
from deliveries.models import ClockEntry
from deliveries.observatory import months_rule
from deliveries.permissions import (
    can_correct_clock,
    can_extend_clock,
    can_release_early,
    can_renew_clock,
)
from deliveries.policy import PeriodKind
from deliveries.services.ledger import Entered, enter_line, enter_start, whole_second
from deliveries.tables import LONGEST_MONTHS
from projects.errors import NotAllowed, StaleVersion
from projects.models import MemberOUS
from projects.services.entering import Account
from projects.services.events import append_events, lock_project, touch

LONGEST_REASON = 2000
_EARLIEST_YEAR, _LATEST_YEAR = 2000, 2999

Facts = dict[str, Any]
Enter = Callable[[MemberOUS, datetime], Entered]


def extend_clock(
    member_ous: MemberOUS,
    *,
    actor: User,
    reason: str,
    until: datetime | None = None,
    months: int | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> ClockEntry:
    """Lengthen a running period until a moment, or by months, and answer the entry.

    ``at`` is now unless history is told. Raises NotAllowed, StaleVersion, BadClockEntry,
    ClockRefused.
    """
    need(can_extend_clock(actor), "Extending proprietary periods is not yours.")
    facts = {**length_of(until, months), "reason": reason_of(reason)}
    return _enter_one(
        member_ous, _Asked(ClockKind.EXTENSION, whole_second(at), facts), actor, expected_version
    )


def renew_clock(
    member_ous: MemberOUS,
    *,
    actor: User,
    reason: str,
    until: datetime | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> ClockEntry:
    """Renew a running period after QA3: as long as the policy says, or until a moment.

    Raises NotAllowed, StaleVersion, BadClockEntry, ClockRefused.
    """
    need(can_renew_clock(actor), "Renewing proprietary periods is not yours.")
    moment = whole_second(at)
    facts = length_of(until, None) if until else _renewal(member_ous, moment)
    facts |= {"reason": reason_of(reason)}
    return _enter_one(
        member_ous, _Asked(ClockKind.QA3_RENEWAL, moment, facts), actor, expected_version
    )


def withdraw(
    member_ous: MemberOUS,
    *,
    actor: User,
    reason: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> ClockEntry:
    """Withdraw what was public, without a new period.

    Raises NotAllowed, StaleVersion, BadClockEntry, ClockRefused.
    """
    need(can_extend_clock(actor), "Withdrawing public data is not yours.")
    facts: Facts = {"reason": reason_of(reason)}
    return _enter_one(
        member_ous, _Asked(ClockKind.WITHDRAWAL, whole_second(at), facts), actor, expected_version
    )


def correct_clock(
    member_ous: MemberOUS,
    *,
    actor: User,
    until: datetime,
    reason: str,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> ClockEntry:
    """Set the end of a period, sooner too; only administrators do, and say why.

    Raises NotAllowed, StaleVersion, BadClockEntry.
    """
    need(can_correct_clock(actor), "Correcting proprietary periods is not yours.")
    facts = {**length_of(until, None), "reason": reason_of(reason)}
    return _enter_one(
        member_ous, _Asked(ClockKind.CORRECTION, whole_second(at), facts), actor, expected_version
    )


def release_early(
    member_ous: MemberOUS,
    *,
    actor: User,
    reason: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> ClockEntry:
    """Release the raw data before delivery, which starts the clock of the whole member OUS.

    It stays started though QA2 fails later. Raises NotAllowed, StaleVersion, ClockRefused.
    """
    need(can_release_early(actor, member_ous), "Asking for early raw data is not yours.")
    why = _checked_reason(reason)

    def enter(member: MemberOUS, moment: datetime) -> Entered:
        if not member.executions_count:
            raise ClockRefused("There are no raw data to release yet: nothing was executed.")
        account = Account.of(actor)
        return enter_start(member, kind=ClockKind.EARLY_RAW, at=moment, actor=account, reason=why)

    return enter_locked(member_ous, enter, expected_version, whole_second(at))


def need(is_allowed: bool, sentence: str) -> None:
    """Raise NotAllowed with the sentence unless it is."""
    if not is_allowed:
        raise NotAllowed(sentence)


def reason_of(text: str) -> str:
    """Answer a reason as it is kept. Raises BadClockEntry for none, or one too long."""
    if not text.strip():
        raise BadClockEntry("reason", "Say why.")
    return _checked_reason(text)


def _checked_reason(text: str) -> str:
    if len(text) > LONGEST_REASON:
        raise BadClockEntry("reason", f"At most {LONGEST_REASON} characters.")
    return text.strip()


def length_of(until: datetime | None, months: int | None) -> Facts:
    """Answer the one of both that is given, checked. Raises BadClockEntry."""
    if (until is None) == (months is None):
        raise BadClockEntry("until", "Say either until when, or by how many months.")
    if months is not None and not 1 <= months <= LONGEST_MONTHS:
        raise BadClockEntry("months", f"A whole number from 1 to {LONGEST_MONTHS}.")
    if until is not None and not _EARLIEST_YEAR <= until.year <= _LATEST_YEAR:
        years = f"{_EARLIEST_YEAR} to {_LATEST_YEAR}"
        raise BadClockEntry("until", f"A moment of the years {years}.")
    return {"until": whole_second(until) if until else None, "months": months}


def _renewal(member_ous: MemberOUS, at: datetime) -> Facts:
    rule = months_rule(member_ous.project, PeriodKind.RENEWAL, at)
    if rule is None:
        raise BadClockEntry("until", "No rule on file says how long a renewal is: say until when.")
    return {"months": rule.months, "rule": rule.source}


@dataclass(frozen=True, slots=True)
class _Asked:
    """An entry as somebody asks for it."""

    kind: ClockKind
    at: datetime
    facts: Facts


def _enter_one(
    member_ous: MemberOUS, asked: _Asked, actor: User, expected_version: int | None
) -> ClockEntry:
    def enter(member: MemberOUS, moment: datetime) -> Entered:
        entry = Entry(kind=asked.kind, at=moment, **asked.facts)
        return enter_line(member, entry=entry, actor=Account.of(actor))

    return enter_locked(member_ous, enter, expected_version, asked.at)


@transaction.atomic
def enter_locked(
    member_ous: MemberOUS, enter: Enter, expected_version: int | None, at: datetime
) -> ClockEntry:
    """Enter a line under the project's lock, give all levels above a new version, log it."""
    lock_project(member_ous.project_id)
    rows = MemberOUS.objects.select_related("project").select_for_update(of=("self",))
    member = rows.get(pk=member_ous.pk)
    if expected_version is not None and member.version != expected_version:
        raise StaleVersion(member.version)
    try:
        entered = enter(member, at)
    except OverflowError as problem:
        raise BadClockEntry("months", str(problem)) from None
    touch([member])
    append_events([entered.event])
    member_ous.refresh_from_db()
    return entered.row
