"""The project page."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.models import Project
from snoopi.pages.doors import PageRequest, asked_text, shows, wants_part
from snoopi.pages.finders import project_for
from snoopi.pages.project_page import chosen_ref, node_panel, painted_tree, tree_with_chosen
from snoopi.pages.then import project_then


@require_safe
@shows(project_for)
def project_detail(request: PageRequest, project: Project) -> HttpResponse:
    """The tree with the node that ``?node=`` chooses; ``?find=`` thins the tree out.

    ``?at=`` shows it as it stood at that moment.
    """
    if "at" in request.GET:
        return project_then(request, project)
    find = asked_text(request.GET, "find")
    tree = painted_tree(project, request.user, find)
    ref = chosen_ref(tree, project, request.GET.get("node", ""))
    if ref is None:
        raise Http404("This project has no such part.")
    context = {"project": project, **node_panel(project, tree, ref, request.user)}
    if wants_part(request, "node"):
        return render(request, "pages/_node.html", context)
    context |= {
        "tree": tree,
        "tree_markup": tree_with_chosen(tree, project, ref, find),
        "find": find,
    }
    return render(request, "pages/project_detail.html", context)
