"""Reads of what was decided on seasons, and of what that did."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from projects.season_acts import Fate
from projects.states import Level

if TYPE_CHECKING:
    from projects.models import SeasonAct, SeasonStep

# What staff note beside the work moves nothing.
_NOTED = ("ticket", "journal")


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

    def acted_on(self) -> Self:
        """Keep steps of blocks, member OUSs and projects with which something happened since.

        What follows from others is not asked: groups and goals follow again.
        """
        changes: dict[Level, tuple[str, ...]] = {
            Level.SCHED_BLOCK: ("sched_block", "exec_block__sched_block"),
            Level.MEMBER_OUS: ("member_ous", "exec_block__member_ous"),
            Level.PROJECT: ("project",),
        }
        found: Any = Q(pk__in=[])
        for level, paths in changes.items():
            for path in paths:
                found |= Q(event__level=level.value) & Exists(self._later(level, path))
        return self.filter(found)

    def _later(self, level: Level, path: str) -> models.QuerySet[Any]:
        events: Any = self.model._meta.get_field("event").related_model
        own = {path: OuterRef(f"event__{level.value}"), "pk__gt": OuterRef("event_id")}
        rows: models.QuerySet[Any] = events.objects.exclude(kind__in=_NOTED).filter(**own)
        if level == Level.PROJECT:
            rows = rows.filter(level=Level.PROJECT, kind="state")
        others = Q(season_step=None) | ~Q(season_step__act=OuterRef("act"))
        back = Q(undoes=None) | ~Q(undoes__season_step__act=OuterRef("act"))
        return rows.filter(others & back)
