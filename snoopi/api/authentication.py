"""Who is asking: an API token in the header, else the browser's session."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.querysets import the_one
from accounts.services import mark_token_used
from projects.models import ProjectToken
from projects.querysets.project_token import is_project_token
from projects.services.delegations import mark_project_token_used
from projects.visitors import ProjectVisitor

KEYWORD = "token"
BAD_TOKEN = "This token is unknown, expired or revoked."  # noqa: S105 - a sentence
READ_ONLY = "This token may only read."
ONE_PROJECT = "A project token reads its project and nothing else."


def named_token(request: HttpRequest | Request) -> str | None:
    """The text of the token that a request names, None where it names none."""
    scheme, _, text = request.headers.get("Authorization", "").strip().partition(" ")
    return text.strip() if scheme.lower() == KEYWORD else None


def visitor_of(text: str) -> ProjectVisitor | None:
    """Who reads by a project token with this text; None for a bad one, or one of a person's."""
    found = the_one(ProjectToken.objects.for_text(text)) if is_project_token(text) else None
    if found is None:
        return None
    mark_project_token_used(token=found)
    return ProjectVisitor(found.project_id)


class TokenOrSession(SessionAuthentication):
    """``Authorization: Token …``, else the session with CSRF protection.

    One query finds a token with its user. A bad token is refused, never passed over for
    the session beside it.
    """

    def authenticate(self, request: Request) -> tuple[User | ProjectVisitor, Any] | None:
        """Answer (user, token or None); None for a request without credentials."""
        text = named_token(request)
        if text is not None and is_project_token(text):
            return self._by_project_token(request, text)
        if text is not None:
            return self._by_token(request, text)
        found: tuple[User, Any] | None = super().authenticate(request)
        return found

    def _by_project_token(self, request: Request, text: str) -> tuple[ProjectVisitor, None]:
        """Let a script into the views that say so; all others stay closed to it."""
        visitor = visitor_of(text)
        if visitor is None:
            raise AuthenticationFailed(BAD_TOKEN)
        if not getattr(_view_of(request), "takes_project_tokens", False):
            raise PermissionDenied(ONE_PROJECT)
        if not self._reads(request):
            raise PermissionDenied(READ_ONLY)
        return visitor, None

    def _by_token(self, request: Request, text: str) -> tuple[User, ApiToken]:
        token = the_one(ApiToken.objects.for_text(text))
        if token is None:
            raise AuthenticationFailed(BAD_TOKEN)
        mark_token_used(token=token)
        if not self._reads(request) and not token.may_write:
            raise PermissionDenied(READ_ONLY)
        return token.user, token

    def _reads(self, request: Request) -> bool:
        by_post = bool(getattr(_view_of(request), "reads_by_post", False))
        return request.method in SAFE_METHODS or by_post

    def authenticate_header(self, request: Request) -> str:
        """What a 401 names as the way in."""
        return "Token"


def _view_of(request: Request) -> Any:
    return request.parser_context["view"] if request.parser_context else None


Viewer = User | AnonymousUser
