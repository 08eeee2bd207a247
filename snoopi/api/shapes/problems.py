"""Problem reports (QA3)."""

from datetime import datetime
from typing import Annotated, Required, TypedDict

from qa.problems import AboutKind, Act, Initiative, Outcome, QA3State
from snoopi.api.shapes.judgements import ReasonGiven
from snoopi.api.shapes.words import Words

QA3Word = Annotated[str, Words("QA3State", tuple(QA3State))]
AboutWord = Annotated[str, Words("ProblemAbout", tuple(AboutKind))]
InitiativeWord = Annotated[str, Words("QA3Initiative", tuple(Initiative))]
ActWord = Annotated[str, Words("QA3Act", tuple(Act))]
OutcomeWord = Annotated[str | None, Words("QA3Outcome", tuple(Outcome)), "Null while undecided."]

QA3Step = TypedDict(
    "QA3Step",
    {
        "at": datetime,
        "from": Annotated[str | None, "The state before."],
        "to": QA3Word,
        "by": Annotated[str, "A name for staff, a role for all others."],
        "reasons": list[ReasonGiven],
        "comment": Annotated[str | None, "For staff, and for all where it was said so."],
    },
)
QA3Step.__doc__ = "One step of a problem report."


class QA3Line(TypedDict):
    """A problem report; whether it was in time is kept with the rule of its day."""

    id: int
    ous: Annotated[str, "The member OUS's ref."]
    uid: str | None
    project: Annotated[str, "The project's ref."]
    subject: str
    description: str
    about: AboutWord
    exec_block: Annotated[str | None, "The execution block's ref."]
    plot: Annotated[str | None, "A plot of that execution."]
    file: Annotated[str | None, "A file's place in the package."]
    initiative: InitiativeWord
    by: Annotated[str, "A name for staff, a role for all others."]
    reported_at: datetime
    state: QA3Word
    generation: Annotated[int | None, "The newest that was delivered then."]
    delivered_at: datetime | None
    in_time: Annotated[bool | None, "Null where delivery or rule is not known."]
    in_time_until: datetime | None
    in_time_months: int | None
    in_time_rule: Annotated[str | None, "The rule's source."]
    investigation_opened_at: datetime | None
    investigation_outcome: OutcomeWord
    investigation_ended_at: datetime | None
    fixed_in_generation: int | None


class QA3Report(QA3Line):
    """One problem report with its steps."""

    acts: Annotated[list[ActWord], "What is open for it, for who may triage."]
    steps: list[QA3Step]


class QA3Request(TypedDict, total=False):
    """A problem. `about` is empty for the member OUS, else one of its execution blocks.

    Or a plot, `plot:tsys:<execution block>`, or a file, `file:<place in the package>`.
    """

    subject: Required[str]
    description: Required[str]
    about: str | None


class QA3ActRequest(TypedDict, total=False):
    """What becomes of a report.

    `answer` needs a comment, which all on the project read; `dismiss` and `abort` need
    reasons; `investigate` may `withhold` the files, saying why, and `withdraw` public data;
    `fail` needs `extra_executions`, of the first scheduling block unless one is named.
    """

    act: Required[ActWord]
    comment: str
    public: bool
    reasons: list[str]
    withhold: str
    withdraw: bool
    extra_executions: float
    sched_block: str
