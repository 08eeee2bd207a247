"""How long things of a cycle stay in a stage: the table that beat refreshes."""

from typing import ClassVar

from django.db import models

from projects.querysets.stage_ages import StageAgeQuerySet
from projects.states import Level


class Vocabulary(models.TextChoices):
    """Whose words the stages are: ALMA's own ones are staff's."""

    STAFF = "staff", "staff"
    PUBLIC = "public", "public"


class StageAge(models.Model):
    """Stays of one cycle's member OUSs or SBs in one stage; aggregated numbers only.

    The median is over the stays that have ended. Those that go on are not left out of
    sight: they are counted beside it, with those among them that are longer already.
    """

    level = models.CharField(max_length=12, choices=[(level, level) for level in Level])
    vocabulary = models.CharField(max_length=6, choices=Vocabulary)
    cycle = models.CharField(max_length=8)
    stage = models.CharField(max_length=40, help_text="The state, as this vocabulary has it.")
    ended = models.PositiveIntegerField(help_text="Stays that have ended.")
    median_days = models.FloatField(help_text="Half of those that ended took less; days.")
    going_on = models.PositiveIntegerField(help_text="Stays that go on.")
    longer = models.PositiveIntegerField(help_text="Those of them that are longer already.")
    refreshed_at = models.DateTimeField(help_text="UTC.")

    objects = StageAgeQuerySet.as_manager()

    class Meta:
        ordering = ("level", "vocabulary", "cycle", "stage")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["level", "vocabulary", "cycle", "stage"], name="stage_age_once"
            ),
            models.CheckConstraint(
                condition=models.Q(median_days__gte=0), name="stage_age_median_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(longer__lte=models.F("going_on")),
                name="stage_age_longer_among_going_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.stage}: {self.median_days:.1f} d of {self.ended}"
