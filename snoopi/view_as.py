"""Seeing the site as somebody else: what every request of such a session goes through.

The session stays its owner's. While it names a viewing, ``request.user`` is the person
viewed and ``request.viewing`` says who looks; nothing below this file asks for it, so what is
shown is what that person sees.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User, Viewing, ViewingEnd
from accounts.permissions import why_over
from accounts.querysets import the_one
from accounts.services import end_viewing, record_viewed_page
from accounts.sessions import VIEWING_KEY, leave_viewing
from snoopi.api.authentication import named_token
from snoopi.api.errors import plain_problem
from snoopi.logs import without_secrets

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What may be seen as somebody else. What is not named here stays closed: settings, tokens,
# files and addresses that hold a secret must never come in by being new.
SHOWN = frozenset(
    """
    home search help
    projects:project-list projects:project-detail projects:project-history
    projects:project-matrix
    projects:sched-block-list projects:sched-block-detail projects:sched-block-history
    projects:ous-detail projects:ous-history projects:ous-state projects:exec-block-detail
    projects:ous-pipeline
    projects:exec-block-plot projects:exec-block-qa0 projects:exec-block-report-pdf
    projects:sched-block-state projects:late-verdict
    projects:ous-qa2 projects:ous-qa2-undo projects:ous-qa2-pdf
    projects:ous-qa3 projects:ous-qa3-report
    deliveries blankets projects:ous-clock
    news-read accounts:login ingest source-poll
    api:project-list api:project-detail api:project-tree api:project-matrix
    api:ous-list api:ous-batch api:ous-detail api:ous-status api:ous-history
    api:ous-exec-blocks api:ous-state api:ous-qa2 api:ous-qa2-undo
    api:ous-qa3 api:ous-qa3-report
    api:sched-block-list api:sched-block-detail api:sched-block-history
    api:exec-block-list api:exec-block-detail api:exec-block-qa0 api:sched-block-state
    api:delivery-list api:blanket-list api:ous-clock
    api:late-verdict-list api:reason-list api:event-feed
    api:ingest-list api:ingest-job api:source-list api:source-detail
    api:me api:schema api:docs api:elsewhere
    """.split()
)
_ASKS_NOBODY = ("/healthz", "/readyz")
_WAYS_OUT = ("view-as-stop", "accounts:logout")


class ViewAsMiddleware:
    """Swaps the person where the session names a viewing; refuses, ends and records."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        key = None if _speaks_for_itself(request) else request.session.get(VIEWING_KEY)
        if key is None or _is_way_out(request):
            return self.get_response(request)
        viewing = the_one(Viewing.objects.with_people().filter(pk=key))
        end = why_over(viewing, request.user) if viewing else ViewingEnd.SESSION
        if viewing is None or end is not None:
            return self._over(request, viewing, end or ViewingEnd.SESSION)
        return self._look(request, viewing)

    def _look(self, request: Any, viewing: Viewing) -> HttpResponseBase:
        request.user, request.viewing = viewing.viewed, viewing
        is_safe = request.method in SAFE
        response = self.get_response(request) if is_safe else _refused(request, viewing)
        # A token at the door of a file has spoken for itself meanwhile.
        if request.viewing is None:
            return response
        record_viewed_page(
            viewing=viewing,
            method=request.method,
            path=without_secrets(request.get_full_path()),
            status=response.status_code,
        )
        # Nothing of another person's stays behind in the browser.
        patch_cache_control(response, private=True, no_store=True)
        patch_vary_headers(response, ["Cookie"])
        return response

    def process_view(
        self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse what stays closed before any view sees the request."""
        viewing = getattr(request, "viewing", None)
        if viewing is None or request.resolver_match.view_name in SHOWN:
            return None
        return _refused(request, viewing)

    def _over(self, request: Any, viewing: Viewing | None, end: ViewingEnd) -> HttpResponseBase:
        """Tell that a viewing has ended; the request itself was meant for the other person."""
        if viewing is not None:
            # A session that ended has forgotten which viewing it was.
            end_viewing(pk=viewing.pk, end=end)
        leave_viewing(request, end)
        if not isinstance(request.user, User):
            return self.get_response(request)
        person = viewing.viewed if viewing else "somebody else"
        sentence = f"You no longer see SnooPI as {person}: {end.label}."
        if _is_api(request):
            return plain_problem(request, HTTPStatus.FORBIDDEN, sentence)
        if request.method not in SAFE:
            raise PermissionDenied(sentence)
        messages.warning(request, sentence)
        home = reverse("home")
        return HttpResponseClientRedirect(home) if request.htmx else redirect(home)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _speaks_for_itself(request: HttpRequest) -> bool:
    """Whether the session does not matter: nobody is asked for, or a token is named."""
    if request.path_info in _ASKS_NOBODY:
        return True
    return _is_api(request) and named_token(request) is not None


def _is_way_out(request: HttpRequest) -> bool:
    """Whether the request ends the viewing: the two that are not refused."""
    return request.method == "POST" and request.path_info in map(reverse, _WAYS_OUT)


def _refused(request: HttpRequest, viewing: Viewing) -> HttpResponse:
    """Say that this stays closed while one looks as another person."""
    if _is_api(request):
        why = f"You see the site as {viewing.viewed.username}: read only, no settings, no files."
        return plain_problem(request, HTTPStatus.FORBIDDEN, why)
    response = render(request, "view_as_refused.html", status=HTTPStatus.FORBIDDEN)
    patch_vary_headers(response, ["HX-Request"])
    return response
