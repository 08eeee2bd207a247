"""What has happened since an act on a season with the things that it moved.

Two plain queries and a look-up in memory: straight after an act has written tens of
thousands of rows, a database that has not counted them yet plans anything cleverer badly.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from projects.models import Event, EventKind, SeasonAct, SeasonStep
from projects.season_acts import Fate
from projects.states import Level

Key = tuple[str, int | None]
# What staff note beside the work moves nothing.
_NOTED = (EventKind.TICKET, EventKind.JOURNAL)
_STEP = (
    *("pk", "event_id", "event__level", "event__project_id"),
    *("event__sched_block_id", "event__member_ous_id"),
)
_EVENT = (
    *("pk", "undoes_id", "kind", "level", "project_id", "sched_block_id", "member_ous_id"),
    *("exec_block__sched_block_id", "exec_block__member_ous_id"),
)


def acted_on(act: SeasonAct, project_id: int | None = None) -> list[int]:
    """Answer the ids of standing steps with whose things something happened since, in order.

    Of one project, where it is given. What only followed is not asked: it follows again.
    """
    rows = act.steps.exclude(fate=Fate.FOLLOWED)
    if project_id is not None:
        rows = rows.filter(event__project_id=project_id)
    steps = list(rows.standing().order_by("event_id").values_list(*_STEP))
    if not steps:
        return []
    projects = {project for *_, project, _, _ in steps}
    written = act.steps.filter(event__project_id__in=projects).order_by()
    own = set(written.values_list("event_id", flat=True))
    later = Event.objects.filter(pk__gt=steps[0][1], project_id__in=projects)
    later = later.exclude(kind__in=_NOTED)
    newest: dict[Key, int] = {}
    for number, undoes, *told in later.order_by("pk").values_list(*_EVENT):
        if number not in own and undoes not in own:
            newest |= dict.fromkeys(_touched(*told), number)
    return [pk for pk, event, *about in steps if newest.get(_thing(*about), 0) > event]


def _thing(level: str, project: int, block: int | None, member: int | None) -> Key:
    ids = {Level.SCHED_BLOCK: block, Level.MEMBER_OUS: member}
    return level, ids.get(Level(level), project)


def _touched(kind: str, level: str, project: int, *parts: int | None) -> Iterator[Key]:
    """The things that an event is something that happened with."""
    block, member, run_block, run_member = parts
    if level == Level.PROJECT and kind == EventKind.STATE:
        yield Level.PROJECT, project
    yield Level.SCHED_BLOCK, block or run_block
    yield Level.MEMBER_OUS, member or run_member


def named(steps: Iterable[int], most: int) -> list[str]:
    """Answer the names of some of the things that steps moved."""
    levels: tuple[Any, ...] = ("event__sched_block", "event__member_ous", "event__project")
    rows = SeasonStep.objects.filter(pk__in=[*steps][: most * 2]).select_related(*levels)
    return list(dict.fromkeys(str(step.event.subject) for step in rows))[:most]
