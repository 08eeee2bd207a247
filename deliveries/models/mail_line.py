"""What waits to be put into a mail with more: reminders, and what digests tell."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from deliveries.models.notice import Notice
from projects.models import MemberOUS, Project


class LineKind(models.TextChoices):
    """What a line tells."""

    FIRST_OBSERVED = "first_observed", "first data taken"
    FULLY_OBSERVED = "fully_observed", "all data taken"
    PROCESSED = "processed_and_reviewed", "processed and reviewed"
    ENDS_IN_90 = "ends_in_90", "proprietary period ends"
    ENDS_IN_30 = "ends_in_30", "proprietary period ends soon"
    ENDS_IN_7 = "ends_in_7", "proprietary period ends within days"
    PUBLIC = "public", "public now"


# What is told of a period: so many days before its end.
STAGES = {
    LineKind.ENDS_IN_90: 90,
    LineKind.ENDS_IN_30: 30,
    LineKind.ENDS_IN_7: 7,
    LineKind.PUBLIC: 0,
}


class MailLineQuerySet(models.QuerySet["MailLine"]):
    """Lines of mails."""

    def waiting(self) -> Self:
        """Keep those that no mail has told, and that none is going to leave out."""
        return self.filter(notice=None, dropped_at=None)


class MailLine(models.Model):
    """One thing to tell one person, once; never deleted.

    It waits until a mail takes it up, or is dropped where it is not to be told any more.
    """

    kind = models.CharField(max_length=24, choices=LineKind)
    occasion = models.CharField(max_length=120, help_text="What happened, as a key.")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mail_lines"
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="When it happened; of a period, when it ends. UTC.")
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, help_text="UTC.")
    notice = models.ForeignKey(
        Notice, null=True, blank=True, on_delete=models.PROTECT, related_name="lines"
    )
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when it is not to be told any more, UTC."
    )

    objects = MailLineQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [
            models.Index(
                fields=["recipient", "id"],
                condition=models.Q(notice=None, dropped_at=None),
                name="mail_line_waiting",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["occasion", "kind", "recipient"], name="mail_line_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=LineKind.values), name="mail_line_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(notice=None) | models.Q(dropped_at=None),
                name="mail_line_told_or_dropped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.occasion} to {self.recipient_id}"

    @property
    def is_reminder(self) -> bool:
        """Whether it tells of a proprietary period."""
        return self.kind in STAGES
