"""Mails: each delivery has its one, to the PI alone; claims, and the reader of the log."""

from collections.abc import Iterator

from django.db.models import CharField, Count, Exists, F, Max, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from deliveries.models import AddedValue, Delivery, DeliveryState, LogPlace, Notice, NoticeKind
from deliveries.models.notice import ON_THE_WAY
from projects.models import Event, Membership, Role
from projects.states import Level
from snoopi.audit.faults import Fault, Named, Tally, fault, stream

_OF_DELIVERIES = (NoticeKind.DELIVERY, NoticeKind.ADDED_VALUE)
_NAMES = ("member_ous__uid", "member_ous__ref", "pk")
_NOTICE = "notice"


def notices_match(tally: Tally) -> Iterator[Fault]:
    """Each delivery has one notice of it, to the PI; none is of anything else."""
    delivered = Delivery.objects.filter(state=DeliveryState.DELIVERED)
    tally.looked += delivered.count()
    first = Q(notices__kind=NoticeKind.DELIVERY, notices__edition=0)
    rows = delivered.annotate(number=Count("notices", filter=first)).exclude(number=1)
    for uid, ref, number, notices in stream(rows.order_by("pk").values_list(*_NAMES, "number")):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"notices of delivery {number}", notices, 1)
    yield from _misplaced()
    yield from _to_others()
    yield from _without_links()


def _misplaced() -> Iterator[Fault]:
    """Notices of a delivery that is none, or of another member OUS, or under another name."""
    named = Concat(Value("delivery "), Cast("delivery_id", CharField()))
    told = Notice.objects.filter(kind__in=_OF_DELIVERIES).annotate(named=named)
    wrong = (
        Q(delivery=None)
        | ~Q(delivery__state=DeliveryState.DELIVERED)
        | ~Q(delivery__member_ous=F("member_ous"))
        | ~Q(occasion=F("named"))
    )
    for uid, ref, number, occasion in stream(
        told.filter(wrong).order_by("pk").values_list(*_NAMES, "occasion")
    ):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"occasion of notice {number}", occasion, "a delivery of its own")
    followed = Notice.objects.filter(event__isnull=False).exclude(event__member_ous=F("member_ous"))
    for uid, ref, number in stream(followed.order_by("pk").values_list(*_NAMES)):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"event of notice {number}", "another's", "its own")


def _to_others() -> Iterator[Fault]:
    """Mails of deliveries go to who is, or was, the PI."""
    pi = Membership.objects.filter(
        project=OuterRef("project"), user=OuterRef("recipient"), role=Role.PI
    )
    told = Notice.objects.filter(kind__in=_OF_DELIVERIES, recipient__isnull=False)
    rows = told.filter(~Exists(pi)).order_by("pk")
    for uid, ref, number, who in stream(rows.values_list(*_NAMES, "recipient__username")):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"recipient of notice {number}", who, "the project's PI")


def _without_links() -> Iterator[Fault]:
    links = AddedValue.objects.filter(member_ous=OuterRef("member_ous"))
    delivery = Notice.objects.filter(kind=NoticeKind.DELIVERY, occasion=OuterRef("occasion"))
    told = Notice.objects.filter(kind=NoticeKind.ADDED_VALUE)
    rows = told.filter(~Exists(links) | ~Exists(delivery)).order_by("pk")
    for uid, ref, number in stream(rows.values_list(*_NAMES)):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"notice {number}", "of added value", "one with links and a delivery")


def claims_hold(tally: Tally) -> Iterator[Fault]:
    """Mails that are on the way are somebody's, all others nobody's; the log is read in order."""
    rows = Notice.objects.order_by("pk")
    tally.looked += rows.count()
    on_the_way = Q(state__in=ON_THE_WAY)
    held = ~Q(claim="") & Q(claimed_at__isnull=False)
    for uid, ref, number, state in stream(
        rows.filter((on_the_way & ~held) | (~on_the_way & ~Q(claim=""))).values_list(
            *_NAMES, "state"
        )
    ):
        thing = Named(Level.MEMBER_OUS, uid, ref or _NOTICE)
        yield fault(thing, f"claim of notice {number}", f"not that of one {state}", "its worker's")
    newest = Event.objects.aggregate(newest=Max("pk"))["newest"] or 0
    for reader, read in LogPlace.objects.filter(event_id__gt=newest).values_list(
        "reader", "event_id"
    ):
        yield fault(Named("log", None, reader), "place", read, f"{newest} or before")
