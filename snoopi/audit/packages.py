"""Deliveries: their copies, their events, and the files that they are of."""

from collections.abc import Iterator
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from deliveries.configured import STORE
from deliveries.models import Delivery, DeliveryPlace, DeliveryState, ProductFile
from projects.models import Event, EventKind, MemberOUS
from projects.services.entering import SYSTEM_WORD
from projects.states import Level, OUSState
from qa.models import QA2Decision
from qa.models.review import GOOD_OUTCOMES
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, side_by_side, stream

_KINDS = (EventKind.DELIVERY, EventKind.REDELIVERY)
_WITH = ("member_ous", "clock_entry", "qa2_round")
_DONE = Q(state=DeliveryState.DELIVERED)


def deliveries_agree(tally: Tally) -> Iterator[Fault]:
    """Deliveries have their verdict, clock entry and event; member OUSs copy the newest."""
    rows = Delivery.objects.filter(_DONE).select_related(*_WITH)
    good = QA2Decision.objects.filter(
        round=OuterRef("qa2_round"), undone_at=None, outcome__in=GOOD_OUTCOMES
    )
    ordered = rows.annotate(is_good=Exists(good)).order_by("member_ous_id", "generation")
    events = Event.objects.filter(kind__in=_KINDS).order_by("member_ous_id", "pk")
    names = ("member_ous_id", "member_ous__uid", "member_ous__ref", "kind", "at", "to")
    for _, (delivered, told) in side_by_side(
        ((row.member_ous_id, row) for row in stream(ordered)), stream(events.values_list(*names))
    ):
        tally.looked += len(delivered)
        yield from _member_faults([row for _, row in delivered], told)
    yield from _without_delivery()


def _member_faults(rows: list[Delivery], told: list[Any]) -> Iterator[Fault]:
    uid, ref = (rows[0].member_ous.uid, rows[0].member_ous.ref) if rows else told[0][1:3]
    thing = Named(Level.MEMBER_OUS, uid, ref)
    expected = [_event_of(place, row) for place, row in enumerate(rows)]
    found = [(kind, at, to) for *_, kind, at, to in told]
    yield from compare(thing, "events of deliveries", _words(found), _words(expected))
    for row in rows:
        yield from _delivery_faults(thing, row)
    if rows:
        member, newest = rows[0].member_ous, rows[-1]
        yield from compare(thing, "delivered_at", member.delivered_at, newest.delivered_at)
        generation = member.delivery_generation
        yield from compare(thing, "delivery_generation", generation, newest.generation)


def _event_of(place: int, row: Delivery) -> tuple[Any, ...]:
    return _KINDS[min(place, 1)], row.delivered_at, f"generation {row.generation}"


def _words(events: list[tuple[Any, ...]]) -> str:
    return ", ".join(f"{kind} of {to} at {at:%Y-%m-%d %H:%M:%S}" for kind, at, to in events)


def _delivery_faults(thing: Named, row: Delivery) -> Iterator[Fault]:
    called = f"delivery {row.pk}"
    entry = row.clock_entry
    if entry is not None:
        yield from compare(thing, f"kind of the clock entry of {called}", entry.kind, "delivery")
        yield from compare(thing, f"clock entry of {called}", entry.at, row.delivered_at)
        owner = entry.member_ous_id
        yield from compare(
            thing, f"member OUS of the clock entry of {called}", owner, row.member_ous_id
        )
    owner = row.qa2_round.member_ous_id
    yield from compare(thing, f"member OUS of the QA2 round of {called}", owner, row.member_ous_id)
    if not getattr(row, "is_good", True):
        yield fault(thing, f"QA2 verdict of {called}", None, "Pass or SemiPass")


def _without_delivery() -> Iterator[Fault]:
    """A generation that counts as delivered was delivered here: sources name none."""
    own = Delivery.objects.filter(_DONE, member_ous=OuterRef("pk"))
    rows = MemberOUS.objects.filter(~Exists(own), delivery_generation__isnull=False).order_by("pk")
    for uid, ref, generation in stream(rows.values_list("uid", "ref", "delivery_generation")):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, "delivery_generation", generation, "nothing: no delivery is on file")


def deliveries_under_way(tally: Tally) -> Iterator[Fault]:
    """What is being checked is being delivered, and what is being delivered is being checked."""
    rows = Delivery.objects.filter(state=DeliveryState.CHECKING)
    tally.looked += rows.count()
    names = ("member_ous__uid", "member_ous__ref", "pk", "member_ous__state")
    # Where a source moved it, the next sweep gives the delivery up.
    elsewhere = rows.filter(~Q(member_ous__state=OUSState.DELIVERY_IN_PROGRESS))
    apart = elsewhere.annotate(by=_moved_by("member_ous")).filter(by=_US).order_by("pk")
    for uid, ref, number, state in stream(apart.values_list(*names)):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(
            thing, "state", state, f"DeliveryInProgress: delivery {number} is being checked"
        )
    yield from _abandoned()
    claimed = Delivery.objects.filter(~Q(claim=""), ~Q(state=DeliveryState.CHECKING)).order_by("pk")
    for uid, ref, number, state in stream(claimed.values_list(*names[:3], "state")):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"claim on delivery {number}", "held", f"free: it is {state}")


_US = "us"


def _moved_by(member: str) -> Subquery:
    """Who took the newest step of a member OUS: ``_US``, or a source by its name."""
    steps = Event.objects.filter(
        member_ous=OuterRef(member), level=Level.MEMBER_OUS, kind=EventKind.STATE, for_staff=True
    )
    ours = When(Q(actor__isnull=False) | Q(actor_word=SYSTEM_WORD), then=Value(_US))
    named = steps.annotate(by=Case(ours, default="actor_word")).order_by("-pk")
    return Subquery(named.values("by")[:1])


def _abandoned() -> Iterator[Fault]:
    """What went to the archives by a step of ours, with no delivery that checks it."""
    members = MemberOUS.objects.filter(state=OUSState.DELIVERY_IN_PROGRESS)
    checking = Delivery.objects.filter(member_ous=OuterRef("pk"), state=DeliveryState.CHECKING)
    judged = QA2Decision.objects.for_delivery().filter(round__member_ous=OuterRef("pk"))
    ours = members.annotate(by=_moved_by("pk")).filter(Exists(judged), by=_US)
    left = ours.filter(~Exists(checking)).order_by("pk")
    for uid, ref in stream(left.values_list("uid", "ref")):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, "state", "DeliveryInProgress", "one of a delivery: none is under way")


_FACTS = ("member_ous__uid", "member_ous__ref", "generation", "files", "stored")


def manifests_hold(tally: Tally) -> Iterator[Fault]:
    """The newest delivered generation is what was checked: as many files, each whole."""
    files = ProductFile.objects.filter(
        member_ous=OuterRef("member_ous"), generation=OuterRef("generation")
    )
    counted = files.order_by().values("generation").annotate(number=Count("pk")).values("number")
    store = DeliveryPlace.objects.filter(delivery=OuterRef("pk"), name=STORE).values("files")
    rows = current_deliveries().annotate(
        files=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        stored=Coalesce(Subquery(store[:1]), 0),
    )
    for uid, ref, generation, found, stored in stream(rows.order_by("pk").values_list(*_FACTS)):
        tally.looked += found
        thing = Named(Level.MEMBER_OUS, uid, ref)
        field = f"files of generation {generation}"
        yield from compare(thing, field, found, stored)
    yield from _incomplete_places()
    yield from _bare_files()


def current_deliveries() -> Any:
    """The deliveries whose generation is the member OUS's newest delivered one."""
    return Delivery.objects.filter(_DONE, generation=F("member_ous__delivery_generation"))


def current_files() -> Any:
    """The files of those deliveries."""
    whose = current_deliveries().filter(
        member_ous=OuterRef("member_ous"), generation=OuterRef("generation")
    )
    return ProductFile.objects.filter(Exists(whose))


def _incomplete_places() -> Iterator[Fault]:
    lacking = ~Q(missing=0) | ~Q(problem="")
    rows = DeliveryPlace.objects.filter(lacking, delivery__state=DeliveryState.DELIVERED)
    names = ("delivery__member_ous__uid", "delivery__member_ous__ref", "name", "delivery_id")
    for uid, ref, place, number in stream(rows.order_by("pk").values_list(*names)):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"place {place} of delivery {number}", "incomplete", "complete")


def _bare_files() -> Iterator[Fault]:
    """Files without a size or a checksum, which nothing can be held against."""
    whole = Q(size_bytes__isnull=False, sha256__regex=r"^[0-9A-Fa-f]{64}$")
    names = ("member_ous__uid", "member_ous__ref", "path", "size_bytes", "sha256")
    for uid, ref, path, size, digest in stream(
        current_files().filter(~whole).order_by("pk").values_list(*names)
    ):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"file {path}", f"{size} bytes, {digest}", "size and SHA-256")
