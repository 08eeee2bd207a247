"""Ingest jobs."""

from datetime import datetime
from typing import Annotated, TypedDict

from snoopi.api.shapes.words import JobStateWord


class Rejected(TypedDict):
    """A record that was refused, and why; an empty record is the whole source."""

    record: str
    reason: str


class JobProgress(TypedDict):
    """Projects taken so far; the total is null until the source has been read."""

    done: int
    total: int | None


class JobLine(TypedDict):
    """An ingest job in a list."""

    id: int
    source: str
    format: str | None
    state: JobStateWord
    progress: JobProgress
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failure: Annotated[str | None, "Why nothing of the source was taken."]


class Job(JobLine):
    """An ingest job."""

    created: dict[str, int]
    updated: dict[str, int]
    unchanged: dict[str, int]
    superseded: dict[str, int]
    rejected: Annotated[list[Rejected], "The first thousand."]
    rejected_count: int
