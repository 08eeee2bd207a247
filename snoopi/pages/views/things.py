"""The pages of one OUS, scheduling block or execution block."""

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.models import ExecBlock, ObsUnitSet, SchedBlock, Tracked
from snoopi.keyset import every_page
from snoopi.pages.csv_files import executions_csv
from snoopi.pages.doors import PageRequest, always_takes_tokens, shows, takes_tokens
from snoopi.pages.exec_sheet import exec_block_sheet
from snoopi.pages.finders import exec_block_for, ous_for, sched_block_for
from snoopi.pages.panels import exec_block_panel, ous_panel, runs_below, sched_block_panel
from snoopi.pages.qa2_panel import qa2_section
from snoopi.pages.then import ous_then
from snoopi.sheet import pdf_of


@require_safe
@takes_tokens
@shows(ous_for)
def ous_detail(request: PageRequest, ous: ObsUnitSet) -> HttpResponseBase:
    """An OUS: its state, what it waits for, what was asked and got, its parts.

    ``?format=csv`` gives all executions below it as a file, ``?at=`` how it stood at a moment.
    """
    if "at" in request.GET:
        return ous_then(request, ous)
    if request.GET.get("format") == "csv":
        return _executions(request, ous, runs_below(ous))
    context = {**ous_panel(ous, request.user), **qa2_section(ous, request.user)}
    return render(request, "pages/ous_detail.html", context)


@require_safe
@takes_tokens
@shows(sched_block_for)
def sched_block_detail(request: PageRequest, sched_block: SchedBlock) -> HttpResponseBase:
    """A scheduling block with its executions; ``?format=csv`` gives them as a file."""
    if request.GET.get("format") == "csv":
        return _executions(request, sched_block, Q(sched_block=sched_block))
    context = sched_block_panel(sched_block, request.user)
    return render(request, "pages/sched_block_detail.html", context)


def _executions(request: PageRequest, thing: Tracked, below: Q) -> HttpResponseBase:
    rows = ExecBlock.objects.visible_to(request.user).with_parents().with_end().filter(below)
    pages = every_page(rows, order=("-ended", "-pk"))
    return executions_csv(request, thing.ref, pages, request.user)


@require_safe
@shows(exec_block_for)
def exec_block_detail(request: PageRequest, exec_block: ExecBlock) -> HttpResponse:
    """An execution block, as far as metadata describe it."""
    context = exec_block_panel(exec_block, request.user)
    return render(request, "pages/exec_block_detail.html", context)


@require_safe
@always_takes_tokens
@shows(exec_block_for)
def exec_block_pdf(request: PageRequest, exec_block: ExecBlock) -> HttpResponse:
    """The report of an execution block as PDF: what its page tells the same person."""
    sheet = exec_block_sheet(exec_block_panel(exec_block, request.user))
    name = f"{exec_block.ref}.report.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(pdf_of(sheet), content_type="application/pdf", headers=headers)
