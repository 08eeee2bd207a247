"""How the sources stand that feed themselves."""

from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.response import Response

from accounts.rights import Right
from ingest.models import IngestSource
from ingest.sources.ages import condition_of, lag_of
from snoopi.api.base import ApiRequest, ApiView, found_or_404, need_right
from snoopi.api.pagination import paginated
from snoopi.api.schema import ListOf, reads
from snoopi.api.shapes.sources import Source


class SourceList(ApiView):
    """Sources, by name."""

    order = ("name",)

    @reads(ListOf(Source), "List sources", refuses=[403])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        need_right(request.user, Right.INGEST)
        rows = IngestSource.objects.filter(is_once=False).defer("cursor")
        return paginated(self, request, rows, told_source)


class SourceView(ApiView):
    """One source."""

    @reads(Source, "Read a source", refuses=[403])
    def get(self, request: ApiRequest, name: str) -> Response:
        need_right(request.user, Right.INGEST)
        row = IngestSource.objects.filter(is_once=False, name=name).defer("cursor").first()
        return Response(told_source(found_or_404(row)))


def told_source(row: IngestSource) -> Source:
    """A source as programs read it."""
    now = timezone.now()
    lag = lag_of(row, now)
    return Source(
        name=row.name,
        kind=row.kind,
        address=row.address,
        state=condition_of(row, now).name.lower(),
        configured=row.is_configured,
        every_s=row.every_s,
        tried_at=row.tried_at,
        succeeded_at=row.succeeded_at,
        next_at=row.next_at,
        newest_at=row.newest_at,
        lag_s=None if lag is None else int(lag.total_seconds()),
        failures=row.failures,
        problem=row.problem or None,
        problem_at=row.problem_at,
    )
