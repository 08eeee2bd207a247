"""Posting records to be read, and how that went."""

from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.http import HttpResponseBase
from django.urls import reverse
from rest_framework.response import Response

from accounts.rights import Right
from ingest.models import IngestJob
from ingest.services import submit_body
from projects.lookup import is_storable
from snoopi.api.base import ApiRequest, ApiView, found_or_404, need_right
from snoopi.api.errors import ApiProblem, BadValue
from snoopi.api.pagination import paginated
from snoopi.api.parsers import RawParser
from snoopi.api.schema import ListOf, query, reads, writes
from snoopi.api.shapes.jobs import Job, JobLine, JobProgress, Rejected
from snoopi.bell import ring_ingest

REJECTED_SHOWN = 1000
_SOURCE = query("source", "What people shall call the source.")


class IngestList(ApiView):
    """Ingest jobs, newest first."""

    order = ("-pk",)
    parser_classes = [RawParser]

    @reads(ListOf(JobLine), "List ingest jobs", refuses=[403])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        need_right(request.user, Right.INGEST)
        rows = IngestJob.objects.defer("body", "report")
        return paginated(self, request, rows, told_job)

    @writes(
        {202: Job},
        "Post records to be read: this project's JSON, or any other format that is ingested",
        body={"application/json": {"type": "object"}, "*/*": bytes},
        parameters=[_SOURCE],
    )
    def post(self, request: ApiRequest) -> Response:
        need_right(request.user, Right.INGEST)
        body: Any = request.data
        if not body:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, "The body is empty.")
        job = _submit(request, body)
        location = reverse("api:ingest-job", args=[job.pk])
        return Response(whole_job(job), HTTPStatus.ACCEPTED, headers={"Location": location})


@transaction.atomic
def _submit(request: ApiRequest, body: bytes) -> IngestJob:
    source = request.query_params.get("source") or f"posted by {request.user.username}"
    if not is_storable(source) or len(source) > 500:
        raise BadValue("source", "must be a text of at most 500 characters")
    job = submit_body(body=body, source=source, user=request.user)
    ring_ingest(job.pk)
    return job


class IngestJobView(ApiView):
    """One ingest job: how far it is, what it did, which records it refused."""

    @reads(Job, "Read an ingest job", refuses=[403])
    def get(self, request: ApiRequest, pk: int) -> Response:
        need_right(request.user, Right.INGEST)
        job = IngestJob.objects.defer("body").filter(pk=pk).first()
        return Response(whole_job(found_or_404(job)))


def told_job(job: IngestJob) -> JobLine:
    """A job in a list."""
    return JobLine(
        id=job.pk,
        source=job.source,
        format=job.format or None,
        state=job.state,
        progress=JobProgress(done=job.projects_done, total=job.projects_total),
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        failure=job.failure or None,
    )


def whole_job(job: IngestJob) -> Job:
    """A job with its report and the first of its refused records."""
    problems = job.problems.values_list("record", "reason")[:REJECTED_SHOWN]
    counts = job.problems.aggregate(count=Count("pk"))
    return Job(
        **told_job(job),
        created=job.report.get("created", {}),
        updated=job.report.get("updated", {}),
        unchanged=job.report.get("unchanged", {}),
        superseded=job.report.get("superseded", {}),
        rejected=[Rejected(record=record, reason=reason) for record, reason in problems],
        rejected_count=counts["count"],
    )
