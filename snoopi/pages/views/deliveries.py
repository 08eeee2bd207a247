"""The list of deliveries."""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from deliveries.models import Delivery, DeliveryState
from deliveries.permissions import can_extend_clock
from projects.querysets.project import is_staff_viewer
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.csv_files import list_csv
from snoopi.pages.doors import PageRequest, asked_text, members_only, takes_tokens
from snoopi.pages.listing import Column, changed, text_in

_PAGE_SIZE = 50
_NEWEST_FIRST = ("-pk",)
COLUMNS = (
    Column("project", "Project", ()),
    Column("member", "Member OUS", ()),
    Column("name", "Name", ()),
    Column("generation", "Generation", ()),
    Column("state", "State", ()),
    Column("opened", "Opened [UTC]", ()),
    Column("delivered", "Delivered [UTC]", ()),
    Column("release", "Proprietary until [UTC]", ()),
)
STAFF_COLUMNS = (Column("attempts", "Checks in vain", ()), Column("words", "What hinders", ()))


@require_safe
@takes_tokens
@members_only
def deliveries(request: PageRequest) -> HttpResponseBase:
    """What was delivered, newest first; staff see what is under way or failed too."""
    text, state = asked_text(request.GET, "q"), asked_text(request.GET, "state", most=20)
    rows = Delivery.objects.visible_to(request.user).with_things()
    if text:
        rows = rows.filter(text_in(text, "project__ref", "member_ous__ref", "member_ous__name"))
    if state in DeliveryState.values:
        rows = rows.filter(state=state)
    if request.GET.get("format") == "csv":
        columns = (*COLUMNS, *STAFF_COLUMNS) if is_staff_viewer(request.user) else COLUMNS
        return list_csv(
            request, "deliveries", columns, every_page(rows, order=_NEWEST_FIRST), _cells
        )
    if is_staff_viewer(request.user):
        rows = rows.prefetch_related("places")
    cursor = request.GET.get("cursor")
    try:
        found = page(rows, order=_NEWEST_FIRST, cursor=cursor, size=_PAGE_SIZE)
    except BadCursor:
        return redirect(request.path)
    context: dict[str, Any] = {
        "rows": found.rows,
        "text": text,
        "state": state,
        "states": DeliveryState.choices,
        "is_staff": is_staff_viewer(request.user),
        "may_extend": can_extend_clock(request.user),
        "next_url": changed(request.GET, cursor=found.next) if found.next else "",
        "csv_url": changed(request.GET, format="csv"),
        "is_first": not cursor,
    }
    return render(request, "pages/deliveries.html", context)


def _cells(row: Delivery) -> dict[str, Any]:
    return {
        "project": row.project.ref,
        "member": str(row.member_ous),
        "name": row.member_ous.name,
        "generation": row.generation,
        "state": row.get_state_display(),
        "opened": row.opened_at,
        "delivered": row.delivered_at,
        "release": row.member_ous.release_date,
        "attempts": row.attempts,
        "words": row.hindrance,
    }
