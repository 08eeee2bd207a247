"""What is mailed to whom: a row first, then a mail."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from deliveries.models.delivery import Delivery
from projects.models import Event, MemberOUS, Project
from projects.querysets.project import Viewer, is_staff_viewer


class NoticeKind(models.TextChoices):
    """What a mail tells."""

    DELIVERY = "delivery", "Data delivered"
    ADDED_VALUE = "added_value", "Added-value products"
    FIRST_OBSERVED = "first_observed", "First observed"
    FULLY_OBSERVED = "fully_observed", "Fully observed"
    PROCESSED = "processed_and_reviewed", "Processed and reviewed"
    REMINDER = "reminder", "Proprietary periods"
    DIGEST = "digest", "Digest"
    DELEGATION = "delegation", "Delegation"
    QA2 = "qa2", "QA2, for staff"
    REVIEW_CANCELED = "review_canceled", "Review canceled, for staff"
    QA3 = "qa3", "Problem report"
    QA3_STAFF = "qa3_staff", "Problem report, for staff"


OPTIONAL = (
    *(NoticeKind.FIRST_OBSERVED, NoticeKind.FULLY_OBSERVED, NoticeKind.PROCESSED),
    *(NoticeKind.REMINDER, NoticeKind.DIGEST),
)
FOR_STAFF = (NoticeKind.QA2, NoticeKind.REVIEW_CANCELED, NoticeKind.QA3_STAFF)


class NoticeState(models.TextChoices):
    """How far a mail has come."""

    PENDING = "pending", "waits"
    CLAIMED = "claimed", "is taken up"
    HANDING_OVER = "handing_over", "is handed over"
    SENT = "sent", "sent"
    FAILED = "failed", "not sent"
    BOUNCED = "bounced", "came back"


ON_THE_WAY = (NoticeState.CLAIMED, NoticeState.HANDING_OVER)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Mails, sent or to be sent."""

    def visible_to(self, user: Viewer) -> Self:
        """Keep what was written to ``user``; staff read all."""
        if is_staff_viewer(user):
            return self
        return self.filter(recipient_id=user.pk or 0)

    def with_subjects(self) -> Self:
        """With recipient, project and member OUS, to be read without another query."""
        return self.select_related("recipient", "project", "member_ous")


class Notice(models.Model):
    """One mail to one person about one thing that happened; never deleted.

    ``facts`` are what the letter is written from, frozen: the same text comes of them
    at any time. A mail that staff send again is a row of its own, of the next edition.
    """

    kind = models.CharField(max_length=24, choices=NoticeKind)
    occasion = models.CharField(max_length=120, help_text="What happened, as a key: delivery 17.")
    edition = models.PositiveSmallIntegerField(
        default=0, help_text="0, or the how many-th time that staff sent it again."
    )
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    member_ous = models.ForeignKey(
        MemberOUS, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    event = models.ForeignKey(
        Event, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notices",
        help_text="Empty where the project's PI has no account here.",
    )
    address = models.CharField(
        max_length=254, blank=True, help_text="As it was; empty where none is on file."
    )
    facts = models.JSONField(default=dict)
    message_id = models.CharField(max_length=255, unique=True)
    state = models.CharField(
        max_length=12, choices=NoticeState, default=NoticeState.PENDING, db_index=True
    )
    attempts = models.PositiveIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(
        default=0, help_text="How often the mail server said a lasting no."
    )
    not_before = models.DateTimeField(default=timezone.now, help_text="UTC.")
    claim = models.CharField(max_length=120, blank=True, help_text="Who has taken it up.")
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    possibly_twice = models.BooleanField(
        default=False, help_text="The handing-over was interrupted, so it was done again."
    )
    error = models.TextField(blank=True, help_text="The last reason why it could not be sent.")
    created_at = models.DateTimeField(default=timezone.now, help_text="UTC.")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    bounced_at = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who had it sent again.",
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"], name="notice_due"),
            models.Index(fields=["recipient", "-id"], name="notice_to"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["occasion", "kind", "recipient", "edition"], name="notice_once"
            ),
            models.UniqueConstraint(
                fields=["occasion", "kind", "edition"],
                condition=models.Q(recipient=None),
                name="notice_once_to_nobody",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=NoticeKind.values), name="notice_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=NoticeState.values), name="notice_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(address="")
                | models.Q(state=NoticeState.FAILED) & ~models.Q(error=""),
                name="notice_without_address_says_so",
            ),
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=False)
                | ~models.Q(state__in=[NoticeState.SENT, NoticeState.BOUNCED]),
                name="notice_sent_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.occasion} to {self.recipient_id}"

    @property
    def is_optional(self) -> bool:
        """Whether the person may do without it."""
        return self.kind in OPTIONAL


class MailRule(models.Model):
    """What a person wants of optional mails, on one project or on all others."""

    class Wish(models.TextChoices):
        """When an optional mail is sent."""

        NOW = "now", "at once"
        DAILY = "daily", "once a day, together"
        WEEKLY = "weekly", "on Mondays, together"
        NEVER = "never", "never"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mail_rules"
    )
    project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty: all projects without a rule of their own.",
    )
    wish = models.CharField(max_length=8, choices=Wish)

    class Meta:
        ordering = ("user_id", "project_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "project"], name="mail_rule_once"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(project=None), name="mail_rule_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(wish__in=["now", "daily", "weekly", "never"]),
                name="mail_rule_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.wish}"


class LogPlace(models.Model):
    """How far a reader has read the event log."""

    reader = models.CharField(max_length=40, unique=True)
    event_id = models.BigIntegerField(default=0, help_text="The last event that was read.")

    class Meta:
        ordering = ("reader",)

    def __str__(self) -> str:
        return f"{self.reader} at {self.event_id}"
