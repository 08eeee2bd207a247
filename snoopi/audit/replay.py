"""The event log of one thing, played again from its beginning. Pure.

Events are taken in the order in which they were learnt. A source may tell of a step that
lies before what is known already: such a step stands in the log and moves nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a life cycle; ``by_source`` is that no person and no rule here took it."""

    number: int
    frm: str
    to: str
    at: datetime
    public_frm: str
    public_to: str
    by_source: bool
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the steps so far may have led; None where they do not tell.

    ``told_since`` is since when people outside read ``public``.
    """

    state: str | None = None
    since: datetime | None = None
    public: str | None = None
    told_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """Where all steps led, and those that do not begin where the ones before had led."""

    standings: frozenset[Standing]
    broken: tuple[tuple[Step, str], ...]


def replay(steps: Iterable[Step]) -> Replayed:
    """Answer where steps led. The first one may begin anywhere.

    A step that takes another back leads to where that one began, since then too.
    """
    standings, broken = frozenset({Standing()}), []
    before: dict[int, frozenset[Standing]] = {}
    for step in steps:
        before[step.number] = standings
        after = frozenset(found for each in standings for found in _after(each, step))
        if step.undoes in before:
            began = before[step.undoes]
            after = frozenset(each for each in began if after and each.state in (None, step.to))
        if not after:
            broken.append((step, _words(standings)))
            after = frozenset(found for each in standings for found in _entered(each, step))
        standings = after
    return Replayed(standings, tuple(broken))


def _after(standing: Standing, step: Step) -> Iterable[Standing]:
    if step.frm == step.to:
        return _told(standing, step)
    if step.by_source and standing.since is not None and step.at < standing.since:
        return [standing]
    return _entered(standing, step) if standing.state in (None, step.frm) else []


def _told(standing: Standing, step: Step) -> Iterable[Standing]:
    """A state that stays, while a flag or the word for people outside changes."""
    if standing.state not in (None, step.to):
        return [standing]
    told_since = step.at if step.public_frm != step.public_to else standing.told_since
    told = replace(standing, state=step.to, public=step.public_to, told_since=told_since)
    return [standing, replace(told, since=step.at)] if step.by_source else [told]


def _entered(standing: Standing, step: Step) -> Iterable[Standing]:
    is_told = step.public_frm != step.public_to
    told_since = step.at if is_told else standing.told_since
    dated = Standing(step.to, step.at, step.public_to, told_since)
    # The first word of a source without a date says nothing about since when.
    undated = replace(dated, since=None, told_since=None if is_told else told_since)
    return [undated] if not step.to else [dated, undated] if not step.frm else [dated]


def _words(standings: Iterable[Standing]) -> str:
    return " or ".join(sorted({each.state or "nothing" for each in standings}))
