"""Validators: ETag and Last-Modified out, If-None-Match and If-Match in."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Self

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.http import http_date, parse_etags, parse_http_date_safe
from rest_framework.request import Request
from rest_framework.response import Response

from projects.presentation import modified_at_of, version_of
from projects.public import data_rights
from projects.querysets.project import Viewer, is_staff_viewer
from snoopi.api.errors import ApiProblem
from snoopi.api.exports import form_of

ANYTHING = "*"


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells one answer from the next.

    ``base`` is version, data rights and view class: what a writer must have seen. The
    tag adds a digest of all else the answer shows.
    """

    base: str
    tag: str
    modified_at: datetime

    @classmethod
    def of(
        cls,
        thing: Any,
        viewer: Viewer,
        facts: Iterable[object] = (),
        modified_at: datetime | None = None,
    ) -> Self:
        """The validators of a thing's answer, which also shows ``facts``."""
        release = getattr(thing, "release_date", None)
        rights = data_rights(release, timezone.now())
        base = f"{version_of(thing, viewer)}-{rights}-{_view_of(viewer)}"
        digest = _digest(facts)
        # Data become public without anybody writing to the row.
        modified_at = modified_at or modified_at_of(thing, viewer)
        turned = release if release and rights == "Public" else modified_at
        return cls(base, f'"{base}-{digest}"', max(modified_at, turned))

    @classmethod
    def of_past(cls, viewer: Viewer, facts: Iterable[object], modified_at: datetime) -> Self:
        """The validators of an answer about the past, which shows ``facts``.

        Its base is that of no thing, so that nobody writes over what they have not seen.
        """
        base = f"past-{_view_of(viewer)}"
        return cls(base, f'"{base}-{_digest(facts)}"', modified_at)

    def in_form(self, form: str) -> Self:
        """The validators of the same answer in another form than JSON."""
        if form == "json":
            return self
        digest = self.tag.strip('"').rpartition("-")[2]
        return replace(self, tag=f'"{self.base}-{digest}.{form}"')

    def headers(self) -> dict[str, str]:
        """The headers that carry them."""
        return {"ETag": self.tag, "Last-Modified": http_date(self.modified_at.timestamp())}

    def is_known_to(self, request: Request) -> bool:
        """Whether the caller has this very answer already."""
        asked = request.headers.get("If-None-Match")
        if asked is not None:
            tags = {_strong(tag) for tag in parse_etags(asked)}
            return bool(tags & {self.tag, ANYTHING})
        since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
        return since is not None and int(self.modified_at.timestamp()) <= since

    def check_write(self, request: Request) -> bool:
        """Refuse a writer who has not seen the thing as it is (428, 412).

        Answers whether the caller named a tag, False for ``*``: whatever it is now.
        """
        asked = request.headers.get("If-Match")
        if asked is None:
            need = "Send the ETag that you read in If-Match, so that no change is overwritten."
            raise ApiProblem(HTTPStatus.PRECONDITION_REQUIRED, need)
        tags = [_strong(tag) for tag in parse_etags(asked)]
        if ANYTHING in tags:
            return False
        if not any(tag.strip('"').rpartition("-")[0] == self.base for tag in tags):
            stale = "It was changed meanwhile; read it again."
            raise ApiProblem(HTTPStatus.PRECONDITION_FAILED, stale)
        return True


def answer(
    request: Request, validators: Validators, build: Callable[[], object]
) -> HttpResponseBase:
    """Answer what ``build`` gives with its validators, or 304 where the caller has it.

    Each form of an answer has a tag of its own.
    """
    own = validators.in_form(form_of(request))
    if own.is_known_to(request):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=own.headers())
    built = build()
    response = built if isinstance(built, HttpResponseBase) else Response(built)
    for name, value in own.headers().items():
        response[name] = value
    return response


def _view_of(viewer: Viewer) -> str:
    return "staff" if is_staff_viewer(viewer) else "public"


def _digest(facts: Iterable[object]) -> str:
    return hashlib.blake2s(repr(tuple(facts)).encode(), digest_size=6).hexdigest()


def _strong(tag: str) -> str:
    return tag.removeprefix("W/")
