"""What an ARC adds to delivered data."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from deliveries.links import LINKS
from projects.models import MemberOUS


class AddedValue(models.Model):
    """Where the added-value products of a member OUS are, as staff or a source said it.

    Never changed, never deleted: the newest row counts.
    """

    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="added_values")
    calibrated_ms = models.URLField("calibrated MS", max_length=500, blank=True)
    weblog = models.URLField("weblog", max_length=500, blank=True)
    admit = models.URLField("ADMIT products", max_length=500, blank=True)
    article = models.URLField("knowledge-base article", max_length=500, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty where a source said it.",
    )
    source = models.CharField(
        max_length=40, blank=True, help_text="Which source said it; empty where a person did."
    )
    at = models.DateTimeField(default=timezone.now, help_text="UTC.")

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(**dict.fromkeys(LINKS, "")), name="added_value_links_something"
            ),
            models.CheckConstraint(
                condition=models.Q(entered_by__isnull=False, source="")
                | (models.Q(entered_by=None) & ~models.Q(source="")),
                name="added_value_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"added value of {self.member_ous_id}"

    @property
    def is_complete(self) -> bool:
        """Whether all that the PI is told of is there."""
        return all(getattr(self, name) for name in LINKS)
