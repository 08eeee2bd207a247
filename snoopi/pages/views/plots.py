"""The plots of an execution block, each on a page of its own and in its report."""

import hashlib
import json

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from projects.models import ExecBlock
from qa.plots.catalog import PLOTS
from snoopi.csv_text import csv_answer
from snoopi.pages.doors import PageRequest, shows, takes_tokens, wants_part
from snoopi.pages.finders import exec_block_for
from snoopi.pages.panels import exec_block_crumbs, problem_url
from snoopi.pages.plots import PlotTold, csv_table, plot_row, plot_told


@require_safe
@takes_tokens
@shows(exec_block_for)
def exec_block_plot(request: PageRequest, exec_block: ExecBlock, name: str) -> HttpResponseBase:
    """A plot with its table, drawn where the browser can; the part of it that htmx asks for.

    ``?format=csv`` gives the table as a file, ``?format=json`` the figure.
    """
    kind = PLOTS.get(name)
    if kind is None:
        raise Http404("There is no such plot.")
    told = plot_told(exec_block, kind)
    form = request.GET.get("format")
    if form == "csv":
        return csv_answer(request, told.file_name, *csv_table(told))
    if form == "json":
        return _figure(request, told)
    context = {
        "exec_block": exec_block,
        "plot": told,
        "plot_row": plot_row(exec_block, told.array, kind),
        "plot_problem_url": problem_url(
            exec_block.member_ous, f"plot:{kind.name}:{exec_block.ref}"
        ),
    }
    if wants_part(request, "plots"):
        return render(request, "pages/_plots.html", {**context, "in_place": True})
    context["crumbs"] = exec_block_crumbs(exec_block, request.user)
    return render(request, "pages/exec_block_plot.html", context)


def _figure(request: PageRequest, told: PlotTold) -> HttpResponseBase:
    """The figure, with a tag that follows what it holds; 304 to who has it already."""
    body = json.dumps(told.figure, allow_nan=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="application/json", headers={"ETag": tag})
    return get_conditional_response(request, etag=tag, response=response) or response
