"""Names in paths: one spelling answers, the others redirect to it, by syntax alone."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.urls.converters import StringConverter
from django.views.decorators.csrf import csrf_exempt
from rest_framework.permissions import SAFE_METHODS

from projects.lookup import canonical_ref
from snoopi.api.errors import not_found

THINGS = ("projects", "ous", "schedblocks", "execblocks")
KEEPS_METHOD = HTTPStatus.PERMANENT_REDIRECT
PARTS = ("tree", "status", "history", "execblocks", "state", "qa0", "access", "tokens")


class RefConverter(StringConverter):
    """A ref in its canonical spelling."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Answer the ref; raises ValueError for another spelling of it."""
        if "\0" in value or canonical_ref(value) != value:
            raise ValueError(value)
        return value


# It writes nothing, and a token must not be asked for a form's secret.
@csrf_exempt
def elsewhere(request: HttpRequest, path: str) -> HttpResponse:
    """Send another spelling to the address that answers; else there is nothing.

    Tells nothing about what exists: it only rewrites the text.
    """
    prefix = request.path_info.removesuffix(path)
    target = next((prefix + other for other in _spellings(path) if _answers(prefix + other)), None)
    if "\0" in path or target is None:
        return not_found(request)
    moved = HTTPStatus.MOVED_PERMANENTLY if request.method in SAFE_METHODS else KEEPS_METHOD
    query = request.META.get("QUERY_STRING", "")
    location = quote(target) + (f"?{query}" if query else "")
    return HttpResponse(status=moved, headers={"Location": location})


def _spellings(path: str) -> Iterator[str]:
    """Better spellings of a path: with its last slash, with a canonical ref."""
    yield f"{path}/"
    kind, _, rest = path.rstrip("/").partition("/")
    if kind not in THINGS:
        return
    text, _, part = rest.rpartition("/")
    if part in PARTS:
        yield f"{kind}/{_respelled(text)}/{part}/"
    else:
        yield f"{kind}/{_respelled(rest)}/"


def _respelled(text: str) -> str:
    """The canonical ref of a text that is one name, and no name with more behind it."""
    ref = canonical_ref(text)
    return ref if _last_word(ref) == _last_word(text) else text


def _last_word(text: str) -> str:
    return re.split(r"[^0-9a-z]+", text.rstrip("/|").lower())[-1]


def _answers(path: str) -> bool:
    try:
        return resolve(path).func is not elsewhere
    except Resolver404:
        return False
