"""How old what each source told is, and how it stands: what pages and health checks say.

Nothing here asks a source. Ages are counted when they are shown, so a beat that stands
still is seen as well as a source that is away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ingest.configured import SourceSetting
from ingest.models import IngestSource

# A source is late when its last success is older than so many of its rounds.
LATE_AFTER = 3
_GRACE = timedelta(minutes=2)


class Condition(StrEnum):
    """How a source stands, in the words that staff read."""

    FRESH = "Up to date"
    NEW = "Not read yet"
    READING = "Being read"
    BEHIND = "Catching up"
    FAILING = "Failing"
    LATE = "Overdue"
    REMOVED = "No longer configured"


@dataclass(frozen=True, slots=True)
class SourceAge:
    """A source as the frame of every page tells it; ``since`` is the last success."""

    name: str
    since: datetime | None
    every: timedelta
    made_at: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether what it told is older than it should be."""
        return is_late(self.since or self.made_at, self.every, now)


def is_late(since: datetime, every: timedelta, now: datetime) -> bool:
    """Whether a last success is older than a few rounds."""
    return now - since > LATE_AFTER * every + _GRACE


def condition_of(source: IngestSource, now: datetime) -> Condition:
    """Answer how a source stands; what is worst comes first, but for a poll under way."""
    if not source.is_configured:
        return Condition.REMOVED
    if source.failures:
        return Condition.FAILING
    if source.claim:
        return Condition.READING
    if is_late(source.succeeded_at or source.created_at, source.every, now):
        return Condition.LATE
    if source.is_behind:
        return Condition.BEHIND
    return Condition.FRESH if source.succeeded_at else Condition.NEW


def lag_of(source: IngestSource, now: datetime) -> timedelta | None:
    """Answer how old the newest record is that it gave; its last success where none is dated."""
    newest = source.newest_at or source.succeeded_at
    return None if newest is None else max(now - newest, timedelta(0))


def told_sources(settings: Iterable[SourceSetting]) -> list[IngestSource]:
    """Answer all sources there are or were, with ``refused`` files, those in use first.

    One query. A configured source that nobody has asked yet is there too, unsaved.
    """
    refused = Count("dropped", filter=~Q(dropped__refused=""))
    rows: list[IngestSource] = [*_shown().annotate(refused=refused)]
    known = {row.name for row in rows}
    rows += [_unsaved(setting) for setting in settings if setting.name not in known]
    return sorted(rows, key=lambda row: (not row.is_configured, row.name.lower()))


def _shown() -> QuerySet[IngestSource]:
    return IngestSource.objects.filter(is_once=False).defer("cursor")


def _unsaved(setting: SourceSetting) -> IngestSource:
    row = IngestSource(
        name=setting.name, kind=setting.kind, address=setting.shown, every_s=setting.every_s
    )
    row.refused = 0  # type: ignore[attr-defined] # a count beside those that are annotated
    return row


def source_ages(settings: Iterable[SourceSetting]) -> list[SourceAge]:
    """Answer the ages of the configured sources, by name. One query, none without sources."""
    names = [setting.name for setting in settings]
    if not names:
        return []
    now = timezone.now()
    rows = {row.name: row for row in IngestSource.objects.filter(name__in=names).defer("cursor")}
    return [
        SourceAge(
            name=setting.name,
            since=row.succeeded_at if row else None,
            every=timedelta(seconds=setting.every_s),
            made_at=row.created_at if row else now,
        )
        for setting in settings
        for row in [rows.get(setting.name)]
    ]


def late_sources(settings: Iterable[SourceSetting]) -> list[str]:
    """Name the configured sources whose last success is too old, for ``/readyz``. One query."""
    now = timezone.now()
    return [age.name for age in source_ages(settings) if age.is_late(now)]
