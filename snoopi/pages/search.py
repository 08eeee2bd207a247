"""Search over everything a person may see, in a fixed number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, QuerySet, Value
from django.urls import reverse

from accounts.models import User
from projects.identity import Uid, parse_project_code
from projects.lookup import canonical_ref
from projects.models import (
    Alias,
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
)
from projects.presentation import standing
from projects.states import Level
from snoopi.keyset import every_page
from snoopi.pages.glossary import LEVEL_WORDS
from snoopi.pages.listing import text_in

GROUP_SIZE = 10


class SearchScope(StrEnum):
    """What the search box looks through."""

    ALL = "all"
    PROJECTS = "projects"
    SCHED_BLOCKS = "schedblocks"


_MODELS: tuple[Any, ...] = (Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock, ExecBlock)
_PAGES = {
    Level.PROJECT: "projects:project-detail",
    Level.SCIENCE_GOAL: "projects:ous-detail",
    Level.GROUP_OUS: "projects:ous-detail",
    Level.MEMBER_OUS: "projects:ous-detail",
    Level.SCHED_BLOCK: "projects:sched-block-detail",
    Level.EXEC_BLOCK: "projects:exec-block-detail",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A thing whose very name was asked for."""

    level: Level
    ref: str

    @property
    def url(self) -> str:
        """Its page."""
        return reverse(_PAGES[self.level], args=[self.ref])

    @property
    def words(self) -> str:
        """What sort of thing it is."""
        return LEVEL_WORDS[self.level]


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one kind; ``all_url`` lists the rest where there is more."""

    title: str
    things: list[Any]
    all_url: str


def names_something(text: str) -> bool:
    """Whether a text is a UID or a project code in some spelling."""
    return bool(parse_project_code(text) or Uid.parse_or_none(text))


def named_things(user: User, text: str) -> list[Named]:
    """Everything that bears this name, on every level, former names included; two queries."""
    ref = canonical_ref(text)
    parts = [_bearers(model, user, ref) for model in _MODELS]
    found = [Named(Level(kind), name) for kind, name in parts[0].union(*parts[1:])]
    return sorted(found, key=lambda named: [*Level].index(named.level))


def _bearers(model: Any, user: User, ref: str) -> QuerySet[Any, Any]:
    rows = model.objects.visible_to(user)
    bearing = rows.filter(ref=ref) | rows.filter(pk__in=Alias.objects.target_ids(model.LEVEL, ref))
    kind = Value(model.LEVEL.value, output_field=CharField())
    found: QuerySet[Any, Any] = bearing.order_by().annotate(kind=kind).values_list("kind", "ref")
    return found


def hits(user: User, text: str, scope: SearchScope) -> list[Hits]:
    """What holds the text in code, title, PI, name, target or UID; a query per kind."""
    found = [
        _hits(kind, rows, fields, text, list_view)
        for in_scopes, kind, rows, fields, list_view in _kinds(user)
        if scope in in_scopes
    ]
    return [part for part in found if part.things]


def _kinds(user: User) -> tuple[Any, ...]:
    blocks = SchedBlock.objects.visible_to(user).with_parents()
    return (
        (
            {SearchScope.ALL, SearchScope.PROJECTS},
            "Projects",
            Project.objects.visible_to(user).order_by("-ref"),
            ("ref", "title", "pi_name", "uid"),
            "projects:project-list",
        ),
        (
            {SearchScope.ALL, SearchScope.SCHED_BLOCKS},
            "Scheduling Blocks",
            blocks.order_by("name", "pk"),
            ("name", "target_names", "uid"),
            "projects:sched-block-list",
        ),
        (
            {SearchScope.ALL},
            "Member OUS",
            MemberOUS.objects.visible_to(user).with_parents().order_by("-pk"),
            ("name", "target_names", "uid"),
            "",
        ),
        (
            {SearchScope.ALL},
            "Science goals",
            ScienceGoal.objects.visible_to(user).select_related("project").order_by("-pk"),
            ("name", "uid"),
            "",
        ),
    )


def _hits(
    title: str, rows: QuerySet[Any], fields: tuple[str, ...], text: str, list_view: str
) -> Hits:
    things = list(rows.filter(text_in(text, *fields))[: GROUP_SIZE + 1])
    more = len(things) > GROUP_SIZE and list_view
    url = f"{reverse(list_view)}?{urlencode({'q': text})}" if more else ""
    return Hits(title, things[:GROUP_SIZE], url)


def every_hit(user: User, text: str, scope: SearchScope) -> Iterator[Any]:
    """Everything that holds the text, kind after kind; a thousand things a query."""
    for in_scopes, _, rows, fields, _ in _kinds(user) if text else ():
        if scope in in_scopes:
            for page in every_page(rows.filter(text_in(text, *fields)), order=("-pk",)):
                yield from page


FOUND_HEAD = ("Level", "Ref", "UID", "Name", "Project", "PI", "State", "Targets")


def found_row(thing: Any, user: User) -> list[Any]:
    """A thing that was found, as a line of a file."""
    is_project = isinstance(thing, Project)
    return [
        thing.LEVEL.value,
        thing.ref,
        thing.uid,
        thing.title if is_project else thing.name,
        thing.ref if is_project else (thing.project.ref if thing.project else None),
        thing.pi_name if is_project else None,
        standing(thing, user).label,
        getattr(thing, "targets", []),
    ]
