"""Who has access to a project: the page of its PI, and what is delegated to oneself."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from projects.errors import BadDelegation, NotAllowed, TooOften
from projects.models import Membership, Project, ProjectToken, Role
from projects.permissions import can_delegate
from projects.services.delegations import (
    delegate,
    issue_project_token,
    let_cois_download,
    revoke_delegation,
    revoke_project_token,
)
from snoopi.bell import ring_mail
from snoopi.pages.access_forms import DelegationForm, ProjectTokenForm
from snoopi.pages.doors import PageRequest, asked_text, members_only, shows
from snoopi.pages.finders import project_for

_ORDER = {"PI": 0, "COPI": 1, "COI": 2, "DELEGEE": 3}
_LARGEST_ID = 2**31

Act = Callable[[PageRequest, Project], HttpResponse]


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@shows(project_for)
def project_access(request: PageRequest, project: Project) -> HttpResponse:
    """Everybody with access, and the forms that change it; for the PI and who acts for them."""
    if not can_delegate(request.user, project):
        raise PermissionDenied("Who has access to this project is for its PI to say.")
    if request.method != "POST":
        return _page(request, project)
    act = _ACTS.get(asked_text(request.POST, "act", most=20))
    if act is None:
        messages.error(request, "Choose what shall be done.")
        return _page(request, project, status=HTTPStatus.BAD_REQUEST)
    try:
        return act(request, project)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error


def _delegate(request: PageRequest, project: Project) -> HttpResponse:
    form = DelegationForm(request.POST)
    if not form.is_valid():
        return _page(request, project, delegation=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        tie, is_new = delegate(project, actor=request.user, **form.cleaned_data)
    except (BadDelegation, TooOften) as error:
        return _page(request, project, delegation=form, status=_told(error, form))
    ring_mail()
    words = "is a delegee now" if is_new else "was a delegee already"
    return _done(request, project, f"{tie.user} {words}: {tie.get_kind_display()}.")


def _revoke(request: PageRequest, project: Project) -> HttpResponse:
    ties = Membership.objects.filter(project=project, role=Role.DELEGEE)
    tie = ties.select_related("user", "project").filter(pk=_named(request)).first()
    if tie is None:
        raise Http404("There is no such delegation.")
    revoke_delegation(tie, actor=request.user)
    ring_mail()
    return _done(request, project, f"{tie.user} is no delegee for this any more.")


def _switch(request: PageRequest, project: Project) -> HttpResponse:
    may = asked_text(request.POST, "may") == "yes"
    let_cois_download(project, may=may, actor=request.user)
    word = "may download" if may else "no longer download"
    return _done(request, project, f"Co-PIs, Co-Is and project tokens {word} proprietary files.")


def _issue(request: PageRequest, project: Project) -> HttpResponse:
    form = ProjectTokenForm(request.POST)
    if not form.is_valid():
        return _page(request, project, key=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _, text = issue_project_token(project, actor=request.user, **form.cleaned_data)
    except BadDelegation as error:
        return _page(request, project, key=form, status=_told(error, form))
    return _page(request, project, new_token=text)


def _revoke_token(request: PageRequest, project: Project) -> HttpResponse:
    rows = ProjectToken.objects.select_related("project")
    token = rows.filter(project=project, pk=_named(request)).first()
    if token is None:
        raise Http404("There is no such token.")
    revoke_project_token(token, actor=request.user)
    return _done(request, project, f"The token {token.hint}… no longer works.")


_ACTS: Mapping[str, Act] = {
    "delegate": _delegate,
    "revoke": _revoke,
    "switch": _switch,
    "issue": _issue,
    "revoke_token": _revoke_token,
}


def _named(request: PageRequest) -> int:
    """The number of the row that a form is about; 0, which none has, for anything else."""
    text = asked_text(request.POST, "row", most=12)
    number = int(text) if text.isascii() and text.isdecimal() else 0
    return number if number < _LARGEST_ID else 0


def _told(error: BadDelegation | TooOften, form: forms.Form) -> HTTPStatus:
    """Put the error where it belongs; answer the status that tells of it."""
    if isinstance(error, TooOften):
        form.add_error("to", str(error))
        return HTTPStatus.TOO_MANY_REQUESTS
    form.add_error(error.field, str(error))
    return HTTPStatus.UNPROCESSABLE_ENTITY


def _done(request: PageRequest, project: Project, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("projects:project-access", project.ref)


def _page(
    request: PageRequest,
    project: Project,
    *,
    delegation: DelegationForm | None = None,
    key: ProjectTokenForm | None = None,
    new_token: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    ties = Membership.objects.current().filter(project=project)
    people = list(ties.select_related("user", "project", "given_by"))
    context: dict[str, Any] = {
        "project": project,
        "people": sorted(people, key=lambda tie: (_ORDER[tie.role], str(tie.user), tie.pk)),
        "tokens": project.tokens.select_related("issued_by"),
        "delegation": delegation or DelegationForm(),
        "key": key or ProjectTokenForm(),
        "may_issue": any(tie.role == Role.PI and tie.user == request.user for tie in people),
        "new_token": new_token,
    }
    return render(request, "pages/project_access.html", context, status=status)


@require_safe
@members_only
def delegations(request: PageRequest) -> HttpResponse:
    """What is delegated to oneself, and the projects that one leads."""
    mine = Membership.objects.of(request.user).select_related("project", "given_by")
    seen = Project.objects.visible_to(request.user)
    now = timezone.now()
    holds = Q(memberships__ends_at=None) | Q(memberships__ends_at__gt=now)
    led = seen.in_role(request.user, Role.PI).annotate(
        delegees=Count("memberships", filter=holds & Q(memberships__role=Role.DELEGEE))
    )
    context = {
        "ties": mine.filter(role=Role.DELEGEE, project__in=seen).order_by("project__ref", "kind"),
        "led": led.order_by("-ref"),
    }
    return render(request, "pages/delegations.html", context)
