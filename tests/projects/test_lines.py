"""Several levels in one query: the rows must be those that one query a level gives."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Alias, GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal
from projects.querysets.lines import ous_by_key, ous_keys, tree_of
from projects.states import Level
from tests.factories import make_member_ous, make_project, make_sched_block, make_user, settle

DELIVERED = {
    "state": "Delivered",
    "qa2": "SemiPass",
    "qa2_passed": True,
    "delivered_at": datetime(2015, 10, 23, 12, tzinfo=UTC),
    "delivery_generation": 2,
    "release_date": datetime(2016, 10, 23, tzinfo=UTC),
}
SHOWN = (
    "ref",
    "uid",
    "version",
    "public_version",
    "state",
    "state_flag",
    "state_since",
    "resume_state",
    "executions_passed",
    "executions_expected",
    "executions_count",
    "delivered_at",
    "delivery_generation",
    "release_date",
    "qa2",
    "qa2_passed",
)


@pytest.fixture
def drm(db):
    return make_user(roles=["drm"])


@pytest.fixture
def project(db):
    return make_project(members=[DELIVERED, {"state": "Canceled"}], sched_blocks=2, exec_blocks=1)


def _facts(thing):
    return {name: getattr(thing, name) for name in SHOWN}


def test_tree_of_gives_every_level_top_down(project, drm):
    things = tree_of(Project.objects.filter(pk=project.pk), drm)

    assert [thing.LEVEL.value for thing in things] == [
        "project",
        "science_goal",
        "group_ous",
        *["member_ous"] * 2,
        *["sched_block"] * 4,
    ]
    assert things[0].name == project.title


def test_tree_of_rows_equal_those_of_each_level(project, drm):
    things = tree_of(Project.objects.filter(pk=project.pk), drm)

    for model in (ScienceGoal, GroupOUS, MemberOUS):
        rows = model.objects.as_status().order_by("pk")
        found = [_facts(thing) for thing in things if isinstance(thing, model)]
        assert found == [_facts(row) for row in rows]
    blocks = [thing for thing in things if isinstance(thing, SchedBlock)]
    assert [block.name for block in blocks] == [row.name for row in SchedBlock.objects.all()]


@pytest.mark.parametrize("members", [1, 3, 300])
def test_tree_of_any_size_is_one_query(members, drm):
    project = make_project(members=members)

    with CaptureQueriesContext(connection) as queries:
        things = tree_of(Project.objects.visible_to(drm).filter(pk=project.pk), drm)

    assert len(queries) == 1
    assert len(things) == 3 + 2 * members


def test_tree_of_shows_the_public_no_deleted_things(project):
    pi = make_user("pi")
    member = project.memberous_set.first()
    make_sched_block(member, state="Deleted", name="withdrawn")

    things = tree_of(Project.objects.filter(pk=project.pk), pi)

    assert "withdrawn" not in [thing.name for thing in things]


def test_group_status_leaves_out_what_does_not_count(project):
    group: Any = GroupOUS.objects.as_status().get()

    assert group.executions_passed == 2
    assert group.executions_expected == 8
    assert group.delivered_at == DELIVERED["delivered_at"]
    assert group.release_date == DELIVERED["release_date"]


def test_group_status_of_one_undelivered_member_is_not_delivered(project):
    make_member_ous(project, GroupOUS.objects.get(), state="Ready")
    settle(project)

    group: Any = GroupOUS.objects.as_status().get()

    assert group.delivered_at is None
    assert group.release_date is None
    assert group.executions_expected is None


def test_ous_keys_find_refs_and_former_names_in_one_query(project):
    group, goal = GroupOUS.objects.get(), ScienceGoal.objects.get()
    member = MemberOUS.objects.first()
    Alias.objects.create(
        level="member_ous", project=project, member_ous=member, ref="uid___A001_X9_X9"
    )

    with CaptureQueriesContext(connection) as queries:
        keys = ous_keys([member.ref, group.ref, goal.ref, "uid___A001_X9_X9", "nothing"])

    assert len(queries) == 1
    assert keys == {
        member.ref: (Level.MEMBER_OUS, member.pk),
        group.ref: (Level.GROUP_OUS, group.pk),
        goal.ref: (Level.SCIENCE_GOAL, goal.pk),
        "uid___A001_X9_X9": (Level.MEMBER_OUS, member.pk),
    }


def test_ous_keys_own_name_wins_over_a_former_one(project):
    first, second = MemberOUS.objects.order_by("pk")
    Alias.objects.create(level="member_ous", project=project, member_ous=second, ref=first.ref)

    assert ous_keys([first.ref]) == {first.ref: (Level.MEMBER_OUS, first.pk)}


def test_ous_by_key_leaves_out_what_is_not_visible(project):
    group, member = GroupOUS.objects.get(), MemberOUS.objects.first()
    keys = [(Level.GROUP_OUS, group.pk), (Level.MEMBER_OUS, member.pk)]

    assert ous_by_key(keys, make_user("stranger")) == []
    assert ous_by_key([], make_user("other")) == []
