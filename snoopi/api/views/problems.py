"""QA3: the problem reports of a member OUS, reporting one, and what becomes of it."""

import math
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from accounts.models import User
from deliveries.reporting import LONGEST_ABOUT, about_of
from projects.models import MemberOUS
from projects.querysets.project import is_staff_viewer
from qa.models import ProblemReport
from qa.permissions import can_triage, reporting_as
from qa.problems import LONGEST_DESCRIPTION, LONGEST_NOTE, LONGEST_SUBJECT, Act
from qa.reviewing import LONGEST_NAME
from qa.services.problems import report_problem
from snoopi.api.base import ApiRequest, ApiView, body_object, found_or_404, text_field
from snoopi.api.conditional import Validators, answer
from snoopi.api.documents.problems import problem_line, problem_report
from snoopi.api.errors import BadValue
from snoopi.api.pagination import paginated
from snoopi.api.schema import IF_MATCH, ListOf, reads, writes
from snoopi.api.shapes.problems import QA3ActRequest, QA3Line, QA3Report, QA3Request
from snoopi.api.views.reviews import find_member
from snoopi.bell import ring_mail
from snoopi.problem_acts import ACTS


class OUSProblems(ApiView):
    """The problem reports of a member OUS."""

    order = ("-pk",)

    @reads(ListOf(QA3Line), "List problem reports", named=True)
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        member = find_member(request.user, ref)
        rows = ProblemReport.objects.filter(member_ous=member).with_things()
        return paginated(self, request, rows, partial(problem_line, viewer=request.user))

    @writes(
        {201: QA3Report},
        "Report a problem",
        body=QA3Request,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        user, member = request.user, find_member(request.user, ref)
        if reporting_as(user, member) is None:
            raise PermissionDenied("Your account may not report problems with these data.")
        seen = _has_seen(request, member)
        body = body_object(request)
        said = "" if body.get("about") is None else text_field(body, "about", longest=LONGEST_ABOUT)
        report = report_problem(
            member,
            subject=text_field(body, "subject", longest=LONGEST_SUBJECT),
            description=text_field(body, "description", longest=LONGEST_DESCRIPTION),
            about=about_of(member, said, user).about,
            actor=user,
            expected_version=member.version if seen else None,
        )
        return _told(user, member, report.pk, HTTPStatus.CREATED)


def _has_seen(request: ApiRequest, member: MemberOUS) -> bool:
    """Whether a tag was named that must still hold; staff name one, others may."""
    if not is_staff_viewer(request.user) and "If-Match" not in request.headers:
        return False
    return Validators.of(member, request.user).check_write(request)


class OUSProblem(ApiView):
    """One problem report of a member OUS."""

    @reads(QA3Report, "Read a problem report", conditional=True)
    def get(self, request: ApiRequest, ref: str, number: int) -> HttpResponseBase:
        member = find_member(request.user, ref)
        document = problem_report(_found(member, number), request.user)
        validators = Validators.of(member, request.user, document.items())
        return answer(request, validators, lambda: document)

    @writes(
        {200: QA3Report},
        "Decide what becomes of a problem report",
        body=QA3ActRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str, number: int) -> Response:
        user, member = request.user, find_member(request.user, ref)
        report = _found(member, number)
        if not can_triage(user):
            raise PermissionDenied("Your account may not decide on problem reports.")
        seen = Validators.of(member, user).check_write(request)
        body = body_object(request)
        word = body.get("act")
        if not isinstance(word, str) or word not in [*Act]:
            raise BadValue("act", "must be one of the words", [*Act])
        act, version = Act(word), member.version if seen else None
        ACTS[act](report, actor=user, expected_version=version, **_words(body, act))
        return _told(user, member, report.pk, HTTPStatus.OK)


def _found(member: MemberOUS, number: int) -> ProblemReport:
    rows = ProblemReport.objects.filter(member_ous=member).with_things()
    return found_or_404(rows.filter(pk=number).first())


def _told(user: User, member: MemberOUS, number: int, status: HTTPStatus) -> Response:
    ring_mail()
    fresh = find_member(user, member.ref)
    document = problem_report(_found(fresh, number), user)
    headers = Validators.of(fresh, user, document.items()).headers()
    return Response(document, status=status, headers=headers)


def _words(body: dict[str, Any], act: Act) -> dict[str, Any]:
    """What the body says for an act, in the words of its service."""
    comment = text_field(body, "comment", longest=LONGEST_NOTE)
    if act == Act.ANSWER:
        return {"text": comment}
    said = {"comment": comment, "comment_public": _yes(body, "public")}
    if act in (Act.DISMISS, Act.ABORT):
        return {**said, "reasons": _codes(body)}
    if act == Act.INVESTIGATE:
        withhold = text_field(body, "withhold", longest=LONGEST_NOTE)
        return {**said, "withhold": withhold, "withdraw": _yes(body, "withdraw")}
    if act == Act.FAIL:
        block = text_field(body, "sched_block", longest=LONGEST_NAME)
        return {**said, "extra_executions": _extra(body), "sched_block": block}
    return said


def _yes(body: dict[str, Any], name: str) -> bool:
    said = body.get(name, False)
    if not isinstance(said, bool):
        raise BadValue(name, "must be true or false")
    return said


def _codes(body: dict[str, Any]) -> list[str]:
    codes = body.get("reasons", [])
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise BadValue("reasons", "must be a list of codes")
    return codes


def _extra(body: dict[str, Any]) -> Decimal | None:
    number = body.get("extra_executions")
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise BadValue("extra_executions", "must be a number")
    if isinstance(number, float) and not math.isfinite(number):
        raise BadValue("extra_executions", "must be a number")
    # What a program adds up is seldom exact in binary: 0.30000000000000004.
    return Decimal(str(round(number, 9)))
