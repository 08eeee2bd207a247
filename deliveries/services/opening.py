"""Opening deliveries: what passed QA2, is past its hold, and has its products."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.models import User
from deliveries.errors import NotDeliverable
from deliveries.models import Delivery, DeliveryState, ProductFile
from deliveries.permissions import can_retry_delivery
from projects.errors import NotAllowed
from projects.models import MemberOUS
from projects.moves import Way
from projects.querysets.states import IN_HOLD
from projects.services.bulk import save_alike
from projects.services.events import lock_project
from projects.services.states import move_state
from projects.states import OUSState
from qa.models import QA2Decision

NO_PRODUCTS = "No products of a new generation are known yet."
OVERTAKEN = "A source led the member OUS on without it; now that is {state}."
_GENERATION = Coalesce("member_ous__delivery_generation", 0)


def open_deliveries(now: datetime) -> int:
    """Open a delivery for every member OUS that may be delivered; answer how many.

    Each in its own transaction: Verified, its verdict standing and past the hold, told to
    people outside, and no delivery of that round yet.
    """
    return sum(_open(decision, now) for decision in _deliverable(now))


def _deliverable(now: datetime) -> "list[QA2Decision]":
    opened = Delivery.objects.filter(qa2_round=OuterRef("round"))
    member = Q(round__member_ous__state=OUSState.VERIFIED)
    rows = QA2Decision.objects.for_delivery().past_hold(now).filter(member, ~Exists(opened))
    return list(rows.select_related("round__member_ous").order_by("hold_until", "pk"))


@transaction.atomic
def _open(decision: QA2Decision, now: datetime) -> bool:
    member = decision.round.member_ous
    lock_project(member.project_id)
    may = MemberOUS.objects.filter(~IN_HOLD, pk=member.pk, state=OUSState.VERIFIED)
    stands = QA2Decision.objects.for_delivery().past_hold(now).filter(pk=decision.pk)
    if not (may.exists() and stands.exists()):
        return False
    _, is_new = Delivery.objects.get_or_create(
        member_ous=member,
        qa2_round=decision.round,
        defaults={
            "project_id": member.project_id,
            "words": NO_PRODUCTS,
            "opened_at": now,
            "next_at": now,
        },
    )
    return is_new


def close_overtaken(now: datetime) -> int:
    """Give up deliveries whose member OUS a source has moved elsewhere; answer how many.

    Else they would wait for ever, and stand in the way of the next round's.
    """
    rows = Delivery.objects.filter(_OVERTAKEN).order_by("pk")
    return sum(_close(pk, now) for pk in list(rows.values_list("pk", flat=True)))


_WAITING, _CHECKING = Q(state=DeliveryState.WAITING), Q(state=DeliveryState.CHECKING)
_OVERTAKEN = (
    (_WAITING & ~Q(member_ous__state=OUSState.VERIFIED))
    | (_CHECKING & ~Q(member_ous__state=OUSState.DELIVERY_IN_PROGRESS))
    | ((_WAITING | _CHECKING) & Q(qa2_round__closed_at__isnull=False))
)


@transaction.atomic
def _close(pk: int, now: datetime) -> bool:
    lock_project(Delivery.objects.values_list("project_id", flat=True).get(pk=pk))
    delivery = Delivery.objects.select_for_update(of=("self",)).filter(_OVERTAKEN, pk=pk).first()
    if delivery is None:
        return False
    delivery.state, delivery.claim, delivery.checked_at = DeliveryState.FAILED, "", now
    delivery.words = OVERTAKEN.format(state=delivery.member_ous.state)
    delivery.save(update_fields=["state", "claim", "checked_at", "words"])
    save_alike([delivery.member_ous], (), [delivery.member_ous])
    return True


def start_deliveries(now: datetime) -> int:
    """Hand to the archives whatever waited for products that are there now; answer how many."""
    newer = ProductFile.objects.filter(
        member_ous=OuterRef("member_ous"), generation__gt=OuterRef("newest")
    )
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING).alias(newest=_GENERATION)
    ready = waiting.filter(Exists(newer)).order_by("pk").values_list("pk", flat=True)
    return sum(_start(pk, now) for pk in list(ready))


@transaction.atomic
def _start(pk: int, now: datetime) -> bool:
    lock_project(Delivery.objects.values_list("project_id", flat=True).get(pk=pk))
    delivery = Delivery.objects.select_for_update().get(pk=pk)
    member = MemberOUS.objects.get(pk=delivery.member_ous_id)
    if delivery.state != DeliveryState.WAITING or member.state != OUSState.VERIFIED:
        return False
    delivery.generation = newest_generation(member)
    if delivery.generation is None:
        return False
    move_state(member, to=OUSState.DELIVERY_IN_PROGRESS, actor=None, way=Way.DELIVERY, at=now)
    delivery.state, delivery.words, delivery.next_at = DeliveryState.CHECKING, "", now
    delivery.save(update_fields=["state", "words", "generation", "next_at"])
    return True


def newest_generation(member: MemberOUS) -> int | None:
    """The newest generation of products that has not been delivered, None where there is none."""
    rows = ProductFile.objects.filter(
        member_ous=member, generation__gt=member.delivery_generation or 0
    )
    newest: int | None = rows.order_by().aggregate(newest=Max("generation"))["newest"]
    return newest


@transaction.atomic
def retry_delivery(delivery: Delivery, *, actor: User, now: datetime) -> Delivery:
    """Try a delivery that failed once more, from its beginning.

    Raises NotAllowed, NotDeliverable where it did not fail.
    """
    if not can_retry_delivery(actor):
        raise NotAllowed("Trying deliveries again is not yours.")
    lock_project(delivery.project_id)
    again = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.FAILED)
    values = {"state": DeliveryState.WAITING, "words": NO_PRODUCTS, "attempts": 0}
    if not again.update(**values, generation=None, next_at=now):
        raise NotDeliverable("It did not fail: there is nothing to try again.")
    delivery.places.all().delete()
    save_alike([MemberOUS.objects.get(pk=delivery.member_ous_id)], ())
    delivery.refresh_from_db()
    return delivery
