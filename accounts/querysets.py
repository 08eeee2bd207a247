"""Reads of accounts: how a person or a token is found."""

import hashlib
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import ApiToken, User


def token_digest(text: str) -> str:
    """The SHA-256 of a token's text, as it is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


class UserManager(BaseUserManager["User"]):
    """Finds accounts whatever the letter case of their name."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username or "")

    def create_user(self, username: str, **fields: Any) -> "User":
        """Create an account without a password; ``set_password`` allows log-in."""
        user = self.model(username=username, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens; ``usable`` is the only way in."""

    def usable(self) -> "ApiTokenQuerySet":
        """Keep tokens that are neither revoked nor expired, of active accounts."""
        now = timezone.now()
        alive = models.Q(expires_at=None) | models.Q(expires_at__gt=now)
        return self.filter(alive, revoked_at=None, user__is_active=True)

    def for_text(self, text: str) -> "ApiTokenQuerySet":
        """The usable token with this text; its user may be read without another query."""
        return self.usable().filter(digest=token_digest(text)).select_related("user")
