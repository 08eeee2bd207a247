"""My Projects and My SchedBlocks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from projects.states import Level
from snoopi.keyset import BadCursor, every_page
from snoopi.pages import project_list, sched_block_list
from snoopi.pages.csv_files import list_csv
from snoopi.pages.doors import PageRequest, members_only, takes_tokens
from snoopi.pages.listing import (
    Column,
    ListForm,
    changed,
    listing,
    order_asked,
    shown_columns,
)


@dataclass(frozen=True, slots=True)
class ListKind:
    """What one of the lists is made of."""

    name: str
    level: Level
    columns: Sequence[Column]
    usual: Callable[[User], str]
    form: type[ListForm]
    rows: Callable[[User, ListForm], QuerySet[Any]]
    lines: Callable[[Iterable[Any], User], list[Any]]
    cells: Callable[[Any], Mapping[str, Any]]


_PROJECTS = ListKind(
    name="projects",
    level=Level.PROJECT,
    columns=project_list.PROJECT_COLUMNS,
    usual=project_list.usual_sort,
    form=ListForm,
    rows=project_list.project_rows,
    lines=project_list.shown_rows,
    cells=project_list.project_cells,
)
_SCHED_BLOCKS = ListKind(
    name="schedblocks",
    level=Level.SCHED_BLOCK,
    columns=sched_block_list.SCHED_BLOCK_COLUMNS,
    usual=sched_block_list.usual_sort,
    form=sched_block_list.SchedBlockListForm,
    rows=sched_block_list.sched_block_rows,
    lines=sched_block_list.shown_rows,
    cells=sched_block_list.sched_block_cells,
)


@require_safe
@takes_tokens
@members_only
def projects(request: PageRequest) -> HttpResponseBase:
    """My Projects, as the URL asks for them."""
    return _list_page(request, _PROJECTS)


@require_safe
@takes_tokens
@members_only
def sched_blocks(request: PageRequest) -> HttpResponseBase:
    """My SchedBlocks, as the URL asks for them."""
    return _list_page(request, _SCHED_BLOCKS)


def _list_page(request: PageRequest, kind: ListKind) -> HttpResponseBase:
    form = kind.form(request.GET, user=request.user, level=kind.level, columns=kind.columns)
    rows, usual = kind.rows(request.user, form), kind.usual(request.user)
    if request.GET.get("format") == "csv":
        pages = every_page(rows, order=order_asked(form, kind.columns, usual))
        told = (kind.lines(page, request.user) for page in pages)
        columns = shown_columns(form, kind.columns)
        return list_csv(request, kind.name, columns, told, kind.cells)
    try:
        found = listing(request, form, rows, kind.columns, usual)
    except BadCursor:
        return redirect(request.path + changed(request.GET))
    lines = kind.lines(found.page.rows, request.user)
    context = {"form": form, "list": found, "lines": lines}
    return render(request, f"pages/{kind.name}_list.html", context)
