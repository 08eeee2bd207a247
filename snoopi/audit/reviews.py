"""QA2: verdicts on rows against decisions, rounds against the log, and what a hold keeps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from projects.models import Event, EventKind, MemberOUS
from projects.querysets.states import IN_HOLD
from projects.states import Level, OUSState
from qa.models import QA2Decision, QA2Round
from qa.models.review import GOOD_OUTCOMES
from qa.rounds import Span, Step, spans
from snoopi.audit.copies import Facts, said_of
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, shown, side_by_side, stream

_MEMBER = tuple(f"member_ous__{name}" for name in ("uid", "ref", "qa2", "facts"))
_ROUND = ("number", "opened_by_id", "closed_at")


@dataclass(frozen=True, slots=True)
class _Reviewed:
    """A member OUS with its rounds of review, as stored and as the log tells them."""

    thing: Named
    qa2: str | None
    facts: Facts
    rounds: list[Any]
    told: list[Span]
    decisions: list[Any]


def rounds_follow(tally: Tally) -> Iterator[Fault]:
    """Rounds of review are those of the log, and the verdict on a row is the current one's."""
    for reviewed in _reviewed():
        tally.looked += 1
        yield from _round_faults(reviewed)
        yield from _verdict_faults(reviewed)


def _reviewed() -> Iterator[_Reviewed]:
    rounds = QA2Round.objects.order_by("member_ous_id", "number")
    steps = Event.objects.filter(
        Exists(QA2Round.objects.filter(member_ous=OuterRef("member_ous"))),
        level=Level.MEMBER_OUS,
        kind=EventKind.STATE,
        for_staff=True,
    ).order_by("member_ous_id", "pk")
    decisions = QA2Decision.objects.filter(undone_at=None).order_by("round__member_ous_id", "pk")
    for _, (rows, log, decided) in side_by_side(
        stream(rounds.values_list("member_ous_id", *_ROUND, *_MEMBER)),
        stream(steps.values_list("member_ous_id", "pk", "frm", "to", "at")),
        stream(decisions.values_list("round__member_ous_id", "round__number", "outcome")),
    ):
        *_, uid, ref, qa2, facts = rows[0]
        told = spans(Step(*each[1:]) for each in log)
        yield _Reviewed(Named(Level.MEMBER_OUS, uid, ref), qa2, facts, rows, told, decided)


def _round_faults(reviewed: _Reviewed) -> Iterator[Fault]:
    """A round that the log has ended is closed with the next decision: the last may be open."""
    thing, last = reviewed.thing, len(reviewed.rounds)
    for place, (_, number, opened_by, closed_at, *_) in enumerate(reviewed.rounds, 1):
        yield from compare(thing, "number of a QA2 round", number, place)
        if place > max(1, len(reviewed.told)):
            yield fault(thing, f"QA2 round {number}", "there", "none: the log tells of no such")
            continue
        span = reviewed.told[place - 1] if reviewed.told else None
        opened, closed = (span.opened_by, span.closed_at) if span else (None, None)
        yield from compare(thing, f"opening event of QA2 round {number}", opened_by, opened)
        if closed_at is not None or place < last:
            yield from compare(thing, f"end of QA2 round {number}", closed_at, closed)


def _verdict_faults(reviewed: _Reviewed) -> Iterator[Fault]:
    """The verdict that stands is copied; else there is none, but what a source says."""
    current = max(1, len(reviewed.told))
    good = [row for row in reviewed.decisions if row[2] in GOOD_OUTCOMES]
    standing = [outcome for _, number, outcome in good if number == current]
    if standing:
        yield from compare(reviewed.thing, "qa2", reviewed.qa2, standing[0])
    elif reviewed.qa2 and reviewed.qa2 not in said_of(reviewed.facts, "qa2"):
        yield fault(reviewed.thing, "qa2", reviewed.qa2, None)


def holds_hold(tally: Tally) -> Iterator[Fault]:
    """What is in its hold has a verdict that stands, and nobody outside was told of that."""
    standing = QA2Decision.objects.filter(
        undone_at=None, outcome__in=GOOD_OUTCOMES, round__member_ous=OuterRef("pk")
    )
    flagged = MemberOUS.objects.filter(state_flag="InHold").order_by("pk")
    tally.looked += flagged.count()
    for uid, ref, state in stream(
        flagged.filter(~IN_HOLD | ~Exists(standing)).values_list("uid", "ref", "state")
    ):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, "state_flag", f"InHold at {state}", "without a hold: no verdict stands")
    yield from _told_too_soon(tally)


def _told_too_soon(tally: Tally) -> Iterator[Fault]:
    held = QA2Decision.objects.filter(hold_until__gt=F("recorded_at")).order_by("pk")
    tally.looked += held.count()
    told = Event.objects.filter(
        Q(kind=EventKind.QA2) | Q(kind=EventKind.STATE, to=OUSState.VERIFIED, public_to="Verified"),
        member_ous=OuterRef("round__member_ous"),
        for_public=True,
        recorded_at__gte=OuterRef("recorded_at"),
        recorded_at__lt=OuterRef("hold_until"),
    ).order_by("pk")
    names = ("round__member_ous__uid", "round__member_ous__ref", "hold_until", "pk")
    for uid, ref, until, _ in stream(held.filter(Exists(told)).values_list(*names)):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        words = f"kept until {shown(until)}"
        yield fault(thing, "QA2 verdict", "told to people outside", words)
