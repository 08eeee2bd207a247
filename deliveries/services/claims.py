"""Holds of workers on deliveries: taken by a conditional update, kept alive, given back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from deliveries.errors import ClaimLost
from deliveries.models import Delivery, DeliveryState
from projects.claims import is_gone, new_claim

CLAIM_LASTS = timedelta(seconds=90)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
_BEAT_EVERY = timedelta(seconds=5)


@dataclass(slots=True)
class Claim:
    """One worker's hold on a delivery; whoever lost it may write nothing more."""

    delivery: Delivery
    token: str
    beaten: datetime = field(default_factory=timezone.now)

    def beat(self) -> None:
        """Show life now and then. Raises ClaimLost."""
        now = timezone.now()
        if now - self.beaten > _BEAT_EVERY:
            self.beaten = now
            self.write(heartbeat_at=now)

    def write(self, **values: Any) -> None:
        """Change the delivery's row. Raises ClaimLost."""
        mine = Delivery.objects.filter(
            pk=self.delivery.pk, claim=self.token, state=DeliveryState.CHECKING
        )
        if not mine.update(**values):
            raise ClaimLost("Somebody else has it.")

    def hold(self) -> Delivery:
        """Answer the delivery, locked until the transaction ends. Raises ClaimLost."""
        rows = Delivery.objects.select_for_update().filter(pk=self.delivery.pk, claim=self.token)
        held = rows.filter(state=DeliveryState.CHECKING).first()
        if held is None:
            raise ClaimLost("Somebody else has it.")
        return held

    def give_back(self) -> None:
        """Let others have it, as far as it is still held: what went wrong with it goes last."""
        mine = Delivery.objects.filter(pk=self.delivery.pk, claim=self.token)
        mine.update(claim="", next_at=timezone.now() + FIRST_WAIT)


@transaction.atomic
def claim_next(now: datetime) -> Claim | None:
    """Take the delivery that is due longest, None where there is none that is free."""
    rows = Delivery.objects.due(now).order_by("next_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    for delivery in rows[:10]:
        token, moment = new_claim(), timezone.now()
        free = Delivery.objects.filter(pk=delivery.pk, claim="", state=DeliveryState.CHECKING)
        if free.update(claim=token, heartbeat_at=moment):
            return Claim(delivery, token)
    return None


def free_lost_claims() -> int:
    """Give back what killed workers held; answer how many there were."""
    silent = timezone.now() - CLAIM_LASTS
    freed = 0
    for row in Delivery.objects.exclude(claim="").only("pk", "claim", "heartbeat_at"):
        if row.heartbeat_at is None or row.heartbeat_at < silent or is_gone(row.claim):
            freed += Delivery.objects.filter(pk=row.pk, claim=row.claim).update(claim="")
    return freed
