"""QA2 from pages: the cockpit, taking a decision back, the report as PDF."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects.errors import IllegalMove, NotAllowed, StaleVersion
from projects.models import MemberOUS
from qa.asked_got import KINDS
from qa.errors import BadJudgement
from qa.permissions import can_review
from qa.services.reviews import decide_qa2, undo_qa2
from snoopi.bell import ring_hold
from snoopi.pages.doors import PageRequest, always_takes_tokens, asked_text, shows
from snoopi.pages.finders import member_for
from snoopi.pages.qa2_form import QA2Form
from snoopi.pages.qa2_panel import cockpit
from snoopi.pages.qa2_sheet import qa2_sheet
from snoopi.pages.views.moves import form_version
from snoopi.sheet import pdf_of


@require_http_methods(["GET", "HEAD", "POST"])
@shows(member_for)
def ous_qa2(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    """The cockpit that a member OUS is reviewed in, and what becomes of the decision."""
    _refuse_all_but_reviewers(request)
    if request.method == "POST":
        return _decided(request, member_ous)
    return _cockpit(request, member_ous, HTTPStatus.OK)


@require_POST
@shows(member_for)
def ous_qa2_undo(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    """Take a decision back while its hold runs."""
    _refuse_all_but_reviewers(request)
    try:
        undo_qa2(
            member_ous,
            actor=request.user,
            expected_version=form_version(request),
            note=asked_text(request.POST, "note", most=2000),
        )
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except StaleVersion as error:
        return _refused(request, member_ous, str(error), HTTPStatus.PRECONDITION_FAILED)
    except IllegalMove as error:
        return _refused(request, member_ous, str(error), HTTPStatus.CONFLICT)
    messages.success(request, "The decision is taken back.")
    return redirect("projects:ous-qa2", member_ous.ref)


@require_safe
@always_takes_tokens
@shows(member_for)
def ous_qa2_pdf(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    """The QA2 report as PDF: what the same person reads on its page."""
    name = f"{member_ous.ref}.qa2_report.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    # Pictures are files, which nobody is shown as somebody else.
    is_own = getattr(request, "viewing", None) is None and request.method == "GET"
    sheet = qa2_sheet(member_ous, request.user, with_pictures=is_own)
    return HttpResponse(pdf_of(sheet), content_type="application/pdf", headers=headers)


def _refuse_all_but_reviewers(request: PageRequest) -> None:
    if not can_review(request.user):
        raise PermissionDenied("Deciding on member OUSs is not yours.")


def _decided(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    panel = cockpit(member_ous, request.user)
    form = _form(request, panel)
    if not form.is_valid():
        return _show(request, panel, form, HTTPStatus.BAD_REQUEST)
    try:
        decision = decide_qa2(
            member_ous,
            actor=request.user,
            expected_version=form_version(request),
            **form.decision(),
        )
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except BadJudgement as error:
        form.refuse(error)
        return _show(request, panel, form, HTTPStatus.BAD_REQUEST)
    except StaleVersion as error:
        return _refused(request, member_ous, str(error), HTTPStatus.PRECONDITION_FAILED)
    except IllegalMove as error:
        return _refused(request, member_ous, str(error), HTTPStatus.CONFLICT)
    ring_hold(decision.hold_until)
    messages.success(request, f"QA2 {decision.outcome} is recorded.")
    return redirect(member_ous)


def _refused(
    request: PageRequest, member_ous: MemberOUS, sentence: str, status: HTTPStatus
) -> HttpResponse:
    """The cockpit as it is now, with what was typed."""
    messages.error(request, sentence)
    fresh = member_for(request.user, member_ous.ref) or member_ous
    return _cockpit(request, fresh, status)


def _cockpit(request: PageRequest, member_ous: MemberOUS, status: HTTPStatus) -> HttpResponse:
    panel = cockpit(member_ous, request.user)
    return _show(request, panel, _form(request, panel), status)


def _form(request: PageRequest, panel: dict[str, Any]) -> QA2Form:
    weighed = panel["weighed"]
    data = request.POST if request.method == "POST" else None
    return QA2Form(data, rows=weighed.rows, blocks=weighed.blocks)


def _show(
    request: PageRequest, panel: dict[str, Any], form: QA2Form, status: HTTPStatus
) -> HttpResponse:
    context = {
        **panel,
        "form": form,
        "kinds": KINDS[:-1],
        "is_stale": status == HTTPStatus.PRECONDITION_FAILED,
    }
    return render(request, "pages/ous_qa2.html", context, status=status)
