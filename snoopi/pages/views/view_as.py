"""Seeing the site as somebody else: whom, why, stop; and who has done so."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import ViewAsForm
from accounts.models import User, ViewedPage, Viewing, ViewingEnd
from accounts.querysets import named_like
from accounts.rights import Right
from accounts.services import NotViewable, start_viewing
from accounts.sessions import enter_viewing, leave_viewing
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.csv_files import list_csv
from snoopi.pages.doors import PageRequest, asked_text, members_only, takes_tokens
from snoopi.pages.listing import Column, changed

_FOUND = 20
_PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def view_as(request: PageRequest) -> HttpResponse:
    """Find the person by name, user name or address; a POST with a reason begins."""
    if not request.user.has_right(Right.VIEW_AS):
        raise PermissionDenied("Only ARC staff, contact scientists and administrators may do this.")
    return _begin(request) if request.method == "POST" else _find(request)


def _find(request: PageRequest) -> HttpResponse:
    text = asked_text(request.GET, "q")
    found = list(_viewable(text)[: _FOUND + 1]) if text else []
    chosen = _only(found, text)
    back = asked_text(request.GET, "next", most=2000)
    form = ViewAsForm(initial={"person": chosen.username, "next": back}) if chosen else None
    return _show(
        request, {"text": text, "found": found, "chosen": chosen, "form": form, "back": back}
    )


def _viewable(text: str) -> Any:
    return User.objects.viewable().filter(named_like(text)).order_by("name", "username", "pk")


def _only(found: list[User], text: str) -> User | None:
    """The one that is meant: found alone, or named by the whole user name."""
    named = [user for user in found if user.username.lower() == text.lower()]
    sole = named or found
    return sole[0] if len(sole) == 1 else None


def _show(request: PageRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context["more"] = len(context["found"]) > _FOUND
    context["found"] = context["found"][:_FOUND]
    context["may_read_log"] = request.user.has_right(Right.ACCOUNTS)
    return render(request, "pages/view_as.html", context, status=status)


def _begin(request: PageRequest) -> HttpResponse:
    form = ViewAsForm(request.POST)
    if form.is_valid():
        viewed, back = form.cleaned_data["person"], _own_path(request, form.cleaned_data["next"])
        try:
            viewing = start_viewing(
                actor=request.user, viewed=viewed, reason=form.cleaned_data["reason"]
            )
        except NotViewable as error:
            form.add_error("person", str(error))
        else:
            enter_viewing(request, viewing, back=back or reverse("view-as"))
            return redirect(back or "home")
    name = asked_text(request.POST, "person")
    chosen = User.objects.viewable().filter(username__iexact=name).first()
    back = asked_text(request.POST, "next", most=2000)
    shown: dict[str, Any] = {
        "text": name,
        "found": [],
        "chosen": chosen,
        "form": form,
        "back": back,
    }
    return _show(request, shown, status=422)


def _own_path(request: HttpRequest, url: str) -> str:
    """The address if it leads to this site, else ""."""
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_ours else ""


@require_POST
@members_only
def stop(request: PageRequest) -> HttpResponse:
    """Be oneself again, where one was before; safe twice."""
    back = leave_viewing(request, ViewingEnd.STOPPED)
    if back:
        messages.success(request, "You see SnooPI as yourself again.")
    return redirect(back or "home")


LOG_COLUMNS = (
    Column("started", "Started", ()),
    Column("by", "Who", ()),
    Column("person", "As whom", ()),
    Column("reason", "Reason", ()),
    Column("over", "Ended", ()),
    Column("how", "How", ()),
    Column("pages", "Requests", ()),
)
PAGE_COLUMNS = (
    Column("at", "When", ()),
    Column("method", "Method", ()),
    Column("path", "Address", ()),
    Column("status", "Answer", ()),
)


def _auditors_only(user: User) -> None:
    if not user.has_right(Right.ACCOUNTS):
        raise PermissionDenied("Only administrators may read this.")


@require_safe
@takes_tokens
@members_only
def log(request: PageRequest) -> HttpResponseBase:
    """Who saw the site as whom, newest first; ``?q=`` keeps those about one person."""
    _auditors_only(request.user)
    text = asked_text(request.GET, "q")
    rows = Viewing.objects.with_people().with_page_counts()
    if text:
        people = User.objects.filter(named_like(text)).values("pk")
        rows = rows.filter(Q(actor__in=people) | Q(viewed__in=people))
    if request.GET.get("format") == "csv":
        return list_csv(
            request, "view-as", LOG_COLUMNS, every_page(rows, order=("-pk",)), log_cells
        )
    return _paged(request, rows, "pages/view_as_log.html", {"text": text})


@require_safe
@takes_tokens
@members_only
def viewed_pages(request: PageRequest, pk: int) -> HttpResponseBase:
    """Every request of one viewing, newest first."""
    _auditors_only(request.user)
    viewing = Viewing.objects.with_people().filter(pk=pk).first()
    if viewing is None:
        raise Http404("There is no such viewing.")
    rows = ViewedPage.objects.filter(viewing=viewing)
    if request.GET.get("format") == "csv":
        name, pages = f"view-as-{viewing.pk}", every_page(rows, order=("-pk",))
        return list_csv(request, name, PAGE_COLUMNS, pages, page_cells)
    return _paged(request, rows, "pages/view_as_pages.html", {"of": viewing})


def _paged(
    request: PageRequest, rows: Any, template: str, context: dict[str, Any]
) -> HttpResponseBase:
    cursor = request.GET.get("cursor")
    try:
        found = page(rows, order=("-pk",), cursor=cursor, size=_PAGE_SIZE)
    except BadCursor:
        return redirect(request.path)
    context |= {
        "rows": found.rows,
        "next_url": changed(request.GET, cursor=found.next) if found.next else "",
        "csv_url": changed(request.GET, format="csv"),
        "is_first": not cursor,
    }
    return render(request, template, context)


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def log_cells(viewing: Viewing) -> dict[str, Any]:
    """A viewing as CSV has it."""
    over = viewing.over_at
    return {
        "started": _moment(viewing.started_at),
        "by": viewing.actor.username,
        "person": viewing.viewed.username,
        "reason": viewing.reason,
        "over": _moment(over) if over else None,
        "how": viewing.end_words,
        "pages": viewing.page_count,  # type: ignore[attr-defined]
    }


def page_cells(viewed: ViewedPage) -> dict[str, Any]:
    """A request as CSV has it."""
    at = _moment(viewed.at)
    return {"at": at, "method": viewed.method, "path": viewed.path, "status": viewed.status}
