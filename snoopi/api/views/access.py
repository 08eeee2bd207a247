"""Who has access to a project: delegations, whether Co-Is download, tokens of the project."""

from http import HTTPStatus

from django.http import HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from projects import models
from projects.lookup import find
from projects.models import Membership, Project, Role
from projects.permissions import can_delegate, can_issue_token
from projects.services.delegations import (
    LONGEST_NAME,
    delegate,
    issue_project_token,
    let_cois_download,
    revoke_delegation,
    revoke_project_token,
)
from snoopi.api.base import ApiRequest, ApiView, body_object, found_or_404, text_field
from snoopi.api.conditional import Validators
from snoopi.api.errors import BadValue
from snoopi.api.pagination import paginated
from snoopi.api.schema import IF_MATCH, ListOf, reads, writes
from snoopi.api.shapes.access import (
    CoIDownload,
    DelegationRequest,
    NewProjectToken,
    ProjectToken,
    ProjectTokenRequest,
    Tie,
)
from snoopi.api.views.deliveries import moment_of
from snoopi.api.views.people import refuse_tokens
from snoopi.bell import ring_mail

_LONGEST_ADDRESS = 254


def _own_project(request: ApiRequest, ref: str) -> Project:
    """The project, for who may say who has access to it."""
    project = found_or_404(find(Project.objects.visible_to(request.user), ref))
    if not can_delegate(request.user, project):
        raise PermissionDenied("Who has access to this project is for its PI to say.")
    return project


def _seen_version(request: ApiRequest, project: Project) -> int | None:
    seen = Validators.of(project, request.user).check_write(request)
    return project.version if seen else None


def _headers(request: ApiRequest, project: Project) -> dict[str, str]:
    project.refresh_from_db()
    return Validators.of(project, request.user).headers()


class DelegationList(ApiView):
    """Everybody with access to a project."""

    order = ("pk",)

    @reads(ListOf(Tie), "List who has access to a project", named=True, refuses=[403])
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        project = _own_project(request, ref)
        rows = Membership.objects.current().filter(project=project)
        return paginated(
            self, request, rows.select_related("user", "project", "given_by"), told_tie
        )

    @writes(
        {200: Tie, 201: Tie},
        "Delegate a project",
        body=DelegationRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[412, 428, 429],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        project = _own_project(request, ref)
        body = body_object(request)
        version = _seen_version(request, project)
        tie, is_new = delegate(
            project,
            to=text_field(body, "to", longest=_LONGEST_ADDRESS),
            kind=text_field(body, "kind", longest=40),
            ends_at=moment_of(body, "ends_at"),
            actor=request.user,
            expected_version=version,
        )
        ring_mail()
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return Response(told_tie(tie), status, headers=_headers(request, project))


class DelegationView(ApiView):
    """One delegation."""

    @writes(
        {204: None},
        "Revoke a delegation",
        method="DELETE",
        parameters=[IF_MATCH],
        named=True,
        refuses=[412, 428],
    )
    def delete(self, request: ApiRequest, ref: str, pk: int) -> Response:
        project = _own_project(request, ref)
        ties = Membership.objects.filter(project=project, role=Role.DELEGEE)
        tie = found_or_404(ties.select_related("user", "project").filter(pk=pk).first())
        version = _seen_version(request, project)
        revoke_delegation(tie, actor=request.user, expected_version=version)
        ring_mail()
        return Response(status=HTTPStatus.NO_CONTENT, headers=_headers(request, project))


class ProjectCoIDownload(ApiView):
    """The PI's switch."""

    @writes(
        {200: CoIDownload},
        "Say whether Co-Is may download",
        body=CoIDownload,
        parameters=[IF_MATCH],
        named=True,
        refuses=[412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        project = _own_project(request, ref)
        may = body_object(request).get("cois_download")
        if not isinstance(may, bool):
            raise BadValue("cois_download", "must be true or false")
        version = _seen_version(request, project)
        let_cois_download(project, may=may, actor=request.user, expected_version=version)
        headers = _headers(request, project)
        return Response(CoIDownload(cois_download=may), headers=headers)


class ProjectTokenList(ApiView):
    """The tokens of a project; only a session of the PI's makes one, never a token."""

    order = ("-created_at", "-pk")

    @reads(ListOf(ProjectToken), "List the tokens of a project", named=True, refuses=[403])
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        project = _own_project(request, ref)
        return paginated(self, request, project.tokens.select_related("issued_by"), told_token)

    @writes(
        {201: NewProjectToken}, "Make a token of a project", body=ProjectTokenRequest, named=True
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        refuse_tokens(request)
        project = _own_project(request, ref)
        if not can_issue_token(request.user, project):
            raise PermissionDenied("Tokens of a project are made by its PI.")
        body = body_object(request)
        token, text = issue_project_token(
            project,
            name=text_field(body, "name", longest=LONGEST_NAME),
            expires_at=moment_of(body, "expires_at"),
            actor=request.user,
        )
        return Response(NewProjectToken(**told_token(token), token=text), HTTPStatus.CREATED)


class ProjectTokenView(ApiView):
    """One token of a project; only a session revokes it."""

    @writes({204: None}, "Revoke a token of a project", method="DELETE", named=True)
    def delete(self, request: ApiRequest, ref: str, pk: int) -> Response:
        refuse_tokens(request)
        project = _own_project(request, ref)
        rows = models.ProjectToken.objects.select_related("project").filter(project=project)
        revoke_project_token(found_or_404(rows.filter(pk=pk).first()), actor=request.user)
        return Response(status=HTTPStatus.NO_CONTENT)


def told_tie(tie: Membership) -> Tie:
    """A tie as who may change it is told; read it with person and project."""
    return Tie(
        id=tie.pk,
        name=str(tie.user),
        role=tie.role,
        kind=tie.kind or None,
        downloads=tie.gives_files,
        since=tie.created_at,
        ends_at=tie.ends_at,
        given_by=str(tie.given_by) if tie.given_by else None,
    )


def told_token(token: models.ProjectToken) -> ProjectToken:
    """A token of a project as who may revoke it is told."""
    return ProjectToken(
        id=token.pk,
        name=token.name,
        hint=token.hint,
        issued_by=str(token.issued_by),
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
    )
