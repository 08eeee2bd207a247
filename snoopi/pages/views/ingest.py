"""For those who look after ingest: the sources, what was read, and what was refused."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.rights import Right
from ingest.models import IngestJob, IngestProblem
from ingest.sources.ledger import poll_soon
from snoopi.bell import ring_source
from snoopi.csv_text import csv_answer
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.doors import PageRequest, members_only, takes_tokens
from snoopi.pages.freshness import SourceLine, source_lines

_JOBS_SHOWN = 25
_PROBLEMS_SHOWN = 50


@require_safe
@takes_tokens
@members_only
def ingest(request: PageRequest) -> HttpResponseBase:
    """Sources, jobs and refused records, newest first; ``?job=`` shows one job's problems.

    ``?source=`` keeps to what one source brought; ``?format=csv`` gives the jobs as a file,
    with ``list=problems`` the refused records, with ``list=sources`` the sources.
    """
    if not request.user.has_right(Right.INGEST):
        raise PermissionDenied("Only administrators look after ingest.")
    jobs = IngestJob.objects.defer("body").annotate(refused=Count("problems"))
    problems = IngestProblem.objects.select_related("job").defer("job__body")
    chosen, source = _number(request, "job"), _number(request, "source")
    if chosen:
        problems = problems.filter(job_id=chosen)
    if source:
        jobs, problems = jobs.filter(fed_by_id=source), problems.filter(job__fed_by_id=source)
    if request.GET.get("format") == "csv":
        return _csv(request, jobs, problems)
    try:
        found = page(jobs, order=("-pk",), cursor=request.GET.get("cursor"), size=_JOBS_SHOWN)
    except BadCursor:
        return redirect("ingest")
    context: dict[str, Any] = {
        "sources": (lines := source_lines()),
        "jobs": found.rows,
        "next": found.next,
        "problems": problems.order_by("-pk")[:_PROBLEMS_SHOWN],
        "chosen": chosen or "",
        "only": next((line.row for line in lines if source and line.row.pk == source), None),
    }
    return render(request, "pages/ingest.html", context)


def _number(request: PageRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@require_POST
@members_only
def source_poll(request: PageRequest, name: str) -> HttpResponse:
    """Let a source be asked at once, unless it has asked to be left alone."""
    if not request.user.has_right(Right.INGEST):
        raise PermissionDenied("Sources are not yours to ask.")
    if poll_soon(name=name):
        ring_source(name)
        messages.success(request, f"{name} is asked next.")
    else:
        messages.error(request, f"{name} is not asked now: it asked to be left alone, or is gone.")
    return redirect("ingest")


_JOB_HEAD = (
    *("Job", "Source", "Format", "State", "Created [UTC]", "Finished [UTC]"),
    *("Projects done", "Projects", "Refused", "Failure"),
)
_PROBLEM_HEAD = ("Job", "Source", "Record", "Reason", "When [UTC]")
_SOURCE_HEAD = (
    *("Source", "Kind", "Address", "Seconds between rounds", "State", "Last success [UTC]"),
    *("Newest record [UTC]", "Next round [UTC]", "Failures in a row", "Last problem"),
    *("Problem at [UTC]", "Files refused"),
)


def _csv(
    request: PageRequest, jobs: QuerySet[IngestJob], problems: QuerySet[IngestProblem]
) -> HttpResponseBase:
    if request.GET.get("list") == "problems":
        told = (_problem(row) for found in every_page(problems, order=("-pk",)) for row in found)
        return csv_answer(request, "ingest-problems", _PROBLEM_HEAD, told)
    if request.GET.get("list") == "sources":
        return csv_answer(request, "ingest-sources", _SOURCE_HEAD, map(_source, source_lines()))
    rows = (_job(job) for found in every_page(jobs, order=("-pk",)) for job in found)
    return csv_answer(request, "ingest", _JOB_HEAD, rows)


def _problem(problem: IngestProblem) -> list[Any]:
    said = [problem.record, problem.reason, problem.created_at]
    return [problem.job_id, problem.job.source, *said]


def _job(job: Any) -> list[Any]:
    times = [job.created_at, job.finished_at]
    counts = [job.projects_done, job.projects_total, job.refused]
    return [job.pk, job.source, job.format, job.state, *times, *counts, job.failure]


def _source(line: SourceLine) -> list[Any]:
    row: Any = line.row
    times = [row.succeeded_at, row.newest_at, row.next_at if line.can_poll else None]
    problem = [row.failures, row.problem, row.problem_at, row.refused]
    return [row.name, line.kind, row.address, row.every_s, line.condition.value, *times, *problem]
