"""QA2: all rounds of a member OUS, deciding on it, and taking that back."""

import math
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from accounts.models import User
from projects.lookup import is_storable
from projects.models import MemberOUS
from qa.asked_got import KINDS, NUMBERS, Got
from qa.checks import CODES, LONGEST_NOTE, Ticked, ticked
from qa.permissions import can_decide_qa2
from qa.reviewing import LONGEST_COMMENT, LONGEST_NAME
from qa.services.reviews import decide_qa2, undo_qa2
from snoopi.api.base import ApiRequest, ApiView, body_object, text_field
from snoopi.api.conditional import Validators, answer
from snoopi.api.documents.reviews import qa2_document, qa2_standing
from snoopi.api.errors import BadValue
from snoopi.api.schema import IF_MATCH, reads, writes
from snoopi.api.shapes.reviews import QA2Document, QA2Request, QA2Undo
from snoopi.api.views.ous import find_ous
from snoopi.bell import ring_hold


def find_member(viewer: User, ref: str) -> MemberOUS:
    """Answer the visible member OUS with a ref; QA2 judges nothing else. Raises Http404."""
    ous = find_ous(viewer, ref, "science_goal", "group_ous")
    if not isinstance(ous, MemberOUS):
        raise Http404
    return ous


class OUSReview(ApiView):
    """QA2 of a member OUS."""

    takes_project_tokens = True

    @reads(QA2Document, "Read QA2 of a member OUS", conditional=True)
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        member = find_member(request.user, ref)
        validators = _validators(member, request.user)
        return answer(request, validators, lambda: qa2_document(member, request.user))

    @writes(
        {201: QA2Document},
        "Decide on a member OUS in QA2",
        body=QA2Request,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        member, version = _asked_to_act(request, ref)
        words = _decision(body_object(request))
        decision = decide_qa2(member, actor=request.user, expected_version=version, **words)
        ring_hold(decision.hold_until)
        return _told(request.user, member, HTTPStatus.CREATED)


class OUSReviewUndo(ApiView):
    """A QA2 decision to be taken back."""

    @writes(
        {200: QA2Document},
        "Take back QA2 of a member OUS while the hold runs",
        body=QA2Undo,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        member, version = _asked_to_act(request, ref)
        note = text_field(body_object(request), "note", longest=LONGEST_COMMENT)
        undo_qa2(member, actor=request.user, expected_version=version, note=note)
        return _told(request.user, member, HTTPStatus.OK)


def _asked_to_act(request: ApiRequest, ref: str) -> tuple[MemberOUS, int | None]:
    """The member OUS that a reviewer acts on, and the version that they have seen."""
    member = find_member(request.user, ref)
    if not can_decide_qa2(request.user, member):
        raise PermissionDenied("Your account may not decide on this member OUS.")
    seen = Validators.of(member, request.user).check_write(request)
    return member, member.version if seen else None


def _told(user: User, member: MemberOUS, status: HTTPStatus) -> Response:
    fresh = find_member(user, member.ref)
    headers = _validators(fresh, user).headers()
    return Response(qa2_document(fresh, user), status=status, headers=headers)


def _validators(member: MemberOUS, user: User) -> Validators:
    return Validators.of(member, user, *qa2_standing(member, user))


def _decision(body: dict[str, Any]) -> dict[str, Any]:
    outcome, codes = body.get("outcome"), body.get("reasons", [])
    if not isinstance(outcome, str):
        raise BadValue("outcome", "must be the name of an outcome")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise BadValue("reasons", "must be a list of codes")
    return {
        "outcome": outcome,
        "reasons": codes,
        "comment": text_field(body, "comment", longest=LONGEST_COMMENT),
        "comment_public": _yes(body, "public"),
        "release_reducer": _yes(body, "release_reducer"),
        "achieved": [_figure(item) for item in _objects(body, "achieved")],
        "checks": _checks(_objects(body, "checks")),
        "extra_executions": _extra(body.get("extra_executions")),
        "sched_block": text_field(body, "sched_block", longest=LONGEST_NAME),
    }


def _yes(body: dict[str, Any], name: str) -> bool:
    said = body.get(name, False)
    if not isinstance(said, bool):
        raise BadValue(name, "must be true or false")
    return said


def _objects(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = body.get(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadValue(name, "must be a list of objects")
    return items


def _figure(item: dict[str, Any]) -> Got:
    source, window = (_text(item, name, LONGEST_NAME) for name in ("source", "window"))
    numbers: dict[str, Any] = {name: _number(item, name) for name in NUMBERS}
    kind, note = _text(item, "kind", LONGEST_NAME), _text(item, "note", LONGEST_NOTE)
    if kind not in KINDS:
        raise BadValue("achieved", "kind is no kind of image", [*KINDS])
    return Got(source=source, window=window, kind=kind, note=note, **numbers)


def _text(item: dict[str, Any], name: str, longest: int) -> str:
    text = item.get(name, "")
    if not isinstance(text, str) or not is_storable(text) or len(text) > longest:
        raise BadValue("achieved", f"{name} must be a text of at most {longest} characters")
    return text.strip()


def _number(item: dict[str, Any], name: str) -> float | None:
    value = item.get(name)
    if value is None:
        return None
    is_angle = name == "beam_angle_deg"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue("achieved", f"{name} must be a number or null")
    # Compared before it becomes a float: an integer may have a thousand digits.
    fits = -360 <= value <= 360 if is_angle else 0 < value < 1e12
    if not fits:
        wanted = "from -360 to 360" if is_angle else "above zero"
        raise BadValue("achieved", f"{name} must be a number {wanted}")
    return float(value)


def _checks(items: list[dict[str, Any]]) -> list[Ticked]:
    for item in items:
        if item.get("code") not in CODES:
            raise BadValue("checks", "code is no check", [*CODES])
        comment = item.get("comment", "")
        if not isinstance(item.get("ok", False), bool):
            raise BadValue("checks", "ok must be true or false")
        if not isinstance(comment, str) or not is_storable(comment) or len(comment) > LONGEST_NOTE:
            raise BadValue("checks", f"comment must be a text of at most {LONGEST_NOTE} characters")
    return ticked(items)


def _extra(number: object) -> Decimal | None:
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise BadValue("extra_executions", "must be a number or null")
    if isinstance(number, float) and not math.isfinite(number):
        raise BadValue("extra_executions", "must be a number or null")
    # What a program adds up is seldom exact in binary: 0.30000000000000004.
    return Decimal(str(round(number, 9)))
