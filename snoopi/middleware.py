"""What every request passes first: its name in the logs, and its line there."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject
from structlog.contextvars import bind_contextvars, clear_contextvars

from accounts.lockout import client_address

logger = structlog.get_logger(__name__)
HEADER = "X-Request-ID"
# What others send is taken where it can do no harm in a log or a header.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_ASKED_BY_MACHINES = ("/healthz", "/readyz")


class RequestLogMiddleware:
    """Names the request, tells the name to the caller, and leaves one line about it.

    The line has the path without its query, and the account's number, never its name; it
    costs no database query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = request_id_of(request)
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        _write_line(request, response, time.perf_counter() - started)
        return response


def request_id_of(request: HttpRequest) -> str:
    """The request's name: the caller's or the proxy's where it is sane, else a new one."""
    given = request.headers.get(HEADER, "")
    return given if _SANE.fullmatch(given) else uuid.uuid4().hex


def _write_line(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    write = logger.debug if _is_routine(request.path) else logger.info
    write(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        duration_ms=round(seconds * 1000, 1),
        address=client_address(request),
        **_who(request),
    )


def _is_routine(path: str) -> bool:
    return path in _ASKED_BY_MACHINES or path.startswith(settings.STATIC_URL)


def _who(request: HttpRequest) -> dict[str, Any]:
    """Who asked; and as whom, where staff see the site as somebody else."""
    viewing = getattr(request, "viewing", None)
    if viewing is not None:
        return {"user": viewing.actor_id, "seen_as": viewing.viewed_id}
    return {"user": _known_user_id(request)}


def _known_user_id(request: HttpRequest) -> Any:
    """The account's number where the request has looked it up already."""
    user = getattr(request, "user", None)
    if type(user) is SimpleLazyObject:
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)
