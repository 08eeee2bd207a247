"""Deliveries, and the clock of a member OUS."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NoReturn

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from rest_framework.response import Response

from deliveries.models import Delivery, DeliveryState
from deliveries.moments import parse_moment
from deliveries.services.clock import (
    LONGEST_REASON,
    correct_clock,
    extend_clock,
    release_early,
    renew_clock,
    withdraw,
)
from projects.models import MemberOUS
from snoopi.api import filters
from snoopi.api.base import ApiRequest, ApiView, body_object, text_field
from snoopi.api.conditional import Validators
from snoopi.api.documents.deliveries import clock, delivery_line
from snoopi.api.errors import BadValue
from snoopi.api.filters import Asked, Filter
from snoopi.api.pagination import paginated
from snoopi.api.schema import IF_MATCH, ListOf, reads, writes
from snoopi.api.shapes.deliveries import ACTS, Clock, ClockRequest, DeliveryLine
from snoopi.api.views.ous import find_ous


def _in_state(rows: Any, asked: Asked) -> Any:
    return rows.filter(state__in=asked.words(DeliveryState.values))


_FILTERS = (
    filters.PROJECT,
    Filter("state", "How far it has come.", _in_state, tuple(DeliveryState.values)),
)


class DeliveryList(ApiView):
    """Deliveries: for staff all that they may see, for others what was delivered."""

    takes_project_tokens = True
    order = ("-pk",)

    @reads(ListOf(DeliveryLine), "List deliveries", filters=_FILTERS)
    def get(self, request: ApiRequest) -> HttpResponseBase:
        rows = Delivery.objects.visible_to(request.user).with_things()
        rows = filters.narrowed(rows, _FILTERS, request)
        return paginated(self, request, rows, partial(delivery_line, viewer=request.user))


class OUSClock(ApiView):
    """The proprietary period of a member OUS."""

    takes_project_tokens = True

    @reads(Clock, "Read the account of a proprietary period", named=True)
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        return Response(clock(_member(request, ref), request.user, timezone.now()))

    @writes(
        {201: Clock},
        "Enter a line in the ledger of a proprietary period",
        body=ClockRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        user, member = request.user, _member(request, ref)
        body = body_object(request)
        act = body.get("act")
        if not isinstance(act, str) or act not in ACTS:
            raise BadValue("act", "must be one of the words", [*ACTS])
        seen = Validators.of(member, user).check_write(request)
        words = {
            "actor": user,
            "reason": text_field(body, "reason", longest=LONGEST_REASON),
            "expected_version": member.version if seen else None,
        }
        _ENTER[act](member, body, words)
        fresh = _member(request, member.ref)
        headers = Validators.of(fresh, user).headers()
        return Response(clock(fresh, user, timezone.now()), 201, headers=headers)


def _member(request: ApiRequest, ref: str) -> MemberOUS:
    found = find_ous(request.user, ref)
    if not isinstance(found, MemberOUS):
        raise Http404
    return found


def _extend(member: MemberOUS, body: dict[str, Any], words: dict[str, Any]) -> None:
    extend_clock(member, **words, until=moment_of(body, "until"), months=months_of(body))


def _renew(member: MemberOUS, body: dict[str, Any], words: dict[str, Any]) -> None:
    if body.get("months") is not None:
        raise BadValue("months", "is said by the rule: leave it out, or say until when")
    renew_clock(member, **words, until=moment_of(body, "until"))


def _release(member: MemberOUS, body: dict[str, Any], words: dict[str, Any]) -> None:
    release_early(member, **words)


def _withdraw(member: MemberOUS, body: dict[str, Any], words: dict[str, Any]) -> None:
    withdraw(member, **words)


def _correct(member: MemberOUS, body: dict[str, Any], words: dict[str, Any]) -> None:
    until = moment_of(body, "until")
    if until is None:
        raise BadValue("until", "says when the period ends")
    correct_clock(member, **words, until=until)


_ENTER: Mapping[str, Callable[[MemberOUS, dict[str, Any], dict[str, Any]], None]] = {
    "extend": _extend,
    "renew": _renew,
    "release_early": _release,
    "withdraw": _withdraw,
    "correct": _correct,
}


def moment_of(body: dict[str, Any], name: str) -> datetime | None:
    """Answer a time of the body, None where it is left out."""
    text = body.get(name)
    if text is None:
        return None
    try:
        return parse_moment(text) if isinstance(text, str) else _no_moment(name)
    except ValueError:
        return _no_moment(name)


def _no_moment(name: str) -> NoReturn:
    raise BadValue(name, "must be a time such as 2027-03-01T12:00:00Z") from None


def months_of(body: dict[str, Any]) -> int | None:
    """Answer a number of months of the body, None where it is left out."""
    months = body.get("months")
    if months is not None and (isinstance(months, bool) or not isinstance(months, int)):
        raise BadValue("months", "must be a whole number")
    return months
