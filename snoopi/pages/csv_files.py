"""Lists and timelines as CSV files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from accounts.models import User
from projects.models import Event, ExecBlock
from projects.presentation import sched_block_of, told
from snoopi.csv_text import csv_answer
from snoopi.pages.listing import Column

Pages = Iterable[Iterable[Any]]
Cells = Callable[[Any], Mapping[str, Any]]


def list_csv(
    request: HttpRequest, name: str, columns: Sequence[Column], pages: Pages, cells: Cells
) -> HttpResponseBase:
    """Answer a list as CSV, a column per column shown."""
    found = (cells(row) for page in pages for row in page)
    rows = ([row[column.key] for column in columns] for row in found)
    return csv_answer(request, name, [column.title for column in columns], rows)


_RUN_HEAD = (
    *("Start time [UTC]", "End time [UTC]", "Duration [min]", "Execution Block UID"),
    *("Member OUS", "SchedBlock", "QA0", "Execution fraction"),
)


def executions_csv(
    request: HttpRequest, name: str, pages: Iterable[Iterable[ExecBlock]], user: User
) -> HttpResponseBase:
    """Answer executions, read with their parents, as CSV."""
    rows = (_run(run, user) for page in pages for run in page)
    return csv_answer(request, f"{name}-executions", _RUN_HEAD, rows)


def _run(run: ExecBlock, user: User) -> list[Any]:
    duration = run.duration_min
    return [
        run.start,
        run.end,
        None if duration is None else round(duration, 4),
        str(run),
        str(run.member_ous) if run.member_ous else None,
        block.name if (block := sched_block_of(run, user)) else None,
        run.qa0,
        run.execution_fraction,
    ]


_STEP_HEAD = ("Time [UTC]", "Level", "Ref", "Kind", "From", "To", "Label", "By", "Note")


def history_csv(
    request: HttpRequest, name: str, pages: Iterable[Iterable[Event]], user: User
) -> HttpResponseBase:
    """Answer what happened, read with its subjects, as CSV."""
    rows = (_step(event, user) for page in pages for event in page)
    return csv_answer(request, f"{name}-history", _STEP_HEAD, rows)


def _step(event: Event, user: User) -> list[Any]:
    found = told(event, user)
    subject = [event.level, event.subject.ref, event.kind]
    return [found.at, *subject, found.frm, found.to, found.label, found.actor, found.note]
