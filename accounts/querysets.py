"""Reads of accounts: how a person or a token is found."""

import hashlib
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import ApiToken, User, Viewing

Row = TypeVar("Row", bound=models.Model)


def the_one(rows: "models.QuerySet[Row]") -> Row | None:
    """Answer the row of a query that can find but one, by a key; None where there is none.

    ``first`` would sort and limit it: planning that takes a third of the time of a wide row.
    """
    return next(iter(rows.order_by()), None)


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

    def viewable(self) -> "models.QuerySet[User]":
        """Accounts that staff may see the site as: in use, and of nobody on the staff."""
        return self.filter(is_active=True, roles=[])


def named_like(text: str) -> models.Q:
    """The condition that an account's name, user name or address holds ``text``."""
    found = models.Q()
    for field in ("username", "name", "email"):
        found |= models.Q(**{f"{field}__icontains": text})
    return found


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


class ViewingQuerySet(models.QuerySet["Viewing"]):
    """The times that staff saw the site as somebody else."""

    def with_people(self) -> "ViewingQuerySet":
        """Who looked, and as whom, may be read without another query."""
        return self.select_related("actor", "viewed")

    def with_page_counts(self) -> "ViewingQuerySet":
        """Each has ``page_count``, the number of requests that were made."""
        pages = self.model._meta.get_field("pages").related_model._default_manager
        rows = pages.filter(viewing=models.OuterRef("pk")).order_by().values("viewing")
        number = rows.annotate(number=models.Count("pk")).values("number")
        return self.annotate(page_count=Coalesce(models.Subquery(number), 0))
