"""The turnaround board of the staff: how long things take, what is late, who has how much."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from projects.observatory import service_goals
from projects.permissions import can_keep_journal
from projects.querysets.project import sees_everything
from projects.turnaround import WAYS, Stage, burn_down, goal_on
from qa.plots.figure import figure_of
from snoopi.csv_text import csv_answer
from snoopi.pages.doors import PageRequest, asked_text, members_only, takes_tokens
from snoopi.pages.listing import Chip, changed
from snoopi.pages.turnaround import (
    LINE_HEAD,
    WEEK_HEAD,
    drawn,
    line_cells,
    stuck,
    sums_head,
    sums_rows,
    week_cells,
)
from snoopi.queues import cycles
from snoopi.turnaround import FILTERS, GROUPINGS, REDUCTIONS, WEEKS, groups_of, lines_of, loads_of

_BY_WORDS = {
    name: title if name == "arc" else title.lower() for name, (title, _) in GROUPINGS.items()
}
_STUCK_SHOWN = 30
# What a file may hold instead of the sums.
_FILES = ("each", "weeks", "stuck")


@require_safe
@takes_tokens
@members_only
def turnaround(request: PageRequest) -> HttpResponseBase:
    """The board; ``?format=csv`` its sums, with ``of=`` single lines; ``?format=json`` the plot."""
    if not can_keep_journal(request.user):
        raise PermissionDenied("The turnaround board is for staff of the observatory.")
    asked, now = _asked(request.GET), timezone.now()
    by, stage = asked.pop("by", "cycle"), Stage(asked.pop("stage", Stage.WHOLE))
    lines, goal = lines_of(request.user, asked), goal_on(service_goals(), now.date())
    courses = [line.course for line in lines if line.counts]
    weeks = burn_down(courses, goal, now, WEEKS) if goal else []
    groups, late = groups_of(lines, by), stuck(lines, goal, now)
    form = request.GET.get("format")
    if form == "csv":
        files = {
            "each": (LINE_HEAD, map(line_cells, lines)),
            "weeks": (WEEK_HEAD, map(week_cells, weeks)),
            "stuck": (LINE_HEAD, map(line_cells, late)),
        }
        of = request.GET.get("of", "")
        sums = (sums_head(GROUPINGS[by][0]), sums_rows(groups))
        name = f"turnaround-{of}" if of in files else f"turnaround-by-{by}"
        return csv_answer(request, name, *files.get(of, sums))
    if form == "json":
        figure = figure_of(WAYS[stage].title, drawn(stage, lines, goal))
        return HttpResponse(json.dumps(figure, allow_nan=False), content_type="application/json")
    context = {
        "goal": goal,
        "weeks": weeks,
        "month": _last_month(weeks),
        "groups": groups,
        "grouping": GROUPINGS[by][0],
        "by_word": _BY_WORDS[by],
        "ways": [*WAYS.values()],
        "stage": WAYS[stage],
        "plot": drawn(stage, lines, goal),
        "figure_url": changed(request.GET, format="json"),
        "stuck": late[:_STUCK_SHOWN],
        "stuck_more": max(0, len(late) - _STUCK_SHOWN),
        "loads": loads_of(lines),
        "sees_some": not sees_everything(request.user),
        "sums_url": changed(request.GET, format="csv"),
        "files": {name: changed(request.GET, format="csv", of=name) for name in _FILES},
        **_around(request, asked, by, stage),
    }
    return render(request, "pages/qa_turnaround.html", context)


def _last_month(weeks: list[Any]) -> dict[str, Any]:
    """What the last four weeks come to."""
    last = weeks[-4:]
    delivered = sum(week.delivered for week in last)
    in_time = sum(week.in_time for week in last)
    return {
        "delivered": delivered,
        "percent": 100 * in_time / delivered if delivered else None,
        "now": weeks[-1] if weeks else None,
    }


def _words() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The title and the words of each choice; cycles are those on file."""
    filters = {one.name: (one.title, tuple(one.words) or tuple(cycles())) for one in FILTERS}
    return {
        "by": ("Rows", tuple(GROUPINGS)),
        "stage": ("Drawn", tuple(Stage)),
        **filters,
        "reduction": ("Reduction", REDUCTIONS),
    }


def _asked(values: QueryDict) -> dict[str, str]:
    """What is asked for; what is no word of a choice is left out."""
    texts = {name: asked_text(values, name) for name in _words()}
    return {name: text for name, text in texts.items() if text in _words()[name][1]}


def _around(request: PageRequest, asked: dict[str, str], by: str, stage: Stage) -> dict[str, Any]:
    """The choices with what is chosen, and the chips of the filters."""
    stages = {str(name): way.title.lower() for name, way in WAYS.items()}
    told = {"by": _BY_WORDS, "stage": stages}
    chosen: dict[str, str] = {**asked, "by": by, "stage": stage}
    fields = [
        (
            name,
            title,
            [(word, told.get(name, {}).get(word, word)) for word in words],
            chosen.get(name, ""),
        )
        for name, (title, words) in _words().items()
    ]
    chips = [
        Chip(f"{_words()[name][0]}: {text}", changed(request.GET, **{name: None}))
        for name, text in asked.items()
    ]
    return {"fields": fields, "chips": chips}
