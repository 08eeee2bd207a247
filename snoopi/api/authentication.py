"""Who is asking: an API token in the header, else the browser's session."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.services import mark_token_used

KEYWORD = "token"
BAD_TOKEN = "This token is unknown, expired or revoked."  # noqa: S105 - a sentence
READ_ONLY = "This token may only read."


def named_token(request: HttpRequest | Request) -> str | None:
    """The text of the token that a request names, None where it names none."""
    scheme, _, text = request.headers.get("Authorization", "").strip().partition(" ")
    return text.strip() if scheme.lower() == KEYWORD else None


class TokenOrSession(SessionAuthentication):
    """``Authorization: Token …``, else the session with CSRF protection.

    One query finds a token with its user. A bad token is refused, never passed over for
    the session beside it.
    """

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """Answer (user, token or None); None for a request without credentials."""
        text = named_token(request)
        if text is not None:
            return self._by_token(request, text)
        found: tuple[User, Any] | None = super().authenticate(request)
        return found

    def _by_token(self, request: Request, text: str) -> tuple[User, ApiToken]:
        token = ApiToken.objects.for_text(text).first()
        if token is None:
            raise AuthenticationFailed(BAD_TOKEN)
        mark_token_used(token=token)
        reads = request.method in SAFE_METHODS or self._reads_by_post(request)
        if not reads and not token.may_write:
            raise PermissionDenied(READ_ONLY)
        return token.user, token

    def _reads_by_post(self, request: Request) -> bool:
        view = request.parser_context["view"] if request.parser_context else None
        return bool(getattr(view, "reads_by_post", False))

    def authenticate_header(self, request: Request) -> str:
        """What a 401 names as the way in."""
        return "Token"


Viewer = User | AnonymousUser
