"""What every door of the interface shares."""

from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.http import Http404
from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.rights import Right
from projects.lookup import is_storable
from snoopi.api.errors import ApiProblem, BadValue
from snoopi.api.exports import RENDERERS
from snoopi.api.parsers import StrictJsonParser


class ApiRequest(Request):
    """A request of somebody known."""

    user: User


class FormatFirst(DefaultContentNegotiation):
    """``?format=`` beats the Accept header, which clients seldom choose themselves."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Answer the renderer; raises NotAcceptable for a form that this is not given in."""
        asked = request.query_params.get("format")
        if asked:
            chosen = next((one for one in renderers if one.format == asked), None)
            if chosen is None:
                raise NotAcceptable(available_renderers=renderers)
            return chosen, chosen.media_type
        found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return found


class ApiView(APIView):
    """A door: JSON in and out, nothing kept by shared caches."""

    parser_classes = [StrictJsonParser]
    content_negotiation_class = FormatFirst
    # A POST that only reads, because a query string would grow too long.
    reads_by_post = False
    # Open to scripts that are let into one project: whoever opens it has ``visible_to`` alone
    # decide on what is read, and asks nothing of an account.
    takes_project_tokens = False

    def get_renderers(self) -> list[BaseRenderer]:
        """Answer JSON, and what else ``reads`` has promised for reading."""
        forms = getattr(getattr(self, "get", None), "forms", ("json",))
        method = getattr(getattr(self, "request", None), "method", "GET")
        return [RENDERERS[form]() for form in (forms if method in SAFE_METHODS else ("json",))]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_oversize(request)
        for name, values in request.query_params.lists():
            if any("\0" in value for value in values):
                raise BadValue(name, "holds a NUL character")

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(final, private=True, no_cache=True)
        patch_vary_headers(final, ["Accept", "Authorization", "Cookie"])
        return final


Thing = TypeVar("Thing")


def found_or_404(thing: Thing | None) -> Thing:
    """Answer the thing; raises Http404 where nothing visible was found."""
    if thing is None:
        raise Http404
    return thing


def refuse_oversize(request: Request) -> None:
    """Refuse a body that is larger than the site takes, before reading it."""
    if request.method in SAFE_METHODS:
        return
    size = request.META.get("CONTENT_LENGTH") or "0"
    # A number of ten thousand digits is large, not an error.
    if size.isdecimal() and (len(size) > 18 or int(size) > settings.INGEST_MAX_BYTES):
        limit = f"A body may have at most {settings.INGEST_MAX_BYTES} bytes."
        raise ApiProblem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit)


def need_right(user: User, right: Right) -> None:
    """Refuse somebody who does not hold ``right`` over everything."""
    if not user.has_right(right):
        raise ApiProblem(HTTPStatus.FORBIDDEN, "Your account may not do this.")


def body_object(request: Request) -> dict[str, Any]:
    """Answer the body, which must be a JSON object."""
    body = request.data
    if not isinstance(body, dict):
        raise ApiProblem(HTTPStatus.BAD_REQUEST, "The body must be a JSON object.")
    return body


def flag_field(body: dict[str, Any], name: str) -> bool:
    """Answer a flag of the body, False where it is left out; raises BadValue."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadValue(name, "must be true or false")
    return value


def texts_field(body: dict[str, Any], name: str) -> list[str]:
    """Answer a list of texts of the body, empty where it is left out; raises BadValue."""
    texts = body.get(name) or []
    if not isinstance(texts, list) or not all(
        isinstance(text, str) and is_storable(text) for text in texts
    ):
        raise BadValue(name, "must be a list of texts")
    return texts


def text_field(body: dict[str, Any], name: str, *, longest: int) -> str:
    """Answer a text of the body, "" where it is left out."""
    text = body.get(name, "")
    if not isinstance(text, str) or not is_storable(text) or len(text) > longest:
        raise BadValue(name, f"must be a text of at most {longest} characters")
    return text
