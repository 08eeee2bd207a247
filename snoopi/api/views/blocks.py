"""Scheduling blocks and execution blocks."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.http import HttpResponseBase

from accounts.models import User
from projects.lookup import find
from projects.models import ExecBlock, SchedBlock
from projects.presentation import modified_at_of
from qa.calibrated import calibrated_at
from qa.observatory import calibration_ages
from qa.presentation import report_of
from qa.side_by_side import with_figures
from snoopi.api import filters
from snoopi.api.base import ApiRequest, ApiView, found_or_404
from snoopi.api.conditional import Validators, answer
from snoopi.api.documents.blocks import (
    exec_block_line,
    exec_block_report,
    exec_block_row,
    sched_block_detail,
    sched_block_line,
)
from snoopi.api.documents.calibrations import calibrations
from snoopi.api.documents.judgements import verdict
from snoopi.api.documents.support import season_document
from snoopi.api.pagination import paginated
from snoopi.api.schema import ListOf, reads
from snoopi.api.shapes.blocks import (
    ExecBlockLine,
    ExecBlockReport,
    ExecBlockRow,
    SchedBlockDetail,
    SchedBlockLine,
)
from snoopi.api.shapes.ous import HistoryLine
from snoopi.api.views.ous import answer_history

_SCHED_FILTERS = (
    filters.STATE,
    filters.PROJECT,
    filters.OUS,
    filters.BAND,
    filters.ARRAY,
    filters.TARGET,
    filters.CHANGED_AFTER,
)
_EXEC_FILTERS = (filters.PROJECT, filters.OUS, filters.QA0, filters.CHANGED_AFTER)


class SchedBlockList(ApiView):
    """SBs that the caller may see."""

    takes_project_tokens = True

    @reads(ListOf(SchedBlockLine), "List scheduling blocks", filters=_SCHED_FILTERS)
    def get(self, request: ApiRequest) -> HttpResponseBase:
        visible = SchedBlock.objects.visible_to(request.user).with_parents()
        rows = filters.narrowed(visible, _SCHED_FILTERS, request)
        return paginated(self, request, rows, partial(sched_block_line, viewer=request.user))


class SchedBlockView(ApiView):
    """The panel of one SB."""

    takes_project_tokens = True

    @reads(SchedBlockDetail, "Read a scheduling block", conditional=True)
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        validators, build = told_sched_block(find_sched_block(request, ref), request.user)
        return answer(request, validators, build)


def told_sched_block(block: SchedBlock, viewer: User) -> tuple[Validators, Callable[[], object]]:
    """Answer the validators of an SB's panel, and what builds it."""
    shown = [*sched_block_line(block, viewer).items(), *season_document(block).items()]

    def build() -> object:
        visible = ExecBlock.objects.visible_to(viewer).with_parents()
        exec_blocks = visible.filter(sched_block=block).newest_first()
        return sched_block_detail(block, exec_blocks, viewer)

    return Validators.of(block, viewer, shown), build


def find_sched_block(request: ApiRequest, ref: str) -> Any:
    """Answer the visible SB with a ref and its parents; raises Http404."""
    rows = SchedBlock.objects.visible_to(request.user).with_parents()
    return found_or_404(find(rows, ref))


class SchedBlockHistory(ApiView):
    """What happened to an SB, newest first."""

    takes_project_tokens = True
    order = ("-at", "-pk")

    @reads(ListOf(HistoryLine), "Read the history of a scheduling block", conditional=True)
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        return answer_history(self, request, find_sched_block(request, ref))


class ExecBlockList(ApiView):
    """EBs that the caller may see."""

    takes_project_tokens = True

    @reads(
        ListOf(ExecBlockLine),
        "List execution blocks",
        filters=_EXEC_FILTERS,
        table=ExecBlockRow,
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        visible = ExecBlock.objects.visible_to(request.user).with_parents()
        rows = filters.narrowed(with_figures(visible), _EXEC_FILTERS, request)
        forms = (exec_block_line, exec_block_row)
        return paginated(self, request, rows, *(partial(t, viewer=request.user) for t in forms))


class ExecBlockView(ApiView):
    """The report of one EB."""

    takes_project_tokens = True

    @reads(ExecBlockReport, "Read the report of an execution block", conditional=True)
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        validators, build = told_report(find_exec_block(request.user, ref), request.user)
        return answer(request, validators, build)


def find_exec_block(viewer: User, ref: str) -> Any:
    """Answer the visible EB with a ref, its parents and report; raises Http404."""
    rows = ExecBlock.objects.visible_to(viewer).with_parents().select_related("report")
    return found_or_404(find(rows.annotate(calibrated_at=calibrated_at()), ref))


def told_report(block: Any, viewer: User) -> tuple[Validators, Callable[[], ExecBlockReport]]:
    """Answer the validators of an EB's report, and what builds it."""
    told = report_of(block)
    document = exec_block_report(block, told, viewer)

    def build() -> ExecBlockReport:
        further = {**verdict(block, viewer), "calibrations": calibrations(block, told, viewer)}
        return cast("ExecBlockReport", {**document, **further})

    # What the array's calibrations say is not read for this: only whether any are new.
    shown = [*document.items(), block.calibrated_at, calibration_ages()]
    turned = max(filter(None, (modified_at_of(block, viewer), block.calibrated_at)))
    return Validators.of(block, viewer, shown, turned), build
