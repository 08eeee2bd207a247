"""Judging an execution from a page, and looking after verdicts that came too late."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from projects.errors import NotAllowed, StaleVersion
from projects.models import ExecBlock, ObsUnitSet
from qa.errors import AlreadySettled, BadJudgement
from qa.models import LateVerdict
from qa.permissions import can_decide_qa0
from qa.services.judgements import decide_qa0, settle_late_verdict
from qa.services.proposals import propose_fraction
from qa.verdicts import verdict_of
from snoopi.pages.doors import PageRequest, asked_text, shows
from snoopi.pages.finders import exec_block_for, ous_for
from snoopi.pages.panels import exec_block_panel, ous_panel
from snoopi.pages.qa0_form import QA0Form, present
from snoopi.pages.qa2_panel import qa2_section
from snoopi.pages.views.moves import form_version


@require_http_methods(["GET", "HEAD", "POST"])
@shows(exec_block_for)
def exec_block_qa0(request: PageRequest, exec_block: ExecBlock) -> HttpResponse:
    """The form that an execution is judged with, and what becomes of it."""
    if not can_decide_qa0(request.user):
        raise PermissionDenied("Judging executions is not yours.")
    if request.method == "POST":
        return _judged(request, exec_block)
    return _form(request, exec_block, None)


def _judged(request: PageRequest, exec_block: ExecBlock) -> HttpResponse:
    form = QA0Form(request.POST, initial={})
    if not form.is_valid():
        return _form(request, exec_block, form, HTTPStatus.BAD_REQUEST)
    try:
        decision = decide_qa0(
            exec_block,
            actor=request.user,
            expected_version=form_version(request),
            **form.judgement(),
        )
    except BadJudgement as error:
        form.refuse(error)
        return _form(request, exec_block, form, HTTPStatus.BAD_REQUEST)
    except StaleVersion:
        fresh = exec_block_for(request.user, exec_block.ref) or exec_block
        return _form(request, fresh, form, HTTPStatus.PRECONDITION_FAILED)
    messages.success(request, f"QA0 {decision.outcome} is recorded.")
    return redirect(exec_block)


def _form(
    request: PageRequest,
    exec_block: ExecBlock,
    form: QA0Form | None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    verdict, proposal = verdict_of(exec_block, request.user), propose_fraction(exec_block)
    context = {
        **exec_block_panel(exec_block, request.user, verdict),
        "form": form or QA0Form(None, initial=present(exec_block, verdict, proposal)),
        "proposal": proposal,
        "is_stale": status == HTTPStatus.PRECONDITION_FAILED,
    }
    return render(request, "pages/exec_block_qa0.html", context, status=status)


@require_POST
@shows(ous_for)
def late_verdict(request: PageRequest, ous: ObsUnitSet) -> HttpResponse:
    """Note what came of a verdict that came too late."""
    try:
        settle_late_verdict(
            _late(request, ous),
            actor=request.user,
            note=asked_text(request.POST, "note", most=2000),
        )
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except BadJudgement as error:
        return _refused(request, ous, str(error), HTTPStatus.BAD_REQUEST)
    except AlreadySettled as error:
        return _refused(request, ous, str(error), HTTPStatus.CONFLICT)
    messages.success(request, "The late verdict is settled.")
    return redirect(ous)


def _late(request: PageRequest, ous: ObsUnitSet) -> LateVerdict:
    rows = LateVerdict.objects.filter(member_ous__ref=ous.ref)
    number = asked_text(request.POST, "late", most=9)
    found = rows.filter(pk=int(number) if number.isascii() and number.isdecimal() else 0).first()
    if found is None:
        raise Http404("There is no such late verdict here.")
    return found


def _refused(
    request: PageRequest, ous: ObsUnitSet, sentence: str, status: HTTPStatus
) -> HttpResponse:
    messages.error(request, sentence)
    context = {**ous_panel(ous, request.user), **qa2_section(ous, request.user)}
    return render(request, "pages/ous_detail.html", context, status=status)
