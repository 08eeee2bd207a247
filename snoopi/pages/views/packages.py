"""The pages of an OUS's files and of a member OUS's pipeline runs."""

from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.models import MemberOUS, ObsUnitSet
from qa.pipeline_told import runs_told
from snoopi.keyset import every_page
from snoopi.pages.doors import PageRequest, shows, takes_tokens
from snoopi.pages.finders import ous_for
from snoopi.pages.packages import FILES_ON_PAGE, files_csv, files_of, files_told, pipeline_csv
from snoopi.pages.panels import ous_crumbs, runs_below


@require_safe
@takes_tokens
@shows(ous_for)
def ous_files(request: PageRequest, ous: ObsUnitSet) -> HttpResponseBase:
    """The files of an OUS on any level; ``?format=csv`` gives all of them as a file."""
    below: Q = runs_below(ous)
    if request.GET.get("format") == "csv":
        pages = every_page(files_of(below, request.user), order=("pk",))
        return files_csv(request, ous.ref, pages, request.user)
    context = {
        "ous": ous,
        "files": files_told(below, request.user, FILES_ON_PAGE),
        "crumbs": ous_crumbs(ous),
    }
    return render(request, "pages/ous_files.html", context)


@require_safe
@takes_tokens
@shows(ous_for)
def ous_pipeline(request: PageRequest, ous: ObsUnitSet) -> HttpResponseBase:
    """The pipeline's runs on a member OUS with all their stages.

    ``?format=csv`` gives the stages as a file, with ``&table=figures`` what images reach.
    """
    if not isinstance(ous, MemberOUS):
        raise Http404("The pipeline runs on member OUSs.")
    runs = runs_told(ous, request.user)
    if request.GET.get("format") == "csv":
        table = "figures" if request.GET.get("table") == "figures" else "stages"
        return pipeline_csv(request, ous.ref, runs, table)
    context = {"ous": ous, "runs": runs, "crumbs": ous_crumbs(ous)}
    return render(request, "pages/ous_pipeline.html", context)
