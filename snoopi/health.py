"""Liveness and readiness, for load balancers and operators."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from snoopi.pages.remembered import remembered
from snoopi.parts import GOOD, ask_parts

_REMEMBERED_S = 2


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that this process serves requests; asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer whether every part of the site answers, and how old what was read is."""
    body = remembered("readyz", _REMEMBERED_S, _tell)
    return JsonResponse(body, status=200 if body["ready"] else 503)


def _tell() -> dict[str, Any]:
    now = timezone.now()
    answers = ask_parts()
    newest = answers.newest_ingest
    return {
        "ready": all(check in GOOD for check in answers.checks.values()),
        "checks": answers.checks,
        "newest_ingest": _utc(newest) if newest else None,
        "newest_ingest_age_s": int((now - newest).total_seconds()) if newest else None,
        "overdue_sources": answers.overdue_sources,
        "at": _utc(now),
    }


def _utc(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
