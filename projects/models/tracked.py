"""What every level of a project has: an address, a version, facts, and mostly a state."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from projects.public import public_state
from projects.states import Level

UID_HELP = "Archive UID, uid://A001/X121/X4bc; empty where no source knows one."
EMPTY_UID = models.Q(uid="")
# What people outside see change is a part of what changes.
OUTSIDE_WITHIN = models.Q(public_version__lte=models.F("version"))


class Tracked(models.Model):
    """Something people follow: addressed by ``ref``, versioned, with its upstream facts."""

    LEVEL: ClassVar[Level]

    ref = models.CharField(max_length=120, unique=True, help_text="What stands in URLs.")
    uid = models.CharField(max_length=120, null=True, unique=True, help_text=UID_HELP)  # noqa: DJ001 - unique when present
    facts = models.JSONField(
        default=dict,
        blank=True,
        help_text="What each source last said: {origin: {field: [value, when we learnt it]}}.",
    )
    version = models.PositiveIntegerField(
        default=1, help_text="Grows with every change that anybody may see."
    )
    public_version = models.PositiveIntegerField(
        default=1, help_text="Grows with every change that people outside may see."
    )
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)
    public_modified_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.uid or self.ref


class LivingThing(Tracked):
    """A tracked thing with a life cycle; only ``projects.services.states`` writes it."""

    # Where it stood at an earlier moment that was asked for, in the asker's words; not stored.
    then: Any = None

    state = models.CharField(  # noqa: DJ001 - null means that no source has said
        max_length=24, null=True, blank=True, help_text="ALMA's own state name; staff see it."
    )
    state_flag = models.CharField(
        max_length=24, blank=True, help_text="Sub-state, such as ForP2G: waiting for the PI."
    )
    state_since = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    public_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when people outside read the same word, UTC."
    )
    state_decided_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person here last set the state; UTC."
    )
    resume_state = models.CharField(
        max_length=24, blank=True, help_text="The state to go back to after Broken and Repaired."
    )

    class Meta:
        abstract = True

    def passed(self) -> Decimal:
        """The sum of execution fractions that passed QA0, 0 where nothing is counted."""
        return Decimal(0)

    @property
    def public_state(self) -> str | None:
        """The word that everybody but staff sees for the state."""
        return public_state(
            self.LEVEL,
            self.state,
            flag=self.state_flag,
            passed=self.passed(),
            resume_state=self.resume_state or None,
        )
