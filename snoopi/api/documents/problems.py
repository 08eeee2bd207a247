"""Problem reports (QA3)."""

from projects.querysets.project import Viewer
from qa.models import ProblemReport
from qa.permissions import can_triage
from qa.problems_told import StepTold, by_whom, report_told
from snoopi.api.documents.judgements import given
from snoopi.api.shapes.problems import QA3Line, QA3Report, QA3Step


def problem_line(row: ProblemReport, viewer: Viewer) -> QA3Line:
    """One report as ``viewer`` may be told; read it ``with_things``."""
    running = row.investigation
    return QA3Line(
        id=row.pk,
        ous=row.member_ous.ref,
        uid=row.member_ous.uid,
        project=row.project.ref,
        subject=row.subject,
        description=row.description,
        about=row.about,
        exec_block=row.exec_block.ref if row.exec_block else None,
        plot=row.plot or None,
        file=row.file or None,
        initiative=row.initiative,
        by=by_whom(row, viewer),
        reported_at=row.reported_at,
        state=row.state,
        generation=row.generation,
        delivered_at=row.delivered_at,
        in_time=row.is_timely,
        in_time_until=row.window_until,
        in_time_months=row.window_months,
        in_time_rule=row.window_rule or None,
        investigation_opened_at=running.opened_at if running else None,
        investigation_outcome=(running.outcome or None) if running else None,
        investigation_ended_at=running.ended_at if running else None,
        fixed_in_generation=running.ended_generation if running else None,
    )


def problem_report(row: ProblemReport, viewer: Viewer) -> QA3Report:
    """One report with its steps; read it ``with_things``."""
    told = report_told(row, viewer)
    return QA3Report(
        **problem_line(row, viewer),
        acts=[act.value for act in told.acts] if can_triage(viewer) else [],
        steps=[_step(step) for step in told.steps],
    )


def _step(step: StepTold) -> QA3Step:
    return QA3Step(
        {
            "at": step.at,
            "from": step.frm or None,
            "to": step.state,
            "by": step.by,
            "reasons": given(step.reasons),
            "comment": step.comment,
        }
    )
