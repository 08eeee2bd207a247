"""Who is asking, and their API tokens."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.response import Response

from accounts.models import ApiToken, TokenScope
from accounts.services import issue_token, revoke_token
from snoopi.api.base import ApiRequest, ApiView, body_object, text_field
from snoopi.api.errors import BadValue
from snoopi.api.filters import Asked
from snoopi.api.pagination import paginated
from snoopi.api.schema import ListOf, reads, writes
from snoopi.api.shapes.people import Me, NewToken, Token, TokenRequest

_LABEL_LENGTH = 80


class MeView(ApiView):
    """The caller."""

    @reads(Me, "Read who is asking")
    def get(self, request: ApiRequest) -> Response:
        user, token = request.user, request.auth
        return Response(
            Me(
                username=user.username,
                name=user.name,
                email=user.email,
                executive=user.executive,
                arc=user.arc or None,
                roles=user.roles,
                qualifications=user.qualifications,
                staff=user.is_observatory_staff,
                scope="read" if isinstance(token, ApiToken) and not token.may_write else "write",
            )
        )


class TokenList(ApiView):
    """The caller's own tokens."""

    order = ("-created_at", "-pk")

    @reads(ListOf(Token), "List your tokens")
    def get(self, request: ApiRequest) -> Response:
        rows = ApiToken.objects.filter(user=request.user)
        return paginated(self, request, rows, told_token)

    @writes({201: NewToken}, "Make a token; its text is shown this once", body=TokenRequest)
    def post(self, request: ApiRequest) -> Response:
        body = body_object(request)
        token, text = issue_token(
            user=request.user,
            scope=_scope(body),
            label=text_field(body, "label", longest=_LABEL_LENGTH),
            expires_at=_expiry(body, request),
        )
        return Response(NewToken(**told_token(token), token=text), HTTPStatus.CREATED)


class TokenView(ApiView):
    """One of the caller's own tokens."""

    @writes({204: None}, "Revoke a token", method="DELETE")
    def delete(self, request: ApiRequest, pk: int) -> Response:
        token = ApiToken.objects.filter(user=request.user, pk=pk).first()
        if token is None:
            raise Http404
        revoke_token(token=token)
        return Response(status=HTTPStatus.NO_CONTENT)


def told_token(token: ApiToken) -> Token:
    """A token as its owner is told of it."""
    return Token(
        id=token.pk,
        label=token.label,
        hint=token.hint,
        scope=token.scope,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
    )


def _scope(body: dict[str, Any]) -> str:
    scope = body.get("scope", TokenScope.READ)
    if scope not in TokenScope.values:
        raise BadValue("scope", "must be read or write", TokenScope.values)
    return str(scope)


def _expiry(body: dict[str, Any], request: ApiRequest) -> datetime | None:
    asked = body.get("expires_at")
    if asked is None:
        return None
    if not isinstance(asked, str):
        raise BadValue("expires_at", "must be a time such as 2030-03-01T12:00:00Z")
    expires_at = Asked("expires_at", asked, request.user).moment()
    if expires_at <= timezone.now():
        raise BadValue("expires_at", "must be in the future")
    return expires_at
