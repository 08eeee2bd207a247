"""The pages of one OUS, scheduling block or execution block."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.models import ExecBlock, ObsUnitSet, SchedBlock
from snoopi.pages.doors import PageRequest, shows
from snoopi.pages.finders import exec_block_for, ous_for, sched_block_for
from snoopi.pages.panels import exec_block_panel, ous_panel, sched_block_panel


@require_safe
@shows(ous_for)
def ous_detail(request: PageRequest, ous: ObsUnitSet) -> HttpResponse:
    """An OUS: its state, what it waits for, what was asked and got, its parts."""
    return render(request, "pages/ous_detail.html", ous_panel(ous, request.user))


@require_safe
@shows(sched_block_for)
def sched_block_detail(request: PageRequest, sched_block: SchedBlock) -> HttpResponse:
    """A scheduling block with its executions."""
    context = sched_block_panel(sched_block, request.user)
    return render(request, "pages/sched_block_detail.html", context)


@require_safe
@shows(exec_block_for)
def exec_block_detail(request: PageRequest, exec_block: ExecBlock) -> HttpResponse:
    """An execution block, as far as metadata describe it."""
    context = exec_block_panel(exec_block, request.user)
    return render(request, "pages/exec_block_detail.html", context)
