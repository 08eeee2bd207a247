"""Ties between people and projects."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models.project import Project
from projects.querysets.project import MembershipQuerySet


class Role(models.TextChoices):
    """What a person is on a project."""

    PI = "PI", "PI"
    COPI = "COPI", "Co-PI"
    COI = "COI", "Co-I"
    DELEGEE = "DELEGEE", "Delegee"


class DelegationKind(models.TextChoices):
    """What a delegee may do; only DATA gives files."""

    DATA = "DATA", "Data"
    PHASE2 = "PHASE2", "Phase 2"
    TOO = "TOO", "Target of opportunity"


class Membership(models.Model):
    """A person's role on a project, from ``created_at`` until ``ends_at``."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=8, choices=Role)
    kind = models.CharField(max_length=8, choices=DelegationKind, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(
        null=True, blank=True, help_text="First moment at which it no longer holds, UTC."
    )
    is_end_told = models.BooleanField(default=False, help_text="Whether the log tells of its end.")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who delegated; empty where a source or an administrator's command said so.",
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("project_id", "id")
        indexes: ClassVar = [
            models.Index(
                fields=["ends_at"],
                condition=models.Q(is_end_told=False, ends_at__isnull=False),
                name="membership_end_to_tell",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_end_told=False) | models.Q(ends_at__isnull=False),
                name="membership_told_end_is_known",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(role=Role.PI, ends_at=None),
                name="membership_one_pi",
            ),
            models.UniqueConstraint(
                fields=["project", "user", "role", "kind"],
                condition=models.Q(ends_at=None),
                name="membership_once",
            ),
            models.CheckConstraint(
                condition=models.Q(role=Role.DELEGEE, kind__in=DelegationKind.values)
                | (~models.Q(role=Role.DELEGEE) & models.Q(kind="")),
                name="membership_kind_for_delegees",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.kind}".strip()

    @property
    def gives_files(self) -> bool:
        """Whether it lets the person read proprietary files, as ``giving_files`` has it."""
        if self.role in (Role.COPI, Role.COI):
            return self.project.cois_download
        return self.role == Role.PI or self.kind == DelegationKind.DATA

    def is_current(self) -> bool:
        """Whether the tie holds now."""
        return self.ends_at is None or self.ends_at > timezone.now()


class DelegationMiss(models.Model):
    """One time that somebody named, as a delegee, nobody who has an account.

    Whoever may delegate learns thereby who has none, so it is counted and soon refused; what
    was typed is not kept.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "delegation misses"
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["by", "at"], name="delegation_miss_by")]

    def __str__(self) -> str:
        return f"{self.by_id} at {self.at}"
