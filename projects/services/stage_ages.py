"""Refreshes how long things stay in a stage: the table's one writer."""

from django.db import transaction
from django.utils import timezone

from projects.models import StageAge
from projects.models.stage_age import Vocabulary
from projects.querysets.stage_ages import stays_of
from projects.states import Level

_LEVELS = (Level.MEMBER_OUS, Level.SCHED_BLOCK)
_KEY = ["level", "vocabulary", "cycle", "stage"]
_NUMBERS = ["ended", "median_days", "going_on", "longer", "refreshed_at"]


def refresh_stage_ages() -> int:
    """Compute all stays anew from the event log; answer how many lines the table has.

    Safe twice and in parallel: lines are overwritten, and those that the log no longer
    has go.
    """
    now = timezone.now()
    lines = [
        StageAge(level=level, vocabulary=vocabulary, refreshed_at=now, **stays._asdict())
        for level in _LEVELS
        for vocabulary in Vocabulary.values
        for stays in stays_of(level, vocabulary, now)
    ]
    with transaction.atomic():
        StageAge.objects.bulk_create(
            lines, update_conflicts=True, unique_fields=_KEY, update_fields=_NUMBERS
        )
        StageAge.objects.filter(refreshed_at__lt=now).delete()
    return len(lines)
