"""The project page: the tree on the left, the chosen node on the right."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString

from accounts.models import User
from projects.lookup import canonical_ref
from projects.models import Project
from projects.querysets.lines import tree_of
from projects.querysets.project import is_staff_viewer
from projects.states import Level
from qa.models import ProblemReport
from snoopi.pages.finders import ous_rows, sched_block_rows
from snoopi.pages.panels import ous_panel, project_panel, sched_block_panel
from snoopi.pages.remembered import remembered
from snoopi.pages.tree import OPEN_NODES, only_matching, paths_of, project_tree, walk
from snoopi.pages.tree_markup import tree_markup, with_chosen

_TREE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class PaintedTree:
    """A tree as it stands in the cache: HTML, its size, and for each ref level and way down."""

    markup: str
    total: int
    places: dict[str, tuple[str, list[str]]]

    @property
    def is_large(self) -> bool:
        """Whether a box to find nodes is of use."""
        return self.total > OPEN_NODES


def painted_tree(project: Project, user: User, find: str = "") -> PaintedTree:
    """Answer the tree as ``user`` may see it; two queries, none when it is in the cache.

    The key holds the project's version, which grows with every change below it, and the
    class of viewer: nothing in the tree depends on who exactly looks.
    """
    if find:
        return _paint(project, user, find)
    view_class = "staff" if is_staff_viewer(user) else "public"
    changed = project.modified_at.timestamp()
    key = f"tree:{project.pk}:{project.version}:{changed}:{view_class}"
    return remembered(key, _TREE_SECONDS, lambda: _paint(project, user))


def _paint(project: Project, user: User, find: str = "") -> PaintedTree:
    things = tree_of(Project.objects.filter(pk=project.pk), user)
    root = project_tree(things, user, ProblemReport.objects.numbers_in(project))
    total = sum(1 for _ in walk([root]))
    if not find:
        return PaintedTree(tree_markup(root), total, paths_of(root))
    found = only_matching(root, find) or replace(root, children=[], whole=root)
    everything = {id(node) for node in walk([found])}
    return PaintedTree(tree_markup(found, everything, find), total, paths_of(root))


def tree_with_chosen(tree: PaintedTree, project: Project, chosen: str, find: str) -> SafeString:
    """The tree's HTML with the chosen node marked and all above it open."""
    return with_chosen(tree.markup, tree.places[chosen][1], project.ref, find)


def chosen_ref(tree: PaintedTree, project: Project, text: str) -> str | None:
    """The ref of the node that ``text`` names in any spelling; the project's where empty."""
    ref = canonical_ref(text) if text else project.ref
    return ref if ref in tree.places else None


def node_panel(project: Project, tree: PaintedTree, ref: str, user: User) -> dict[str, Any]:
    """What the panel of a node shows, and its template; at most four queries."""
    level = tree.places[ref][0]
    if level == Level.PROJECT:
        return {"panel": "pages/_project_facts.html", **project_panel(project, user)}
    if level == Level.SCHED_BLOCK:
        found = sched_block_rows(user).get(ref=ref)
        return {"panel": "pages/_sched_block.html", **sched_block_panel(found, user)}
    ous = ous_rows(Level(level), user).get(ref=ref)
    return {"panel": "pages/_ous.html", **ous_panel(ous, user)}
