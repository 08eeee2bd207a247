"""The season of a scheduling block as pages and REST tell it."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from projects.arrays import ArrayColumn, Observing, column_of
from projects.models import SchedBlock
from projects.observatory import calendar
from projects.public import PublicState
from projects.season import Season, carry_words, end_words, season_of, when_words

_ENDED = frozenset(
    {
        PublicState.REJECTED,
        PublicState.OBSERVING_TIMED_OUT,
        PublicState.NOT_OBSERVED,
        PublicState.DO_NOT_OBSERVE,
        PublicState.CANCELED,
    }
)
_STAYING = {ArrayColumn.SEVEN: "7m", ArrayColumn.TP: "TP"}


@dataclass(frozen=True, slots=True)
class SeasonTold:
    """A season in sentences, with where each row that they rest on comes from."""

    season: Season
    allowed: str
    when: str
    ends: str
    carry_over: str
    sources: tuple[str, ...]


def season_for(block: SchedBlock, today: date | None = None) -> Season:
    """When an SB can be observed; read it with its member OUS and project."""
    member, project = block.member_ous, block.project
    asked = {**(member.asked if member else {}), **block.asked}
    array = block.array or (member.array if member else "")
    column = column_of(Observing(array, ((block.name, array),)))
    return season_of(
        calendar(),
        array=_STAYING.get(column, array),
        configurations=map(str, asked.get("configurations") or ()),
        cycle=project.cycle if project else "",
        grade=project.grade if project else "",
        today=today or timezone.now().date(),
    )


def season_told(block: SchedBlock, today: date | None = None) -> SeasonTold:
    """The season of an SB in sentences, as its state lets it still matter."""
    season = season_for(block, today)
    return SeasonTold(
        season=season,
        allowed=_allowed(season),
        when=_when(block, season),
        ends=end_words(season),
        carry_over=f"{_carried(block)}{carry_words(season)}",
        sources=tuple(dict.fromkeys(_sources(season))),
    )


def _carried(block: SchedBlock) -> str:
    """That it is carried over already, and where to."""
    if not block.carried_to:
        return ""
    return f"Carried over to {calendar().cycle(block.carried_to) or 'the next cycle'}. "


def _allowed(season: Season) -> str:
    if season.any_time:
        return "not applicable"
    return ", ".join(season.allowed) or "not known"


def _when(block: SchedBlock, season: Season) -> str:
    state = block.public_state
    if state == PublicState.FULLY_OBSERVED:
        return "All data are taken; it needs no further opportunity."
    if state in _ENDED:
        return "It is not waiting for an opportunity to observe."
    return when_words(season)


def _sources(season: Season) -> list[str]:
    shown = [row for row in (season.now, season.next) if row] or list(season.windows[-1:])
    rows = [*([] if season.any_time else shown), season.cycle, season.rule, season.next_cycle]
    return [f"{row.source} [{row.confidence}]" for row in rows if row is not None]
