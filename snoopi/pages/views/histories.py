"""What happened to a project, an OUS or a scheduling block."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from projects.models import Event, LivingThing, ObsUnitSet, Project, SchedBlock
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.csv_files import history_csv
from snoopi.pages.doors import PageRequest, shows, takes_tokens
from snoopi.pages.finders import ous_for, project_for, sched_block_for
from snoopi.pages.timeline import step_of

_PAGE_SIZE = 50
_NEWEST_FIRST = ("-at", "-pk")


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
        "steps": [step_of(event, request.user) for event in found.rows],
        "next": found.next,
        "is_first": not cursor,
    }
    return render(request, "pages/history.html", context)
