"""Projects and their trees."""

from functools import partial

from django.http import HttpResponseBase

from projects.lookup import find
from projects.models import Alias, Project
from projects.presentation import modified_at_of, version_of
from projects.querysets.lines import tree_of
from projects.states import Level
from snoopi.api.base import ApiRequest, ApiView, found_or_404
from snoopi.api.conditional import Validators, answer
from snoopi.api.documents.projects import project_detail, project_line, tree
from snoopi.api.filters import ACTIVE, CHANGED_AFTER, CYCLE, ROLE, STATE, narrowed
from snoopi.api.pagination import paginated
from snoopi.api.past import AT, answer_past, moment_asked
from snoopi.api.schema import ListOf, reads
from snoopi.api.shapes.projects import ProjectDetail, ProjectLine, TreeNode
from snoopi.as_of import tree_then
from snoopi.status_then import project_then

_FILTERS = (STATE, CYCLE, ROLE, ACTIVE, CHANGED_AFTER)


class ProjectList(ApiView):
    """Projects that the caller may see."""

    takes_project_tokens = True
    order = ("-ref",)

    @reads(ListOf(ProjectLine), "List projects", filters=_FILTERS)
    def get(self, request: ApiRequest) -> HttpResponseBase:
        rows = narrowed(Project.objects.visible_to(request.user), _FILTERS, request)
        return paginated(self, request, rows, lambda row: project_line(row, request.user))


class ProjectView(ApiView):
    """One project."""

    takes_project_tokens = True

    @reads(ProjectDetail, "Read a project", conditional=True, parameters=[AT])
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        viewer, moment = request.user, moment_asked(request)
        rows = Project.objects.visible_to(viewer).select_related("contact_scientist")
        project = found_or_404(find(rows, ref))
        if moment:
            then = project_then(project, viewer, moment)
            tell = partial(project_detail, project, viewer, moment)
            return answer_past(request, then, moment, tell)
        document = project_detail(project, viewer)
        return answer(request, Validators.of(project, viewer, document.items()), lambda: document)


class ProjectTree(ApiView):
    """A project with everything below it, down to the SBs."""

    takes_project_tokens = True

    @reads(TreeNode, "Read a project's tree", conditional=True, parameters=[AT])
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        viewer, moment = request.user, moment_asked(request)
        projects = Project.objects.visible_to(viewer)
        if moment:
            project = found_or_404(find(projects, ref))
            then = tree_then(project, viewer, moment)
            return answer_past(request, then, moment, partial(tree, then, viewer))
        things = tree_of(projects.filter(ref=ref), viewer)
        if not things:
            former = Alias.objects.target_ids(Level.PROJECT, ref).first()
            things = tree_of(projects.filter(pk=former), viewer) if former else []
        found_or_404(things[0] if things else None)
        versions = [(thing.LEVEL, thing.pk, version_of(thing, viewer)) for thing in things]
        newest = max(modified_at_of(thing, viewer) for thing in things)
        validators = Validators.of(things[0], viewer, versions, newest)
        return answer(request, validators, lambda: tree(things, viewer))
