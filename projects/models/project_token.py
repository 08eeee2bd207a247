"""Keys of a project, for scripts that belong to nobody."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models.project import Project
from projects.querysets.project_token import ProjectTokenQuerySet


class ProjectToken(models.Model):
    """A key that reads one project, whoever its PI is; only its hash is kept.

    It sees what a Co-I sees (``projects.visitors``) until it ends or is revoked.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80, help_text="What it is used for; all on it read this.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token.")
    hint = models.CharField(max_length=6, help_text="The token's first letters.")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="First moment at which it no longer works, UTC."
    )
    last_used_at = models.DateTimeField(
        null=True, blank=True, help_text="Kept to ten minutes' precision."
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(name=""), name="project_token_has_name"),
            models.CheckConstraint(
                condition=models.Q(expires_at=None)
                | models.Q(expires_at__gt=models.F("created_at")),
                name="project_token_expires_later",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_usable(self) -> bool:
        """Whether the token is neither revoked nor expired now."""
        expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not expired
