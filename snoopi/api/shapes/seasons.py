"""Acts on seasons: what ends, is carried over and put back, for many at once."""

from datetime import datetime
from typing import Annotated, Required, TypedDict


class SeasonFacts(TypedDict):
    """What an act decides."""

    kind: Annotated[str, "`end` or `put_back`."]
    cycle: Annotated[str, "The cycle whose season ends or begins."]
    configurations: Annotated[list[str], "Those that end or begin; none: the whole cycle."]
    spares_unruled: Annotated[bool, "Whether what has no carry-over rule on file is left alone."]
    at: Annotated[datetime, "When it takes effect; what has moved since is left alone."]
    reason: str


class SeasonCount(TypedDict):
    """How many things of a level go through something."""

    level: str
    fate: Annotated[str, "`timed_out`, `carried_over`, `to_processing` or `put_back`."]
    number: int


class SeasonSpared(TypedDict):
    """How many scheduling blocks are left alone, and why."""

    why: str
    words: Annotated[str, "The reason in words: the block …"]
    number: int


class SeasonChange(TypedDict):
    """What becomes of one thing."""

    level: str
    ref: str
    uid: str | None
    project: Annotated[str, "The project's ref."]
    fate: str
    state: Annotated[str | None, "Where it stands."]
    to: Annotated[str, "Where it goes; where it stands if it is only marked."]


class SeasonPlan(SeasonFacts):
    """An act with all that it does."""

    number: Annotated[int | None, "Of the act; null where nothing is written."]
    dry_run: Annotated[bool, "Whether nothing is written; else a worker carries it out."]
    projects: Annotated[int, "How many projects it touches."]
    counts: list[SeasonCount]
    spared: list[SeasonSpared]
    changes: Annotated[list[SeasonChange], "The first thousand."]


class SeasonAct(SeasonFacts):
    """An act that was decided."""

    number: int
    decided_by: Annotated[str, "User name."]
    timed_out: Annotated[int, "Scheduling blocks, so far."]
    carried_over: Annotated[int, "Scheduling blocks, so far."]
    put_back: Annotated[int, "Scheduling blocks, so far."]
    to_processing: Annotated[int, "Member OUSs, so far."]
    done_at: Annotated[datetime | None, "When it was through; null while it is not."]
    undone_by: Annotated[str | None, "User name."]
    undone_at: Annotated[datetime | None, "When undoing it was decided."]
    undo_done_at: Annotated[datetime | None, "When all of it was undone; null while it is not."]


class SeasonRequest(TypedDict, total=False):
    """An act to be decided, or with `dry_run` only seen."""

    kind: Required[str]
    cycle: Required[str]
    reason: Required[str]
    configurations: list[str]
    spares_unruled: bool
    dry_run: bool
