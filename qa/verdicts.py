"""QA0 verdicts as one viewer is told of them: staff by name and comment, others by role word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from projects.models import ExecBlock
from projects.querysets.project import Viewer, is_staff_viewer
from qa.models import QA0Decision
from qa.reasons import family_words


@dataclass(frozen=True, slots=True)
class ReasonTold:
    """One reason of a decision, as it was worded then."""

    code: str
    family: str
    name: str

    @property
    def family_words(self) -> str:
        """The family as a heading."""
        return family_words(self.family)


@dataclass(frozen=True, slots=True)
class DecisionTold:
    """One decision; ``comment`` is None where the viewer may not read it.

    ``proposed`` and ``proposal`` are what was proposed then and how that came about: for
    staff, None and empty for all others.
    """

    outcome: str
    at: datetime
    by: str
    reasons: tuple[ReasonTold, ...]
    comment: str | None
    comment_public: bool
    fraction: Decimal | None
    proposed: Decimal | None
    proposal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerdictTold:
    """The verdict that counts, and all decisions of people here, newest first.

    Without any the verdict is a source's: nobody knows by whom, when and why.
    """

    outcome: str
    fraction: Decimal | None
    comment: str | None
    history: tuple[DecisionTold, ...]

    @property
    def latest(self) -> DecisionTold | None:
        """The decision that counts."""
        return self.history[0] if self.history else None

    @property
    def earlier(self) -> tuple[DecisionTold, ...]:
        """The decisions that do not count any more."""
        return self.history[1:]

    @property
    def reasons(self) -> tuple[ReasonTold, ...]:
        """The reasons of the decision that counts."""
        return self.history[0].reasons if self.history else ()


def verdict_of(exec_block: ExecBlock, viewer: Viewer) -> VerdictTold:
    """Answer the verdict on an execution with its history. At most two queries."""
    decisions = QA0Decision.objects.filter(exec_block=exec_block).newest_first()
    history = tuple(_told(decision, viewer) for decision in decisions)
    return VerdictTold(
        outcome=exec_block.qa0,
        fraction=exec_block.execution_fraction,
        comment=_comment(exec_block, history, viewer),
        history=history,
    )


def _comment(exec_block: ExecBlock, history: Sequence[DecisionTold], viewer: Viewer) -> str | None:
    if is_staff_viewer(viewer):
        return exec_block.qa0_comment or None
    return history[0].comment if history else None


def _told(decision: QA0Decision, viewer: Viewer) -> DecisionTold:
    staff = is_staff_viewer(viewer)
    return DecisionTold(
        outcome=decision.outcome,
        at=decision.at,
        by=str(decision.decided_by) if staff else decision.role_word,
        reasons=tuple(
            ReasonTold(reason.code, reason.family, reason.name) for reason in decision.reasons.all()
        ),
        comment=(decision.comment or None) if staff or decision.comment_public else None,
        comment_public=decision.comment_public,
        fraction=decision.execution_fraction,
        proposed=decision.proposed_fraction if staff else None,
        proposal=tuple(decision.proposal) if staff else (),
    )
