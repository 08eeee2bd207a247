"""Blanket extensions: one decision that lengthens the proprietary periods of many."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class BlanketExtensionQuerySet(models.QuerySet["BlanketExtension"]):
    """Blanket extensions."""

    def counted(self) -> Self:
        """Newest first, with persons, and as ``lengthened`` how many periods each did."""
        counted = self.select_related("decided_by").annotate(lengthened=models.Count("entries"))
        return counted.order_by("-pk")

    def under_way(self) -> Self:
        """Keep those that are not through all member OUSs yet."""
        return self.filter(done_at=None)


class BlanketExtension(models.Model):
    """One decision on all proprietary periods within its scope; never changed, never deleted.

    Each period that it lengthens has an entry of its own in its ledger.
    """

    name = models.CharField(
        max_length=80, unique=True, help_text="What people know it by; it stands in every ledger."
    )
    at = models.DateTimeField(help_text="When it takes effect, UTC.")
    months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="By how many calendar months it lengthens."
    )
    until = models.DateTimeField(
        null=True, blank=True, help_text="Or the end that it gives by itself, UTC."
    )
    not_public_at = models.DateTimeField(
        help_text="It counts for what was not public at this moment, UTC; what became public "
        "later is closed again."
    )
    cycles = models.JSONField(default=list, blank=True, help_text="Cycles; none: all.")
    projects = models.JSONField(default=list, blank=True, help_text="Project codes; none: all.")
    reason = models.TextField(help_text="For staff.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, help_text="UTC.")
    reached = models.BigIntegerField(default=0, help_text="The last member OUS it has come to.")
    done_at = models.DateTimeField(
        null=True, blank=True, help_text="UTC; empty while it is not through all."
    )

    objects = BlanketExtensionQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(name=""), name="blanket_has_name"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="blanket_has_reason"),
            models.CheckConstraint(
                condition=models.Q(months__isnull=False, until=None)
                | models.Q(months=None, until__isnull=False),
                name="blanket_months_or_until",
            ),
            models.CheckConstraint(
                condition=models.Q(not_public_at__lte=models.F("at")),
                name="blanket_day_not_after_it",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_kept(self) -> bool:
        """Whether it was decided; else it is only planned."""
        return bool(self.pk)
