"""What happened to a project, an OUS or a scheduling block."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from projects.models import Event, EventKind, LivingThing, ObsUnitSet, Project, SchedBlock, Tracked
from projects.presentation import Told, told
from projects.public import UNKNOWN_MEANING, meaning_of, public_label, staff_label
from projects.querysets.project import is_staff_viewer
from projects.states import Level, Meaning
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.csv_files import history_csv
from snoopi.pages.doors import PageRequest, shows, takes_tokens
from snoopi.pages.finders import ous_for, project_for, sched_block_for
from snoopi.pages.glossary import QA0_MEANINGS, QA2_MEANINGS, QA3_MEANINGS

_PAGE_SIZE = 50
_NEWEST_FIRST = ("-at", "-pk")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline; ``meaning`` gives shape and hue."""

    event: Event
    subject: Tracked
    told: Told
    before: str
    meaning: Meaning


@require_safe
@takes_tokens
@shows(project_for)
def project_history(request: PageRequest, project: Project) -> HttpResponseBase:
    """Everything that happened anywhere in a project."""
    return _history(request, project, {"project": project})


@require_safe
@takes_tokens
@shows(ous_for)
def ous_history(request: PageRequest, ous: ObsUnitSet) -> HttpResponseBase:
    """What happened to one OUS."""
    return _history(request, ous, {ous.LEVEL.value: ous})


@require_safe
@takes_tokens
@shows(sched_block_for)
def sched_block_history(request: PageRequest, sched_block: SchedBlock) -> HttpResponseBase:
    """What happened to one scheduling block."""
    return _history(request, sched_block, {sched_block.LEVEL.value: sched_block})


def _history(request: PageRequest, thing: LivingThing, about: dict[str, Any]) -> HttpResponseBase:
    rows = Event.objects.visible_to(request.user).filter(**about).with_subjects()
    if request.GET.get("format") == "csv":
        pages = every_page(rows, order=_NEWEST_FIRST)
        return history_csv(request, thing.ref, pages, request.user)
    cursor = request.GET.get("cursor")
    try:
        found = page(rows, order=_NEWEST_FIRST, cursor=cursor, size=_PAGE_SIZE)
    except BadCursor:
        return redirect(request.path)
    context = {
        "thing": thing,
        "is_project": isinstance(thing, Project),
        "steps": [_step(event, request.user) for event in found.rows],
        "next": found.next,
        "is_first": not cursor,
    }
    return render(request, "pages/history.html", context)


def _step(event: Event, user: User) -> Step:
    found = told(event, user)
    return Step(event, event.subject, found, _before(event, found, user), _meaning(event))


def _meaning(event: Event) -> Meaning:
    """What gives the line its shape: the state, or the verdict."""
    if event.kind in {EventKind.EXECUTION, EventKind.QA0}:
        return QA0_MEANINGS.get(event.to, UNKNOWN_MEANING)
    if event.kind == EventKind.QA2:
        return QA2_MEANINGS.get(event.to, UNKNOWN_MEANING)
    if event.kind == EventKind.QA3:
        return QA3_MEANINGS.get(event.to, UNKNOWN_MEANING)
    return meaning_of(event.public_to)


def _before(event: Event, found: Told, user: User) -> str:
    """What it was before, in the viewer's words."""
    if not found.frm or event.kind != EventKind.STATE:
        return found.frm or ""
    if is_staff_viewer(user):
        return staff_label(found.frm)
    return public_label(Level(event.level), found.frm)
