"""The rounds of review that the log of a member OUS tells of. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from projects.progress import REVIEW_BEGAN, begins_round


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the log; ``event_id`` is its event's."""

    event_id: int
    frm: str
    to: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A round: ``opened_by`` is the step back that began it, None for the first."""

    opened_by: int | None
    opened_at: datetime
    closed_at: datetime | None = None


def spans(steps: Iterable[Step]) -> list[Span]:
    """Answer the rounds in order; nothing before the first review, the last one is current.

    Steps come as they were learnt. One that lies before what was known, and does not begin
    where that had led, was told too late to have moved anything.
    """
    found: list[Span] = []
    last: Step | None = None
    for step in steps:
        if last is not None and step.at < last.at and step.frm != last.to:
            continue
        last = step
        if not found and (step.to in REVIEW_BEGAN or step.frm in REVIEW_BEGAN):
            found.append(Span(None, step.at))
        if begins_round(step.frm, step.to):
            found[-1] = replace(found[-1], closed_at=step.at)
            found.append(Span(step.event_id, step.at))
    return found
