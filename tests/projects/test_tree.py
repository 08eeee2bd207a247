"""The tree of a project in one query, as each viewer may see it."""

import pytest

from accounts.models import User
from projects.models import GroupOUS, MemberOUS, SchedBlock, ScienceGoal
from projects.presentation import standing
from projects.querysets.tree import TreeRow, tree_rows
from projects.states import Level
from tests.factories import make_project

pytestmark = pytest.mark.django_db
OUTSIDE = User(pk=1)
STAFF = User(pk=2, roles=["drm"])


@pytest.mark.parametrize(("members", "blocks"), [(1, 1), (3, 1), (100, 3)])
def test_tree_is_one_query_whatever_its_size(members, blocks, django_assert_num_queries):
    project = make_project(members=members, sched_blocks=blocks)
    make_project(members=2)

    with django_assert_num_queries(1):
        rows = tree_rows(project, OUTSIDE)

    assert len(rows) == 2 + members + members * blocks


def test_tree_goes_from_the_top_and_every_node_names_its_parent():
    project = make_project(members=2, exec_blocks=1)
    goal, group = ScienceGoal.objects.get(), GroupOUS.objects.get()

    rows = tree_rows(project, OUTSIDE)

    assert [row.LEVEL for row in rows] == [
        Level.SCIENCE_GOAL,
        Level.GROUP_OUS,
        *[Level.MEMBER_OUS] * 2,
        *[Level.SCHED_BLOCK] * 2,
    ]
    assert rows[1].science_goal_id == goal.pk
    assert {row.group_ous_id for row in rows[2:4]} == {group.pk}
    assert [row.member_ous_id for row in rows[4:]] == [row.pk for row in rows[2:4]]


def test_node_stands_and_counts_as_its_own_row_does():
    project = make_project(members=[{"state": "Verified", "qa2": "Pass"}, {}], exec_blocks=3)
    models = {model.LEVEL: model for model in (ScienceGoal, GroupOUS, MemberOUS, SchedBlock)}

    for node in tree_rows(project, STAFF):
        row = models[node.LEVEL].objects.get(pk=node.pk)
        assert (node.ref, node.uid, node.name) == (row.ref, row.uid, row.name)
        for viewer in (OUTSIDE, STAFF):
            assert seen(node, viewer) == seen(row, viewer)
        if node.LEVEL in (Level.MEMBER_OUS, Level.SCHED_BLOCK):
            assert (node.passed, node.expected, node.count) == (3, 4, 3)


def seen(thing: TreeRow | MemberOUS, viewer: User) -> tuple[str | None, str]:
    """The state and label of a thing as a viewer is told."""
    found = standing(thing, viewer)
    return found.state, found.label


def test_deleted_nodes_are_shown_to_staff_only():
    project = make_project(members=[{"state": "Deleted"}, {"state": None}], sched_blocks=0)

    told = [
        [row.state for row in tree_rows(project, viewer) if row.LEVEL == Level.MEMBER_OUS]
        for viewer in (OUTSIDE, STAFF)
    ]

    assert told == [[None], ["Deleted", None]]
