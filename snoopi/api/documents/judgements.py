"""Verdicts on executions, and the reasons they may have."""

from collections.abc import Iterable
from typing import TypedDict

from projects.models import ExecBlock
from projects.querysets.project import Viewer
from qa.models import LateVerdict
from qa.permissions import can_decide_qa0
from qa.reasons import Reason as ReasonRow
from qa.services.proposals import propose_fraction
from qa.verdicts import DecisionTold, ReasonTold, verdict_of
from snoopi.api.documents.common import number
from snoopi.api.shapes.judgements import (
    FractionProposal,
    LateVerdictLine,
    QA0DecisionLine,
    Reason,
    ReasonGiven,
)


class Verdict(TypedDict):
    """What the report of an execution says of its verdict."""

    qa0_comment: str | None
    qa0_reasons: list[ReasonGiven]
    qa0_history: list[QA0DecisionLine]


def unread_verdict() -> Verdict:
    """What stands in place of a verdict while nobody has asked for it."""
    return Verdict(qa0_comment=None, qa0_reasons=[], qa0_history=[])


def verdict(block: ExecBlock, viewer: Viewer) -> Verdict:
    """The verdict on an execution, why, and its history; at most two queries.

    Whatever it says changes with the execution's version.
    """
    told = verdict_of(block, viewer)
    return Verdict(
        qa0_comment=told.comment,
        qa0_reasons=given(told.reasons),
        qa0_history=[_line(decision) for decision in told.history],
    )


def _line(told: DecisionTold) -> QA0DecisionLine:
    return QA0DecisionLine(
        outcome=told.outcome,
        at=told.at,
        by=told.by,
        reasons=given(told.reasons),
        comment=told.comment,
        execution_fraction=number(told.fraction),
        proposed_fraction=number(told.proposed),
        proposal=list(told.proposal),
    )


def given(reasons: Iterable[ReasonTold]) -> list[ReasonGiven]:
    """The reasons of a decision."""
    return [ReasonGiven(code=row.code, family=row.family, name=row.name) for row in reasons]


def fraction_proposal(block: ExecBlock, viewer: Viewer) -> FractionProposal | None:
    """The fraction that is proposed to who may judge the execution; no query."""
    if not can_decide_qa0(viewer):
        return None
    found = propose_fraction(block)
    return FractionProposal(fraction=number(found.fraction), explanation=found.sentences)


def reason(row: ReasonRow) -> Reason:
    """A reason of the table."""
    return Reason(
        code=row.code,
        level=row.level,
        family=row.family,
        name=row.name,
        text=row.text,
        outcomes=list(row.outcomes),
    )


def late_verdict_line(late: LateVerdict) -> LateVerdictLine:
    """A verdict that came too late, for staff; read it ``with_things``."""
    decision, member = late.decision, late.member_ous
    block = decision.exec_block
    reasons = decision.reasons.all()
    return LateVerdictLine(
        {
            "ref": block.ref,
            "uid": block.uid,
            "member_ous": member.ref,
            "project": block.project.ref if block.project else None,
            "from": late.frm,
            "to": decision.outcome,
            "at": decision.at,
            "by": str(decision.decided_by),
            "reasons": [
                ReasonGiven(code=row.code, family=row.family, name=row.name) for row in reasons
            ],
            "comment": decision.comment or None,
            "state": late.state or None,
            "settled_at": late.settled_at,
            "settled_by": str(late.settled_by) if late.settled_by else None,
            "note": late.note or None,
        }
    )
