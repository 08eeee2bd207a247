"""Writes to accounts and tokens."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from accounts.models import ApiToken, TokenScope, User, ViewedPage, Viewing, ViewingEnd
from accounts.permissions import can_view_as
from accounts.querysets import the_one, token_digest
from accounts.rights import (
    STAFF_ROLE_WORDS,
    Qualification,
    Right,
    StaffRole,
    scopes_of,
)

LAST_USED_PRECISION = timedelta(minutes=10)
_USERNAME = re.compile(r"[\w.@+-]{1,150}")


class BadAccount(ValueError):
    """An account that cannot be as asked; ``str()`` says why."""


class NotViewable(ValueError):
    """A person whom somebody may not see the site as; ``str()`` says why."""


@transaction.atomic
def upsert_account(
    *,
    username: str,
    roles: Sequence[str] | None = None,
    qualifications: Sequence[str] | None = None,
    **facts: Any,
) -> tuple[User, bool]:
    """Create or update an account and answer (user, created).

    ``facts`` are the plain fields (email, name, executive, arc, is_demo); those not
    given stay as they are, as do roles and qualifications. Raises BadAccount.
    """
    if not _USERNAME.fullmatch(username):
        raise BadAccount(f"“{username}” is no user name: letters, digits and . _ @ + - only.")
    _check_email_free(username, facts.get("email"))
    user = the_one(User.objects.filter(username__iexact=username))
    created = user is None
    if user is None:
        user = User.objects.create_user(username)
    if roles is not None:
        facts["roles"] = _known(roles, StaffRole, "role")
    if qualifications is not None:
        facts["qualifications"] = _known(qualifications, Qualification, "qualification")
    for field, value in facts.items():
        setattr(user, field, value)
    _check_fields(user, facts)
    user.save(update_fields=list(facts))
    return user, created


def _check_fields(user: User, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        if isinstance(value, str) and "\x00" in value:
            raise BadAccount(f"{name}: It holds a NUL character.")
    others = [field.name for field in User._meta.fields if field.name not in facts]
    try:
        user.clean_fields(exclude=others)
    except ValidationError as problem:
        faults = [f"{name}: {' '.join(words)}" for name, words in problem.message_dict.items()]
        raise BadAccount(" ".join(faults)) from None


def _known(words: Sequence[str], table: type[StaffRole | Qualification], what: str) -> list[str]:
    known = [*table]
    for word in words:
        if word not in known:
            raise BadAccount(f"“{word}” is no {what}; there are {', '.join(known)}.")
    return sorted(set(words))


def _check_email_free(username: str, email: str | None) -> None:
    others = User.objects.exclude(username__iexact=username)
    if email and others.filter(email__iexact=email).exists():
        raise BadAccount(f"The address {email} belongs to another account.")


def issue_token(
    *, user: User, scope: str = TokenScope.READ, label: str = "", expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Create an API token and answer it with its text, which is never shown again."""
    # A leading "-" would look like an option to the shell that the token is pasted into.
    text = "s" + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        digest=token_digest(text),
        hint=text[:6],
        label=label,
        scope=TokenScope(scope),
        expires_at=expires_at,
    )
    return token, text


def revoke_token(*, token: ApiToken) -> ApiToken:
    """Make a token useless from now on; safe twice."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    token.refresh_from_db(fields=["revoked_at"])
    return token


def mark_token_used(*, token: ApiToken) -> None:
    """Note that a token was used, at most every ten minutes."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def mark_news_read(*, user: User) -> None:
    """Call everything up to now known to the person."""
    user.news_seen_at = timezone.now()
    user.save(update_fields=["news_seen_at"])


def set_password(*, user: User, password: str) -> None:
    """Let the person log in with ``password``; other sessions of theirs end."""
    user.set_password(password)
    user.save(update_fields=["password"])


def set_demo_password(*, password: str) -> list[User]:
    """Give all demo accounts one password and answer them; nobody else is touched."""
    demo = User.objects.filter(is_demo=True).order_by("pk")
    demo.update(password=make_password(password))
    return list(demo)


def start_viewing(*, actor: User, viewed: User, reason: str) -> Viewing:
    """Record that ``actor`` begins to see the site as ``viewed``. Raises NotViewable."""
    if not can_view_as(actor, viewed):
        raise NotViewable(f"You may not see the site as {viewed}: {_why_not(actor, viewed)}.")
    now = timezone.now()
    return Viewing.objects.create(
        actor=actor,
        actor_word=_viewing_word(actor),
        viewed=viewed,
        reason=reason,
        started_at=now,
        ends_at=now + settings.VIEW_AS_TIME,
    )


def _why_not(actor: User, viewed: User) -> str:
    if not actor.has_right(Right.VIEW_AS):
        return "your roles do not allow it"
    if not viewed.is_active:
        return "the account is out of use"
    return "nobody sees the site as one of the staff"


def _viewing_word(actor: User) -> str:
    """The word for the role that gives the right."""
    giving = [role for role in actor.roles if scopes_of([role], Right.VIEW_AS)]
    return STAFF_ROLE_WORDS[StaffRole(giving[0])]


def end_viewing(*, pk: int, end: ViewingEnd) -> None:
    """Record how a viewing ended, never later than its time was up; safe twice."""
    now = timezone.now()
    still = Viewing.objects.filter(pk=pk, ended_at=None)
    in_time = still.filter(ends_at__gt=now).update(ended_at=now, end=end)
    if not in_time:
        still.update(ended_at=models.F("ends_at"), end=ViewingEnd.TIME)


def record_viewed_page(*, viewing: Viewing, method: str, path: str, status: int) -> None:
    """Record one request that was made as another person."""
    longest = ViewedPage._meta.get_field("path").max_length
    ViewedPage.objects.create(
        viewing=viewing, method=method[:10], path=path[:longest], status=status
    )
