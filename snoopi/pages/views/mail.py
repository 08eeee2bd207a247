"""The ledger of mail: what was written to whom, and what became of it."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

from csp.decorators import csp, csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from deliveries.errors import BadLinks
from deliveries.letters import letter_of, subject_of
from deliveries.links import LINKS
from deliveries.models import Notice, NoticeKind, NoticeState
from deliveries.permissions import can_enter_added_value, can_resend_mail
from deliveries.services.added_value import enter_added_value
from deliveries.services.notices import mark_bounced, resend
from projects.errors import StaleVersion
from projects.models import MemberOUS, ObsUnitSet
from projects.querysets.project import is_staff_viewer
from snoopi.bell import ring_mail
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.csv_files import list_csv
from snoopi.pages.doors import Door, PageRequest, asked_text, members_only, shows, takes_tokens
from snoopi.pages.finders import ous_for
from snoopi.pages.listing import Column, changed
from snoopi.pages.panels import ous_panel
from snoopi.pages.qa2_panel import qa2_section
from snoopi.pages.views.moves import form_version

_PAGE_SIZE = 50
Decorator = Callable[[Door], Door]
_framing: Decorator = cast(Any, csp_update({"frame-src": ["'self'"]}))
_BOX = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups"],
}
_boxed: Decorator = cast(Any, csp(_BOX))
COLUMNS = (
    Column("id", "Mail", ()),
    Column("written", "Written [UTC]", ()),
    Column("sent", "Sent [UTC]", ()),
    Column("state", "State", ()),
    Column("kind", "Kind", ()),
    Column("to", "To", ()),
    Column("person", "Person", ()),
    Column("project", "Project", ()),
    Column("ous", "Member OUS", ()),
    Column("subject", "Subject", ()),
    Column("twice", "Possibly twice", ()),
    Column("problem", "Problem", ()),
)


@require_safe
@takes_tokens
@members_only
def ledger(request: PageRequest) -> HttpResponseBase:
    """What was mailed, newest first: to oneself, for staff to everybody."""
    text, state, kind = (asked_text(request.GET, name) for name in ("q", "state", "kind"))
    rows = narrowed(Notice.objects.visible_to(request.user), text, state, kind).with_subjects()
    if request.GET.get("format") == "csv":
        return list_csv(request, "mail", COLUMNS, every_page(rows, order=("-pk",)), cells)
    cursor = request.GET.get("cursor")
    try:
        found = page(rows, order=("-pk",), cursor=cursor, size=_PAGE_SIZE)
    except BadCursor:
        return redirect("mail")
    context: dict[str, Any] = {
        "rows": [with_subject(row) for row in found.rows],
        "text": text,
        "state": state,
        "kind": kind,
        "states": NoticeState.choices,
        "kinds": NoticeKind.choices,
        "is_staff": is_staff_viewer(request.user),
        "is_filtered": bool(text or state or kind),
        "next_url": changed(request.GET, cursor=found.next) if found.next else "",
        "first_url": changed(request.GET) if cursor else "",
        "csv_url": changed(request.GET, format="csv"),
    }
    return render(request, "pages/mail.html", context)


def narrowed(rows: Any, text: str, state: str, kind: str) -> Any:
    """Keep what a text of the address, the person or the project finds, a state, a kind."""
    if text:
        found = Q()
        for name in ("address", "recipient__username", "recipient__name", "project__code"):
            found |= Q(**{f"{name}__icontains": text})
        rows = rows.filter(found | Q(member_ous__uid__icontains=text))
    if state in NoticeState.values:
        rows = rows.filter(state=state)
    return rows.filter(kind=kind) if kind in NoticeKind.values else rows


def with_subject(notice: Notice) -> Notice:
    """The notice with ``subject``, as its mail has it."""
    notice.subject = subject_of(notice.kind, notice.facts)  # type: ignore[attr-defined]
    return notice


def cells(notice: Notice) -> dict[str, Any]:
    """A notice as CSV has it."""
    return {
        "id": notice.pk,
        "written": _moment(notice.created_at),
        "sent": _moment(notice.sent_at),
        "state": notice.state,
        "kind": notice.kind,
        "to": notice.address,
        "person": notice.recipient.username if notice.recipient else None,
        "project": notice.project.ref if notice.project else None,
        "ous": str(notice.member_ous) if notice.member_ous else None,
        "subject": subject_of(notice.kind, notice.facts),
        "twice": notice.possibly_twice,
        "problem": notice.error,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _one(request: PageRequest, pk: int) -> Notice:
    """The notice, raising Http404 for one that the person may not know of."""
    rows: QuerySet[Notice] = Notice.objects.visible_to(request.user).with_subjects()
    found = rows.select_related("asked_by").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such mail that you may see.")
    return found


@require_safe
@members_only
@_framing
def one_mail(request: PageRequest, pk: int) -> HttpResponse:
    """One mail: what became of it, and its text as it was sent."""
    notice = _one(request, pk)
    context = {
        "notice": notice,
        "letter": letter_of(notice.kind, notice.facts),
        "is_staff": is_staff_viewer(request.user),
        "may_resend": can_resend_mail(request.user),
        "may_mark": can_resend_mail(request.user) and notice.state == NoticeState.SENT,
    }
    return render(request, "pages/mail_detail.html", context)


@require_safe
@members_only
@xframe_options_sameorigin
@_boxed
def as_html(request: PageRequest, pk: int) -> HttpResponse:
    """The HTML of a mail, in a box that runs nothing and loads nothing."""
    notice = _one(request, pk)
    return HttpResponse(letter_of(notice.kind, notice.facts).html)


@require_POST
@members_only
def send_again(request: PageRequest, pk: int) -> HttpResponse:
    """Send the same mail once more, to the address that is on file now."""
    notice = _one(request, pk)
    if not can_resend_mail(request.user):
        raise PermissionDenied("Sending mail again is for administrators.")
    try:
        again = resend(notice, actor=request.user)
    except ValueError as problem:
        messages.error(request, f"It was not sent again: {problem}")
        return redirect("mail-detail", notice.pk)
    ring_mail()
    messages.success(request, f"It is sent again, to {again.address}.")
    return redirect("mail-detail", again.pk)


@require_POST
@members_only
def bounced(request: PageRequest, pk: int) -> HttpResponse:
    """Note that a mail came back."""
    notice = _one(request, pk)
    if not can_resend_mail(request.user):
        raise PermissionDenied("Marking mail is for administrators.")
    if mark_bounced(notice, reason=asked_text(request.POST, "reason", most=500)):
        messages.success(request, "It is marked as come back.")
    else:
        messages.error(request, "Only a mail that was sent can have come back.")
    return redirect("mail-detail", notice.pk)


@require_POST
@shows(ous_for)
def added_value(request: PageRequest, ous: ObsUnitSet) -> HttpResponse:
    """Note where the added-value products of a member OUS are."""
    if not can_enter_added_value(request.user):
        raise PermissionDenied("Entering added-value products is for staff.")
    if not isinstance(ous, MemberOUS):
        raise Http404("Only member OUSs have added-value products.")
    links = {name: asked_text(request.POST, name, most=1000) for name in LINKS}
    try:
        version = form_version(request)
        enter_added_value(ous, links=links, actor=request.user, expected_version=version)
    except BadLinks as problem:
        return _refused(request, ous, f"{problem.field}: {problem}", HTTPStatus.BAD_REQUEST)
    except StaleVersion as problem:
        return _refused(request, ous, str(problem), HTTPStatus.PRECONDITION_FAILED)
    ring_mail()
    messages.success(request, "The links are kept.")
    return redirect(ous)


def _refused(
    request: PageRequest, ous: MemberOUS, sentence: str, status: HTTPStatus
) -> HttpResponse:
    messages.error(request, sentence)
    fresh = ous_for(request.user, ous.ref) or ous
    panel = {**ous_panel(fresh, request.user), **qa2_section(fresh, request.user)}
    return render(request, "pages/ous_detail.html", panel, status=status)
