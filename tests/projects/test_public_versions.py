"""Versions and dates that people outside read grow with what they see, and with nothing else."""

from datetime import UTC, datetime

import pytest

from projects.models import MemberOUS
from projects.presentation import modified_at_of, version_of
from projects.services.events import touch
from projects.services.executions import recount_executions
from projects.services.memberships import tie
from projects.services.states import move_state
from tests.factories import make_exec_block, make_project, make_user

pytestmark = pytest.mark.django_db
LATER = "2126-03-01T12:00:00Z"


@pytest.fixture
def project():
    return make_project(members=[{"state": "ReadyForReview"}, {"state": "Ready"}], exec_blocks=1)


@pytest.fixture
def chief():
    return make_user(roles=["drm", "admin"])


@pytest.fixture
def member(project):
    return project.memberous_set.get(state="ReadyForReview")


def chain(member):
    """The member OUS and all above it, as they stand now."""
    rows = (member, member.group_ous, member.science_goal, member.project)
    return [type(row).objects.get(pk=row.pk) for row in rows]


def outside(member):
    return [(row.public_version, row.public_modified_at) for row in chain(member)]


def inside(member):
    return [(row.version, row.modified_at) for row in chain(member)]


def test_step_inside_grows_what_staff_follow_only(member, chief):
    before = outside(member), inside(member)

    move_state(member, to="Reviewing", actor=chief)

    assert outside(member) == before[0]
    grown = [now[0] > then[0] for now, then in zip(inside(member), before[1], strict=True)]
    assert grown == [True] * 4


def test_step_that_is_seen_grows_both_on_every_level(member, chief, time_machine):
    before = outside(member), inside(member)
    time_machine.move_to(LATER, tick=False)

    move_state(member, to="Reviewing", actor=chief)
    MemberOUS.objects.filter(pk=member.pk).update(state="FullyObserved")
    move_state(member, to="ReadyForProcessing", actor=chief)

    for now, then in zip((outside(member), inside(member)), before, strict=True):
        assert [row[0] > old[0] for row, old in zip(now, then, strict=True)] == [True] * 4
        assert {row[1] for row in now} == {datetime(2126, 3, 1, 12, tzinfo=UTC)}


def test_what_is_withdrawn_changes_what_stands_above_it(project, chief):
    member = project.memberous_set.get(state="Ready")
    block = member.sched_blocks.get()
    before = outside(member)

    move_state(block, to="Deleted", actor=chief)

    grown = [now[0] > then[0] for now, then in zip(outside(member), before, strict=True)]
    assert grown == [True] * 4


def test_count_that_is_seen_grows_both(member):
    block = member.sched_blocks.get()
    before = outside(member)[0]
    make_exec_block(block, number=5)

    recount_executions(sched_block_ids=[block.pk], member_ous_ids=[member.pk])

    # Once for the execution that came, once more for the count.
    assert outside(member)[0][0] > before[0]


def test_tie_is_seen(project, member):
    before = outside(member)[-1]

    tie(project=project, user=make_user(), role="COI")

    assert outside(member)[-1][0] == before[0] + 1


def test_touch_renews_for_people_outside_only_what_they_see(member, project):
    other = project.memberous_set.get(state="Ready").sched_blocks.get()
    block = member.sched_blocks.get()
    rows = chain(member)
    beside = MemberOUS.objects.get(pk=other.member_ous_id)

    touch([block, other], shown=[other])

    grown = [now[0] - row.public_version for now, row in zip(outside(member), rows, strict=True)]
    assert grown == [0, 1, 1, 1]
    assert [now[0] - row.version for now, row in zip(inside(member), rows, strict=True)] == [1] * 4
    now = MemberOUS.objects.get(pk=beside.pk)
    assert (now.version, now.public_version) == (beside.version + 1, beside.public_version + 1)


def test_viewer_is_told_the_count_that_is_theirs(member, chief):
    MemberOUS.objects.filter(pk=member.pk).update(version=9, modified_at=LATER)
    member.refresh_from_db()

    assert [version_of(member, user) for user in (chief, make_user())] == [9, member.public_version]
    assert modified_at_of(member, chief).year == 2126
    assert modified_at_of(member, make_user()) == member.public_modified_at
