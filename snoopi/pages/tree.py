"""The tree of a project as nodes, unknown levels shown as such. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from projects.presentation import Executions, Standing, executions, standing
from projects.querysets.below import NOT_COUNTED
from projects.querysets.project import Viewer
from projects.states import Level
from snoopi.pages.glossary import own_name, title_of

# As many nodes as a laptop shows at once, and a few screens more.
OPEN_NODES = 60
_UNKNOWN_NAMES = {
    Level.SCIENCE_GOAL: "science goal unknown",
    Level.GROUP_OUS: "group unknown",
    Level.MEMBER_OUS: "member OUS unknown",
}


@dataclass(slots=True)
class TreeNode:
    """One node; ``ref`` is empty where the level is unknown.

    ``whole`` is the node that this one shows a part of: names and counts are the whole's.
    ``problems`` are the problem reports (QA3) that are not settled.
    """

    level: Level
    ref: str
    name: str
    standing: Standing | None = None
    uid: str = ""
    state: str | None = None
    executions: Executions | None = None
    children: list["TreeNode"] = field(default_factory=list)
    whole: "TreeNode | None" = None
    problems: int = 0

    @property
    def title(self) -> str:
        """What stands beside the shape: "Member OUS (SgrB2)", an SB's own name."""
        if self.whole:
            return self.whole.title
        if self.level in {Level.PROJECT, Level.SCHED_BLOCK}:
            return self.name or self.ref
        return title_of(self.level, self._name_or_childrens()) if self.ref else self.name

    def _name_or_childrens(self) -> str:
        """Its own name, else the one that all its children share: groups often have none."""
        if own_name(self.level, self.name):
            return self.name
        names = {own_name(child.level, child.name) for child in self.children}
        return names.pop() if len(names) == 1 else ""

    def count_words(self) -> str:
        """ "4 / 4" for an SB or member OUS, "3 of 5 delivered" above."""
        if self.whole:
            return self.whole.count_words()
        if self.level in _COUNTING:
            return str(self.executions) if self.executions else ""
        members = [node for node in walk(self.children) if node.counts_as_member()]
        delivered = sum(node.state == "Delivered" for node in members)
        return f"{delivered} of {len(members)} delivered" if members else ""

    def problem_words(self) -> str:
        """ "1 problem report" where some are not settled."""
        number = self.whole.problems if self.whole else self.problems
        return f"{number} problem report{'' if number == 1 else 's'}" if number else ""

    def counts_as_member(self) -> bool:
        """Whether it is one of the member OUSs that progress is counted in."""
        return self.level == Level.MEMBER_OUS and bool(self.ref) and self.state not in NOT_COUNTED


def walk(nodes: Iterable[TreeNode]) -> Iterator[TreeNode]:
    """All nodes, parents before their children."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def project_tree(
    things: Sequence[Any], viewer: Viewer, problems: Mapping[int, int] = MappingProxyType({})
) -> TreeNode:
    """Answer the project's node with all below it, from what ``tree_of`` answers.

    ``problems`` are the numbers of reports that are not settled, by member OUS.
    """
    project = things[0]
    root = TreeNode(
        Level.PROJECT, project.ref, project.ref, standing(project, viewer), state=project.state
    )
    shelf = _Shelf(root)
    for thing in things[1:]:
        node = _node(thing, viewer)
        if thing.LEVEL == Level.MEMBER_OUS:
            node.problems = problems.get(thing.pk, 0)
        shelf.put(thing, node)
    return root


def _node(thing: Any, viewer: Viewer) -> TreeNode:
    return TreeNode(
        thing.LEVEL,
        thing.ref,
        thing.name,
        standing(thing, viewer),
        uid=thing.uid or "",
        state=thing.state,
        executions=executions(thing) if thing.LEVEL in _COUNTING else None,
    )


_COUNTING = frozenset({Level.MEMBER_OUS, Level.SCHED_BLOCK})


class _Shelf:
    """Puts each node under its parent, or under a stand-in where the parent is unknown."""

    def __init__(self, root: TreeNode) -> None:
        self.root = root
        self.known: dict[tuple[Level, int], TreeNode] = {}
        self.stand_ins: dict[tuple[int, Level], TreeNode] = {}

    def put(self, thing: Any, node: TreeNode) -> None:
        self.known[thing.LEVEL, thing.pk] = node
        self._parent_of(thing).children.append(node)

    def _parent_of(self, thing: Any) -> TreeNode:
        """The nearest known level above, with stand-ins for those between."""
        chain = (
            (Level.MEMBER_OUS, thing.member_ous_id),
            (Level.GROUP_OUS, thing.group_ous_id),
            (Level.SCIENCE_GOAL, thing.science_goal_id),
        )
        missing = []
        parent = self.root
        for level, key in chain[_DEPTH_ABOVE[thing.LEVEL] :]:
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
    """The ids of the nodes to open at first: whole levels, while ``most`` are not exceeded."""
    opened: set[int] = set()
    level, shown = [root], 1
    while level:
        below = [child for node in level for child in node.children]
        shown += len(below)
        if shown > most and level[0] is not root:
            return opened | {id(node) for node in level if not node.ref}
        opened |= {id(node) for node in level}
        level = below
    return opened


def only_matching(node: TreeNode, text: str) -> TreeNode | None:
    """The part of a tree whose names or UIDs hold ``text``, with all levels above and below."""
    wanted = text.casefold()
    if wanted in node.title.casefold() or wanted in node.uid.casefold() or wanted == node.ref:
        return node
    kept = [only_matching(child, text) for child in node.children]
    children = [child for child in kept if child is not None]
    return replace(node, children=children, whole=node) if children else None


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
