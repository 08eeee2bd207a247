"""QA2 as one viewer is told of it.

Staff read all: names, comments, what was taken back, the suggestion. Everybody else reads
a verdict once its hold is over, by role word, and the comments that were marked for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from projects.models import MemberOUS
from projects.querysets.project import Viewer, is_staff_viewer
from qa.asked_got import Compared, Kept, Suggestion, from_json
from qa.checks import Ticked, ticked
from qa.models import QA2Decision, QA2Round
from qa.verdicts import ReasonTold


@dataclass(frozen=True, slots=True)
class ReviewTold:
    """One decision; ``comment`` is None where the viewer may not read it.

    ``suggestion``, the hold and what was taken back are for staff, None for all others.
    """

    round_number: int
    is_current: bool
    outcome: str
    at: datetime
    by: str
    reasons: tuple[ReasonTold, ...]
    comment: str | None
    comment_public: bool
    extra_executions: Decimal | None
    kept: Kept
    checks: tuple[Ticked, ...]
    suggestion: Suggestion | None
    hold_until: datetime | None
    undone_at: datetime | None
    undone_by: str


@dataclass(frozen=True, slots=True)
class RoundTold:
    """One round with its decisions, newest first."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    decisions: tuple[ReviewTold, ...]

    @property
    def standing(self) -> ReviewTold | None:
        """The decision that was not taken back."""
        return next((one for one in self.decisions if one.undone_at is None), None)


def rounds_of(member_ous: MemberOUS, viewer: Viewer) -> list[RoundTold]:
    """Answer the rounds of a member OUS, newest first; at most three queries.

    People outside read of no round in which nothing is decided that they may know.
    """
    staff = is_staff_viewer(viewer)
    rounds = [
        _round(row, _known(row, member_ous, staff), staff)
        for row in QA2Round.objects.filter(member_ous=member_ous).with_decisions()
    ]
    return [row for row in rounds if staff or row.decisions]


def verdict_told(rounds: Iterable[RoundTold]) -> ReviewTold | None:
    """The newest decision that counts or counted, None before there is one."""
    return next((row.standing for row in rounds if row.standing), None)


def _known(row: QA2Round, member_ous: MemberOUS, staff: bool) -> list[QA2Decision]:
    decisions = list(row.decisions.all())
    if staff:
        return decisions
    held = member_ous.is_in_hold and row.closed_at is None
    return [one for one in decisions if one.undone_at is None and not held]


def _round(row: QA2Round, decisions: list[QA2Decision], staff: bool) -> RoundTold:
    told = tuple(_decision(decision, row, staff) for decision in decisions)
    return RoundTold(row.number, row.opened_at, row.closed_at, told)


def _decision(decision: QA2Decision, row: QA2Round, staff: bool) -> ReviewTold:
    readable = staff or decision.comment_public
    return ReviewTold(
        round_number=row.number,
        is_current=row.closed_at is None,
        outcome=decision.outcome,
        at=decision.at,
        by=str(decision.decided_by) if staff else decision.role_word,
        reasons=tuple(ReasonTold(row.code, row.family, row.name) for row in decision.reasons.all()),
        comment=(decision.comment or None) if readable else None,
        comment_public=decision.comment_public,
        extra_executions=decision.extra_executions,
        kept=_figures(decision, staff),
        checks=tuple(_checks(decision, staff)),
        suggestion=_suggestion(decision) if staff else None,
        hold_until=decision.hold_until if staff else None,
        undone_at=decision.undone_at if staff else None,
        undone_by=str(decision.undone_by or "") if staff else "",
    )


def _figures(decision: QA2Decision, staff: bool) -> Kept:
    kept = from_json(decision.figures)
    return kept if staff else Kept(kept.goals, tuple(map(_without_notes, kept.rows)))


def _without_notes(row: Compared) -> Compared:
    return Compared(replace(row.got, note=""), row.rms, row.beam)


def _checks(decision: QA2Decision, staff: bool) -> list[Ticked]:
    rows = ticked(decision.checks)
    return rows if staff else [replace(row, comment="") for row in rows]


def _suggestion(decision: QA2Decision) -> Suggestion:
    kept = decision.suggestion
    return Suggestion(
        kept.get("outcome", ""), tuple(kept.get("codes", ())), tuple(kept.get("sentences", ()))
    )
