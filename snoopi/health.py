"""Liveness and readiness, for load balancers and operators."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from ingest.models import IngestJob, JobState


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that this process serves requests; asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer whether database and broker answer, and when the newest ingest ended."""
    checks = {"database": _database(), "broker": _broker()}
    ready = all(check in ("ok", "not used") for check in checks.values())
    newest = _newest_ingest() if checks["database"] == "ok" else None
    body = {
        "ready": ready,
        "checks": checks,
        "newest_ingest": newest,
        "at": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return JsonResponse(body, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as problem:
        return type(problem).__name__
    return "ok"


def _broker() -> str:
    if not settings.REDIS_URL:
        return "not used"
    try:
        Redis.from_url(settings.REDIS_URL, socket_timeout=2).ping()
    except (RedisError, OSError) as problem:
        return type(problem).__name__
    return "ok"


def _newest_ingest() -> str | None:
    done = IngestJob.objects.filter(state=JobState.DONE)
    newest = done.order_by("-finished_at").values_list("finished_at", flat=True).first()
    return newest.strftime("%Y-%m-%dT%H:%M:%SZ") if newest else None
