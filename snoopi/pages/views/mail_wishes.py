"""What people want to be mailed, and the link in a mail that ends it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from deliveries.letters import unsubscriber
from deliveries.models import MailRule
from deliveries.services.digests import send_sample
from deliveries.services.wishes import set_wish, stop_optional
from projects.models import Membership, Project, Role
from snoopi.bell import ring_mail
from snoopi.pages.doors import PageRequest, asked_text, members_only

DEFAULT = "default"
_CHOICES = tuple(MailRule.Wish.choices)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@members_only
def mail_settings(request: PageRequest) -> HttpResponse:
    """One's rule for optional mails, and the projects with a rule of their own."""
    projects = _own_projects(request.user)
    if request.method == "POST":
        _keep(request, projects)
        messages.success(request, "Your mail settings were changed.")
        return redirect("mail-settings")
    wishes: dict[int | None, str] = dict(request.user.mail_rules.values_list("project_id", "wish"))
    context: dict[str, Any] = {
        "choices": _CHOICES,
        "default": wishes.get(None, MailRule.Wish.NEVER),
        "hour": f"{settings.DIGEST_HOUR:02}",
        "projects": [(project, wishes.get(project.pk, "")) for project in projects],
    }
    return render(request, "pages/mail_settings.html", context)


@require_POST
@members_only
def sample(request: PageRequest) -> HttpResponse:
    """Send a digest of what happened last, to see what one looks like."""
    try:
        written = send_sample(person=request.user)
    except ValueError as problem:
        messages.error(request, str(problem))
        return redirect("mail-settings")
    if written is None:
        messages.warning(request, "A sample is on its way already; the next one in ten minutes.")
    else:
        ring_mail()
        messages.success(request, f"A sample is sent to {written.address}.")
    return redirect("mail-settings")


def _own_projects(user: User) -> list[Project]:
    """The projects whose optional mails a person may ask for."""
    ties = Membership.objects.of(user).filter(role__in=[Role.PI, Role.DELEGEE])
    rows = Project.objects.visible_to(user).filter(pk__in=ties.order_by().values("project_id"))
    return list(rows.order_by("-code"))


def _keep(request: PageRequest, projects: list[Project]) -> None:
    """Take over what the form says; what it leaves out, or says oddly, stays as it is."""
    default = asked_text(request.POST, DEFAULT)
    if default in MailRule.Wish.values:
        set_wish(user=request.user, wish=default)
    for project in projects:
        name = f"project-{project.pk}"
        wish = asked_text(request.POST, name)
        if name in request.POST and wish in ("", *MailRule.Wish.values):
            set_wish(user=request.user, wish=wish, project=project)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End all optional mails to the person that a link of ours names; a GET asks first.

    Mail programs post here by themselves, without a session and without our form (RFC 8058).
    """
    person = User.objects.filter(pk=unsubscriber(token) or 0).first()
    if person is None:
        raise Http404("This link is none of ours.")
    if request.method == "POST":
        stop_optional(user=person)
    is_done = request.method == "POST"
    return render(request, "pages/unsubscribe.html", {"is_done": is_done})
