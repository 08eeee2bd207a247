"""The end of a season, and its beginning: decided for many at once, seen before, undone as one."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.rights import Right
from projects.errors import BadSeason, SeasonRefused
from projects.models import Event, SeasonAct, SeasonStep
from projects.season_acts import Fate, SeasonKind
from projects.services.season_acts import (
    LONGEST_REASON,
    decide_act,
    planned_act,
    undo_act,
)
from projects.services.season_plans import preview, season_cycles
from projects.services.season_since import acted_on
from snoopi.bell import ring_seasons
from snoopi.csv_text import csv_answer
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.doors import PageRequest, asked_text, members_only
from snoopi.pages.listing import changed
from snoopi.pages.season_words import (
    KIND_TITLES,
    STEP_HEAD,
    cautions,
    changes,
    counted,
    left,
    left_alone,
    step_cells,
    step_line,
)

_SHOWN = 100
_PAST_SHOWN = 50
_ORDER = ("event_id",)
_TYPED = ("kind", "cycle", "configurations", "spares_unruled", "reason")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def seasons(request: PageRequest) -> HttpResponseBase:
    """Acts that were decided; a form that shows what one would do before it is decided."""
    _need_right(request)
    if request.method != "POST":
        return _page(request)
    try:
        planned = _planned(request)
        if asked_text(request.POST, "act", most=10) == "decide":
            return _decide(planned, request)
        return _page(request, planned=planned)
    except (BadSeason, SeasonRefused) as error:
        messages.error(request, str(error))
        refused = isinstance(error, SeasonRefused)
        return _page(request, HTTPStatus.CONFLICT if refused else HTTPStatus.BAD_REQUEST)


def _need_right(request: PageRequest) -> None:
    if not request.user.has_right(Right.OBSERVING):
        raise PermissionDenied("Ending a season is not yours.")


def _planned(request: PageRequest) -> SeasonAct:
    names = asked_text(request.POST, "configurations", most=500).replace(",", " ").split()
    return planned_act(
        kind=asked_text(request.POST, "kind", most=10),
        cycle=asked_text(request.POST, "cycle", most=20),
        configurations=names,
        spares_unruled=bool(request.POST.get("spares_unruled")),
        actor=request.user,
        reason=asked_text(request.POST, "reason", most=LONGEST_REASON + 1),
    )


def _decide(planned: SeasonAct, request: PageRequest) -> HttpResponseBase:
    act = decide_act(planned)
    ring_seasons()
    messages.success(request, f"“{act}” is decided and is being carried out.")
    return redirect("qa-season", number=act.pk)


def _page(
    request: PageRequest, status: HTTPStatus = HTTPStatus.OK, planned: SeasonAct | None = None
) -> HttpResponseBase:
    context = {
        "rows": SeasonAct.objects.counted()[:_PAST_SHOWN],
        "typed": {name: asked_text(request.POST, name, most=LONGEST_REASON) for name in _TYPED},
        "kinds": [(kind.value, KIND_TITLES[kind]) for kind in SeasonKind],
        "cycles": season_cycles(),
        **(_seen(planned) if planned else {}),
    }
    return render(request, "pages/qa_seasons.html", context, status=status)


def _seen(planned: SeasonAct) -> dict[str, Any]:
    """What an act would do: all of it counted, the first of it shown."""
    found = preview(planned, most=_SHOWN)
    return {
        "planned": planned,
        "button": KIND_TITLES[SeasonKind(planned.kind)],
        "preview": found,
        "counted": counted(found),
        "left": left(found),
        "changes": changes(found),
        "left_alone": left_alone(found),
        "cautions": cautions(planned, found),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def season(request: PageRequest, number: int) -> HttpResponseBase:
    """One act with all that it did; a ``POST`` undoes it as one."""
    _need_right(request)
    act = SeasonAct.objects.counted().filter(pk=number).first()
    if act is None:
        raise Http404
    if request.method == "POST":
        return _undo(request, act)
    steps = act.steps.annotate(is_undone=Exists(Event.objects.filter(undoes=OuterRef("event"))))
    if request.GET.get("format") == "csv":
        pages = every_page(_with_things(steps), order=_ORDER)
        rows = (step_cells(step) for found in pages for step in found)
        return csv_answer(request, f"season-{number}", STEP_HEAD, rows)
    return _act_page(request, act, steps.exclude(fate=Fate.FOLLOWED))


def _with_things(steps: QuerySet[SeasonStep]) -> QuerySet[SeasonStep]:
    levels = ("project", "sched_block", "member_ous", "group_ous", "science_goal")
    return steps.select_related("event", *(f"event__{level}" for level in levels))


def _undo(request: PageRequest, act: SeasonAct) -> HttpResponseBase:
    try:
        undo_act(act, actor=request.user)
    except SeasonRefused as error:
        messages.error(request, str(error))
    else:
        ring_seasons()
        messages.success(request, f"“{act}” is being taken back.")
    return redirect("qa-season", number=act.pk)


def _act_page(
    request: PageRequest, act: SeasonAct, steps: QuerySet[SeasonStep]
) -> HttpResponseBase:
    cursor = request.GET.get("cursor")
    try:
        found = page(_with_things(steps), order=_ORDER, cursor=cursor, size=_SHOWN)
    except BadCursor:
        return redirect("qa-season", number=act.pk)
    ended = act.done_at is not None and act.undone_at is None
    context = {
        "act": act,
        "title": KIND_TITLES[SeasonKind(act.kind)],
        "lines": [step_line(step) for step in found.rows],
        "next_url": changed(request.GET, cursor=found.next) if found.next else "",
        "first_url": request.path if cursor else "",
        "acted_on": len(acted_on(act)) if ended else 0,
        "left_standing": act.steps.standing().exclude(fate=Fate.FOLLOWED).count()
        if act.undo_done_at
        else 0,
        "may_undo": ended,
    }
    return render(request, "pages/qa_season.html", context)
