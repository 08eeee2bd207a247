"""Entering lines in the ledger of a proprietary period; what rights that needs is asked before."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from deliveries.clock import (
    Account,
    ClockKind,
    Effect,
    Entry,
    Line,
    account,
    if_entered,
    told,
)
from deliveries.errors import ClockRefused
from deliveries.models import BlanketExtension, ClockEntry, entries_of
from deliveries.observatory import months_rule
from deliveries.policy import PeriodKind
from projects.models import Event, EventKind, MemberOUS
from projects.services.entering import Account as Actor
from projects.services.entering import subject_of
from projects.services.released import write_release

SOURCE_WORD = "a source"


@dataclass(frozen=True, slots=True)
class Entered:
    """A new entry, the line that it adds to the account, and its unsaved event."""

    row: ClockEntry
    line: Line
    event: Event


def whole_second(moment: datetime | None) -> datetime:
    """The full second of a moment, now where none is given: the clock knows no smaller parts."""
    return (moment or timezone.now()).astimezone(UTC).replace(microsecond=0)


def account_of(member_ous: MemberOUS) -> Account:
    """The ledger of a member OUS line by line. One query."""
    return account(entries_of(member_ous.clock_entries.in_order()))


def early_release_of(member_ous: MemberOUS, now: datetime) -> Line:
    """Answer the line that an early release of raw data would add now; at most one query."""
    return if_released_early_now(member_ous, entries_of(member_ous.clock_entries.in_order()), now)


def if_released_early_now(member_ous: MemberOUS, entries: list[Entry], now: datetime) -> Line:
    """Answer the line that an early release would add to these entries. No query."""
    moment = whole_second(now)
    rule = months_rule(member_ous.project, PeriodKind.EXCLUSIVE, moment)
    months = rule.months if rule else None
    return if_entered_now(
        member_ous, entries, Entry(kind=ClockKind.EARLY_RAW, at=moment, months=months)
    )


def if_renewed_now(member_ous: MemberOUS, entries: list[Entry], now: datetime) -> Line | None:
    """Answer the line that a renewal by the rule would add; None without a rule. No query."""
    moment = whole_second(now)
    rule = months_rule(member_ous.project, PeriodKind.RENEWAL, moment)
    if rule is None:
        return None
    renewal = Entry(kind=ClockKind.QA3_RENEWAL, at=moment, months=rule.months)
    return if_entered_now(member_ous, entries, renewal)


def if_entered_now(member_ous: MemberOUS, entries: list[Entry], asked: Entry) -> Line:
    """Answer the line that an entry would add to these of a member OUS. No query."""
    known = _source_entry(member_ous, asked.at) if not entries else None
    return if_entered([known] if known else entries, asked)


def enter_start(
    member_ous: MemberOUS, *, kind: ClockKind, at: datetime, actor: Actor, reason: str = ""
) -> Entered:
    """Enter a delivery or an early release, with the months that the rule of the day gives."""
    rule = months_rule(member_ous.project, PeriodKind.EXCLUSIVE, at)
    entry = Entry(
        kind=kind,
        at=at,
        months=rule.months if rule else None,
        rule=rule.source if rule else "",
        reason=reason,
    )
    return enter_line(member_ous, entry=entry, actor=actor)


def enter_line(
    member_ous: MemberOUS,
    *,
    entry: Entry,
    actor: Actor,
    blanket: BlanketExtension | None = None,
) -> Entered:
    """Enter a line in the ledger of a locked member OUS, and the end that follows on its row.

    What a source said of the end is taken over first, as an entry of its own. The caller
    appends the event last. Raises ClockRefused where the line would change nothing (a
    delivery may) or would shorten the period (a correction may).
    """
    known = _take_over_source(member_ous, entry.at)
    rows = [*known, *member_ous.clock_entries.in_order().exclude(kind=ClockKind.SOURCE)]
    row = _row(member_ous, entry, actor)
    row.blanket = blanket
    entries = entries_of(rows)
    line = if_entered(entries, entry)
    before, after = account(entries), account([*entries, line.entry])
    _refuse(before, after, line)
    row.save(force_insert=True)
    write_release(member_ous, release_date=after.release_date, at=row.recorded_at)
    return Entered(row, line, _event(row, before, after, line, actor))


def _refuse(before: Account, after: Account, line: Line) -> None:
    kind, old, new = line.entry.kind, before.period.end, after.period.end
    if line.effect == Effect.NONE and kind != ClockKind.DELIVERY:
        raise ClockRefused(line.sentence)
    if kind != ClockKind.CORRECTION and old is not None and (new is None or new < old):
        raise ClockRefused(f"Entered for {told(line.entry.at)}, it would shorten the period.")


def _take_over_source(member_ous: MemberOUS, at: datetime) -> list[ClockEntry]:
    found = list(member_ous.clock_entries.filter(kind=ClockKind.SOURCE))
    known = _source_entry(member_ous, at)
    if found or known is None:
        return found
    return [_saved(_row(member_ous, known, Actor(word=SOURCE_WORD)))]


def _source_entry(member_ous: MemberOUS, at: datetime) -> Entry | None:
    """What a source said of the end, None where nothing was or the ledger is kept here."""
    if member_ous.release_date is None or member_ous.clock_kept_at is not None:
        return None
    delivered = member_ous.delivered_at or at
    return Entry(kind=ClockKind.SOURCE, at=min(delivered, at), until=member_ous.release_date)


def _saved(row: ClockEntry) -> ClockEntry:
    row.save(force_insert=True)
    return row


def _row(member_ous: MemberOUS, entry: Entry, actor: Actor) -> ClockEntry:
    return ClockEntry(
        member_ous=member_ous,
        kind=entry.kind,
        at=entry.at,
        months=entry.months,
        until=entry.until,
        not_public_at=entry.not_public_at,
        rule=entry.rule[:300],
        reason=entry.reason,
        decided_by=actor.actor,
        role_word=actor.word,
    )


def _event(row: ClockEntry, before: Account, after: Account, line: Line, actor: Actor) -> Event:
    frm, to = (_end_words(each) for each in (before, after))
    return Event(
        **subject_of(row.member_ous),
        kind=EventKind.CLOCK,
        at=row.at,
        frm=frm,
        to=to,
        public_frm=frm,
        public_to=to,
        actor=actor.actor,
        actor_word=actor.word,
        note=line.sentence,
        note_public=True,
    )


def _end_words(found: Account) -> str:
    period = found.period
    if period.is_withdrawn:
        return "withdrawn"
    if period.is_held:
        return "held open"
    if period.end is None:
        return "not known" if period.is_started else ""
    return told(period.end)
