"""Entering lines in the ledger of a proprietary period from a page, and what goes with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from deliveries.errors import BadClockEntry, ClockRefused, NotDeliverable
from deliveries.models import Delivery
from deliveries.moments import parse_moment
from deliveries.services.access import lift_hold, withhold_files
from deliveries.services.clock import (
    LONGEST_REASON,
    correct_clock,
    extend_clock,
    release_early,
    renew_clock,
    withdraw,
)
from deliveries.services.opening import retry_delivery
from projects.errors import NotAllowed, StaleVersion
from projects.models import MemberOUS, ObsUnitSet
from projects.presentation import version_of
from snoopi.bell import ring_deliveries
from snoopi.pages.doors import PageRequest, asked_text, shows
from snoopi.pages.finders import ous_for
from snoopi.pages.panels import ous_panel
from snoopi.pages.qa2_panel import qa2_section
from snoopi.pages.views.moves import form_version

_REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    BadClockEntry: HTTPStatus.BAD_REQUEST,
    ClockRefused: HTTPStatus.CONFLICT,
    NotDeliverable: HTTPStatus.CONFLICT,
}
_TYPED = ("act", "until", "months", "reason")

Act = Callable[[PageRequest, MemberOUS], str]


@require_POST
@shows(ous_for)
def ous_clock(request: PageRequest, ous: ObsUnitSet) -> HttpResponse:
    """Do what a form of the section "Delivery and clock" asks for, and say what became of it."""
    act = _ACTS.get(asked_text(request.POST, "act", most=20))
    if not isinstance(ous, MemberOUS):
        raise Http404("Only member OUSs have a clock.")
    if act is None:
        return _refused(request, ous, "Choose what shall be done.", HTTPStatus.BAD_REQUEST)
    try:
        messages.success(request, act(request, ous))
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except tuple(_REFUSALS) as error:
        return _refused(request, ous, str(error), _REFUSALS[type(error)])
    return redirect(f"{ous.get_absolute_url()}#delivery")


def _refused(
    request: PageRequest, ous: ObsUnitSet, sentence: str, status: HTTPStatus
) -> HttpResponse:
    """The page once more, with what was typed."""
    messages.error(request, sentence)
    fresh = ous_for(request.user, ous.ref) or ous
    typed = {name: asked_text(request.POST, name, most=LONGEST_REASON) for name in _TYPED}
    panel = {**ous_panel(fresh, request.user), **qa2_section(fresh, request.user)}
    context = {**panel, "typed": typed}
    return render(request, "pages/ous_detail.html", context, status=status)


def _words(request: PageRequest, member: MemberOUS) -> dict[str, Any]:
    """Who enters what for what reason, having seen which version."""
    return {
        "actor": request.user,
        "reason": asked_text(request.POST, "reason", most=LONGEST_REASON + 1),
        "expected_version": _seen_version(request, member),
    }


def _seen_version(request: PageRequest, member: MemberOUS) -> int:
    """The version that the form was made from: people outside are shown a count of their own."""
    is_fresh = form_version(request) == version_of(member, request.user)
    return member.version if is_fresh else 0


def typed_moment(request: PageRequest, name: str) -> datetime | None:
    """The moment that was typed, in UTC where it says no other; a bare date is its midnight."""
    text = asked_text(request.POST, name, most=40)
    try:
        return parse_moment(text) if text else None
    except ValueError:
        sentence = f"“{text}” is no time: write 2026-12-31 12:00:00."
        raise BadClockEntry(name, sentence) from None


def typed_months(request: PageRequest) -> int | None:
    """The number of months that was typed."""
    text = asked_text(request.POST, "months", most=5)
    if text and not (text.isascii() and text.isdecimal()):
        raise BadClockEntry("months", f"“{text}” is no number of months.")
    return int(text) if text else None


def _extend(request: PageRequest, member: MemberOUS) -> str:
    until, months = typed_moment(request, "until"), typed_months(request)
    extend_clock(member, **_words(request, member), until=until, months=months)
    return f"The period ends on {_end(member)}."


def _renew(request: PageRequest, member: MemberOUS) -> str:
    renew_clock(member, **_words(request, member), until=typed_moment(request, "until"))
    return f"The period is renewed. It ends on {_end(member)}."


def _correct(request: PageRequest, member: MemberOUS) -> str:
    until = typed_moment(request, "until")
    if until is None:
        raise BadClockEntry("until", "Say when the period ends.")
    correct_clock(member, **_words(request, member), until=until)
    return f"The period ends on {_end(member)}."


def _release(request: PageRequest, member: MemberOUS) -> str:
    if "sure" not in request.POST:
        raise BadClockEntry("sure", "Confirm that the clock shall start now.")
    release_early(member, **_words(request, member))
    return f"The raw data are released. The period ends on {_end(member)}."


def _withdraw(request: PageRequest, member: MemberOUS) -> str:
    withdraw(member, **_words(request, member))
    return "The data are withdrawn."


def _withhold(request: PageRequest, member: MemberOUS) -> str:
    withhold_files(member, actor=request.user, reason=asked_text(request.POST, "reason", most=2000))
    return "The files are withheld."


def _lift(request: PageRequest, member: MemberOUS) -> str:
    lift_hold(member, actor=request.user)
    return "The files can be read again."


def _retry(request: PageRequest, member: MemberOUS) -> str:
    delivery = Delivery.objects.filter(member_ous=member).order_by("-pk").first()
    if delivery is None:
        raise NotDeliverable("There is no delivery to try again.")
    retry_delivery(delivery, actor=request.user, now=timezone.now())
    ring_deliveries()
    return "The delivery is tried again."


def _end(member: MemberOUS) -> str:
    return f"{member.release_date:%Y-%m-%d %H:%M:%S} UTC" if member.release_date else "no known day"


_ACTS: Mapping[str, Act] = {
    "extend": _extend,
    "renew": _renew,
    "correct": _correct,
    "release_early": _release,
    "withdraw": _withdraw,
    "withhold": _withhold,
    "lift": _lift,
    "retry": _retry,
}
