"""Things of several levels in one query: rows of one shape, given back as things.

A tree, or a hundred statuses of mixed levels, costs the same one query as a single row.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import DEFERRED, F
from django.db.models.functions import Coalesce

from accounts.querysets import the_one
from projects.models import (
    Alias,
    GroupOUS,
    LivingThing,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
)
from projects.querysets.below import nothing
from projects.querysets.project import Viewer
from projects.states import OUS_LEVELS, Level

MODELS: dict[str, type[LivingThing]] = {
    model.LEVEL.value: model for model in (Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock)
}
_KEY = models.BigIntegerField()
_COLUMNS: dict[str, "models.Field[Any, Any]"] = {
    "pk": _KEY,
    "project_id": _KEY,
    "science_goal_id": _KEY,
    "group_ous_id": _KEY,
    "member_ous_id": _KEY,
    "ref": models.CharField(),
    "uid": models.CharField(),
    "name": models.CharField(),
    "version": models.IntegerField(),
    "public_version": models.IntegerField(),
    "modified_at": models.DateTimeField(),
    "public_modified_at": models.DateTimeField(),
    "state": models.CharField(),
    "state_flag": models.CharField(),
    "state_since": models.DateTimeField(),
    "public_since": models.DateTimeField(),
    "resume_state": models.CharField(),
    "qa2": models.CharField(),
    "qa2_passed": models.BooleanField(),
    "executions_passed": models.DecimalField(max_digits=10, decimal_places=2),
    "executions_expected": models.DecimalField(max_digits=10, decimal_places=2),
    "executions_count": models.IntegerField(),
    "delivered_at": models.DateTimeField(),
    "delivery_generation": models.IntegerField(),
    "release_date": models.DateTimeField(),
}
_NO_OWN_NAME = {Level.PROJECT: {"name": "title", "project_id": "pk"}}

Rows = models.QuerySet[Any, Any]


def lines(parts: Sequence[Rows]) -> list[Any]:
    """Answer the things in querysets of different levels, by one query.

    OUS querysets must be ``as_status``. The things carry the columns above; those that
    their level lacks are None.
    """
    selected = [_selected(part) for part in parts]
    union = selected[0].union(*selected[1:], all=True) if len(selected) > 1 else selected[0]
    projects: dict[int | None, Project] = {}
    return [_thing(row, projects) for row in union]


def _selected(part: Rows) -> Rows:
    model: type[LivingThing] = part.model
    own = {field.attname for field in model._meta.concrete_fields} | {"pk"}
    known = own | set(part.query.annotations)
    renamed = _NO_OWN_NAME.get(model.LEVEL, {})
    level = models.Value(model.LEVEL.value, models.CharField())
    columns = [
        F(renamed.get(name, name)) if name in renamed or name in known else nothing(field)
        for name, field in _COLUMNS.items()
    ]
    ref = "ref" if model is Project else "project__ref"
    return part.order_by().values_list(level, F(ref), *columns)


_OWN = {
    level: [field.attname for field in model._meta.concrete_fields]
    for level, model in MODELS.items()
}
_LACKED = {
    level: [name for name in _COLUMNS if name not in {*own, "pk"}] for level, own in _OWN.items()
}


def _thing(row: tuple[Any, ...], projects: dict[int | None, Project]) -> LivingThing:
    level, project_ref, *values = row
    told = dict(zip(_COLUMNS, values, strict=True))
    told["id"] = told["pk"]
    # By position, and the columns that nobody asked for as deferred: a tree has a thousand
    # of these, and by keyword each looks up the defaults of forty fields.
    model: Any = MODELS[level]
    thing: LivingThing = model(*[told.get(name, DEFERRED) for name in _OWN[level]])
    for name in _LACKED[level]:
        setattr(thing, name, told[name])
    if not isinstance(thing, Project):
        pk = told["project_id"]
        if pk not in projects:
            projects[pk] = Project(pk=pk, ref=project_ref)
        thing.project = projects[pk]  # type: ignore[attr-defined]
    return thing


def tree_of(project: Rows, viewer: Viewer) -> list[Any]:
    """Answer a project (at most one in ``project``) and its OUSs and SBs, top down."""
    chosen = project.order_by().values("pk")
    below = [
        model.objects.visible_to(viewer).as_status().filter(project_id__in=chosen)
        for model in (ScienceGoal, GroupOUS, MemberOUS)
    ]
    blocks = SchedBlock.objects.visible_to(viewer).filter(project_id__in=chosen)
    found = lines([project, *below, blocks])
    order = list(MODELS)
    return sorted(found, key=lambda thing: (order.index(thing.LEVEL), thing.pk))


def visible_on(level: str, viewer: Viewer) -> Any:
    """The things of one level that ``viewer`` may see."""
    # What the levels share as models names no queryset; each of theirs has this.
    rows: Any = MODELS[level]._default_manager
    return rows.visible_to(viewer)


def ous_keys(refs: Iterable[str]) -> dict[str, tuple[Level, int]]:
    """Answer (level, id) of the OUSs that have these refs, or had them, by one query.

    Says nothing about who may see them: filter what is fetched by ``visible_to``.
    """
    return {ref: (Level(level), pk) for _, ref, level, pk in _bearers(set(refs))}


def _bearers(wanted: set[str]) -> list[tuple[int, str, str, int]]:
    """Answer (bears it now, ref, level, id) of whatever has one of these refs, or had it.

    A former name never hides the thing that bears it now: own names come last.
    """
    parts = [
        MODELS[level]
        ._default_manager.filter(ref__in=wanted)
        .order_by()
        .values_list(models.Value(1), "ref", models.Value(level.value, models.CharField()), "pk")
        for level in OUS_LEVELS
    ]
    target = Coalesce("member_ous_id", "group_ous_id", "science_goal_id")
    aliases = Alias.objects.filter(ref__in=wanted, level__in=OUS_LEVELS).order_by()
    formerly = aliases.values_list(models.Value(0), "ref", "level", target)
    return sorted(parts[0].union(*parts[1:], formerly, all=True))


def find_ous(ref: str, rows_on: Callable[[Level], Rows]) -> Any:
    """Answer the OUS that has this ref, or had it, from the rows of its level; None without.

    One query for a member OUS by its own ref, which is what is asked for most; three for
    any other that is there, two where nothing is. Pass rows that went through ``visible_to``.
    """
    found = the_one(rows_on(Level.MEMBER_OUS).filter(ref=ref))
    if found is not None:
        return found
    for is_own, _, level, pk in _bearers({ref})[-1:]:
        # A member OUS by its own name was not among the rows a moment ago.
        if not (is_own and level == Level.MEMBER_OUS):
            return the_one(rows_on(Level(level)).filter(pk=pk))
    return None


def ous_by_key(keys: Iterable[tuple[Level, int]], viewer: Viewer) -> list[Any]:
    """Answer the OUSs with these levels and ids that ``viewer`` may see, by one query."""
    ids: dict[Level, set[int]] = {level: set() for level in OUS_LEVELS}
    for level, pk in keys:
        ids[level].add(pk)
    parts = [
        visible_on(level, viewer).as_status().filter(pk__in=wanted)
        for level, wanted in ids.items()
        if wanted
    ]
    return lines(parts) if parts else []
