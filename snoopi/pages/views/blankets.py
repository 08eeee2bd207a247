"""Blanket extensions of proprietary periods: the list, a form, and what it would change."""

from http import HTTPStatus
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from deliveries.errors import BadClockEntry, ClockRefused
from deliveries.models import BlanketExtension
from deliveries.permissions import can_extend_clock
from deliveries.services.blankets import Change, changes_of, open_blanket, planned_blanket
from deliveries.services.clock import LONGEST_REASON
from snoopi.bell import ring_blankets
from snoopi.pages.doors import PageRequest, asked_text, members_only
from snoopi.pages.views.clocks import typed_moment, typed_months

_SHOWN = 100
_PAST_SHOWN = 50
_LONGEST_SCOPE = 20_000
_TYPED = ("name", "months", "until", "not_public_at", "cycles", "projects", "reason")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def blankets(request: PageRequest) -> HttpResponseBase:
    """Those that were decided; a form that shows what one would change before it is decided."""
    if not can_extend_clock(request.user):
        raise PermissionDenied("Extending proprietary periods is not yours.")
    if request.method != "POST":
        return _page(request)
    try:
        planned = _planned(request)
        if asked_text(request.POST, "act", most=10) == "decide":
            return _decide(request, planned)
        return _page(request, preview=_preview(planned))
    except (BadClockEntry, ClockRefused) as error:
        messages.error(request, str(error))
        refused = isinstance(error, ClockRefused)
        return _page(request, HTTPStatus.CONFLICT if refused else HTTPStatus.BAD_REQUEST)


def _planned(request: PageRequest) -> BlanketExtension:
    return planned_blanket(
        name=asked_text(request.POST, "name"),
        actor=request.user,
        reason=asked_text(request.POST, "reason", most=LONGEST_REASON + 1),
        months=typed_months(request),
        until=typed_moment(request, "until"),
        not_public_at=typed_moment(request, "not_public_at"),
        cycles=_words(request, "cycles"),
        projects=_words(request, "projects"),
    )


def _words(request: PageRequest, name: str) -> list[str]:
    return asked_text(request.POST, name, most=_LONGEST_SCOPE).replace(",", " ").split()


def _decide(request: PageRequest, planned: BlanketExtension) -> HttpResponseBase:
    kept = open_blanket(planned)
    ring_blankets()
    messages.success(request, f"“{kept}” is decided; the periods are being lengthened.")
    return redirect("blankets")


def _preview(planned: BlanketExtension) -> dict[str, Any]:
    """What would change: all of it counted, the first of it shown."""
    changes = changes_of(planned)
    shown = list(islice(changes, _SHOWN))
    again, number = _closing(shown), len(shown)
    for change in changes:
        again, number = again + change.closes_again, number + 1
    return {"planned": planned, "shown": shown, "number": number, "again": again}


def _closing(changes: list[Change]) -> int:
    return sum(change.closes_again for change in changes)


def _page(
    request: HttpRequest,
    status: HTTPStatus = HTTPStatus.OK,
    preview: dict[str, Any] | None = None,
) -> HttpResponseBase:
    typed = {name: asked_text(request.POST, name, most=_LONGEST_SCOPE) for name in _TYPED}
    context = {
        "rows": BlanketExtension.objects.counted()[:_PAST_SHOWN],
        "typed": typed,
        "preview": preview,
    }
    return render(request, "pages/blankets.html", context, status=status)
