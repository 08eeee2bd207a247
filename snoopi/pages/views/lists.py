"""My Projects and My SchedBlocks."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from projects.states import Level
from snoopi.keyset import BadCursor
from snoopi.pages import project_list, sched_block_list
from snoopi.pages.doors import PageRequest, members_only
from snoopi.pages.listing import ListForm, changed, csv_response, listing, shown_columns
from snoopi.pages.project_list import PROJECT_COLUMNS
from snoopi.pages.sched_block_list import SCHED_BLOCK_COLUMNS, SchedBlockListForm

CSV_ROWS = 10_000


@require_safe
@members_only
def projects(request: PageRequest) -> HttpResponseBase:
    """My Projects, as the URL asks for them."""
    user, columns = request.user, PROJECT_COLUMNS
    form = ListForm(request.GET, user=user, level=Level.PROJECT, columns=columns)
    rows = project_list.project_rows(user, form)
    if request.GET.get("format") == "csv":
        found = project_list.shown_rows(rows.order_by("-ref")[:CSV_ROWS], user)
        shown = shown_columns(form, columns)
        return csv_response("projects", shown, found, project_list.project_cells)
    try:
        found_list = listing(request, form, rows, columns, project_list.USUAL_SORT)
    except BadCursor:
        return redirect(request.path + changed(request.GET))
    lines = project_list.shown_rows(found_list.page.rows, user)
    return _show(request, "pages/project_list.html", form, found_list, lines)


@require_safe
@members_only
def sched_blocks(request: PageRequest) -> HttpResponseBase:
    """My SchedBlocks, as the URL asks for them."""
    user, columns = request.user, SCHED_BLOCK_COLUMNS
    form = SchedBlockListForm(request.GET, user=user, level=Level.SCHED_BLOCK, columns=columns)
    rows = sched_block_list.sched_block_rows(user, form)
    if request.GET.get("format") == "csv":
        ordered = rows.order_by("-project_id", "name", "pk")[:CSV_ROWS]
        found = sched_block_list.shown_rows(list(ordered), user)
        shown = shown_columns(form, columns)
        return csv_response("schedblocks", shown, found, sched_block_list.sched_block_cells)
    try:
        found_list = listing(request, form, rows, columns, sched_block_list.USUAL_SORT)
    except BadCursor:
        return redirect(request.path + changed(request.GET))
    lines = sched_block_list.shown_rows(found_list.page.rows, user)
    return _show(request, "pages/sched_block_list.html", form, found_list, lines)


def _show(
    request: PageRequest, template: str, form: ListForm, found: object, lines: object
) -> HttpResponse:
    return render(request, template, {"form": form, "list": found, "lines": lines})
