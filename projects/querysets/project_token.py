"""Reads of project tokens: how one is found."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone

from accounts.querysets import token_digest

if TYPE_CHECKING:
    from projects.models import ProjectToken

# The first letter of a project token's text; that of a person's is another.
FIRST_LETTER = "p"


def is_project_token(text: str) -> bool:
    """Whether a text could be a project token's: it alone says where to look."""
    return text.startswith(FIRST_LETTER)


class ProjectTokenQuerySet(models.QuerySet["ProjectToken"]):
    """Project tokens; ``usable`` is the only way in."""

    def usable(self) -> Self:
        """Keep tokens that are neither revoked nor expired."""
        alive = models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now())
        return self.filter(alive, revoked_at=None)

    def for_text(self, text: str) -> Self:
        """The usable token with this text."""
        return self.usable().filter(digest=token_digest(text))
