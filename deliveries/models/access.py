"""What stands between a file and its readers: withheld files, and who of the staff read one."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from deliveries.models.product_file import ProductFile
from projects.models import MemberOUS


class FileHoldQuerySet(models.QuerySet["FileHold"]):
    """Times that files were withheld."""

    def open(self) -> Self:
        """Keep those that go on."""
        return self.filter(lifted_at=None)


class FileHold(models.Model):
    """A time in which the files of a member OUS are withheld, for instance during QA3."""

    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="file_holds")
    reason = models.TextField(help_text="For staff.")
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    held_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = FileHoldQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member_ous"], condition=models.Q(lifted_at=None), name="file_hold_one_open"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="file_hold_has_reason"),
        ]

    def __str__(self) -> str:
        return f"files of {self.member_ous_id} withheld"


class FileReading(models.Model):
    """One time that staff read a proprietary file; never changed, never deleted."""

    product_file = models.ForeignKey(ProductFile, on_delete=models.PROTECT, related_name="readings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="file_readings"
    )
    reason = models.CharField(
        max_length=500, blank=True, help_text="Empty where the member OUS was assigned to them."
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.product_file_id} by {self.user_id}"
