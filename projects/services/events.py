"""The one door to the event log, and the versions that follow it."""

from collections.abc import Iterable, Sequence

from django.db import connection, models, transaction
from django.utils import timezone

from projects.models import Event, GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal, Tracked
from projects.services.bulk import next_version

# Any number that no other advisory lock of the site uses.
_EVENT_LOCK = 0x53504F4F
_ANCESTORS = (
    (Project, "project_id"),
    (ScienceGoal, "science_goal_id"),
    (GroupOUS, "group_ous_id"),
    (MemberOUS, "member_ous_id"),
    (SchedBlock, "sched_block_id"),
)


def append_events(events: Sequence[Event]) -> list[Event]:
    """Append what happened to the log, in order; call it last in the transaction.

    Ids are handed out under one lock that is held until commit, so ids grow in the order
    of commits and a reader that pages by them never steps over an event that commits
    later (SQLite has one writer anyway).
    """
    if not events:
        return []
    with transaction.atomic(savepoint=False):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_EVENT_LOCK])
        now = timezone.now()
        for event in events:
            event.recorded_at = now
        return Event.objects.bulk_create(events, batch_size=2000)


def is_shown(event: Event) -> bool:
    """Whether something changes for people outside: a word, or that a thing is there at all."""
    return event.for_public or "Deleted" in (event.frm, event.to)


def shown_subjects(events: Iterable[Event]) -> list[Tracked]:
    """The things that ``events`` change for people outside."""
    return [event.subject for event in events if is_shown(event)]


def touch(things: Iterable[models.Model], shown: Iterable[models.Model] | None = None) -> None:
    """Give a new version to everything that shows these things: all levels above them.

    ``shown`` are those of which people outside see the change, all where it is left out.
    """
    things = list(things)
    outside = things if shown is None else list(shown)
    parents = _parents([*things, *outside])
    theirs, everything = _above(outside, parents), _above([*things, *outside], parents)
    now = timezone.now()
    for model, field in _ANCESTORS:
        rows = model._default_manager.order_by()
        inside = everything[field] - theirs[field]
        for ids, is_shown in ((theirs[field], True), (inside, False)):
            if ids:
                rows.filter(pk__in=ids).update(**next_version(now, shown=is_shown))


_Parents = dict[int, tuple[int | None, int | None]]


def _parents(things: Iterable[models.Model]) -> _Parents:
    """The group and the science goal of every member OUS above things, by row ids."""
    named = (getattr(thing, "member_ous_id", None) for thing in things)
    ids = {pk for pk in named if pk is not None}
    if not ids:
        return {}
    rows = MemberOUS.objects.filter(pk__in=ids).order_by()
    return {
        pk: (group_id, goal_id)
        for pk, group_id, goal_id in rows.values_list("pk", "group_ous_id", "science_goal_id")
    }


def _above(things: Iterable[models.Model], parents: _Parents) -> dict[str, set[int]]:
    """The ids of all levels above things, by the name of the foreign key."""
    ids: dict[str, set[int | None]] = {field: set() for _, field in _ANCESTORS}
    for thing in things:
        for field, found in ids.items():
            found.add(getattr(thing, field, None))
    for member_id in [pk for pk in ids["member_ous_id"] if pk in parents]:
        group_id, goal_id = parents[member_id]
        ids["group_ous_id"].add(group_id)
        ids["science_goal_id"].add(goal_id)
    return {field: {pk for pk in found if pk is not None} for field, found in ids.items()}


def lock_project(project_id: int | None) -> Project | None:
    """Lock a project's row until the transaction ends, and answer it.

    Every writer takes this lock first: it orders the writers of one project, whose
    roll-ups would otherwise read each other's unfinished work.
    """
    if project_id is None:
        return None
    return Project.objects.select_for_update().get(pk=project_id)
