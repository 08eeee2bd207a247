"""The tree's nodes and their HTML."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from accounts.models import User
from projects.models import Project, SchedBlock
from projects.querysets.lines import tree_of
from projects.states import Level
from snoopi.pages.tree import (
    TreeNode,
    first_open,
    only_matching,
    paths_of,
    project_tree,
    walk,
)
from snoopi.pages.tree_markup import tree_markup, with_chosen
from tests.factories import make_loose_member_ous, make_project, make_sched_block

STAFF = User(pk=1, roles=["drm"])


def chain(*names: str) -> TreeNode:
    """A tree that is one branch."""
    levels = [*Level]
    nodes = [TreeNode(levels[depth], name, name) for depth, name in enumerate(names)]
    for parent, child in pairwise(nodes):
        parent.children.append(child)
    return nodes[0]


def tree_for(project: Project, viewer: User) -> TreeNode:
    """A project's tree as a viewer sees it."""
    return project_tree(tree_of(Project.objects.filter(pk=project.pk), viewer), viewer)


def outline(node: TreeNode, depth: int = 0) -> list[str]:
    """The titles, indented by level."""
    below = [line for child in node.children for line in outline(child, depth + 1)]
    return ["  " * depth + node.title, *below]


@pytest.mark.django_db
def test_tree_of_a_whole_project_goes_through_all_five_levels():
    project = make_project("2019.1.00001.S", members=2, exec_blocks=3)

    tree = tree_for(project, STAFF)

    assert outline(tree) == [
        "2019.1.00001.S",
        "  SG OUS (CH3CN 5-4 & isotopologues)",
        "    Group OUS (Group of SgrB2)",
        "      Member OUS (SgrB2_a_03_7M)",
        "        SgrB2_a_03_7M",
        "      Member OUS (SgrB2_a_03_7M)",
        "        SgrB2_a_03_7M",
    ]
    assert [node.count_words() for node in walk([tree])] == [
        *["0 of 2 delivered"] * 3,
        *["3 / 4"] * 4,
    ]


@pytest.mark.django_db
def test_unknown_levels_are_shown_as_such():
    project = make_project("2019.1.00001.S", members=0)
    loose = make_loose_member_ous(project, name="loose")
    block = make_sched_block(loose, name="orphan")
    SchedBlock.objects.filter(pk=block.pk).update(member_ous=None)

    tree = tree_for(project, STAFF)

    unknown = tree.children[-1]
    assert outline(unknown) == [
        "science goal unknown",
        "  group unknown",
        "    Member OUS (loose)",
        "    member OUS unknown",
        "      orphan",
    ]


def test_group_without_a_name_takes_the_one_its_children_share():
    group = TreeNode(Level.GROUP_OUS, "g", "Group OUS")
    group.children = [TreeNode(Level.MEMBER_OUS, str(n), "Member OUS (Core01)") for n in range(2)]

    assert group.title == "Group OUS (Core01)"

    group.children.append(TreeNode(Level.MEMBER_OUS, "9", "Member OUS (Core02)"))

    assert group.title == "Group OUS"


def test_delivered_are_counted_without_those_that_do_not_count():
    root = TreeNode(Level.PROJECT, "p", "p")
    states = ["Delivered", "Delivered", "Ready", "Canceled", "Deleted"]
    root.children = [
        TreeNode(Level.MEMBER_OUS, str(n), "", state=state) for n, state in enumerate(states)
    ]

    assert root.count_words() == "2 of 3 delivered"


@pytest.mark.parametrize(("children", "opened"), [(10, 2), (200, 1)])
def test_only_levels_that_fit_start_open(children, opened):
    root = chain("p", "goal")
    root.children[0].children = [TreeNode(Level.GROUP_OUS, str(n), "") for n in range(children)]

    found = first_open(root, most=60)

    assert len([node for node in walk([root]) if node.children and id(node) in found]) == opened


def test_filter_keeps_the_way_to_what_matches_and_all_below_it():
    root = chain("p", "goal", "group", "member", "w51_a_06_TE")
    root.children.append(TreeNode(Level.SCIENCE_GOAL, "other", "other"))

    found = only_matching(root, "GROUP")

    assert found is not None
    assert [node.name for node in walk([found])] == ["p", "goal", "group", "member", "w51_a_06_TE"]
    assert only_matching(root, "nothing like it") is None


def test_paths_lead_from_the_top_to_every_node():
    root = chain("p", "goal", "", "member")

    assert paths_of(root)["member"] == ("member_ous", ["p", "goal", "member"])


class TreeReader(HTMLParser):
    """Reads the roles and levels of a tree's HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.items: list[tuple[str, str | None, str | None]] = []
        self.groups: list[str | None] = []
        self.owned: list[str | None] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("role") == "treeitem":
            level = found["aria-level"] or ""
            self.items.append((level, found.get("href"), found.get("aria-expanded")))
            self.owned += [found["aria-owns"]] if "aria-owns" in found else []
        if found.get("role") == "group":
            self.groups.append(found.get("id"))


def test_markup_is_a_tree_of_links_with_levels():
    markup = tree_markup(chain("p", "goal", "group", "member", "block"))

    read = TreeReader(markup)

    assert read.items == [
        ("1", "?", "true"),
        ("2", "?node=goal", "true"),
        ("3", "?node=group", "true"),
        ("4", "?node=member", "true"),
        ("5", "?node=block", None),
    ]
    assert read.groups == read.owned == ["g1", "g2", "g3", "g4"]


def test_markup_escapes_names():
    markup = tree_markup(chain("p", '<script>"&'))

    assert "<script>" not in markup
    assert "&lt;script&gt;" in markup


def test_chosen_node_is_marked_and_all_above_it_open():
    closed = tree_markup(chain("p", "goal", "group", "member"), opened=set())

    markup = with_chosen(closed, ["p", "goal", "group"], "p")

    assert [item[2] for item in TreeReader(markup).items] == ["true", "true", "true", None]
    assert re.findall(r'href="([^"]*)" aria-current="page"', markup) == ["?node=group"]
