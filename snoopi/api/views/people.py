"""Who is asking, and their API tokens."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from rest_framework.response import Response

from accounts import models
from accounts.models import ApiToken, TokenScope
from accounts.rights import Right
from accounts.services import issue_token, revoke_token
from snoopi.api.base import (
    ApiRequest,
    ApiView,
    body_object,
    found_or_404,
    need_right,
    text_field,
)
from snoopi.api.errors import ApiProblem, BadValue
from snoopi.api.filters import Asked
from snoopi.api.pagination import paginated
from snoopi.api.schema import ListOf, reads, writes
from snoopi.api.shapes.people import Me, NewToken, Token, TokenRequest, ViewedPage, Viewing

_LABEL_LENGTH = 80


class MeView(ApiView):
    """The caller."""

    @reads(Me, "Read who is asking")
    def get(self, request: ApiRequest) -> Response:
        user, token = request.user, request.auth
        viewing: models.Viewing | None = getattr(request, "viewing", None)
        may_write = viewing is None and not (isinstance(token, ApiToken) and not token.may_write)
        return Response(
            Me(
                username=user.username,
                name=user.name,
                email="" if viewing else user.email,
                executive=user.executive,
                arc=user.arc or None,
                roles=user.roles,
                qualifications=user.qualifications,
                staff=user.is_observatory_staff,
                scope="write" if may_write else "read",
                viewed_by=viewing.actor.username if viewing else None,
            )
        )


class TokenList(ApiView):
    """The caller's own tokens; only a session makes one, never a token."""

    order = ("-created_at", "-pk")

    @reads(ListOf(Token), "List your tokens")
    def get(self, request: ApiRequest) -> HttpResponseBase:
        rows = ApiToken.objects.filter(user=request.user)
        return paginated(self, request, rows, told_token)

    @writes({201: NewToken}, "Make a token; its text is shown this once", body=TokenRequest)
    def post(self, request: ApiRequest) -> Response:
        refuse_tokens(request)
        body = body_object(request)
        token, text = issue_token(
            user=request.user,
            scope=_scope(body),
            label=text_field(body, "label", longest=_LABEL_LENGTH),
            expires_at=_expiry(body, request),
        )
        return Response(NewToken(**told_token(token), token=text), HTTPStatus.CREATED)


class TokenView(ApiView):
    """One of the caller's own tokens; only a session revokes it, never a token."""

    @writes({204: None}, "Revoke a token", method="DELETE")
    def delete(self, request: ApiRequest, pk: int) -> Response:
        refuse_tokens(request)
        token = ApiToken.objects.filter(user=request.user, pk=pk).first()
        if token is None:
            raise Http404
        revoke_token(token=token)
        return Response(status=HTTPStatus.NO_CONTENT)


def refuse_tokens(request: ApiRequest) -> None:
    """Refuse a token: one that could make or revoke others would outlive its own end."""
    if isinstance(request.auth, ApiToken):
        why = "A token neither makes nor revokes tokens; log in for that."
        raise ApiProblem(HTTPStatus.FORBIDDEN, why)


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


class ViewingList(ApiView):
    """Who saw the site as whom, newest first; administrators read it."""

    order = ("-pk",)

    @reads(ListOf(Viewing), "List who viewed as whom", refuses=[403])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        need_right(request.user, Right.ACCOUNTS)
        rows = models.Viewing.objects.with_people().with_page_counts()
        return paginated(self, request, rows, told_viewing)


class ViewedPageList(ApiView):
    """Every request of one viewing, newest first."""

    order = ("-pk",)

    @reads(ListOf(ViewedPage), "List the requests of a viewing", refuses=[403])
    def get(self, request: ApiRequest, pk: int) -> HttpResponseBase:
        need_right(request.user, Right.ACCOUNTS)
        viewing = found_or_404(models.Viewing.objects.filter(pk=pk).first())
        return paginated(self, request, viewing.pages.all(), told_viewed_page)


def told_viewing(viewing: Any) -> Viewing:
    """A viewing as administrators are told of it."""
    return Viewing(
        id=viewing.pk,
        actor=viewing.actor.username,
        viewed=viewing.viewed.username,
        reason=viewing.reason,
        started_at=viewing.started_at,
        ends_at=viewing.ends_at,
        ended_at=viewing.over_at,
        end=viewing.end_words or None,
        requests=viewing.page_count,
    )


def told_viewed_page(viewed: models.ViewedPage) -> ViewedPage:
    """A request as administrators are told of it."""
    return ViewedPage(at=viewed.at, method=viewed.method, path=viewed.path, status=viewed.status)
