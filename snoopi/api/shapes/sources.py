"""Sources that feed themselves."""

from datetime import datetime
from typing import Annotated, TypedDict

from snoopi.api.shapes.words import SourceKindWord, SourceStateWord


class Source(TypedDict):
    """A source that INGEST_SOURCES names, or named once."""

    name: str
    kind: SourceKindWord
    address: Annotated[str, "Without user, password and query."]
    state: SourceStateWord
    configured: bool
    every_s: int
    tried_at: datetime | None
    succeeded_at: Annotated[datetime | None, "End of the last complete round."]
    next_at: datetime
    newest_at: Annotated[datetime | None, "Date of the newest record it gave."]
    lag_s: Annotated[int | None, "How old that record is; else how long the last success is ago."]
    failures: Annotated[int, "In a row."]
    problem: str | None
    problem_at: datetime | None
