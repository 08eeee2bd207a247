"""What was decided on a season as a whole, and what that did to each thing."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from projects.models.event import Event
from projects.querysets.season import SeasonActQuerySet, SeasonStepQuerySet
from projects.season_acts import Fate, SeasonKind

_KINDS = [(kind.value, kind.value) for kind in SeasonKind]
_FATES = [(fate.value, fate.value) for fate in Fate]


class SeasonAct(models.Model):
    """One decision on all that a season's end, or beginning, concerns; never deleted.

    It is carried out project by project; everything that it did is a ``SeasonStep``.
    """

    kind = models.CharField(max_length=8, choices=_KINDS)
    cycle = models.CharField(max_length=8, help_text="The cycle whose season ends or begins.")
    configurations = models.JSONField(
        default=list, blank=True, help_text="Those that end or begin; none: the whole cycle."
    )
    spares_unruled = models.BooleanField(
        default=False, help_text="Whether what has no carry-over rule on file is left alone."
    )
    at = models.DateTimeField(help_text="When it takes effect, UTC; what moved since is left.")
    reason = models.TextField(help_text="For staff.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, help_text="UTC.")
    reached = models.BigIntegerField(default=0, help_text="The last project it has come to.")
    done_at = models.DateTimeField(
        null=True, blank=True, help_text="UTC; empty while it is not through all."
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    undone_at = models.DateTimeField(null=True, blank=True, help_text="When it was undone, UTC.")
    undo_done_at = models.DateTimeField(
        null=True, blank=True, help_text="UTC; empty while not all of it is undone."
    )

    objects = SeasonActQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="season_act_has_reason"),
            models.CheckConstraint(condition=~models.Q(cycle=""), name="season_act_has_cycle"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _ in _KINDS]),
                name="season_act_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at=None, undone_by=None, undo_done_at=None)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False, done_at__isnull=False),
                name="season_act_undone_when_done",
            ),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=models.Q(done_at=None),
                name="season_act_one_under_way",
            ),
        ]

    def __str__(self) -> str:
        words = {SeasonKind.END: "End of the season", SeasonKind.PUT_BACK: "Putting back"}
        parts = [self.cycle, *self.configurations]
        return f"{words[SeasonKind(self.kind)]}: {', '.join(parts)}"


class SeasonStep(models.Model):
    """One event that an act wrote, and how its thing stood before: what undoing restores."""

    act = models.ForeignKey(SeasonAct, on_delete=models.PROTECT, related_name="steps")
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="season_step")
    fate = models.CharField(max_length=16, choices=_FATES)
    carried_to = models.CharField(max_length=8, blank=True, help_text="An SB's, after it.")
    was_carried_to = models.CharField(max_length=8, blank=True, help_text="An SB's, before it.")
    was_state = models.CharField(max_length=24, null=True, blank=True)  # noqa: DJ001 - null: no source had said
    was_state_flag = models.CharField(max_length=24, blank=True)
    was_state_since = models.DateTimeField(null=True, blank=True)
    was_public_since = models.DateTimeField(null=True, blank=True)
    was_state_decided_at = models.DateTimeField(null=True, blank=True)
    was_resume_state = models.CharField(max_length=24, blank=True)

    objects = SeasonStepQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(fate__in=[fate for fate, _ in _FATES]),
                name="season_step_fate_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fate}: {self.event_id}"
