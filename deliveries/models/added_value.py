"""What an ARC adds to delivered data."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models import MemberOUS

LINKS = ("calibrated_ms", "weblog", "admit", "article")


class AddedValue(models.Model):
    """Where the added-value products of a member OUS are, as staff entered it.

    Never changed, never deleted: the newest row counts.
    """

    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="added_values")
    calibrated_ms = models.URLField("calibrated MS", max_length=500, blank=True)
    weblog = models.URLField("weblog", max_length=500, blank=True)
    admit = models.URLField("ADMIT products", max_length=500, blank=True)
    article = models.URLField("knowledge-base article", max_length=500, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now, help_text="UTC.")

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(**dict.fromkeys(LINKS, "")), name="added_value_links_something"
            ),
        ]

    def __str__(self) -> str:
        return f"added value of {self.member_ous_id}"

    @property
    def is_complete(self) -> bool:
        """Whether all that the PI is told of is there."""
        return all(getattr(self, name) for name in LINKS)
