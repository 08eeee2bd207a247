"""Every error as ``application/problem+json`` (RFC 9457), translated once, here."""

from http import HTTPStatus
from typing import Any, TypedDict

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from rest_framework import exceptions
from rest_framework.response import Response

from deliveries.errors import BadClockEntry, BadLinks, DeliveryError
from projects.errors import (
    BadDelegation,
    BadSeason,
    BadWork,
    IllegalMove,
    NotAllowed,
    NoteMissing,
    NotNow,
    SeasonRefused,
    StaleVersion,
    TooOften,
)
from qa.errors import BadJudgement

PROBLEM_TYPE = "application/problem+json"
NOT_FOUND = "There is nothing here that you may see."


class ProblemError(TypedDict, total=False):
    """One thing that is wrong; ``legal`` names what would be right."""

    field: str
    message: str
    legal: list[str]


class Problem(TypedDict):
    """What went wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError]


class ApiProblem(exceptions.APIException):
    """An error with a status of its own and what exactly is wrong."""

    def __init__(self, status: HTTPStatus, detail: str, *errors: ProblemError) -> None:
        super().__init__(detail)
        self.status_code = status.value
        self.errors = list(errors)


class BadValue(ApiProblem):
    """A parameter or field that cannot be as it is."""

    def __init__(self, field: str, message: str, legal: list[str] | None = None) -> None:
        error = ProblemError(field=field, message=message)
        if legal is not None:
            error["legal"] = legal
        super().__init__(HTTPStatus.BAD_REQUEST, f"{field}: {message}", error)


def problem(status: int, detail: str, errors: list[ProblemError] | None = None) -> Problem:
    """The body of an error answer."""
    title = HTTPStatus(status).phrase
    return Problem(
        type="about:blank", title=title, status=status, detail=detail, errors=errors or []
    )


def problem_response(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Answer the problem document for an error; None for one that nobody foresaw."""
    known = _as_api_problem(exception)
    if known is None:
        return None
    status = known.status_code
    errors = getattr(known, "errors", [])
    response = Response(
        problem(status, str(known.detail), errors), status, content_type=PROBLEM_TYPE
    )
    for name, value in _headers(known).items():
        response[name] = value
    # Some answers end a transaction that an error must not commit.
    response.exception = True
    return response


def _as_api_problem(exception: Exception) -> exceptions.APIException | None:
    if isinstance(exception, Http404 | PermissionDenied):
        return _of_django(exception)
    if isinstance(exception, StaleVersion | NotNow | SeasonRefused):
        stale = isinstance(exception, StaleVersion)
        status = HTTPStatus.PRECONDITION_FAILED if stale else HTTPStatus.CONFLICT
        return ApiProblem(status, str(exception))
    if isinstance(exception, IllegalMove):
        error = ProblemError(field="to", message=str(exception), legal=exception.legal)
        return ApiProblem(HTTPStatus.CONFLICT, str(exception), error)
    if isinstance(exception, NoteMissing):
        return BadValue("note", str(exception))
    if isinstance(exception, BadJudgement | BadLinks | BadWork | BadDelegation | BadSeason):
        return BadValue(exception.field, str(exception), getattr(exception, "legal", None) or None)
    if isinstance(exception, DeliveryError):
        return _of_deliveries(exception)
    if isinstance(exception, NotAllowed | TooOften):
        return _refusal(exception)
    return exception if isinstance(exception, exceptions.APIException) else None


def _of_django(error: Http404 | PermissionDenied) -> exceptions.APIException:
    if isinstance(error, Http404):
        return exceptions.NotFound(NOT_FOUND)
    return exceptions.PermissionDenied()


def _refusal(error: NotAllowed | TooOften) -> exceptions.APIException:
    if isinstance(error, TooOften):
        return exceptions.Throttled(error.wait, str(error))
    return exceptions.PermissionDenied(str(error))


def _of_deliveries(error: DeliveryError) -> ApiProblem:
    if isinstance(error, BadClockEntry):
        return BadValue(error.field, str(error))
    return ApiProblem(HTTPStatus.CONFLICT, str(error))


def _headers(known: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(known, "auth_header", None):
        headers["WWW-Authenticate"] = known.auth_header  # type: ignore[attr-defined]
    if getattr(known, "wait", None):
        headers["Retry-After"] = str(int(known.wait))  # type: ignore[attr-defined]
    return headers


def plain_problem(request: HttpRequest, status: HTTPStatus, detail: str) -> JsonResponse:
    """The problem document outside of REST framework's views."""
    body = problem(status.value, detail)
    response = JsonResponse(body, status=status, content_type=PROBLEM_TYPE)
    patch_cache_control(response, private=True, no_cache=True)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Answer a request that Django refused before any view saw it."""
    return plain_problem(request, HTTPStatus.BAD_REQUEST, "The request is not usable.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Answer what Django refused to let somebody do."""
    return plain_problem(request, HTTPStatus.FORBIDDEN, "Your account may not do this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Answer an address that does not exist."""
    return plain_problem(request, HTTPStatus.NOT_FOUND, NOT_FOUND)


def server_error(request: HttpRequest) -> JsonResponse:
    """Answer an error of ours; what it was stands in the log, never in the answer."""
    detail = "Something went wrong here. It has been logged; please try again later."
    return plain_problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail)
