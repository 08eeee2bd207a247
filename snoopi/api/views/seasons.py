"""Acts on seasons: the end of one, and its beginning."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponseBase
from rest_framework.response import Response

from accounts.rights import Right
from projects.models import SeasonAct
from projects.season_acts import SPARED_WORDS
from projects.services.season_acts import LONGEST_REASON, decide_act, planned_act, undo_act
from projects.services.season_plans import Preview, Told, preview
from snoopi.api.base import (
    ApiRequest,
    ApiView,
    body_object,
    flag_field,
    need_right,
    text_field,
    texts_field,
)
from snoopi.api.pagination import paginated
from snoopi.api.schema import ListOf, reads, writes
from snoopi.api.shapes import seasons as shapes
from snoopi.bell import ring_seasons

CHANGES_SHOWN = 1000
_LONGEST_WORD = 20


class SeasonList(ApiView):
    """Acts on seasons, newest first."""

    order = ("-pk",)

    @reads(ListOf(shapes.SeasonAct), "List acts on seasons", refuses=[403])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        need_right(request.user, Right.OBSERVING)
        return paginated(self, request, SeasonAct.objects.counted(), told_act)

    @writes(
        {200: shapes.SeasonPlan, 201: shapes.SeasonPlan},
        "End a season or put back what was carried over; with dry_run see what that would change",
        body=shapes.SeasonRequest,
        refuses=[409],
    )
    def post(self, request: ApiRequest) -> Response:
        need_right(request.user, Right.OBSERVING)
        body = body_object(request)
        planned, is_dry = _planned(request, body), flag_field(body, "dry_run")
        found = preview(planned, most=CHANGES_SHOWN)
        if not is_dry:
            decide_act(planned)
            ring_seasons()
        status = HTTPStatus.OK if is_dry else HTTPStatus.CREATED
        return Response(_plan(found, is_dry=is_dry), status)


class SeasonView(ApiView):
    """One act on a season."""

    @reads(shapes.SeasonAct, "Read an act on a season", refuses=[403, 404])
    def get(self, request: ApiRequest, number: int) -> Response:
        need_right(request.user, Right.OBSERVING)
        return Response(told_act(_found(number)))


class SeasonUndo(ApiView):
    """An act to be undone as one."""

    @writes(
        {200: shapes.SeasonAct},
        "Undo an act on a season, until somebody has acted on something that it moved",
        refuses=[404, 409],
    )
    def post(self, request: ApiRequest, number: int) -> Response:
        need_right(request.user, Right.OBSERVING)
        undo_act(_found(number), actor=request.user)
        ring_seasons()
        return Response(told_act(_found(number)))


def _found(number: int) -> Any:
    row = SeasonAct.objects.counted().filter(pk=number).first()
    if row is None:
        raise Http404
    return row


def _planned(request: ApiRequest, body: dict[str, Any]) -> SeasonAct:
    return planned_act(
        kind=text_field(body, "kind", longest=_LONGEST_WORD),
        cycle=text_field(body, "cycle", longest=_LONGEST_WORD),
        configurations=texts_field(body, "configurations"),
        spares_unruled=flag_field(body, "spares_unruled"),
        actor=request.user,
        reason=text_field(body, "reason", longest=LONGEST_REASON),
    )


def told_act(row: Any) -> shapes.SeasonAct:
    """One of the list; read it ``counted``."""
    return shapes.SeasonAct(
        **_facts(row),
        number=row.pk,
        decided_by=row.decided_by.username,
        timed_out=row.timed_out,
        carried_over=row.carried_over,
        put_back=row.put_back,
        to_processing=row.to_processing,
        done_at=row.done_at,
        undone_by=row.undone_by.username if row.undone_by else None,
        undone_at=row.undone_at,
        undo_done_at=row.undo_done_at,
    )


def _facts(row: SeasonAct) -> shapes.SeasonFacts:
    return shapes.SeasonFacts(
        kind=row.kind,
        cycle=row.cycle,
        configurations=row.configurations,
        spares_unruled=row.spares_unruled,
        at=row.at,
        reason=row.reason,
    )


def _plan(found: Preview, *, is_dry: bool) -> shapes.SeasonPlan:
    return shapes.SeasonPlan(
        **_facts(found.act),
        number=found.act.pk,
        dry_run=is_dry,
        projects=found.projects,
        counts=[
            shapes.SeasonCount(level=level, fate=fate, number=number)
            for (level, fate), number in sorted(found.counts.items())
        ],
        spared=[
            shapes.SeasonSpared(why=why, words=SPARED_WORDS[why], number=number)
            for why, number in sorted(found.spared.items())
        ],
        changes=[_change(one) for one in found.changes],
    )


def _change(one: Told) -> shapes.SeasonChange:
    return shapes.SeasonChange(
        level=one.thing.LEVEL,
        ref=one.thing.ref,
        uid=one.thing.uid,
        project=one.project.ref,
        fate=one.fate or "",
        state=one.frm,
        to=one.to,
    )
