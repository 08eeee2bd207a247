"""A project and its OUSs as they stood at a moment that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from projects.lookup import canonical_ref
from projects.models import Event, LivingThing, MemberOUS, ObsUnitSet, Project, SchedBlock
from projects.presentation import Standing, executions
from projects.states import Level
from snoopi.as_of import tree_then
from snoopi.moments import read_moment
from snoopi.pages.doors import PageRequest, asked_text, wants_part
from snoopi.pages.panels import ous_crumbs
from snoopi.pages.timeline import Step, step_of
from snoopi.pages.tree import TreeNode, paths_of, project_tree, walk
from snoopi.pages.tree_markup import tree_markup, with_chosen

_STEPS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Moment:
    """What was asked for: the moment, or what is wrong with it; ``text`` as it was asked."""

    text: str
    at: datetime | None
    fault: str = ""

    @property
    def field(self) -> str:
        """The moment as a form's field has it, UTC."""
        return f"{self.at:%Y-%m-%dT%H:%M}" if self.at else ""


def moment_asked(request: PageRequest) -> Moment:
    """Answer the moment of ``?at=``: UTC where no zone is named."""
    text = asked_text(request.GET, "at")
    at = read_moment(text)
    if at is None:
        return Moment(text, None, f"“{text[:40]}” is no time such as 2024-03-01T12:00:00Z.")
    if at > timezone.now():
        return Moment(text, None, "That time is still to come.")
    return Moment(text, at)


def project_then(request: PageRequest, project: Project) -> HttpResponse:
    """The tree as it stood, with the node that ``?node=`` chooses."""
    asked = moment_asked(request)
    things = tree_then(project, request.user, asked.at) if asked.at else []
    context: dict[str, Any] = {"project": project, "asked": asked, "thing": project}
    if things:
        root = project_tree(things, request.user)
        places = paths_of(root)
        text = request.GET.get("node", "")
        ref = canonical_ref(text) if text else project.ref
        if ref not in places:
            raise Http404("This project had no such part then.")
        chosen = next(thing for thing in things if thing.ref == ref)
        context |= _told(chosen, _node_of(root, ref), asked, request.user)
        if wants_part(request, "node"):
            return render(request, "pages/_node.html", context)
        markup = tree_markup(root, at=asked.text)
        path = places[ref][1]
        context["tree_markup"] = with_chosen(markup, path, project.ref, at=asked.text)
    return render(request, "pages/project_then.html", context, status=_status(asked))


def ous_then(request: PageRequest, ous: ObsUnitSet) -> HttpResponse:
    """An OUS as it stood."""
    asked = moment_asked(request)
    context: dict[str, Any] = {"ous": ous, "thing": ous, "asked": asked}
    context["crumbs"] = ous_crumbs(ous)
    if asked.at:
        things = tree_then(ous.project, request.user, asked.at)
        chosen = next((thing for thing in things if thing.ref == ous.ref), None)
        if chosen is not None:
            root = project_tree(things, request.user)
            context |= _told(chosen, _node_of(root, ous.ref), asked, request.user)
    return render(request, "pages/ous_then.html", context, status=_status(asked))


def _status(asked: Moment) -> int:
    return 400 if asked.fault else 200


def _node_of(root: TreeNode, ref: str) -> TreeNode:
    return next(node for node in walk([root]) if node.ref == ref)


@dataclass(frozen=True, slots=True)
class Part:
    """Something below the chosen thing, as it stood."""

    node: TreeNode
    standing: Standing | None
    counts: str


def _told(thing: LivingThing, node: TreeNode, asked: Moment, user: User) -> dict[str, Any]:
    """What the panel shows of a thing then: its standing, its parts, its history up to then."""
    counts = node.count_words()
    if isinstance(thing, MemberOUS | SchedBlock):
        counts = str(executions(thing))
    return {
        "panel": "pages/_then.html",
        "chosen": thing,
        "title": node.title,
        "stood": thing.then,
        "counts": counts,
        "parts": [Part(one, one.standing, one.count_words()) for one in node.children if one.ref],
        "steps": _steps(thing, asked.at, user),
        "asked": asked,
    }


def _steps(thing: LivingThing, at: datetime | None, user: User) -> Sequence[Step]:
    """What had happened to it, newest first; one query."""
    rows = Event.objects.visible_to(user).filter(**{thing.LEVEL.value: thing.pk}, at__lte=at)
    if thing.LEVEL == Level.PROJECT:
        rows = rows.filter(level=Level.PROJECT)
    newest = rows.with_subjects().order_by("-at", "-pk")[:_STEPS_SHOWN]
    return [step_of(event, user) for event in newest]
