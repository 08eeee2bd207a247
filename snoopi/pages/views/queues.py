"""The queues of the staff."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.rights import Right
from projects.permissions import can_claim, can_keep_journal, reduces
from projects.presentation import executions
from projects.querysets.project import sees_everything
from projects.work import HINDRANCES, WorkRole
from qa.permissions import can_review
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.csv_files import list_csv
from snoopi.pages.doors import PageRequest, asked_text, members_only, takes_tokens
from snoopi.pages.listing import Chip, Column, changed
from snoopi.queues import (
    CLAIMS,
    MINE_SHOWN,
    NARROWINGS,
    OLDEST_FIRST,
    QUEUES,
    Queue,
    counts,
    cycles,
    had_by,
    in_queue,
    narrowed,
    told_rows,
    work_rows,
)

_PAGE_SIZE = 50
COLUMNS = tuple(
    Column(key, title, ())
    for key, title in (
        ("uid", "Member OUS"),
        ("name", "Name"),
        ("project", "Project"),
        ("pi", "PI"),
        ("arc", "ARC"),
        ("cycle", "Cycle"),
        ("array", "Array"),
        ("bands", "Bands"),
        ("state", "State"),
        ("since", "Since [UTC]"),
        ("executions", "Executions"),
        ("reducer", "Data reducer"),
        ("reviewer", "Reviewer"),
        ("blocked", "Held up by"),
        ("blocked_since", "Held up since [UTC]"),
        ("blocked_note", "Note"),
        ("tickets", "Tickets"),
        ("hold", "In hold until [UTC]"),
        ("hindered", "Delivery"),
        ("problem", "Problem report"),
    )
)
CLAIM_WORDS = {"mine": "yours", "unclaimed": "nobody's", "claimed": "somebody's"}
YES_NO_WORDS = {"yes": "yes", "no": "no"}


@require_safe
@members_only
def queues(request: PageRequest) -> HttpResponseBase:
    """All queues with how much stands in them, and what the person has."""
    _refuse_outsiders(request.user)
    asked = _asked(request.GET)
    rows = work_rows(request.user)
    mine = told_rows(rows.filter(had_by(request.user))).order_by(*OLDEST_FIRST)
    context = {
        "counts": counts(narrowed(rows, asked, request.user)),
        "mine": list(mine[:MINE_SHOWN]),
        **_around(request, asked),
    }
    return render(request, "pages/qa_queues.html", context)


@require_safe
@takes_tokens
@members_only
def queue(request: PageRequest, name: str) -> HttpResponseBase:
    """What stands in one queue, oldest first."""
    _refuse_outsiders(request.user)
    if name not in QUEUES:
        raise Http404("There is no such queue.")
    chosen, asked = QUEUES[name], _asked(request.GET)
    everything = narrowed(work_rows(request.user), asked, request.user)
    rows = told_rows(everything.filter(in_queue(chosen)))
    if request.GET.get("format") == "csv":
        pages = every_page(rows, order=OLDEST_FIRST)
        return list_csv(request, f"queue-{name}", COLUMNS, pages, cells)
    cursor = request.GET.get("cursor")
    try:
        found = page(rows, order=OLDEST_FIRST, cursor=cursor, size=_PAGE_SIZE)
    except BadCursor:
        return redirect("qa-queue", name)
    context = {
        "queue": chosen,
        "counts": counts(everything),
        "rows": [_with_claim(row, chosen, request.user) for row in found.rows],
        "next_url": changed(request.GET, cursor=found.next) if found.next else "",
        "first_url": changed(request.GET) if cursor else "",
        "csv_url": changed(request.GET, format="csv"),
        **_around(request, asked),
    }
    return render(request, "pages/qa_queue.html", context)


def _refuse_outsiders(user: User) -> None:
    if not can_keep_journal(user):
        raise PermissionDenied("The queues are for staff of the observatory.")


def _asked(values: QueryDict) -> dict[str, str]:
    """What the filters ask for; what is no word of theirs is left out."""
    words = {one.name: one.words for one in NARROWINGS} | {"claim": CLAIMS, "q": ()}
    texts = {name: asked_text(values, name) for name in words}
    return {name: text for name, text in texts.items() if text and text in (words[name] or [text])}


def _around(request: PageRequest, asked: dict[str, str]) -> dict[str, Any]:
    """The filters with what is chosen, their chips, and the query that keeps them."""
    told = {"claim": CLAIM_WORDS, "blocked": YES_NO_WORDS}
    fields = [
        (one.name, one.title, _choices(one.name, one.words, told), asked.get(one.name, ""))
        for one in NARROWINGS
    ]
    claim = ("claim", "Claimed", [*CLAIM_WORDS.items()], asked.get("claim", ""))
    titles = {name: title for name, title, _, _ in (*fields, claim)} | {"q": "Find"}
    chips = [
        Chip(
            f"{titles[name]}: {told.get(name, {}).get(text, text)}",
            changed(request.GET, **{name: None}),
        )
        for name, text in asked.items()
    ]
    kept = QueryDict(mutable=True)
    kept.update(asked)
    return {
        "fields": [*fields, claim],
        "text": asked.get("q", ""),
        "chips": chips,
        "may_review": can_review(request.user),
        "may_end_seasons": request.user.has_right(Right.OBSERVING),
        "may_claim": any(can_claim(request.user, role) for role in WorkRole),
        "sees_some": not sees_everything(request.user),
        "kept": f"?{kept.urlencode()}" if asked else "",
    }


def _choices(name: str, words: Any, told: dict[str, dict[str, str]]) -> list[tuple[str, str]]:
    chosen = cycles() if name == "cycle" else words
    return [(word, told.get(name, {}).get(word, word)) for word in chosen]


def _with_claim(row: Any, chosen: Queue, user: User) -> Any:
    """The row with ``may_claim`` and ``holder``, as far as the row alone tells."""
    holder = getattr(row, chosen.role) if chosen.role else None
    row.holder, row.may_claim = holder, False
    if chosen.role is not None and holder is None and row.state in chosen.states:
        own = chosen.role == WorkRole.REVIEWER and reduces(user, row)
        row.may_claim = can_claim(user, chosen.role) and not own
    return row


def cells(row: Any) -> dict[str, Any]:
    """A line as CSV has it; read the row as ``told_rows``."""
    project = row.project
    return {
        "uid": str(row),
        "name": row.name,
        "project": project.ref if project else None,
        "pi": project.pi_name if project else None,
        "arc": project.arc if project else None,
        "cycle": project.cycle if project else None,
        "array": row.array,
        "bands": ", ".join(map(str, row.bands)),
        "state": row.state,
        "since": row.state_since,
        "executions": str(executions(row)),
        "reducer": row.reducer.username if row.reducer else None,
        "reviewer": row.reviewer.username if row.reviewer else None,
        "blocked": HINDRANCES[row.blocked_on].what if row.blocked_on else None,
        "blocked_since": row.blocked_since,
        "blocked_note": row.blocked_note,
        "tickets": ", ".join(ticket.reference for ticket in row.open_tickets),
        "hold": row.hold_until,
        "hindered": row.hindered_by,
        "problem": row.problem,
    }
