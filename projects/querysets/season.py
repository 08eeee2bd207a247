"""Reads of what was decided on seasons, and of what that did."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from projects.season_acts import Fate
from projects.states import Level

if TYPE_CHECKING:
    from projects.models import SeasonAct, SeasonStep


class SeasonActQuerySet(models.QuerySet["SeasonAct"]):
    """Acts on seasons."""

    def counted(self) -> Self:
        """With persons, and how many blocks and member OUSs each did what with."""

        def number(fate: Fate, level: Level) -> models.Count:
            return models.Count(
                "steps", filter=Q(steps__fate=fate, steps__event__level=level.value)
            )

        return self.select_related("decided_by", "undone_by").annotate(
            timed_out=number(Fate.TIMED_OUT, Level.SCHED_BLOCK),
            carried_over=number(Fate.CARRIED_OVER, Level.SCHED_BLOCK),
            put_back=number(Fate.PUT_BACK, Level.SCHED_BLOCK),
            to_processing=number(Fate.TO_PROCESSING, Level.MEMBER_OUS),
        )

    def under_way(self) -> Self:
        """Keep those that are not through all projects yet, there or back."""
        return self.filter(Q(done_at=None) | Q(undone_at__isnull=False, undo_done_at=None))


class SeasonStepQuerySet(models.QuerySet["SeasonStep"]):
    """What acts on seasons did."""

    def standing(self) -> Self:
        """Keep those that were not undone."""
        return self.filter(event__undone=None)
