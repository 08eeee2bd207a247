"""The tree of a project: nodes from light rows, unknown levels shown as such. Pure."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from projects.models import Project
from projects.presentation import Executions, Standing, standing
from projects.querysets.below import NOT_COUNTED
from projects.querysets.project import Viewer
from projects.querysets.tree import TreeRow
from projects.states import Level
from snoopi.pages.glossary import LEVEL_WORDS

# As many nodes as a laptop shows at once, and a few screens more.
OPEN_NODES = 60
_UNKNOWN_NAMES = {
    Level.SCIENCE_GOAL: "science goal unknown",
    Level.GROUP_OUS: "group unknown",
    Level.MEMBER_OUS: "member OUS unknown",
}


@dataclass(slots=True)
class TreeNode:
    """One node; ``ref`` is empty where the level is unknown."""

    level: Level
    ref: str
    name: str
    standing: Standing | None = None
    uid: str = ""
    state: str | None = None
    executions: Executions | None = None
    children: list["TreeNode"] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What stands beside the shape: "Member OUS (SgrB2)", an SB's own name."""
        if self.level in {Level.PROJECT, Level.SCHED_BLOCK}:
            return self.name or self.ref
        if not self.ref:
            return self.name
        word = LEVEL_WORDS[self.level]
        return f"{word} ({self.name})" if self.name else word

    def count_words(self) -> str:
        """ "4 / 4" for an SB or member OUS, "3 of 5 delivered" above."""
        if self.level in {Level.MEMBER_OUS, Level.SCHED_BLOCK}:
            return str(self.executions) if self.executions else ""
        members = [node for node in walk(self.children) if node.counts_as_member()]
        delivered = sum(node.state == "Delivered" for node in members)
        return f"{delivered} of {len(members)} delivered" if members else ""

    def counts_as_member(self) -> bool:
        """Whether it is one of the member OUSs that progress is counted in."""
        return self.level == Level.MEMBER_OUS and bool(self.ref) and self.state not in NOT_COUNTED


def walk(nodes: Iterable[TreeNode]) -> Iterator[TreeNode]:
    """All nodes, parents before their children."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def project_tree(project: Project, rows: Iterable[TreeRow], viewer: Viewer) -> TreeNode:
    """Answer the project's node with everything below it."""
    root = TreeNode(
        Level.PROJECT, project.ref, project.ref, standing(project, viewer), state=project.state
    )
    shelf = _Shelf(root)
    for row in rows:
        shelf.put(row, _node(row, viewer))
    return root


def _node(row: TreeRow, viewer: Viewer) -> TreeNode:
    counts = None
    if row.passed is not None:
        counts = Executions(row.passed, row.expected, row.count or 0)
    return TreeNode(
        row.LEVEL,
        row.ref,
        row.name,
        standing(row, viewer),
        uid=row.uid or "",
        state=row.state,
        executions=counts,
    )


class _Shelf:
    """Puts each node under its parent, or under a stand-in where the parent is unknown."""

    def __init__(self, root: TreeNode) -> None:
        self.root = root
        self.known: dict[tuple[Level, int], TreeNode] = {}
        self.stand_ins: dict[tuple[int, Level], TreeNode] = {}

    def put(self, row: TreeRow, node: TreeNode) -> None:
        self.known[row.LEVEL, row.pk] = node
        self._parent_of(row).children.append(node)

    def _parent_of(self, row: TreeRow) -> TreeNode:
        """The nearest known level above, with stand-ins for those between."""
        chain = (
            (Level.MEMBER_OUS, row.member_ous_id),
            (Level.GROUP_OUS, row.group_ous_id),
            (Level.SCIENCE_GOAL, row.science_goal_id),
        )
        missing = []
        parent = self.root
        for level, key in chain[_DEPTH_ABOVE[row.LEVEL] :]:
            known = self.known.get((level, key)) if key is not None else None
            if known is not None:
                parent = known
                break
            missing.append(level)
        for level in reversed(missing):
            parent = self._stand_in(parent, level)
        return parent

    def _stand_in(self, parent: TreeNode, level: Level) -> TreeNode:
        key = (id(parent), level)
        if key not in self.stand_ins:
            self.stand_ins[key] = TreeNode(level, "", _UNKNOWN_NAMES[level])
            parent.children.append(self.stand_ins[key])
        return self.stand_ins[key]


# How many links of the chain from member OUS up to science goal a level does not have.
_DEPTH_ABOVE = {
    Level.SCHED_BLOCK: 0,
    Level.MEMBER_OUS: 1,
    Level.GROUP_OUS: 2,
    Level.SCIENCE_GOAL: 3,
}


def first_open(root: TreeNode, most: int = OPEN_NODES) -> set[int]:
    """The ids of the nodes to open at first: level by level while ``most`` are not exceeded."""
    opened: set[int] = set()
    shown, queue = 1, deque([root])
    while queue:
        node = queue.popleft()
        if node is root or not node.ref or shown + len(node.children) <= most:
            opened.add(id(node))
            shown += len(node.children)
            queue.extend(node.children)
    return opened


def only_matching(node: TreeNode, text: str) -> TreeNode | None:
    """The part of a tree whose names or UIDs hold ``text``, with all levels above and below."""
    wanted = text.casefold()
    if wanted in node.title.casefold() or wanted in node.uid.casefold() or wanted == node.ref:
        return node
    kept = [only_matching(child, text) for child in node.children]
    children = [child for child in kept if child is not None]
    return replace(node, children=children) if children else None


def paths_of(root: TreeNode) -> dict[str, tuple[str, list[str]]]:
    """For every ref: its level, and the refs from the top down to it, itself last."""
    paths: dict[str, tuple[str, list[str]]] = {}
    stack: list[tuple[TreeNode, list[str]]] = [(root, [])]
    while stack:
        node, above = stack.pop()
        path = [*above, node.ref] if node.ref else above
        if node.ref:
            paths.setdefault(node.ref, (node.level.value, path))
        stack.extend((child, path) for child in reversed(node.children))
    return paths
