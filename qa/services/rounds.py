"""Keeping the rounds of review in step with the log."""

from datetime import datetime

from projects.models import Event, EventKind, MemberOUS
from projects.states import Level
from qa.models import QA2Round
from qa.rounds import Span, Step, spans


def rounds_told(member_ous: MemberOUS) -> list[Span]:
    """Answer the rounds that the log tells of, the current one last; one query."""
    steps = Event.objects.filter(
        level=Level.MEMBER_OUS, member_ous=member_ous, kind=EventKind.STATE, for_staff=True
    ).order_by("pk")
    return spans(Step(*row) for row in steps.values_list("pk", "frm", "to", "at"))


def keep_rounds(member_ous: MemberOUS, at: datetime) -> QA2Round:
    """Bring the rows of rounds into step with the log and answer the current one.

    The caller holds the project's lock. What is under review without a step that says so,
    since a source brought it there, began its first round at ``at``.
    """
    told = rounds_told(member_ous) or [Span(None, at)]
    rows = {row.number: row for row in member_ous.qa2_rounds.all()}
    for number, span in enumerate(told, 1):
        row = rows.get(number)
        if row is None:
            row = rows[number] = _opened(member_ous, number, span)
        elif row.closed_at != span.closed_at:
            row.closed_at = span.closed_at
            row.save(update_fields=["closed_at"])
    return rows[len(told)]


def _opened(member_ous: MemberOUS, number: int, span: Span) -> QA2Round:
    return QA2Round.objects.create(
        member_ous=member_ous,
        number=number,
        opened_by_id=span.opened_by,
        opened_at=span.opened_at,
        closed_at=span.closed_at,
    )
