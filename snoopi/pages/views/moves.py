"""Taking a step of a life cycle from a page."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from projects.errors import IllegalMove, NotAllowed, NoteMissing, StaleVersion
from projects.models import ObsUnitSet, SchedBlock
from projects.permissions import can_move_at_all
from projects.services.states import move_state
from projects.states import Level
from snoopi.pages.doors import PageRequest, asked_text, shows
from snoopi.pages.finders import ous_for, sched_block_for
from snoopi.pages.panels import ous_panel, sched_block_panel
from snoopi.pages.qa2_panel import qa2_section

_REFUSALS = {
    StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    IllegalMove: HTTPStatus.CONFLICT,
    NoteMissing: HTTPStatus.BAD_REQUEST,
}


@require_POST
@shows(ous_for)
def ous_state(request: PageRequest, ous: ObsUnitSet) -> HttpResponse:
    """Take one legal step with an OUS, and say what became of it."""
    # Asked of a group or a goal too: why they take no steps is told to who takes others.
    refused = _step(request, ous, Level.MEMBER_OUS)
    if refused is None:
        return redirect(ous)
    fresh = ous_for(request.user, ous.ref) or ous
    panel = {**ous_panel(fresh, request.user), **qa2_section(fresh, request.user)}
    return _again(request, "pages/ous_detail.html", panel, refused)


@require_POST
@shows(sched_block_for)
def sched_block_state(request: PageRequest, sched_block: SchedBlock) -> HttpResponse:
    """Take one legal step with a scheduling block, and say what became of it."""
    refused = _step(request, sched_block, Level.SCHED_BLOCK)
    if refused is None:
        return redirect(sched_block)
    fresh = sched_block_for(request.user, sched_block.ref) or sched_block
    panel = sched_block_panel(fresh, request.user)
    return _again(request, "pages/sched_block_detail.html", panel, refused)


def _step(request: PageRequest, thing: ObsUnitSet | SchedBlock, level: Level) -> HTTPStatus | None:
    """Take the step that a form asks for; answer the status where it is refused."""
    if not can_move_at_all(request.user, level):
        raise PermissionDenied("Steps of this life cycle are not yours to take.")
    try:
        move_state(
            thing,
            to=asked_text(request.POST, "to", most=40),
            actor=request.user,
            expected_version=form_version(request),
            note=asked_text(request.POST, "note", most=2000),
            note_public="public" in request.POST,
        )
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except (StaleVersion, IllegalMove, NoteMissing) as error:
        messages.error(request, str(error))
        return _REFUSALS[type(error)]
    messages.success(request, "The step was taken.")
    return None


def form_version(request: PageRequest) -> int:
    """The version that a form was made from; 0, which nothing has, for anything else."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _again(
    request: PageRequest, template: str, panel: dict[str, Any], status: HTTPStatus
) -> HttpResponse:
    """The page once more, with what was typed."""
    typed = {name: asked_text(request.POST, name, most=2000) for name in ("to", "note")}
    context = {**panel, "typed": {**typed, "public": "public" in request.POST}}
    return render(request, template, context, status=status)
