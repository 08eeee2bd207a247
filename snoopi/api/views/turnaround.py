"""How long things take from observation to delivery, for staff."""

from functools import partial
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.response import Response

from accounts.models import ARC
from projects.observatory import service_goals
from projects.turnaround import burn_down, goal_on
from snoopi.api import filters
from snoopi.api.base import ApiRequest, ApiView
from snoopi.api.documents.turnaround import board, durations, turnaround_row
from snoopi.api.exports import file_answer, form_of
from snoopi.api.filters import Asked, Filter
from snoopi.api.pagination import paginated
from snoopi.api.schema import ListOf, query, reads
from snoopi.api.shapes.turnaround import Duration, Turnaround, TurnaroundRow
from snoopi.api.views.working import refuse_outsiders
from snoopi.queues import YES_NO
from snoopi.turnaround import (
    GROUPINGS,
    REDUCTIONS,
    WEEKS,
    groups_of,
    late_among,
    loads_of,
    member_rows,
    reduced_by,
    told,
)


def _by_arc(rows: Any, asked: Asked) -> Any:
    return rows.filter(project__arc=asked.word(ARC.values))


def _by_cycle(rows: Any, asked: Asked) -> Any:
    return rows.filter(project__cycle=asked.text)


def _by_reduction(rows: Any, asked: Asked) -> Any:
    return reduced_by(rows, asked.word(REDUCTIONS))


def _by_late(rows: Any, asked: Asked) -> Any:
    now = timezone.now()
    late = late_among(rows, goal_on(service_goals(), now.date()), now)
    return late if asked.word(YES_NO) == "yes" else rows.exclude(pk__in=late.values("pk"))


_FILTERS = (
    Filter("arc", "The ARC of the project.", _by_arc, tuple(ARC.values)),
    Filter("cycle", "The cycle, such as 2013.1.", _by_cycle),
    filters.ARRAY,
    filters.BAND,
    Filter("reduction", "How it was reduced.", _by_reduction, REDUCTIONS),
)
_LATE = Filter(
    "late", "Whether it is on its way and observed for longer than the goal.", _by_late, YES_NO
)
_BY = query("by", "What the durations are grouped by.", {"type": "string", "enum": [*GROUPINGS]})


class TurnaroundBoard(ApiView):
    """The turnaround board."""

    @reads(
        Turnaround,
        "Read the turnaround board",
        filters=_FILTERS,
        parameters=[_BY],
        refuses=[403],
        table=Duration,
        forms=("json", "csv"),
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        refuse_outsiders(request.user)
        by = Asked("by", request.query_params.get("by") or "cycle", request.user)
        grouping = by.word([*GROUPINGS])
        lines = told(filters.narrowed(member_rows(request.user), _FILTERS, request))
        groups = groups_of(lines, grouping)
        if form_of(request) == "csv":
            return file_answer(request, Duration, iter([durations(groups)]), lambda row: row)
        now = timezone.now()
        goal = goal_on(service_goals(), now.date())
        courses = [line.course for line in lines if line.counts]
        weeks = burn_down(courses, goal, now, WEEKS) if goal else []
        return Response(board(goal, weeks, grouping, groups, loads_of(lines)))


class TurnaroundList(ApiView):
    """The member OUSs that the board counts, each with its course."""

    @reads(
        ListOf(TurnaroundRow),
        "List member OUSs with how long they took",
        filters=(*_FILTERS, _LATE),
        refuses=[403],
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        refuse_outsiders(request.user)
        rows = member_rows(request.user).only("pk")
        rows = filters.narrowed(rows, (*_FILTERS, _LATE), request)
        lines: dict[int, Any] = {}
        return paginated(
            self,
            request,
            rows,
            lambda row: turnaround_row(lines[row.pk]),
            prepare=partial(_read, member_rows(request.user), lines),
        )


def _read(rows: Any, lines: dict[int, Any], found: list[Any]) -> None:
    """Read the courses of a page of member OUSs."""
    lines.clear()
    lines |= {line.pk: line for line in told(rows.filter(pk__in=[row.pk for row in found]))}
