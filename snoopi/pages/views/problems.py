"""QA3 on pages: reporting a problem, following it, deciding what becomes of it."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from deliveries.errors import ClockRefused
from deliveries.permissions import can_extend_clock
from deliveries.reporting import LONGEST_ABOUT, AboutTold, about_of, foreseen
from projects.errors import IllegalMove, NotAllowed, NotNow, StaleVersion
from projects.models import MemberOUS
from projects.presentation import version_of
from qa.errors import BadJudgement
from qa.models import LateVerdict, ProblemReport
from qa.permissions import can_triage, reporting_as
from qa.problems import AboutKind, Act, Initiative
from qa.problems_told import report_told, reports_of
from qa.services.problems import report_problem
from qa.windows import is_handed_out
from snoopi.bell import ring_mail
from snoopi.pages.doors import PageRequest, asked_text, shows
from snoopi.pages.finders import member_for
from snoopi.pages.panels import ous_crumbs
from snoopi.pages.problem_forms import ReportForm, TriageForm
from snoopi.pages.views.moves import form_version
from snoopi.problem_acts import ACTS

_REFUSALS = {
    StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    IllegalMove: HTTPStatus.CONFLICT,
    NotNow: HTTPStatus.CONFLICT,
    ClockRefused: HTTPStatus.CONFLICT,
}


@require_http_methods(["GET", "HEAD", "POST"])
@shows(member_for)
def ous_qa3(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    """The problem reports of a member OUS, and the form for another; ``?about=`` fills it."""
    if request.method == "POST":
        return _report(request, member_ous)
    about = _about(request, member_ous, request.GET)
    return _show(request, member_ous, about, None)


def _report(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    user = request.user
    if reporting_as(user, member_ous) is None:
        raise PermissionDenied("Reporting problems with these data is not yours.")
    if form_version(request) != version_of(member_ous, user):
        return _refused(request, member_ous, StaleVersion(member_ous.version))
    form = ReportForm(request.POST)
    about = _about(request, member_ous, request.POST)
    if not form.is_valid():
        return _show(request, member_ous, about, form, HTTPStatus.BAD_REQUEST)
    try:
        report = report_problem(
            member_ous,
            about=about.about,
            actor=user,
            expected_version=member_ous.version,
            **form.cleaned_data,
        )
    except BadJudgement as error:
        form.refuse(error)
        return _show(request, member_ous, about, form, HTTPStatus.BAD_REQUEST)
    except (StaleVersion, NotNow) as error:
        return _refused(request, member_ous, error)
    ring_mail()
    messages.success(request, "The problem is reported. Its page tells what becomes of it.")
    return redirect("projects:ous-qa3-report", member_ous.ref, report.pk)


def _refused(request: PageRequest, member_ous: MemberOUS, error: Exception) -> HttpResponse:
    """The form as things are now, with what was typed."""
    messages.error(request, str(error))
    fresh = member_for(request.user, member_ous.ref) or member_ous
    about = _about(request, fresh, request.POST)
    return _show(request, fresh, about, ReportForm(request.POST), _REFUSALS[type(error)])


def _about(request: PageRequest, member_ous: MemberOUS, values: Any) -> AboutTold:
    """What the report is about; said where the text names nothing here."""
    try:
        return about_of(member_ous, asked_text(values, "about", most=LONGEST_ABOUT), request.user)
    except BadJudgement as error:
        messages.warning(request, f"{error} The report is about the member OUS as a whole.")
        return about_of(member_ous, "", request.user)


def _show(
    request: PageRequest,
    member_ous: MemberOUS,
    about: AboutTold,
    form: ReportForm | None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    user, can = request.user, is_handed_out(member_ous)
    standing = reporting_as(user, member_ous) if can else None
    context = {
        "ous": member_ous,
        "crumbs": ous_crumbs(member_ous),
        "reports": reports_of(member_ous, user),
        "is_handed_out": can,
        "standing": standing,
        "for_observatory": bool(standing and standing.initiative == Initiative.OBSERVATORY),
        "foreseen": foreseen(member_ous, timezone.now()) if standing else None,
        "about": about,
        "shown_version": version_of(member_ous, user),
        "form": form or ReportForm(None, initial=_present(member_ous, about, user)),
    }
    return render(request, "pages/ous_qa3.html", context, status=status)


def _present(member_ous: MemberOUS, about: AboutTold, user: User) -> dict[str, str]:
    """What the form starts with: staff who triage find a late verdict worded."""
    if about.about.kind != AboutKind.EXEC_BLOCK or not can_triage(user):
        return {}
    rows = LateVerdict.objects.open().filter(member_ous=member_ous).with_verdicts()
    late = rows.filter(decision__exec_block_id=about.about.exec_block_id).first()
    if late is None:
        return {}
    step = f"{late.frm} → {late.decision.outcome}"
    return {
        "subject": f"QA0 of {late.decision.exec_block} changed after delivery: {step}",
        "description": late.decision.comment,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@shows(member_for)
def ous_qa3_report(request: PageRequest, member_ous: MemberOUS, number: int) -> HttpResponse:
    """One problem report with its steps; for staff who triage, what to do about it."""
    report = _found(member_ous, number)
    if request.method == "POST":
        return _decide(request, member_ous, report)
    return _show_report(request, member_ous, report, None)


def _found(member_ous: MemberOUS, number: int) -> ProblemReport:
    rows = ProblemReport.objects.filter(member_ous=member_ous).with_things()
    report = rows.filter(pk=number).first()
    if report is None:
        raise Http404("There is no such problem report here.")
    return report


def _decide(request: PageRequest, member_ous: MemberOUS, report: ProblemReport) -> HttpResponse:
    if not can_triage(request.user):
        raise PermissionDenied("Deciding on problem reports is not yours.")
    form = TriageForm(request.POST, member_ous=member_ous)
    word = asked_text(request.POST, "act", most=20)
    if word not in [*Act]:
        form.add_error(None, "Choose what shall be done.")
    if not form.is_valid():
        return _show_report(request, member_ous, report, form, HTTPStatus.BAD_REQUEST)
    act = Act(word)
    try:
        said = {"actor": request.user, "expected_version": form_version(request)}
        ACTS[act](report, **said, **form.words(act))
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except BadJudgement as error:
        form.refuse(error)
        return _show_report(request, member_ous, report, form, HTTPStatus.BAD_REQUEST)
    except (StaleVersion, IllegalMove, NotNow, ClockRefused) as error:
        messages.error(request, str(error))
        fresh = member_for(request.user, member_ous.ref) or member_ous
        status = _REFUSALS[type(error)]
        return _show_report(request, fresh, _found(fresh, report.pk), form, status)
    ring_mail()
    messages.success(request, _DONE[act])
    return redirect("projects:ous-qa3-report", member_ous.ref, report.pk)


_DONE = {
    Act.ANSWER: "The answer is recorded; who reported the problem is told.",
    Act.DISMISS: "The report is dismissed; who reported the problem is told.",
    Act.INVESTIGATE: "The problem is being investigated.",
    Act.ABORT: "The investigation is aborted: all is as before.",
    Act.FIX: "The member OUS waits to be processed again.",
    Act.FAIL: "The member OUS is to be observed again.",
    Act.CLOSE: "The investigation is over: what came of it was delivered elsewhere.",
}


def _show_report(
    request: PageRequest,
    member_ous: MemberOUS,
    report: ProblemReport,
    form: TriageForm | None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    told, may_triage = report_told(report, request.user), can_triage(request.user)
    context = {
        "ous": member_ous,
        "crumbs": ous_crumbs(member_ous),
        "told": told,
        "acts": [act.value for act in told.acts] if may_triage else [],
        "form": (form or TriageForm(None, member_ous=member_ous)) if may_triage else None,
        "chosen": asked_text(request.POST, "act", most=20) if form else "",
        "may_withdraw": can_extend_clock(request.user) and member_ous.data_rights == "Public",
        "joins": member_ous.state == "QA3InProgress",
    }
    return render(request, "pages/ous_qa3_report.html", context, status=status)
