"""What an act on a season does, in words and numbers, for its pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from projects.models import SeasonAct, SeasonStep
from projects.observatory import calendar
from projects.public import staff_label
from projects.season_acts import NEXT_CYCLE, SPARED_WORDS, Fate, SeasonKind
from projects.services.season_plans import Preview, Told
from projects.states import Level

KIND_TITLES = {
    SeasonKind.END: "End the season",
    SeasonKind.PUT_BACK: "Put back what was carried over",
}
FATE_WORDS = {
    Fate.TIMED_OUT: "timed out",
    Fate.CARRIED_OVER: "carried over",
    Fate.TO_PROCESSING: "sent to processing",
    Fate.PUT_BACK: "put back",
    Fate.FOLLOWED: "follows its parts",
}
_THINGS = {
    Level.SCHED_BLOCK: ("scheduling block", "scheduling blocks"),
    Level.MEMBER_OUS: ("member OUS", "member OUSs"),
    Level.PROJECT: ("project", "projects"),
}
STEP_HEAD = ("Level", "Ref", "Project", "What", "From", "To", "Carried over to", "Taken back")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a preview: how it stands, and what becomes of it or why nothing does."""

    told: Told
    stands: str
    becomes: str
    words: str


def counted(preview: Preview) -> list[str]:
    """What an act would do, number by number: "6 scheduling blocks timed out"."""
    numbers = preview.counts
    return [
        f"{number} {_THINGS[level][number != 1]} {FATE_WORDS[fate]}"
        for level in _THINGS
        for fate in Fate
        if (number := numbers[level, fate])
    ]


def left(preview: Preview) -> list[str]:
    """How many blocks would be left alone, reason by reason."""
    return [f"{number}: {SPARED_WORDS[why]}" for why, number in preview.spared.most_common()]


def changes(preview: Preview) -> list[Line]:
    """The first of what would change."""
    return [
        Line(one, staff_label(one.frm), staff_label(one.to), FATE_WORDS[one.fate])
        for one in preview.changes
        if one.fate
    ]


def left_alone(preview: Preview) -> list[Line]:
    """The first of what would be left alone."""
    return [
        Line(one, staff_label(one.frm), "", SPARED_WORDS[one.spared])
        for one in preview.left_alone
        if one.spared
    ]


def cautions(act: SeasonAct, preview: Preview) -> list[str]:
    """What to think of before deciding: the calendar, and grades without a rule."""
    return [*_early(act), *_unruled(preview)]


def _early(act: SeasonAct) -> Iterator[str]:
    tables, today = calendar(), act.at.date()
    cycle = tables.cycle(act.cycle)
    if cycle is None:
        yield f"No dates on file for cycle {act.cycle}."
        return
    if act.kind == SeasonKind.PUT_BACK:
        own = cycle if today < cycle.first_day else None
        if own:
            yield f"{own} has not begun: its first day is {own.first_day}."
        return
    if not act.configurations and today <= cycle.last_day:
        yield f"{cycle} is not over: its last day is {cycle.last_day}."
    for row in tables.windows:
        names = [name for name in row.configurations if name in act.configurations]
        if names and row.cycle == act.cycle and row.last_day >= today:
            yield f"{', '.join(names)} is still scheduled until {row.last_day}."


def _unruled(preview: Preview) -> Iterator[str]:
    if preview.unruled:
        number = preview.unruled
        yield (
            f"{number} of the blocks that would time out "
            f"{'are' if number > 1 else 'is'} of a grade without a carry-over rule on file."
        )


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step that was taken: how a thing stood, what became of it, and what that means."""

    step: SeasonStep
    stood: str
    became: str
    words: str


def step_line(step: SeasonStep) -> StepLine:
    """A step that was taken, in words."""
    event, fate = step.event, Fate(step.fate)
    words = FATE_WORDS[fate]
    if fate == Fate.CARRIED_OVER:
        words = (
            f"{words} to {'the next cycle' if step.carried_to == NEXT_CYCLE else step.carried_to}"
        )
    if getattr(step, "is_undone", False):
        words = f"{words}, taken back"
    return StepLine(step, staff_label(event.frm or None), staff_label(event.to or None), words)


def step_cells(step: SeasonStep) -> list[str | None]:
    """One step of an act as a row of a file."""
    event = step.event
    return [
        event.level,
        event.subject.ref,
        event.project.ref if event.project else None,
        step.fate,
        event.frm,
        event.to,
        step.carried_to,
        "yes" if getattr(step, "is_undone", False) else "no",
    ]
