"""Verdicts on executions, and the reasons they may have."""

from datetime import datetime
from typing import Annotated, Required, TypedDict

from qa.reasons import QALevel
from snoopi.api.shapes.words import QA0Word, Words

ReasonLevel = Annotated[str, Words("ReasonLevel", tuple(QALevel))]


class Reason(TypedDict):
    """A reason that a verdict may have."""

    code: str
    level: ReasonLevel
    family: str
    name: str
    text: str
    outcomes: Annotated[list[str], "The verdicts that it may be given for; empty: any."]


class Reasons(TypedDict):
    """The table of reasons, whole."""

    next: None
    previous: None
    results: list[Reason]


class ReasonGiven(TypedDict):
    """A reason of a decision, as it was worded then."""

    code: str
    family: str
    name: str


class QA0DecisionLine(TypedDict):
    """One decision on an execution."""

    outcome: QA0Word
    at: datetime
    by: Annotated[str, "A name for staff, a role for all others."]
    reasons: list[ReasonGiven]
    comment: Annotated[str | None, "For staff, and for all where the judge said so."]
    execution_fraction: float | None
    proposed_fraction: Annotated[float | None, "For staff."]
    proposal: Annotated[list[str], "How the proposal came about, for staff."]


class FractionProposal(TypedDict):
    """The execution fraction that is proposed now."""

    fraction: float | None
    explanation: list[str]


class QA0Request(TypedDict, total=False):
    """A verdict; a comment is internal unless `public` is true.

    A fraction that is left out stays as it is; null means not known, which counts 1.
    """

    outcome: Required[QA0Word]
    reasons: list[str]
    comment: str
    public: bool
    execution_fraction: float | None


LateVerdictLine = TypedDict(
    "LateVerdictLine",
    {
        "ref": Annotated[str, "The execution block's ref."],
        "uid": str | None,
        "member_ous": Annotated[str, "The member OUS's ref."],
        "project": Annotated[str | None, "The project's ref."],
        "from": QA0Word,
        "to": QA0Word,
        "at": Annotated[datetime, "When it was judged."],
        "by": str,
        "reasons": list[ReasonGiven],
        "comment": str | None,
        "state": Annotated[str | None, "Where the member OUS stood then."],
        "settled_at": Annotated[datetime | None, "When somebody had looked after it."],
        "settled_by": str | None,
        "note": Annotated[str | None, "What came of it."],
    },
)
LateVerdictLine.__doc__ = "A verdict that changed when the member OUS was not moved by it any more."
