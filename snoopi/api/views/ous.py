"""OUSs of the three levels: lists, statuses, histories, executions, steps."""

from functools import partial
from typing import Any

from django.http import HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from accounts.models import User
from projects.lookup import canonical_ref, is_storable
from projects.models import Event, ExecBlock
from projects.permissions import can_move_at_all
from projects.querysets.lines import find_ous as find_by_ref
from projects.querysets.lines import ous_by_key, ous_keys, visible_on
from projects.services.states import move_state
from projects.states import Level
from qa.side_by_side import with_figures
from snoopi.api import filters
from snoopi.api.base import (
    ApiRequest,
    ApiView,
    body_object,
    found_or_404,
    text_field,
)
from snoopi.api.conditional import Validators, answer
from snoopi.api.documents.blocks import exec_block_line, exec_block_row
from snoopi.api.documents.ous import history_line, ous_detail, ous_row, status
from snoopi.api.errors import BadValue
from snoopi.api.pagination import paginated
from snoopi.api.past import AT, answer_past, moment_asked
from snoopi.api.schema import IF_MATCH, ListOf, query, reads, writes
from snoopi.api.shapes.blocks import ExecBlockLine, ExecBlockRow
from snoopi.api.shapes.ous import (
    Batch,
    BatchRequest,
    HistoryLine,
    OUSDetail,
    OUSRow,
    StateRequest,
    Status,
)
from snoopi.status_then import ous_then

LEVELS = {
    "member": Level.MEMBER_OUS,
    "group": Level.GROUP_OUS,
    "science_goal": Level.SCIENCE_GOAL,
}
MAX_BATCH = 1000
_FILTERS = (
    filters.STATE,
    filters.QA2,
    filters.PROJECT,
    filters.BAND,
    filters.ARRAY,
    filters.TARGET,
    filters.CHANGED_AFTER,
)
_LEVEL = query("level", "One level a list.", {"type": "string", "enum": list(LEVELS)})


def rows_on(level: Level, viewer: User, *parents: str) -> Any:
    """The visible OUSs of one level, ready to be told as statuses.

    Where ``parents`` of member OUSs are named they come with them, and with the project
    its contact scientist; a group has its goal.
    """
    rows = visible_on(level, viewer).as_status()
    if not parents:
        return rows
    rows = rows.select_related("project__contact_scientist")
    return rows.select_related(*parents) if level == Level.MEMBER_OUS else rows


def find_ous(viewer: User, ref: str, *parents: str) -> Any:
    """Answer the visible OUS with a ref, with its ``parents`` where they are asked for.

    Raises Http404.
    """
    return found_or_404(find_by_ref(ref, lambda level: rows_on(level, viewer, *parents)))


class OUSList(ApiView):
    """OUSs of one level that the caller may see."""

    takes_project_tokens = True

    @reads(
        ListOf(Status),
        "List the statuses of OUSs",
        filters=_FILTERS,
        parameters=[_LEVEL],
        table=OUSRow,
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        word = request.query_params.get("level") or "member"
        if word not in LEVELS:
            raise BadValue("level", f"“{word[:40]}” is no level", [*LEVELS])
        rows = filters.narrowed(rows_on(LEVELS[word], request.user), _FILTERS, request)
        tell, tell_row = (partial(told, viewer=request.user) for told in (status, ous_row))
        return paginated(self, request, rows, tell, tell_row)


class OUSView(ApiView):
    """One OUS with what stands around it."""

    takes_project_tokens = True

    @reads(OUSDetail, "Read an OUS", conditional=True, parameters=[AT])
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        moment = moment_asked(request)
        ous = find_ous(request.user, ref, "science_goal", "group_ous")
        if moment:
            then = ous_then(ous, request.user, moment)
            tell = partial(ous_detail, ous, request.user, moment)
            return answer_past(request, then, moment, tell)
        document = ous_detail(ous, request.user)
        validators = Validators.of(ous, request.user, document.items())
        return answer(request, validators, lambda: document)


class OUSStatus(ApiView):
    """Where one OUS stands."""

    takes_project_tokens = True

    @reads(Status, "Read the status of an OUS", conditional=True, parameters=[AT])
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        moment = moment_asked(request)
        ous = find_ous(request.user, ref)
        if moment:
            then = ous_then(ous, request.user, moment)
            return answer_past(request, then, moment, partial(status, ous, request.user, moment))
        document, validators = told_status(ous, request.user)
        return answer(request, validators, lambda: document)


def told_status(ous: Any, viewer: User) -> tuple[Status, Validators]:
    """Answer the status of an OUS and its validators."""
    document = status(ous, viewer)
    return document, Validators.of(ous, viewer, document.items())


class OUSBatch(ApiView):
    """Many statuses at once."""

    takes_project_tokens = True
    reads_by_post = True

    @writes({200: Batch}, "Read many statuses", body=BatchRequest)
    def post(self, request: ApiRequest) -> Response:
        uids = _uids(body_object(request))
        refs = {uid: canonical_ref(uid) if is_storable(uid) else "" for uid in uids}
        keys = ous_keys(refs.values()) if uids else {}
        things = ous_by_key(keys.values(), request.user)
        told = {(thing.LEVEL, thing.pk): status(thing, request.user) for thing in things}
        by_uid = {uid: told.get(keys[ref]) if ref in keys else None for uid, ref in refs.items()}
        missing = "not found"
        return Response({"results": [by_uid[uid] or _missing(uid, missing) for uid in uids]})


def _missing(uid: str, error: str) -> dict[str, str]:
    return {"uid": uid.encode(errors="replace").decode(), "error": error}


def _uids(body: dict[str, Any]) -> list[str]:
    uids = body.get("uids")
    if not isinstance(uids, list) or not all(isinstance(uid, str) for uid in uids):
        raise BadValue("uids", "must be a list of texts")
    if len(uids) > MAX_BATCH:
        raise BadValue("uids", f"may hold at most {MAX_BATCH}")
    return uids


class OUSHistory(ApiView):
    """What happened to an OUS, newest first."""

    takes_project_tokens = True
    order = ("-at", "-pk")

    @reads(ListOf(HistoryLine), "Read the history of an OUS", conditional=True)
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        return answer_history(self, request, find_ous(request.user, ref))


def answer_history(view: ApiView, request: ApiRequest, thing: Any) -> HttpResponseBase:
    """Answer a page of the history of a thing, with the thing's validators."""
    level = thing.LEVEL.value
    events = Event.objects.visible_to(request.user).filter(**{level: thing})
    rows = events.select_related(level, "actor")

    def build() -> object:
        tell = partial(history_line, viewer=request.user)
        return paginated(view, request, rows, tell)

    return answer(request, Validators.of(thing, request.user), build)


class OUSExecBlocks(ApiView):
    """The execution blocks of an OUS, newest first."""

    takes_project_tokens = True
    order = ("-ended", "-pk")

    @reads(
        ListOf(ExecBlockLine),
        "List the execution blocks of an OUS",
        named=True,
        table=ExecBlockRow,
    )
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        ous = find_ous(request.user, ref)
        rows = ExecBlock.objects.visible_to(request.user).with_parents().with_end()
        rows = with_figures(rows)
        below = filters.of_ous(rows, ous.LEVEL, ous.pk)
        forms = (exec_block_line, exec_block_row)
        return paginated(self, request, below, *(partial(t, viewer=request.user) for t in forms))


class OUSState(ApiView):
    """The state of a member OUS, to be moved."""

    @writes(
        {200: Status},
        "Take one legal step",
        body=StateRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        ous = find_ous(user, ref)
        if not can_move_at_all(user, Level.MEMBER_OUS):
            raise PermissionDenied("Your account may not move states.")
        seen = Validators.of(ous, user).check_write(request)
        step = asked_step(body_object(request))
        move_state(ous, actor=user, expected_version=ous.version if seen else None, **step)
        document, validators = told_status(find_ous(user, ous.ref), user)
        return Response(document, headers=validators.headers())


def asked_step(body: dict[str, Any]) -> dict[str, Any]:
    """Answer the step that a body asks for; raises BadValue."""
    to, public = body.get("to"), body.get("public", False)
    if not isinstance(to, str):
        raise BadValue("to", "must be the name of a state")
    if not isinstance(public, bool):
        raise BadValue("public", "must be true or false")
    return {"to": to, "note": text_field(body, "note", longest=2000), "note_public": public}
