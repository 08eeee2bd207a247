"""``manage.py deliver``: do what deliveries wait for, once."""

from typing import Any

from django.core.management.base import BaseCommand

from deliveries.models import Delivery, DeliveryState
from deliveries.services.delivering import deliver_due


class Command(BaseCommand):
    """What beat rings for every few seconds, by hand; then what still waits, and for what."""

    help = "Open, check and complete whatever deliveries are due."
    requires_migrations_checks = True

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{deliver_due()} delivered")
        open_ones = Delivery.objects.exclude(state=DeliveryState.DELIVERED).with_things()
        for delivery in open_ones.order_by("pk"):
            state = DeliveryState(delivery.state).label
            self.stdout.write(f"{delivery.member_ous}: {state}. {delivery.hindrance}".rstrip())
