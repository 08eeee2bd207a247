"""How long a wait usually takes: a thing's age beside its cycle's median."""

from collections.abc import Iterable

from projects.models import LivingThing, StageAge
from projects.presentation import standing
from projects.querysets.project import Viewer
from projects.states import Level

Usual = dict[tuple[str, str], StageAge]


def usual_for(thing: LivingThing, cycle: str, viewer: Viewer) -> StageAge | None:
    """Answer how long things of ``cycle`` stay where this one is; one query.

    None where too few stays have ended to say anything (SEMANTICS: under 20).
    """
    stage = standing(thing, viewer).state
    if not stage or not cycle:
        return None
    rows = StageAge.objects.told_to(viewer).of_cycles(thing.LEVEL, [cycle])
    return rows.filter(stage=stage).first()


def usual_of_cycles(level: Level, cycles: Iterable[str], viewer: Viewer) -> Usual:
    """Answer the same for all stages of some cycles, by cycle and stage; one query."""
    rows = StageAge.objects.told_to(viewer).of_cycles(level, cycles)
    return {(row.cycle, row.stage): row for row in rows}


def days_words(days: float) -> str:
    """A duration as precisely as it means anything: "6 hours", "2.5 days", "31 days"."""
    if days < 1:
        hours = round(days * 24)
        return "an hour" if hours <= 1 else f"{hours} hours"
    text = f"{days:.1f}" if days < 10 else f"{days:.0f}"
    text = text.removesuffix(".0")
    return "1 day" if text == "1" else f"{text} days"
