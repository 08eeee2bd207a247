"""Problem reports as one viewer is told of them: staff by name, all others by role word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from projects.models import ExecBlock, MemberOUS
from projects.querysets.project import Viewer, is_staff_viewer
from qa.models import Investigation, ProblemReport, ProblemStep
from qa.plots.catalog import PLOTS
from qa.problems import STATE_WORDS, AboutKind, Act, QA3State
from qa.services.problems import acts_of
from qa.verdicts import ReasonTold


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step of a report; ``comment`` is None where the viewer may not read it."""

    frm: str
    state: str
    words: str
    at: datetime
    by: str
    reasons: tuple[ReasonTold, ...]
    comment: str | None
    comment_public: bool


@dataclass(frozen=True, slots=True)
class ReportTold:
    """One report with its steps, oldest first."""

    report: ProblemReport
    words: str
    about: str
    exec_block: ExecBlock | None
    by: str
    in_time: str
    steps: tuple[StepTold, ...]
    acts: tuple[Act, ...]

    @property
    def is_ongoing(self) -> bool:
        """Whether it is not settled."""
        return self.report.state in (QA3State.OPEN, QA3State.INVESTIGATING)


def reports_of(member_ous: MemberOUS, viewer: Viewer) -> list[ReportTold]:
    """Answer the reports of a member OUS, newest first; three queries where there are any."""
    rows = ProblemReport.objects.filter(member_ous=member_ous).with_things()
    return [report_told(row, viewer) for row in rows]


def report_told(report: ProblemReport, viewer: Viewer) -> ReportTold:
    """Answer one report, read ``with_things``."""
    staff, running = is_staff_viewer(viewer), report.investigation
    return ReportTold(
        report=report,
        words=state_words(report.state, running),
        about=about_words(report),
        exec_block=report.exec_block,
        by=by_whom(report, viewer),
        in_time=in_time_words(report),
        steps=tuple(_step(step, staff) for step in report.steps.all()),
        acts=acts_of(report, report.member_ous),
    )


def by_whom(report: ProblemReport, viewer: Viewer) -> str:
    """Who reported it: by name to staff, by role word to all others."""
    return str(report.reporter) if is_staff_viewer(viewer) else report.role_word


def state_words(state: str, investigation: Investigation | None) -> str:
    """Where a report stands, in words."""
    if state == QA3State.INVESTIGATING and investigation and investigation.outcome:
        return "being fixed"
    return STATE_WORDS[QA3State(state)]


def about_words(report: ProblemReport) -> str:
    """What a report is about, in words; read it with its execution."""
    if report.about == AboutKind.FILE:
        return f"file {report.file}"
    if report.about == AboutKind.PLOT:
        kind = PLOTS.get(report.plot)
        return f"plot {kind.title if kind else report.plot} of execution {report.exec_block}"
    if report.about == AboutKind.EXEC_BLOCK:
        return f"execution {report.exec_block}"
    return "the member OUS as a whole"


def in_time_words(report: ProblemReport) -> str:
    """Whether a report was in time, by which rule, in words."""
    if report.is_timely is None or report.window_until is None:
        return "not known: the date of delivery is not on file, or no rule is"
    until = f"{report.window_until:%Y-%m-%d %H:%M:%S} UTC"
    months = months_words(report.window_months or 0)
    if report.is_timely:
        return f"yes, within {months} of the delivery: until {until}"
    return f"no, later than {months} after the delivery: {until}"


def months_words(months: int) -> str:
    """A number of months."""
    return f"{months} month" if months == 1 else f"{months} months"


def _step(step: ProblemStep, staff: bool) -> StepTold:
    event = step.event
    return StepTold(
        frm=event.frm,
        state=event.to,
        words=step_words(event.frm, event.to),
        at=event.at,
        by=str(event.actor) if staff and event.actor else event.actor_word,
        reasons=reasons_told(step),
        comment=(event.note or None) if staff or event.note_public else None,
        comment_public=event.note_public,
    )


def reasons_told(step: ProblemStep) -> tuple[ReasonTold, ...]:
    """The reasons of a step, as they were worded then."""
    return tuple(ReasonTold(row.code, row.family, row.name) for row in step.reasons.all())


_STEPS = {
    QA3State.OPEN: "was reported",
    QA3State.ANSWERED: "was answered",
    QA3State.DISMISSED: "was dismissed",
    QA3State.INVESTIGATING: "is being investigated",
    QA3State.ABORTED: "was investigated: the data stand",
    QA3State.FIXED: "led to a new delivery",
    QA3State.FAILED: "led to new observations",
}
FIXING = "is being fixed"


def step_words(frm: str, to: str) -> str:
    """What a step did, after “the report …”."""
    return FIXING if frm == to == QA3State.INVESTIGATING else _STEPS[QA3State(to)]


def ongoing(told: Iterable[ReportTold]) -> list[ReportTold]:
    """Those that are not settled."""
    return [one for one in told if one.is_ongoing]
