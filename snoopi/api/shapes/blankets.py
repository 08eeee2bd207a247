"""Blanket extensions of proprietary periods."""

from datetime import datetime
from typing import Annotated, Required, TypedDict


class BlanketFacts(TypedDict):
    """What a blanket extension decides."""

    name: Annotated[str, "It stands in every ledger; the same once more changes nothing twice."]
    at: datetime
    months: int | None
    until: datetime | None
    not_public_at: Annotated[datetime, "It counts for data that were not public then."]
    cycles: Annotated[list[str], "None: all."]
    projects: Annotated[list[str], "Codes; none: all."]
    reason: str


class Blanket(BlanketFacts):
    """A blanket extension that was decided."""

    decided_by: Annotated[str, "User name."]
    lengthened: Annotated[int, "How many periods it lengthened so far."]
    done_at: Annotated[datetime | None, "When it was through; null while it is not."]


class BlanketChange(TypedDict):
    """What it changes for one member OUS."""

    ref: str
    uid: str | None
    project: Annotated[str, "The project's ref."]
    release_date: Annotated[datetime | None, "The end as it is; null while withdrawn."]
    new_release_date: Annotated[datetime | None, "The end after it; null while withdrawn."]
    closes_again: Annotated[bool, "Whether the data are public now, and are closed again."]


class BlanketPlan(BlanketFacts):
    """A blanket extension with all that it changes."""

    dry_run: Annotated[bool, "Whether nothing is written; else a worker carries it out."]
    lengthens: int
    closes_again: int
    changes: Annotated[list[BlanketChange], "The first thousand."]


class BlanketRequest(TypedDict, total=False):
    """A decision: by `months` or `until`; without `not_public_at` nothing is closed again."""

    name: Required[str]
    reason: Required[str]
    months: int | None
    until: datetime | None
    not_public_at: datetime | None
    cycles: list[str]
    projects: list[str]
    dry_run: bool
