"""QA3: problem reports, in time or late, and what may become of them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType

from projects.months import add_months

LONGEST_SUBJECT, LONGEST_DESCRIPTION, LONGEST_NOTE = 200, 10_000, 4000


class QA3State(StrEnum):
    """How far a problem report has come."""

    OPEN = "open"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    INVESTIGATING = "investigating"
    ABORTED = "aborted"
    FIXED = "fixed"
    FAILED = "failed"


STATE_WORDS = MappingProxyType(
    {
        QA3State.OPEN: "not looked at yet",
        QA3State.ANSWERED: "answered",
        QA3State.DISMISSED: "dismissed",
        QA3State.INVESTIGATING: "being investigated",
        QA3State.ABORTED: "investigated: the data stand",
        QA3State.FIXED: "fixed and delivered again",
        QA3State.FAILED: "to be observed again",
    }
)
ONGOING = (QA3State.OPEN, QA3State.INVESTIGATING)
INVESTIGATED = (QA3State.INVESTIGATING, QA3State.ABORTED, QA3State.FIXED, QA3State.FAILED)


class Act(StrEnum):
    """What staff may do about a report."""

    ANSWER = "answer"
    DISMISS = "dismiss"
    INVESTIGATE = "investigate"
    ABORT = "abort"
    FIX = "fix"
    FAIL = "fail"
    CLOSE = "close"


class Outcome(StrEnum):
    """How an investigation was decided."""

    ABORTED = "aborted"
    FIX = "fix"
    FAIL = "fail"


class Initiative(StrEnum):
    """Who asked for QA3: ALMA's words for the sub-state."""

    USER = "UserInitiated"
    OBSERVATORY = "ObservatoryInitiated"


def acts_on(state: str, outcome: str | None, *, is_delivered: bool = False) -> tuple[Act, ...]:
    """What is open for a report; ``outcome`` is that of its investigation, if that goes on.

    ``is_delivered``: the member OUS stands delivered. Where an outcome was decided that is by
    a source, whose word ends no investigation: people close it.
    """
    if state == QA3State.OPEN:
        return (Act.ANSWER, Act.DISMISS, Act.INVESTIGATE)
    if state == QA3State.INVESTIGATING and not outcome:
        return (Act.ABORT, Act.FIX, Act.FAIL)
    if state in (QA3State.INVESTIGATING, QA3State.FAILED) and outcome and is_delivered:
        return (Act.CLOSE,)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRule:
    """From a day on, until a later rule: so many months from delivery a problem is in time."""

    first_day: date
    months: int
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Window:
    """The time after a delivery in which a problem is reported in time, its last second in."""

    months: int
    until: datetime
    source: str

    def has(self, moment: datetime) -> bool:
        """Whether a report of this moment is in time."""
        return moment <= self.until


def window_of(
    rules: Iterable[WindowRule], delivered_at: datetime | None, reported_at: datetime
) -> Window | None:
    """Answer the window by the rule of the report's day; None where rule or delivery is unknown."""
    day = reported_at.astimezone(UTC).date()
    known = [rule for rule in rules if rule.first_day <= day]
    if not known or delivered_at is None:
        return None
    rule = max(known, key=lambda each: each.first_day)
    until = add_months(delivered_at.astimezone(UTC), rule.months)
    return Window(rule.months, until, rule.source)


class AboutKind(StrEnum):
    """What a report is about."""

    MEMBER_OUS = "member_ous"
    EXEC_BLOCK = "exec_block"
    FILE = "file"
    PLOT = "plot"


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about, inside its member OUS.

    ``exec_block_id`` is set for executions and plots, ``plot`` names one of them, ``file``
    is a file's place in the package.
    """

    kind: AboutKind = AboutKind.MEMBER_OUS
    exec_block_id: int | None = None
    plot: str = ""
    file: str = ""


def legal_words(acts: Sequence[Act]) -> list[str]:
    """Acts as an error names them."""
    return [act.value for act in acts]
