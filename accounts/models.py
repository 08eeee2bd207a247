"""Accounts of people and of their scripts."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.querysets import ApiTokenQuerySet, UserManager, ViewingQuerySet
from accounts.rights import NEEDS_QUALIFICATION, Right, Scope, scopes_of


class Executive(models.TextChoices):
    """The partner that a person's telescope time counts for."""

    NA = "NA", "North America"
    EU = "EU", "Europe"
    EA = "EA", "East Asia"
    CL = "CL", "Chile"
    OTHER = "OTHER", "Other"


class ARC(models.TextChoices):
    """An ALMA Regional Centre, where a person finds support."""

    NA = "NA", "North American ARC"
    EU = "EU", "European ARC"
    EA = "EA", "East Asian ARC"


class User(AbstractBaseUser):
    """A person (or their script) who may log in; a user of the ALMA portal."""

    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=200, blank=True, help_text="Full name, as mail greets it.")
    executive = models.CharField(max_length=8, choices=Executive, default=Executive.OTHER)
    arc = models.CharField("preferred ARC", max_length=8, choices=ARC, blank=True)
    roles = models.JSONField(
        default=list, blank=True, help_text="Staff roles; what they may do is accounts.rights."
    )
    qualifications = models.JSONField(
        default=list, blank=True, help_text="What the person is approved for, such as QA2APPRV."
    )
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, help_text="Invented for the demo observatory.")
    joined_at = models.DateTimeField(default=timezone.now)
    news_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="News since this moment are new to the person."
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("username"), name="user_username_unique"),
            models.UniqueConstraint(
                Lower("email"), condition=~models.Q(email=""), name="user_email_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_observatory_staff(self) -> bool:
        """Whether the person holds any staff role: staff see ALMA's own state names."""
        return bool(self.roles)

    def scopes(self, right: Right) -> frozenset[Scope]:
        """Answer how far ``right`` reaches for this person, qualification included."""
        needed = NEEDS_QUALIFICATION.get(right)
        if not self.is_active or (needed and needed not in self.qualifications):
            return frozenset()
        return scopes_of(self.roles, right)

    def has_right(self, right: Right) -> bool:
        """Whether the person holds ``right`` over everything."""
        return Scope.ALL in self.scopes(right)

    @property
    def initials(self) -> str:
        """Two letters for the corner of the page."""
        words = (self.name or self.username).split()
        return "".join(word[0] for word in (words[0], words[-1])).upper() if words else "?"


class TokenScope(models.TextChoices):
    """What a token may be used for."""

    READ = "read", "read"
    WRITE = "write", "read and write"


class ApiToken(models.Model):
    """A key for scripts; only its hash is kept, so it is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token.")
    hint = models.CharField(max_length=6, help_text="The token's first letters.")
    label = models.CharField(max_length=80, blank=True, help_text="What it is used for.")
    scope = models.CharField(max_length=5, choices=TokenScope, default=TokenScope.READ)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(
        null=True, blank=True, help_text="Kept to ten minutes' precision."
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(scope__in=TokenScope.values), name="api_token_scope_known"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at=None)
                | models.Q(expires_at__gt=models.F("created_at")),
                name="api_token_expires_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hint}… of {self.user_id}"

    @property
    def may_write(self) -> bool:
        """Whether requests with this token may change anything."""
        return self.scope == TokenScope.WRITE

    def is_usable(self) -> bool:
        """Whether the token is neither revoked nor expired now."""
        expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not expired


class ViewingEnd(models.TextChoices):
    """Why somebody no longer sees the site as another person."""

    STOPPED = "stopped", "stopped"
    LOGGED_OUT = "logged_out", "logged out"
    TIME = "time", "time was up"
    RIGHT = "right", "the right to do so ended"
    PERSON = "person", "the account became staff or went out of use"
    SESSION = "session", "the session ended"


class Viewing(models.Model):
    """One time that staff saw the site as somebody else; never deleted, ended once."""

    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="viewings")
    actor_word = models.CharField(
        max_length=40, help_text="Who it was, in a role's word: what the person viewed reads."
    )
    viewed = models.ForeignKey(User, on_delete=models.PROTECT, related_name="viewed_by")
    reason = models.CharField(max_length=500)
    started_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(help_text="When it ends by itself.")
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=12, choices=ViewingEnd, blank=True)

    objects = ViewingQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="viewing_has_reason"),
            models.CheckConstraint(
                condition=~models.Q(actor=models.F("viewed")), name="viewing_of_another"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end="")
                | models.Q(
                    ended_at__isnull=False,
                    ended_at__gte=models.F("started_at"),
                    ended_at__lte=models.F("ends_at"),
                    end__in=ViewingEnd.values,
                ),
                name="viewing_ended_within_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} as {self.viewed_id}"

    @property
    def over_at(self) -> datetime | None:
        """When it ended, by itself too; None while it goes on."""
        if self.ended_at is None and self.ends_at <= timezone.now():
            return self.ends_at
        return self.ended_at

    @property
    def end_words(self) -> str:
        """How it ended, "" while it goes on."""
        if self.ended_at is None and self.over_at is not None:
            return ViewingEnd.TIME.label
        return ViewingEnd(self.end).label if self.end else ""


class ViewedPage(models.Model):
    """One request that staff made as somebody else; never changed, never deleted."""

    viewing = models.ForeignKey(Viewing, on_delete=models.PROTECT, related_name="pages")
    at = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=1000, help_text="With its query, cut at 1000 characters.")
    status = models.PositiveSmallIntegerField(help_text="What was answered.")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
