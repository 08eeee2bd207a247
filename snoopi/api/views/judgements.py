"""Judging executions, the reasons for it, and the states of scheduling blocks."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from projects.lookup import project_id_of
from projects.models import ExecBlock
from projects.permissions import can_move_at_all
from projects.querysets.project import is_staff_viewer
from projects.services.states import move_state
from projects.states import Level
from qa.models import LateVerdict
from qa.observatory import reasons
from qa.permissions import can_decide_qa0
from qa.reasons import QALevel
from qa.services.judgements import LONGEST_COMMENT, decide_qa0
from snoopi.api import filters
from snoopi.api.base import ApiRequest, ApiView, body_object, text_field
from snoopi.api.conditional import Validators
from snoopi.api.documents.judgements import late_verdict_line, reason
from snoopi.api.errors import BadValue
from snoopi.api.filters import Asked, Filter
from snoopi.api.pagination import paginated
from snoopi.api.schema import IF_MATCH, ListOf, query, reads, writes
from snoopi.api.shapes.blocks import ExecBlockReport, SchedBlockDetail
from snoopi.api.shapes.judgements import LateVerdictLine, QA0Request, Reasons
from snoopi.api.shapes.ous import StateRequest
from snoopi.api.views.blocks import (
    find_exec_block,
    find_sched_block,
    told_report,
    told_sched_block,
)
from snoopi.api.views.ous import asked_step

_LEVEL = query("level", "One level alone.", {"type": "string", "enum": [*QALevel]})


class ReasonList(ApiView):
    """The reasons that verdicts may have."""

    takes_project_tokens = True

    @reads(Reasons, "List reasons", parameters=[_LEVEL])
    def get(self, request: ApiRequest) -> Response:
        word = request.query_params.get("level") or ""
        if word and word not in [*QALevel]:
            raise BadValue("level", f"“{word[:40]}” is no level", [*QALevel])
        table = reasons()
        rows = table.on(QALevel(word)) if word else table.rows
        return Response(Reasons(next=None, previous=None, results=[reason(row) for row in rows]))


def _late_of_project(rows: Any, asked: Asked) -> Any:
    return rows.filter(member_ous__project_id=project_id_of(asked.text))


def _by_settled(rows: Any, asked: Asked) -> Any:
    return rows.filter(settled_at__isnull=asked.word(["true", "false"]) == "false")


_LATE_FILTERS = (
    Filter("project", "The project's code or ref.", _late_of_project),
    Filter("settled", "Whether somebody has looked after it.", _by_settled, ["true", "false"]),
)


class LateVerdictList(ApiView):
    """For staff: verdicts that changed when the member OUS was not moved by them any more."""

    order = ("-pk",)

    @reads(ListOf(LateVerdictLine), "List late verdicts", filters=_LATE_FILTERS, refuses=[403])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        if not is_staff_viewer(request.user):
            raise PermissionDenied("Late verdicts are for staff.")
        rows = LateVerdict.objects.visible_to(request.user).with_things()
        rows = filters.narrowed(rows, _LATE_FILTERS, request)
        return paginated(self, request, rows, late_verdict_line)


class ExecBlockQA0(ApiView):
    """The verdict on an execution."""

    @writes(
        {200: ExecBlockReport},
        "Judge an execution block",
        body=QA0Request,
        parameters=[IF_MATCH],
        named=True,
        refuses=[412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        block = find_exec_block(user, ref)
        if not can_decide_qa0(user):
            raise PermissionDenied("Your account may not judge executions.")
        seen = Validators.of(block, user).check_write(request)
        words = _judgement(body_object(request), block)
        decide_qa0(block, actor=user, expected_version=block.version if seen else None, **words)
        validators, build = told_report(find_exec_block(user, block.ref), user)
        return Response(build(), headers=validators.headers())


def _judgement(body: dict[str, Any], block: ExecBlock) -> dict[str, Any]:
    outcome, codes, public = body.get("outcome"), body.get("reasons", []), body.get("public", False)
    if not isinstance(outcome, str):
        raise BadValue("outcome", "must be the name of a verdict")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise BadValue("reasons", "must be a list of codes")
    if not isinstance(public, bool):
        raise BadValue("public", "must be true or false")
    return {
        "outcome": outcome,
        "reasons": codes,
        "comment": text_field(body, "comment", longest=LONGEST_COMMENT),
        "comment_public": public,
        "execution_fraction": _fraction(body, block),
    }


def _fraction(body: dict[str, Any], block: ExecBlock) -> Decimal | None:
    number = body.get("execution_fraction", block.execution_fraction)
    if number is None or isinstance(number, Decimal):
        return number
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise BadValue("execution_fraction", "must be a number or null")
    # What a program adds up is seldom exact in binary: 0.30000000000000004.
    return Decimal(str(round(number, 9)))


class SchedBlockState(ApiView):
    """The state of a scheduling block, to be moved."""

    @writes(
        {200: SchedBlockDetail},
        "Take one legal step with a scheduling block",
        body=StateRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        block = find_sched_block(request, ref)
        if not can_move_at_all(user, Level.SCHED_BLOCK):
            raise PermissionDenied("Your account may not move states.")
        seen = Validators.of(block, user).check_write(request)
        step = asked_step(body_object(request))
        move_state(block, actor=user, expected_version=block.version if seen else None, **step)
        fresh = find_sched_block(request, block.ref)
        validators, build = told_sched_block(fresh, user)
        return Response(build(), headers=validators.headers())
