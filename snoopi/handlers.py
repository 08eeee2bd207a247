"""Errors outside of any view: a problem document under /api/, a page everywhere else."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from snoopi.api import errors


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refused before any view saw it."""
    answer = errors.bad_request if _is_api(request) else defaults.bad_request
    return answer(request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is visible but not theirs to do."""
    answer = errors.forbidden if _is_api(request) else defaults.permission_denied
    return answer(request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that does not exist."""
    answer = errors.not_found if _is_api(request) else defaults.page_not_found
    return answer(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    """Answer an error of ours."""
    return errors.server_error(request) if _is_api(request) else defaults.server_error(request)
