"""Blanket extensions of proprietary periods."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponseBase
from rest_framework.response import Response

from accounts.rights import Right
from deliveries.models import BlanketExtension
from deliveries.services.blankets import (
    LONGEST_NAME,
    Change,
    changes_of,
    open_blanket,
    planned_blanket,
)
from deliveries.services.clock import LONGEST_REASON
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
from snoopi.api.shapes.blankets import (
    Blanket,
    BlanketChange,
    BlanketFacts,
    BlanketPlan,
    BlanketRequest,
)
from snoopi.api.views.deliveries import moment_of, months_of
from snoopi.bell import ring_blankets

CHANGES_SHOWN = 1000


class BlanketList(ApiView):
    """Blanket extensions, newest first."""

    order = ("-pk",)

    @reads(ListOf(Blanket), "List blanket extensions", refuses=[403])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        need_right(request.user, Right.CLOCK)
        return paginated(self, request, BlanketExtension.objects.counted(), told_blanket)

    @writes(
        {200: BlanketPlan, 201: BlanketPlan},
        "Decide a blanket extension; with dry_run see what it would change",
        body=BlanketRequest,
        refuses=[409],
    )
    def post(self, request: ApiRequest) -> Response:
        need_right(request.user, Right.CLOCK)
        body = body_object(request)
        planned, is_dry = _planned(request, body), flag_field(body, "dry_run")
        changes = list(changes_of(planned))
        is_new = not is_dry and not planned.is_kept
        if not is_dry:
            planned = open_blanket(planned)
            ring_blankets()
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return Response(_plan(planned, changes, is_dry), status)


def _planned(request: ApiRequest, body: dict[str, Any]) -> BlanketExtension:
    return planned_blanket(
        name=text_field(body, "name", longest=LONGEST_NAME),
        actor=request.user,
        reason=text_field(body, "reason", longest=LONGEST_REASON),
        months=months_of(body),
        until=moment_of(body, "until"),
        not_public_at=moment_of(body, "not_public_at"),
        cycles=texts_field(body, "cycles"),
        projects=texts_field(body, "projects"),
    )


def told_blanket(row: Any) -> Blanket:
    """One of the list; read it ``counted``."""
    return Blanket(
        **_facts(row),
        decided_by=row.decided_by.username,
        lengthened=row.lengthened,
        done_at=row.done_at,
    )


def _facts(row: BlanketExtension) -> BlanketFacts:
    return BlanketFacts(
        name=row.name,
        at=row.at,
        months=row.months,
        until=row.until,
        not_public_at=row.not_public_at,
        cycles=row.cycles,
        projects=row.projects,
        reason=row.reason,
    )


def _plan(planned: BlanketExtension, changes: list[Change], is_dry: bool) -> BlanketPlan:
    return BlanketPlan(
        **_facts(planned),
        dry_run=is_dry,
        lengthens=len(changes),
        closes_again=sum(change.closes_again for change in changes),
        changes=[_change(change) for change in changes[:CHANGES_SHOWN]],
    )


def _change(change: Change) -> BlanketChange:
    member = change.member_ous
    return BlanketChange(
        ref=member.ref,
        uid=member.uid,
        project=member.project.ref,
        release_date=change.end,
        new_release_date=change.new_end,
        closes_again=change.closes_again,
    )
