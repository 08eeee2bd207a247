"""Proprietary periods: each started once, and its ledger gives the stored end."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef

from deliveries.clock import ClockKind, account
from deliveries.models import ClockEntry, entries_of
from projects.models import Event, EventKind, MemberOUS
from projects.states import Level
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, side_by_side, stream

_STARTS = (ClockKind.SOURCE, ClockKind.DELIVERY, ClockKind.EARLY_RAW, ClockKind.CORRECTION)


def clocks_agree(tally: Tally) -> Iterator[Fault]:
    """Each clock started once, by entries that are all logged, and gives the stored end."""
    ledger = ClockEntry.objects.in_order().select_related("member_ous", "delivery")
    entries = (
        (row.member_ous_id, row) for row in stream(ledger.order_by("member_ous_id", "at", "pk"))
    )
    logged = Event.objects.filter(kind=EventKind.CLOCK).order_by("member_ous_id", "at", "pk")
    events = stream(logged.values_list("member_ous_id", "at", "member_ous__uid", "member_ous__ref"))
    for _, (found, told) in side_by_side(entries, events):
        tally.looked += 1
        if found:
            yield from _ledger_faults([row for _, row in found], [at for _, at, *_ in told])
        else:
            _, at, uid, ref = told[0]
            thing = Named(Level.MEMBER_OUS, uid, ref)
            yield fault(thing, "clock", None, f"an entry of the ledger for the event of {at}")
    yield from _without_ledger()


def _ledger_faults(rows: list[ClockEntry], told: list[Any]) -> Iterator[Fault]:
    member = rows[0].member_ous
    thing, found = Named(Level.MEMBER_OUS, member.uid, member.ref), account(entries_of(rows))
    yield from compare(thing, "release_date", member.release_date, found.release_date)
    newest = max(row.recorded_at for row in rows)
    yield from compare(thing, "clock_kept_at", member.clock_kept_at, newest)
    entered = sorted(row.at for row in rows if row.kind != ClockKind.SOURCE)
    if entered != told:
        words = f"{len(told)} in the log"
        yield fault(thing, "clock entries", words, f"the {len(entered)} of the ledger, same times")
    yield from _start_faults(thing, rows)


def _start_faults(thing: Named, rows: list[ClockEntry]) -> Iterator[Fault]:
    starts = account(entries_of(rows)).starts
    corrected = any(row.kind == ClockKind.CORRECTION for row in rows)
    may_start = [row for row in rows if row.kind in _STARTS]
    if starts > 1 or (may_start and not starts and not corrected):
        yield fault(thing, "clock", f"started {starts} times", "started once")
    for row in rows:
        if row.kind == ClockKind.DELIVERY and not hasattr(row, "delivery"):
            yield fault(thing, f"clock entry {row.pk}", "of no delivery", "of one")


def _without_ledger() -> Iterator[Fault]:
    entries = ClockEntry.objects.filter(member_ous=OuterRef("pk"))
    kept = MemberOUS.objects.filter(~Exists(entries), clock_kept_at__isnull=False).order_by("pk")
    for uid, ref, at in stream(kept.values_list("uid", "ref", "clock_kept_at")):
        yield fault(Named(Level.MEMBER_OUS, uid, ref), "clock_kept_at", at, None)
