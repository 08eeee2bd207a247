"""Delivering: check, then Delivered with clock and notices in one transaction, or try again."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from deliveries.clock import ClockKind
from deliveries.errors import ClaimLost
from deliveries.models import Delivery, DeliveryPlace, DeliveryState
from deliveries.services.checking import check_places
from deliveries.services.claims import (
    FIRST_WAIT,
    LONGEST_WAIT,
    Claim,
    claim_next,
    free_lost_claims,
)
from deliveries.services.investigations import end_at_delivery, renew_at_delivery
from deliveries.services.ledger import Entered, enter_start, whole_second
from deliveries.services.notices import write_delivery_notices
from deliveries.services.opening import close_overtaken, open_deliveries, start_deliveries
from projects.backoff import backoff
from projects.models import Event, EventKind, MemberOUS
from projects.moves import Way
from projects.services.bulk import save_alike
from projects.services.entering import Account, subject_of
from projects.services.events import append_events, lock_project
from projects.services.released import write_delivered
from projects.services.states import move_state
from projects.states import OUSState
from qa.services.reviews import release_verdicts

logger = logging.getLogger(__name__)


def nobody() -> None:
    """Tell nobody."""


def deliver_due(now: datetime | None = None, *, on_delivery: Callable[[], None] = nobody) -> int:
    """Do whatever deliveries wait for; answer how many were delivered.

    Safe twice, in parallel, and when killed at any point: every step is a short transaction
    that looks again whether it is still to be taken. ``now`` is the present unless history
    is told; ``on_delivery`` is called as each delivery is committed.
    """
    free_lost_claims()
    release_verdicts(now)
    close_overtaken(now or timezone.now())
    open_deliveries(now or timezone.now())
    start_deliveries(now or timezone.now())
    delivered = 0
    while claim := claim_next(now or timezone.now()):
        if _deliver(claim, now):
            delivered += 1
            transaction.on_commit(on_delivery)
    return delivered


def _deliver(claim: Claim, now: datetime | None) -> bool:
    try:
        places = check_places(claim)
        if all(place.is_complete for place in places):
            deliver(claim, at=now)
            return True
        _try_again(claim, places)
    except ClaimLost:
        logger.info("delivery %s was taken over by somebody else", claim.delivery.pk)
    finally:
        claim.give_back()
    return False


@transaction.atomic
def deliver(claim: Claim, *, at: datetime | None = None) -> Delivery:
    """Deliver what was checked, in one transaction under the project's lock.

    The delivery's line in the ledger, the copies on the member OUS, its step, the end of
    QA3 where this is what came of it, events, and the notices: all or nothing, and once.
    Raises ClaimLost.
    """
    lock_project(claim.delivery.project_id)
    delivery = claim.hold()
    rows = MemberOUS.objects.select_related("project").select_for_update(of=("self",))
    member = rows.get(pk=delivery.member_ous_id)
    if member.state != OUSState.DELIVERY_IN_PROGRESS or delivery.generation is None:
        raise ClaimLost("The member OUS is no longer being delivered.")
    moment, before = whole_second(at), member.delivery_generation
    renewed = renew_at_delivery(member, moment)
    entered = enter_start(member, kind=ClockKind.DELIVERY, at=moment, actor=Account())
    write_delivered(member, at=moment, generation=delivery.generation)
    _finish(delivery, entered, moment)
    move_state(member, to=OUSState.DELIVERED, actor=None, way=Way.DELIVERY, at=at)
    end_at_delivery(member, generation=delivery.generation, at=moment)
    write_delivery_notices(delivery, again=before is not None, is_history=at is not None)
    append_events([*renewed, entered.event, _event(member, before, moment)])
    return delivery


def _finish(delivery: Delivery, entered: Entered, moment: datetime) -> None:
    delivery.state, delivery.words, delivery.claim = DeliveryState.DELIVERED, "", ""
    delivery.delivered_at, delivery.clock_entry = moment, entered.row
    delivery.checked_at = timezone.now()
    delivery.save(
        update_fields=["state", "words", "claim", "delivered_at", "clock_entry", "checked_at"]
    )


def _event(member: MemberOUS, before: int | None, at: datetime) -> Event:
    frm = f"generation {before}" if before else ""
    to = f"generation {member.delivery_generation}"
    return Event(
        **subject_of(member),
        kind=EventKind.REDELIVERY if before else EventKind.DELIVERY,
        at=at,
        frm=frm,
        to=to,
        public_frm=frm,
        public_to=to,
        actor_word=Account().word,
    )


@transaction.atomic
def _try_again(claim: Claim, places: Sequence[DeliveryPlace]) -> None:
    """Leave a delivery for later, or give it up after as many checks as the setting allows."""
    lock_project(claim.delivery.project_id)
    delivery, words = claim.hold(), what_hinders(places)
    member = MemberOUS.objects.get(pk=delivery.member_ous_id)
    attempts, now = delivery.attempts + 1, timezone.now()
    if attempts < settings.DELIVERY_ATTEMPTS:
        claim.write(
            attempts=F("attempts") + 1,
            words=words,
            checked_at=now,
            next_at=now + backoff(attempts, first=FIRST_WAIT, longest=LONGEST_WAIT),
            claim="",
        )
        # Staff read on its page what is missing where.
        save_alike([member], (), [member])
        return
    claim.write(
        attempts=attempts, words=words, checked_at=now, claim="", state=DeliveryState.FAILED
    )
    if member.state == OUSState.DELIVERY_IN_PROGRESS:
        move_state(member, to=OUSState.VERIFIED, actor=None, way=Way.DELIVERY, note=words)


def what_hinders(places: Sequence[DeliveryPlace]) -> str:
    """Answer in a sentence what is missing where."""
    parts = [f"{place.name}: {_hindrance(place)}" for place in places if not place.is_complete]
    return "; ".join(parts) + "." if parts else ""


def _hindrance(place: DeliveryPlace) -> str:
    if place.problem:
        return place.problem.rstrip(".").lower()
    return f"{place.missing} of {place.files} files are not as they must be"
