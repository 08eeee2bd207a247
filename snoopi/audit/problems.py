"""QA3: problem reports against the log, investigations against state, files and clock."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q

from deliveries.clock import ClockKind, account
from deliveries.models import ClockEntry, Delivery, DeliveryState, FileHold, entries_of
from deliveries.reporting import RENEWED
from projects.models import Event, EventKind
from projects.months import add_months
from projects.states import Level, OUSState
from qa.models import Investigation, ProblemReport, ProblemStep
from qa.problems import Outcome
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, side_by_side, stream

_THING = ("member_ous__uid", "member_ous__ref")


def reports_follow(tally: Tally) -> Iterator[Fault]:
    """Reports stand where their steps in the log lead, and were in time as their rule says."""
    rows = ProblemReport.objects.select_related("member_ous").order_by("pk")
    steps = ProblemStep.objects.order_by("report_id", "pk")
    told = stream(steps.values_list("report_id", "event__frm", "event__to"))
    for _, (reports, taken) in side_by_side(((row.pk, row) for row in stream(rows)), told):
        tally.looked += 1
        for _, report in reports:
            yield from _report_faults(report, [(frm, to) for _, frm, to in taken])
    yield from _events_without_step()


def _report_faults(report: ProblemReport, steps: list[tuple[str, str]]) -> Iterator[Fault]:
    thing = Named(Level.MEMBER_OUS, report.member_ous.uid, report.member_ous.ref)
    name, before = f"problem report {report.pk}", ""
    for frm, to in steps:
        yield from compare(thing, f"step of {name}", frm, before)
        before = to
    yield from compare(thing, name, report.state, before)
    if report.delivered_at is not None and report.window_months is not None:
        until = add_months(report.delivered_at, report.window_months)
        yield from compare(thing, f"window of {name}", report.window_until, until)


def _events_without_step() -> Iterator[Fault]:
    alone = Event.objects.filter(kind=EventKind.QA3, problem_step=None).order_by("pk")
    for uid, ref, to, at in stream(alone.values_list(*_THING, "to", "at")):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"QA3 event of {at}", to, "a step of a problem report")


def investigations_hold(tally: Tally) -> Iterator[Fault]:
    """Investigations stand as member OUS, files, clock and deliveries do."""
    rows = Investigation.objects.select_related("member_ous").order_by("pk")
    for row in stream(rows):
        tally.looked += 1
        thing = Named(Level.MEMBER_OUS, row.member_ous.uid, row.member_ous.ref)
        if not row.reports.exists():
            yield fault(thing, f"investigation {row.pk}", "of no report", "of one")
        if not row.outcome and not _is_led_elsewhere(row):
            yield from compare(thing, "state", row.member_ous.state, OUSState.QA3_IN_PROGRESS)
        if row.ended_at is not None and row.outcome != Outcome.ABORTED:
            yield from _end_faults(thing, row)
        waits = row.ended_at is None and row.outcome and row.member_ous.state == OUSState.DELIVERED
        if waits and not _is_led_elsewhere(row):
            yield fault(thing, f"investigation {row.pk}", "going on", "ended by the delivery")
    yield from _held_for_nothing()
    yield from _renewed_for_nothing()


def _is_led_elsewhere(row: Investigation) -> bool:
    """Whether the newest step of the member OUS was a source's: what it says has happened."""
    steps = Event.objects.filter(member_ous=row.member_ous, level=Level.MEMBER_OUS)
    newest = steps.filter(kind=EventKind.STATE, for_staff=True).order_by("-pk").first()
    return newest is not None and newest.actor_id is None and newest.at >= row.opened_at


def _end_faults(thing: Named, row: Investigation) -> Iterator[Fault]:
    if row.ended_generation is None:
        elsewhere = Event.objects.filter(
            member_ous=row.member_ous, kind=EventKind.STATE, to=OUSState.DELIVERED, actor=None
        )
        if not elsewhere.filter(at__gte=row.decided_at, at__lte=row.ended_at).exists():
            yield fault(thing, f"end of investigation {row.pk}", "of no delivery", "of one")
        return
    delivered = Delivery.objects.filter(
        member_ous=row.member_ous, generation=row.ended_generation, state=DeliveryState.DELIVERED
    )
    at = delivered.values_list("delivered_at", flat=True).first()
    yield from compare(thing, f"end of investigation {row.pk}", row.ended_at, at)


def _held_for_nothing() -> Iterator[Fault]:
    """A period is held open, and files are withheld, only while QA3 goes on."""
    running = Investigation.objects.running().filter(member_ous=OuterRef("member_ous"))
    opened = ClockEntry.objects.filter(~Exists(running), kind=ClockKind.QA3_OPENED)
    seen: set[Any] = set()
    for entry in stream(opened.select_related("member_ous").order_by("pk")):
        member = entry.member_ous
        if member.pk not in seen and _is_held(member):
            thing = Named(Level.MEMBER_OUS, member.uid, member.ref)
            yield fault(thing, "clock", "held open by QA3", "not held: no QA3 goes on")
        seen.add(member.pk)
    under_qa3 = Q(member_ous__state=OUSState.QA3_IN_PROGRESS)
    holds = FileHold.objects.open().filter(~Exists(running) & ~under_qa3).order_by("pk")
    for uid, ref in stream(holds.values_list(*_THING)):
        yield fault(Named(Level.MEMBER_OUS, uid, ref), "files", "withheld", "free: no QA3 goes on")


def _is_held(member: Any) -> bool:
    return account(entries_of(member.clock_entries.in_order())).period.is_held


def _renewed_for_nothing() -> Iterator[Fault]:
    """A renewal by the rule comes with the delivery that ended QA3 of a report in time."""
    in_time = Investigation.objects.filter(
        member_ous=OuterRef("member_ous"), ended_at=OuterRef("at"), reports__is_timely=True
    )
    rows = ClockEntry.objects.filter(
        ~Exists(in_time), kind=ClockKind.QA3_RENEWAL, reason=RENEWED, decided_by=None
    ).order_by("pk")
    for uid, ref, at in stream(rows.values_list(*_THING, "at")):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"renewal of {at}", "there", "none: no report was in time")
