"""What staff keep of their work on a member OUS: who had it, what held it up, notes of their own.

All of it is for staff alone, but for a hindrance that is marked to be told.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.links import LONGEST_LINK
from projects.models.ous import MemberOUS
from projects.querysets.work import WorkQuerySet
from projects.work import HINDRANCES, LONGEST_TICKET, WorkRole

_LATER = models.Q(until=None) | models.Q(since=None) | models.Q(until__gte=models.F("since"))
_OPEN = models.Q(until=None)


class Assignment(models.Model):
    """A stretch of time in which a person had a member OUS to reduce or to review.

    ``MemberOUS.reducer`` and ``reviewer`` are copies of the open ones. Each belongs to one
    round of review: where the person goes on in the next, a new one is opened.
    """

    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=8, choices=[(role, role) for role in WorkRole])
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(null=True, blank=True, help_text="UTC; empty where unknown.")
    until = models.DateTimeField(null=True, blank=True, help_text="UTC; empty while it lasts.")
    reduced_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the data were processed in these hands, UTC."
    )
    round_over = models.BooleanField(
        default=False, help_text="Whether the round of review has ended that it belonged to."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        help_text="Who said so; empty for the system and for sources.",
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.TextField(blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["person", "role"], condition=_OPEN, name="assignment_open"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member_ous", "role"], condition=_OPEN, name="assignment_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[*WorkRole]), name="assignment_role_known"
            ),
            models.CheckConstraint(condition=_LATER, name="assignment_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.person} as {self.role} of {self.member_ous_id}"


class Blockage(models.Model):
    """A stretch of time in which something held up the work on a member OUS."""

    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="blockages")
    reason = models.CharField(max_length=12, choices=[(code, code) for code in HINDRANCES])
    note = models.TextField(blank=True)
    note_public = models.BooleanField(
        default=False, help_text="Whether people on the project are told of it."
    )
    state = models.CharField(max_length=24, help_text="Where the member OUS stood when it began.")
    since = models.DateTimeField(help_text="UTC.")
    until = models.DateTimeField(null=True, blank=True, help_text="UTC; empty while it lasts.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        help_text="Empty where the work went on elsewhere by itself.",
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ("-since", "-id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member_ous"], condition=_OPEN, name="blockage_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=[*HINDRANCES]), name="blockage_reason_known"
            ),
            models.CheckConstraint(condition=_LATER, name="blockage_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} of {self.member_ous_id}"


class Ticket(models.Model):
    """A ticket elsewhere that a member OUS is dealt with in; taken off, it stays on record."""

    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="tickets")
    reference = models.CharField(max_length=LONGEST_TICKET)
    url = models.CharField(max_length=LONGEST_LINK, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now, help_text="UTC.")
    until = models.DateTimeField(null=True, blank=True, help_text="UTC; empty while it counts.")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member_ous", "reference"], condition=_OPEN, name="ticket_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(reference=""), name="ticket_reference_not_empty"
            ),
            models.CheckConstraint(condition=_LATER, name="ticket_ends_later"),
        ]

    def __str__(self) -> str:
        return self.reference


class JournalEntry(models.Model):
    """What somebody of the staff noted on a member OUS; never changed, never deleted."""

    member_ous = models.ForeignKey(MemberOUS, on_delete=models.PROTECT, related_name="journal")
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, help_text="UTC.")

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "journal entries"
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(text=""), name="journal_text_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.by} on {self.member_ous_id}"
