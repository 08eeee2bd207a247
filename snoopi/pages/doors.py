"""Decorators at the door of every page: who comes in, and to which thing."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import ApiToken, User
from accounts.querysets import the_one
from accounts.services import mark_token_used
from projects.models import Tracked
from snoopi.api.authentication import named_token, visitor_of

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

Thing = TypeVar("Thing", bound=Tracked)
Door = Callable[..., HttpResponseBase]


_SAFE = ("GET", "HEAD")


class PageRequest(HttpRequest):
    """A request of somebody who has logged in."""

    user: User
    htmx: "HtmxDetails"


def members_only(view: Door) -> Door:
    """Send the anonymous to the log-in page and back; keep what others see out of caches."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return _to_login(cast(PageRequest, request))
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response

    return wrapped


def takes_tokens(view: Door) -> Door:
    """Let a script in that names its API token, where it asks for a file (``?format=``).

    Without a good token it is answered as anybody who has not logged in. Nothing is changed by a
    token here: a script writes over REST, where its token says whether it may.
    """
    return _token_door(view, lambda request: "format" in request.GET and request.method in _SAFE)


def always_takes_tokens(view: Door) -> Door:
    """Let a script in that names its API token, at an address that gives nothing but a file."""
    return _token_door(view, lambda _request: True)


def takes_project_tokens(view: Door) -> Door:
    """Let a script in that names a token of a project; the view sees a ``ProjectVisitor``."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        visitor = visitor_of(named_token(request) or "")
        if visitor is not None:
            request.user = visitor  # type: ignore[assignment] # Django expects an account
        return view(request, *args, **kwargs)

    return wrapped


def _token_door(view: Door, wants_file: Callable[[HttpRequest], bool]) -> Door:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        text = named_token(request)
        if text is not None and wants_file(request):
            token = the_one(ApiToken.objects.for_text(text))
            request.user = token.user if token else AnonymousUser()
            # The token's own person asks, whomever the session beside it looks as.
            request.viewing = None  # type: ignore[attr-defined]
            if token:
                mark_token_used(token=token)
        return view(request, *args, **kwargs)

    return wrapped


def _to_login(request: PageRequest) -> HttpResponseBase:
    login = redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(login.url) if request.htmx else login


def shows(
    find_for: Callable[[User, str], Thing | None],
) -> Callable[[Callable[..., HttpResponseBase]], Door]:
    """Hand the view the thing that the path names in any spelling, and what else it names.

    What the person may not see is not there (404); another spelling or a former name
    leads to the thing's own address, and only those who may see it.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Door:
        @wraps(view)
        def wrapped(request: PageRequest, ref: str, **named: str) -> HttpResponseBase:
            thing = find_for(request.user, ref)
            if thing is None:
                raise Http404(f"There is nothing called “{ref}” here that you may see.")
            if thing.ref != ref and request.method in {"GET", "HEAD"}:
                return _own_address(request, thing, named)
            return view(request, thing, **named)

        return members_only(wrapped)

    return decorate


def _own_address(
    request: HttpRequest, thing: Tracked, named: Mapping[str, str]
) -> HttpResponseRedirect:
    match = request.resolver_match
    url = reverse(match.view_name if match else "home", kwargs={**named, "ref": thing.ref})
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{url}?{query}" if query else url)


def asked_text(values: QueryDict, name: str, most: int = 200) -> str:
    """What a field of the address or a form says, without what no database can hold."""
    return values.get(name, "").replace("\0", "").strip()[:most]


def wants_part(request: PageRequest, target: str) -> bool:
    """Whether htmx asks only for the part of the page with this id."""
    return bool(request.htmx) and request.htmx.target == target
