"""Reminders of proprietary periods: 90, 30 and 7 days before their end, and when data are public.

What sources told of is history: only periods whose clock was started here are told, and each
stage only in the week after its moment, so that neither a late beat nor a new end tells of
what has long passed.
"""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from deliveries.clock import ClockKind
from deliveries.facts import facts_about, moment
from deliveries.models import (
    STAGES,
    ClockEntry,
    Delivery,
    DeliveryState,
    FileHold,
    LineKind,
    MailLine,
    NoticeKind,
)
from deliveries.services.lines import write_lines
from deliveries.services.notices import Occasion
from deliveries.services.wishes import askers_of, projects_with_askers
from projects.models import MemberOUS

LATE_BY = timedelta(days=7)


def note_periods(now: datetime) -> int:
    """Write a line for everybody who wants to be told of a period; answer how many new ones.

    Safe twice and in parallel.
    """
    return sum(_note(member, kind) for kind in STAGES for member in list(_passing(kind, now)))


def _passing(kind: LineKind, now: datetime) -> "models.QuerySet[MemberOUS]":
    """The member OUSs whose period has come to a stage within the last week."""
    ahead = now + timedelta(days=STAGES[kind])
    delivered = Delivery.objects.filter(member_ous=OuterRef("pk"), state=DeliveryState.DELIVERED)
    early = ClockEntry.objects.filter(member_ous=OuterRef("pk"), kind=ClockKind.EARLY_RAW)
    held = FileHold.objects.open().filter(member_ous=OuterRef("pk"))
    told = MailLine.objects.filter(
        member_ous=OuterRef("pk"), kind=kind, at=OuterRef("release_date")
    )
    rows = MemberOUS.objects.filter(
        Exists(delivered) | Exists(early),
        ~Exists(told),
        ~Q(state="Deleted") | Q(state=None),
        release_date__gt=ahead - LATE_BY,
        release_date__lte=ahead,
        # A stage that lies before the entry that gave this end has not come to pass with it.
        clock_kept_at__lt=models.F("release_date") - timedelta(days=STAGES[kind]),
        project__code__isnull=False,
        project__in=projects_with_askers().values("pk"),
    ).exclude(project__state="Deleted")
    if kind == LineKind.PUBLIC:
        rows = rows.filter(~Exists(held))
    return rows.select_related("project__contact_scientist").order_by("pk")


@transaction.atomic
def _note(member: MemberOUS, kind: LineKind) -> int:
    end = member.release_date
    people = [one.person for one in askers_of(member.project)]
    if end is None or not people:
        return 0
    occasion = Occasion(
        kind=NoticeKind.REMINDER,
        key=f"member OUS {member.pk}, period until {moment(end)}",
        member_ous=member,
        facts=facts_about(member),
    )
    return write_lines(occasion, kind, end, people)
