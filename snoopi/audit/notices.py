"""Mails: each delivery has its one, to the PI alone; claims, and the reader of the log."""

from collections.abc import Iterator

from django.db.models import CharField, Count, Exists, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

from accounts.models import ARC, Executive
from deliveries.links import LINKS
from deliveries.models import AddedValue, Delivery, DeliveryState, LogPlace, Notice, NoticeKind
from deliveries.models.notice import ON_THE_WAY, OPTIONAL
from deliveries.services.following import PASSAGES
from projects.models import Event, EventKind, Membership, Role
from projects.states import Level
from snoopi.audit.faults import Fault, Named, Tally, fault, stream

_OF_DELIVERIES = (NoticeKind.DELIVERY, NoticeKind.ADDED_VALUE)
_NAMES = ("member_ous__uid", "member_ous__ref", "pk")
_NOTICE = "notice"
_NOW_OF_NA = Q(recipient__arc=ARC.NA) | Q(recipient__arc="", recipient__executive=Executive.NA)


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
    yield from _links_untold()


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
    strangers = ~Q(event__project=F("project")) | ~Q(event__member_ous=F("member_ous"))
    of_project = Q(member_ous=None, event__member_ous=None, event__project=F("project"))
    followed = Notice.objects.filter(event__isnull=False).filter(strangers).exclude(of_project)
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


def _links_untold() -> Iterator[Fault]:
    """Whom the North American ARC supported at the delivery and supports now is told of links."""
    links = AddedValue.objects.filter(member_ous=OuterRef("member_ous")).order_by("-pk")
    complete = Q(**{f"{name}__gt": "" for name in LINKS})
    newest = AddedValue.objects.filter(complete, pk=OuterRef("links"))
    first = Notice.objects.filter(member_ous=OuterRef("member_ous"), edition=0)
    later = first.filter(kind=NoticeKind.DELIVERY, pk__gt=OuterRef("pk"))
    told = first.filter(
        Q(occasion=OuterRef("occasion")) | Q(created_at__gte=OuterRef("links_at")),
        kind=NoticeKind.ADDED_VALUE,
    )
    rows = Notice.objects.filter(
        _NOW_OF_NA, kind=NoticeKind.DELIVERY, edition=0, facts__is_of_na=True
    ).annotate(links=Subquery(links.values("pk")[:1]), links_at=Subquery(links.values("at")[:1]))
    untold = rows.filter(Exists(newest), ~Exists(later), ~Exists(told)).order_by("pk")
    for uid, ref, number in stream(untold.values_list(*_NAMES)):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        field = f"added-value notice beside notice {number}"
        yield fault(thing, field, None, "one: all links are there")


def optional_notices_follow(tally: Tally) -> Iterator[Fault]:
    """Mails that people asked for are of a step that their kind tells, and to the project's."""
    rows = Notice.objects.filter(kind__in=OPTIONAL, event__isnull=False).order_by("pk")
    tally.looked += rows.count()
    tie = Membership.objects.filter(
        project=OuterRef("project"), user=OuterRef("recipient"), role__in=[Role.PI, Role.DELEGEE]
    )
    for uid, ref, number, who in stream(
        rows.filter(~Exists(tie)).values_list(*_NAMES, "recipient__username")
    ):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"recipient of notice {number}", who, "the PI, or a delegee")
    told = rows.select_related("event", "member_ous").only("kind", "event", "member_ous")
    for row in stream(told):
        if row.event and not _tells(row.kind, row.event):
            yield fault(_of(row), f"event of notice {row.pk}", row.event.public_to, f"{row.kind}")
    yield from _not_their_delegation()


def _not_their_delegation() -> Iterator[Fault]:
    """Mails on delegations go to whom something was delegated."""
    rows = Notice.objects.filter(kind=NoticeKind.DELEGATION).order_by("pk")
    strangers = rows.filter(~Q(recipient=F("event__person")))
    for ref, number, who in stream(
        strangers.values_list("project__ref", "pk", "recipient__username")
    ):
        thing = Named(Level.PROJECT, None, ref)
        yield fault(thing, f"recipient of notice {number}", who, "whom it was delegated to")


def _tells(kind: str, event: Event) -> bool:
    is_told = event.kind == EventKind.STATE and event.for_public
    return is_told and any(each.kind == kind and each.is_in(event) for each in PASSAGES)


def _of(notice: Notice) -> Named:
    member = notice.member_ous
    if member is None:
        return Named(Level.MEMBER_OUS, None, _NOTICE)
    return Named(Level.MEMBER_OUS, member.uid, member.ref)


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
