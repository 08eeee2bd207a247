"""For those who look after ingest: what was read, and what was refused."""

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.rights import Right
from ingest.models import IngestJob, IngestProblem
from snoopi.keyset import BadCursor, page
from snoopi.pages.doors import PageRequest, members_only

_JOBS_SHOWN = 25
_PROBLEMS_SHOWN = 50


@require_safe
@members_only
def ingest(request: PageRequest) -> HttpResponse:
    """Jobs and refused records, newest first; ``?job=`` shows one job's problems."""
    if not request.user.has_right(Right.INGEST):
        raise Http404
    jobs = IngestJob.objects.defer("body").annotate(refused=Count("problems"))
    problems = IngestProblem.objects.select_related("job").defer("job__body")
    chosen = request.GET.get("job", "")
    if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10:
        problems = problems.filter(job_id=int(chosen))
    try:
        found = page(jobs, order=("-pk",), cursor=request.GET.get("cursor"), size=_JOBS_SHOWN)
    except BadCursor:
        return redirect("ingest")
    context = {
        "jobs": found.rows,
        "next": found.next,
        "problems": problems.order_by("-pk")[:_PROBLEMS_SHOWN],
        "chosen": chosen,
    }
    return render(request, "pages/ingest.html", context)
