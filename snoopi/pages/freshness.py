"""How old the data are: in the frame of every page, and on the ingest page.

The frame's times are remembered for half a minute, so they cost a page no query; the ages
are counted anew for every page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from django.conf import settings
from django.utils import timezone

from ingest.configured import KIND_WORDS, SourceKind
from ingest.models import IngestSource
from ingest.sources.ages import (
    Condition,
    SourceAge,
    condition_of,
    lag_of,
    source_ages,
    told_sources,
)
from projects.states import Family, Meaning
from snoopi.pages.remembered import remembered

_SECONDS = 30
_UNITS = ((86400, "day"), (3600, "h"), (60, "min"))

MEANINGS: Mapping[Condition, Meaning] = MappingProxyType(
    {
        Condition.FRESH: Meaning(
            Family.GOOD, "The last round was complete.", "It is asked again in time."
        ),
        Condition.NEW: Meaning(
            Family.NOTHING_YET, "No round has ended yet.", "The first round reads all of it."
        ),
        Condition.READING: Meaning(
            Family.IN_PROGRESS, "A worker is reading it.", "What it gives is there at once."
        ),
        Condition.BEHIND: Meaning(
            Family.IN_PROGRESS,
            "It has more than one round takes.",
            "The next round goes on from there.",
        ),
        Condition.FAILING: Meaning(
            Family.BAD,
            "The last round did not come to its end; what was good of it is kept.",
            "It is tried again, later and later.",
        ),
        Condition.LATE: Meaning(
            Family.QUESTION,
            "Nobody has read it for several rounds.",
            "Look whether workers and beat are running.",
        ),
        Condition.REMOVED: Meaning(
            Family.STOPPED, "INGEST_SOURCES does not name it any more.", "Its history is kept."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Freshness:
    """One source in the frame: "5 min ago", and whether that is too long."""

    name: str
    since: datetime | None
    words: str
    is_late: bool

    @property
    def family(self) -> Family:
        """The shape and hue beside its name."""
        if self.is_late:
            return Family.QUESTION
        return Family.GOOD if self.since else Family.NOTHING_YET


@dataclass(frozen=True, slots=True)
class Ages:
    """What the frame says of all sources; none of it without sources."""

    rows: tuple[Freshness, ...] = ()

    @property
    def is_late(self) -> bool:
        """Whether any source is late."""
        return any(row.is_late for row in self.rows)

    @property
    def sign(self) -> Family:
        """The shape that warns of a late source."""
        return Family.QUESTION


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source on the ingest page."""

    row: IngestSource
    kind: str
    condition: Condition
    meaning: Meaning
    age: str
    lag: str
    every: str
    can_poll: bool


def frame_ages() -> Ages:
    """Answer the age of every configured source; costs no query as long as it is remembered."""
    if not settings.INGEST_SOURCES:
        return Ages()
    now = timezone.now()
    ages = remembered("source-ages", _SECONDS, _ages)
    return Ages(tuple(_freshness(age, now) for age in ages))


def _ages() -> list[SourceAge]:
    return source_ages(settings.INGEST_SOURCES)


def _freshness(age: SourceAge, now: datetime) -> Freshness:
    words = f"{span(now - age.since)} ago" if age.since else "not read yet"
    return Freshness(age.name, age.since, words, age.is_late(now))


def source_lines() -> list[SourceLine]:
    """Answer every source there is or was. One query."""
    now = timezone.now()
    return [_line(row, now) for row in told_sources(settings.INGEST_SOURCES)]


def _line(row: IngestSource, now: datetime) -> SourceLine:
    condition, lag = condition_of(row, now), lag_of(row, now)
    return SourceLine(
        row=row,
        kind=KIND_WORDS[SourceKind(row.kind)],
        condition=condition,
        meaning=MEANINGS[condition],
        age=f"{span(now - row.succeeded_at)} ago" if row.succeeded_at else "never",
        lag="N/A" if lag is None else span(lag),
        every=span(row.every),
        can_poll=row.is_configured and row.pk is not None,
    )


def span(length: timedelta) -> str:
    """A length of time in its largest unit: "3 days", "5 h", "20 min", "40 s"."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in _UNITS:
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' if unit == 'day' and number > 1 else ''}"
    return f"{seconds} s"
