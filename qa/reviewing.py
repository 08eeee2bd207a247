"""A QA2 decision as somebody words it, and what cannot be so."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from projects.states import QA2Outcome
from qa.asked_got import Got
from qa.checks import Ticked
from qa.errors import BadJudgement
from qa.observatory import reasons as table_of_reasons
from qa.reasons import OTHER, QALevel, Reason

LONGEST_COMMENT = 4000
LONGEST_NAME = 200
MOST_EXTRA = Decimal("99.99")
MOST_FIGURES = 500
GIVES_REASONS = (QA2Outcome.SEMI_PASS, QA2Outcome.FAIL)


@dataclass(frozen=True, slots=True)
class Review:
    """A decision as somebody words it; checked by ``decide_qa2``.

    ``sched_block`` is the ref of the block that a Fail sends back, the first where it is "".
    """

    outcome: str
    reasons: tuple[str, ...] = ()
    comment: str = ""
    comment_public: bool = False
    extra_executions: Decimal | None = None
    sched_block: str = ""
    achieved: tuple[Got, ...] = ()
    checks: tuple[Ticked, ...] = ()


def reasons_of(words: Review) -> list[Reason]:
    """Answer the reasons; raises BadJudgement for the first thing that cannot be so."""
    if words.outcome not in [*QA2Outcome]:
        raise BadJudgement("outcome", "This is no QA2 outcome.", [*QA2Outcome])
    _check_extra(words)
    _check_achieved(words.achieved)
    if len(words.comment) > LONGEST_COMMENT:
        raise BadJudgement("comment", f"At most {LONGEST_COMMENT} characters.")
    chosen = _chosen(words)
    if any(reason.code == OTHER for reason in chosen) and not words.comment:
        raise BadJudgement("comment", "The reason “other” needs a comment.")
    return chosen


def _check_extra(words: Review) -> None:
    extra = words.extra_executions
    if words.outcome != QA2Outcome.FAIL:
        if extra is not None:
            raise BadJudgement("extra_executions", f"{words.outcome} asks for no executions.")
        return
    if extra is None:
        raise BadJudgement("extra_executions", "Fail says how many executions more are needed.")
    if not extra.is_finite() or not 0 < extra <= MOST_EXTRA or extra != round(extra, 2):
        least = "A number above 0"
        raise BadJudgement("extra_executions", f"{least}, up to {MOST_EXTRA}, two decimals.")


def _check_achieved(achieved: Sequence[Got]) -> None:
    if len(achieved) > MOST_FIGURES:
        raise BadJudgement("achieved", f"At most {MOST_FIGURES} figures.")
    keys = [got.key for got in achieved]
    if len(keys) > len({*keys}):
        raise BadJudgement("achieved", "The same image stands there twice.")


def _chosen(words: Review) -> list[Reason]:
    if words.outcome not in GIVES_REASONS:
        if words.reasons:
            raise BadJudgement("reasons", f"{words.outcome} takes no reasons.")
        return []
    rows = table_of_reasons().on(QALevel.QA2)
    offered = {row.code: row for row in rows if row.fits(words.outcome)}
    for code in words.reasons:
        if code not in offered:
            sentence = f"“{code[:40]}” is no reason for {words.outcome}."
            raise BadJudgement("reasons", sentence, [*offered])
    if not words.reasons:
        raise BadJudgement("reasons", f"{words.outcome} needs at least one reason.", [*offered])
    return [row for code, row in offered.items() if code in words.reasons]
