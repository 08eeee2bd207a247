"""My Projects: the oldest wait and on whom, in every case."""

import csv
from datetime import UTC, datetime

import pytest
from django.http import QueryDict

from projects.models import MemberOUS, Project, SchedBlock
from projects.states import Level
from snoopi.pages.listing import ListForm
from snoopi.pages.project_list import PROJECT_COLUMNS, project_rows, shown_rows
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)


@pytest.fixture
def pi():
    return make_user("owner")


def row_of(project, user):
    form = ListForm(QueryDict(""), user=user, level=Level.PROJECT, columns=PROJECT_COLUMNS)
    (found,) = shown_rows(project_rows(user, form).filter(pk=project.pk), user)
    return found


def member(state, since=OLD, **facts):
    return {"state": state, "state_since": since, "public_since": since, **facts}


PREPARED = ("an opportunity to observe", "weather and array configuration")
PROCESSED = ("processing and QA2 review", "data reduction")


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ([], None),
        ([member("Delivered"), member("Delivered", NEW)], None),
        ([member("Delivered"), member("ObservingTimedOut"), member("Canceled")], None),
        ([member("Delivered"), member("Ready", NEW)], (*PREPARED, NEW)),
        ([member("Ready", NEW), member("Processing")], (*PROCESSED, OLD)),
        ([member("Ready"), member("Processing", NEW)], (*PREPARED, OLD)),
        # What is broken goes on as before for people outside.
        ([member("Broken", resume_state="Ready")], (*PREPARED, OLD)),
        ([member("Broken")], None),
        # A date that nobody knows is no oldest one.
        ([member("Ready", None), member("Processing", NEW)], (*PROCESSED, NEW)),
        ([member("Ready", None)], (*PREPARED, None)),
    ],
)
def test_oldest_wait_of_the_members_is_told(members, told, pi):
    project = make_project(pi=pi, members=members, state="InProgress")

    found = row_of(project, pi).waiting

    assert (found and (found.what, found.on, found.since)) == told


def test_staff_are_told_who_acts_in_their_own_words(pi, drm):
    project = make_project(pi=pi, members=[member("Reviewing")])

    assert row_of(project, drm).waiting.on == "the reviewer"
    assert row_of(project, pi).waiting.on == "data reduction"


def test_question_to_the_pi_comes_before_any_older_wait(pi):
    project = make_project(pi=pi, members=[member("Ready")])
    SchedBlock.objects.update(state="Waiting", state_flag="ForP2G", public_since=NEW)

    found = row_of(project, pi)

    assert (found.waiting.what, found.waiting.on, found.waiting.since) == (
        "an answer",
        "the PI",
        NEW,
    )


@pytest.mark.parametrize(
    ("state", "on"),
    [
        ("Phase1Submitted", "the observatory"),
        ("Approved", "the PI"),
        ("Phase2Submitted", "the observatory"),
        ("InProgress", None),
        ("Completed", None),
        ("Rejected", None),
        ("Canceled", None),
    ],
)
def test_project_without_parts_waits_itself_as_long_as_it_is_prepared(state, on, pi):
    project = make_project(pi=pi, members=0, state=state, public_since=OLD)

    found = row_of(project, pi).waiting

    assert (found and found.on) == on
    assert found is None or found.since == OLD


@pytest.mark.parametrize("state", ["Canceled", "Rejected", "NotObserved", "DoNotObserve"])
def test_nothing_waits_in_a_project_that_is_over(state, pi):
    project = make_project(pi=pi, members=[member("Ready")])
    Project.objects.filter(pk=project.pk).update(state=state)
    SchedBlock.objects.update(state="Waiting", state_flag="ForP2G")

    assert row_of(project, pi).waiting is None


def test_sorting_by_wait_follows_what_is_shown(pi, logged_in):
    codes = {
        "2019.1.00001.S": [member("Ready", NEW)],
        "2019.1.00002.S": [member("Processing", OLD)],
        "2019.1.00003.S": [member("Delivered", OLD)],
    }
    for code, members in codes.items():
        make_project(code, pi=pi, members=members)
    early = datetime(2019, 6, 1, tzinfo=UTC)
    make_project("2019.1.00004.S", pi=pi, members=0, state="Approved", public_since=early)
    over = make_project("2019.1.00005.S", pi=pi, members=[member("Ready", early)])
    Project.objects.filter(pk=over.pk).update(state="Canceled")
    client = logged_in(pi)

    def numbers(sort):
        answer = client.get(f"/projects/?sort={sort}&format=csv&columns=code&columns=wait")
        lines = list(csv.reader(answer.getvalue().decode().splitlines()))[1:]
        return [line[0][11] for line in lines], [line[1] for line in lines]

    assert numbers("wait")[0][:3] == ["4", "2", "1"]
    assert numbers("-wait")[0][:3] == ["1", "2", "4"]
    assert numbers("wait")[1][:2] == [
        "Phase 2 material, on the PI, since 2019-06-01 00:00 UTC",
        "processing and QA2 review, on data reduction, since 2020-01-01 00:00 UTC",
    ]
    assert set(numbers("wait")[1][3:]) == {""}


def test_project_without_members_says_so_instead_of_nought_of_nought(pi, logged_in):
    make_project(pi=pi, members=0, state="Approved")

    page = logged_in(pi).get("/projects/").content.decode()

    assert "none yet" in page
    assert "0/0" not in page


def test_members_that_do_not_count_are_not_counted(pi, logged_in):
    make_project(pi=pi, members=[member("Delivered"), member("Canceled"), member("Ready")])

    assert "1/2" in logged_in(pi).get("/projects/").content.decode()
    assert MemberOUS.objects.count() == 3
