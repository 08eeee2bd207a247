"""Taking a step of a life cycle from a page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from projects.errors import IllegalMove, NotAllowed, StaleVersion
from projects.models import ObsUnitSet
from projects.permissions import can_move_at_all
from projects.services.states import move_state
from projects.states import Level
from snoopi.pages.doors import PageRequest, asked_text, shows
from snoopi.pages.finders import ous_for
from snoopi.pages.panels import ous_panel


@require_POST
@shows(ous_for)
def ous_state(request: PageRequest, ous: ObsUnitSet) -> HttpResponse:
    """Take one legal step with an OUS, and say what became of it."""
    # Asked of a group or a goal too: why they take no steps is told to who takes others.
    if not can_move_at_all(request.user, Level.MEMBER_OUS):
        raise PermissionDenied("Steps of this life cycle are not yours to take.")
    try:
        move_state(
            ous,
            to=asked_text(request.POST, "to", most=40),
            actor=request.user,
            expected_version=_version(request.POST.get("version", "")),
            note=asked_text(request.POST, "note", most=2000),
            note_public="public" in request.POST,
        )
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except StaleVersion as error:
        return _refused(request, ous, str(error), 412)
    except IllegalMove as error:
        return _refused(request, ous, str(error), 409)
    messages.success(request, "The step was taken.")
    return redirect(ous)


def _version(text: str) -> int:
    """The version that a form was made from; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _refused(request: PageRequest, ous: ObsUnitSet, sentence: str, status: int) -> HttpResponse:
    messages.error(request, sentence)
    fresh = ous_for(request.user, ous.ref) or ous
    return render(request, "pages/ous_detail.html", ous_panel(fresh, request.user), status=status)
