"""The queues that staff work on: which member OUSs stand in them, oldest first.

Pages and the interface read the same rows; who asks is on the staff.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
)

from accounts.models import ARC, User
from deliveries.models import Delivery, DeliveryState
from projects.models import MemberOUS, Ticket
from projects.observatory import calendar
from projects.states import OUSState
from projects.work import ASSIGNED_IN, WORKED_IN, WorkRole
from qa.models import Investigation, ProblemReport, QA2Decision
from qa.problems import ONGOING, QA3State

_O = OUSState
# Oldest first; what no source dates stands last.
OLDEST_FIRST = ("state_since", "pk")
ARRAYS = ("12m", "7m", "TP")
BANDS = tuple(str(band) for band in range(1, 11))
MINE_SHOWN = 20
Rows = QuerySet[MemberOUS]


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: what stands in it, and who takes it up (``role`` None: nobody by name)."""

    name: str
    title: str
    states: tuple[OUSState, ...]
    role: WorkRole | None
    empty: str

    @property
    def key(self) -> str:
        """Its name as a column has it."""
        return self.name.replace("-", "_")


_FAILED = Q(delivery_failed=True, state__in=(_O.VERIFIED, _O.DELIVERY_IN_PROGRESS))
QUEUES: Mapping[str, Queue] = {
    queue.name: queue
    for queue in (
        Queue(
            "ready-for-processing",
            "Ready for processing",
            (_O.READY_FOR_PROCESSING,),
            WorkRole.REDUCER,
            "Nothing waits to be processed. A member OUS comes here once its data are staged.",
        ),
        Queue(
            "processing",
            "Processing",
            (_O.PROCESSING,),
            WorkRole.REDUCER,
            "Nothing is being processed.",
        ),
        Queue(
            "ready-for-review",
            "Ready for review",
            (_O.READY_FOR_REVIEW,),
            WorkRole.REVIEWER,
            "Nothing waits for a reviewer. A member OUS comes here when processing ends.",
        ),
        Queue(
            "reviewing",
            "Reviewing",
            (_O.REVIEWING,),
            WorkRole.REVIEWER,
            "Nothing is under review.",
        ),
        Queue(
            "verified",
            "Verified",
            (_O.VERIFIED,),
            None,
            "Nothing is in hold or waits to be delivered.",
        ),
        Queue(
            "delivering",
            "Delivering",
            (_O.DELIVERY_IN_PROGRESS,),
            None,
            "Nothing is on its way to the archives.",
        ),
        Queue(
            "problems",
            "Problems",
            (_O.PROCESSING_PROBLEM,),
            WorkRole.REDUCER,
            "No processing problem, and no delivery that failed.",
        ),
        Queue(
            "qa3",
            "QA3",
            (_O.QA3_IN_PROGRESS,),
            None,
            "No problem report waits for a first look, and no QA3 is under way.",
        ),
    )
}
CLAIMS = ("mine", "unclaimed", "claimed")
YES_NO = ("yes", "no")


def in_queue(queue: Queue) -> Q:
    """The condition on ``work_rows`` to stand in a queue."""
    condition = Q(state__in=queue.states)
    if queue.name == "qa3":
        return condition | Q(has_report=True)
    return condition | _FAILED if queue.name == "problems" else condition


def work_rows(user: User) -> Rows:
    """The member OUSs that the observatory works on and that ``user`` may track.

    Those too of which a problem report waits, wherever they stand, or QA3 is to be closed.
    """
    waiting = ProblemReport.objects.filter(member_ous=OuterRef("pk"), state=QA3State.OPEN)
    decided = Investigation.objects.running().filter(member_ous=OuterRef("pk")).exclude(outcome="")
    to_close = Exists(decided) & Q(state=_O.DELIVERED)
    everything = MemberOUS.objects.visible_to(user).alias(
        has_report=Case(When(Exists(waiting) | to_close, then=True), default=False)
    )
    worked = Q(state__in=(*WORKED_IN, _O.QA3_IN_PROGRESS)) | Q(has_report=True)
    rows = everything.filter(worked)
    failed = Delivery.objects.filter(
        member_ous=OuterRef("pk"), state=DeliveryState.FAILED, qa2_round__closed_at=None
    )
    return rows.exclude(project__state="Deleted").alias(delivery_failed=Exists(failed))


def told_rows(rows: Any) -> Any:
    """With what a line shows, to be read by two queries however many there are."""
    holds = QA2Decision.objects.for_delivery().filter(round__member_ous=OuterRef("pk"))
    under_way = Delivery.objects.filter(member_ous=OuterRef("pk"), qa2_round__closed_at=None)
    problems = ProblemReport.objects.filter(member_ous=OuterRef("pk"), state__in=ONGOING)
    problems = problems.order_by("pk")
    tickets = Prefetch("tickets", Ticket.objects.lasting().order_by("pk"), to_attr="open_tickets")
    return (
        rows.with_parents()
        .select_related("reducer", "reviewer")
        .annotate(
            hold_until=Subquery(holds.values("hold_until")[:1]),
            problem=Subquery(problems.values("subject")[:1]),
            problem_id=Subquery(problems.values("pk")[:1]),
            hindered_by=Subquery(under_way.order_by("-pk").values("words")[:1]),
        )
        .prefetch_related(tickets)
    )


def _by_arc(rows: Rows, text: str) -> Rows:
    return rows.filter(project__arc=text)


def _by_cycle(rows: Rows, text: str) -> Rows:
    return rows.filter(project__cycle=text)


def _by_array(rows: Rows, text: str) -> Rows:
    # "12m+7m" was observed with both.
    return rows.filter(array__contains=text)


def _by_band(rows: Any, text: str) -> Any:
    return rows.in_band(int(text))


def _by_blocked(rows: Rows, text: str) -> Rows:
    return rows.exclude(blocked_on="") if text == "yes" else rows.filter(blocked_on="")


_REDUCING = Q(state__in=ASSIGNED_IN[WorkRole.REDUCER])
UNCLAIMED = Q(_REDUCING, reducer=None) | Q(~_REDUCING, reviewer=None)


def had_by(user: User) -> Q:
    """The condition that somebody has a member OUS, in the role that its state asks for."""
    return Q(_REDUCING, reducer=user) | Q(~_REDUCING, reviewer=user)


def by_claim(rows: Rows, text: str, user: User) -> Rows:
    """Keep one's own, what nobody has, or what somebody has."""
    if text == "mine":
        return rows.filter(had_by(user))
    return rows.filter(UNCLAIMED if text == "unclaimed" else ~UNCLAIMED)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A filter of queues: its words (none: any text), and what it does to the rows."""

    name: str
    title: str
    words: Sequence[str]
    apply: Callable[[Rows, str], Rows]


NARROWINGS = (
    Narrowing("arc", "ARC", tuple(ARC.values), _by_arc),
    Narrowing("cycle", "Cycle", (), _by_cycle),
    Narrowing("array", "Array", ARRAYS, _by_array),
    Narrowing("band", "Band", BANDS, _by_band),
    Narrowing("blocked", "Held up", YES_NO, _by_blocked),
)


def cycles() -> list[str]:
    """The cycles that are on file, newest first."""
    return sorted({row.cycle for row in calendar().cycles}, reverse=True)


def narrowed(rows: Rows, asked: Mapping[str, str], user: User) -> Rows:
    """Keep what all filters leave; what is no word of a filter is left out."""
    for one in NARROWINGS:
        text = asked.get(one.name, "")
        if text and (not one.words or text in one.words):
            rows = one.apply(rows, text)
    if asked.get("claim") in CLAIMS:
        rows = by_claim(rows, asked["claim"], user)
    text = asked.get("q", "")
    return rows.filter(_holds(text)) if text else rows


def _holds(text: str) -> Q:
    tickets = Ticket.objects.lasting().filter(member_ous=OuterRef("pk"), reference__icontains=text)
    found = Q(Exists(tickets))
    people = [f"{role}__{name}" for role in WorkRole for name in ("username", "name")]
    for field in ("uid", "ref", "name", "project__ref", "project__pi_name", *people):
        found |= Q(**{f"{field}__icontains": text})
    return found


@dataclass(frozen=True, slots=True)
class QueueCount:
    """How many stand in a queue, how many of them nobody has or are held up, since when."""

    queue: Queue
    number: int
    unclaimed: int
    blocked: int
    oldest: datetime | None


_COUNTED = ("number", "unclaimed", "blocked", "oldest")


def counts(rows: Rows) -> list[QueueCount]:
    """Answer the counts of all queues over ``rows``; one query."""
    asked: dict[str, Any] = {}
    for queue in QUEUES.values():
        inside = in_queue(queue)
        asked |= {
            f"{queue.key}_number": Count("pk", filter=inside),
            f"{queue.key}_unclaimed": Count("pk", filter=inside & UNCLAIMED),
            f"{queue.key}_blocked": Count("pk", filter=inside & ~Q(blocked_on="")),
            f"{queue.key}_oldest": Min("state_since", filter=inside),
        }
    found = rows.order_by().aggregate(**asked)
    return [
        QueueCount(queue, *(found[f"{queue.key}_{name}"] for name in _COUNTED))
        for queue in QUEUES.values()
    ]
