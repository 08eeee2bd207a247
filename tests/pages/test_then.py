"""Pages of a project and its OUSs as they stood at a moment."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import User
from deliveries.services.clock import correct_clock
from projects.services.memberships import tie
from projects.services.states import move_state
from tests.factories import make_exec_block, make_project, make_user

pytestmark = pytest.mark.django_db
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
TIMES = BEFORE, AFTER = "2025-01-05T00:00:00Z", "2025-01-15T00:00:00Z"


@pytest.fixture
def project():
    """A member OUS that was ready, and timed out ten days later."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        project = make_project("2024.1.00009.S", members=1)
        tie(project=project, user=make_user("pi"), role="PI")
        clock.shift(timedelta(days=10))
        drm = make_user("drm", roles=["drm"])
        move_state(project.memberous_set.get(), to="ObservingTimedOut", actor=drm, note="over")
    return project


@pytest.fixture
def pi_page(logged_in, project):
    client = logged_in(project.memberships.get().user)

    def page_of(path, **headers):
        return client.get(path, headers=headers)

    return page_of


def test_ous_page_shows_the_state_of_the_moment(pi_page, project):
    home = project.memberous_set.get().get_absolute_url()

    before, after = (pi_page(f"{home}?at={at}").content.decode() for at in (BEFORE, AFTER))

    assert ("Timed out" in before, "Timed out" in after) == (False, True)
    assert "As it stands now" in before
    assert 'value="2025-01-05T00:00"' in before


def test_project_page_shows_tree_and_node_of_the_moment(pi_page, project):
    member = project.memberous_set.get()
    home = project.get_absolute_url()

    before = pi_page(f"{home}?at={BEFORE}&node={member.ref}").content.decode()
    after = pi_page(f"{home}?at={AFTER}&node={member.ref}").content.decode()

    assert ("Timed out" in before, "Timed out" in after) == (False, True)
    assert f"?at=2025-01-05T00%3A00%3A00Z&amp;node={member.ref}" in before
    part = pi_page(f"{home}?at={BEFORE}&node={member.ref}", **{"HX-Request": "true"})
    assert part.status_code == 200


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("yesterday", "is no time such as"),
        ("9999-01-01", "still to come"),
        ("", "is no time such as"),
        ("2025-13-01", "is no time such as"),
    ],
)
def test_what_is_no_past_time_is_named(at, words, pi_page, project):
    for thing in (project, project.memberous_set.get()):
        answer = pi_page(f"{thing.get_absolute_url()}?at={at}")

        assert (answer.status_code, words in answer.content.decode()) == (400, True)


def test_before_anything_was_there_the_page_says_so(pi_page, project):
    for thing in (project, project.memberous_set.get()):
        answer = pi_page(f"{thing.get_absolute_url()}?at=1999-01-01")

        assert (answer.status_code, "there at that time" in answer.content.decode()) == (200, True)


@pytest.fixture
def addresses(project):
    member, home = project.memberous_set.get(), f"/api/v1/projects/{project.ref}/"
    ous = [f"/api/v1/ous/{one.ref}/" for one in (member, member.group_ous)]
    return [home, f"{home}tree/", *ous, *(f"{one}status/" for one in ous)]


def _state(node):
    while node.get("children"):
        (node,) = node["children"][:1]
        if node["level"] == "member":
            break
    return node["state"]


def test_documents_over_rest_are_those_of_the_moment(pi_page, addresses):
    told = [[_state(pi_page(f"{one}?at={at}").json()) for one in addresses] for at in TIMES]

    timed_out = "ObservingTimedOut"
    assert told[0] == ["InProgress", "Ready", "Ready", "Ready", "Ready", "Ready"]
    assert told[1] == ["InProgress", *[timed_out] * 5]
    for one in addresses:
        for bad in ("x", "9999-01-01", ""):
            answer = pi_page(f"{one}?at={bad}")
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "at")
        assert pi_page(f"{one}?at=1999-01-01").status_code == 404


def test_validators_of_the_past_are_those_of_no_other_time(pi_page, addresses, project):
    for one in addresses:
        known = pi_page(f"{one}?at={BEFORE}")
        tag = {"If-None-Match": known["ETag"]}
        assert pi_page(f"{one}?at={BEFORE}", **tag).status_code == 304
        assert known["Last-Modified"]
        for other in (f"{one}?at={AFTER}", one):
            answer = pi_page(other, **tag)
            assert (answer.status_code, answer["ETag"] != known["ETag"]) == (200, True)


def test_tag_of_the_past_lets_nobody_write(logged_in, project):
    member, drm = project.memberous_set.get(), logged_in(User.objects.get(username="drm"))
    home = f"/api/v1/ous/{member.ref}/"
    tags = [drm.get(f"{home}status/?at={AFTER}")["ETag"], drm.get(f"{home}status/")["ETag"]]

    answers = [
        drm.post(f"{home}state/", {"to": "Ready"}, "application/json", headers={"If-Match": tag})
        for tag in tags
    ]

    assert [answer.status_code for answer in answers] == [412, 200]


def test_what_is_learnt_later_of_the_past_has_another_tag(pi_page, addresses, project):
    before = [pi_page(f"{one}?at={AFTER}")["ETag"] for one in addresses[1:]]

    member = project.memberous_set.get()
    at = datetime(2025, 1, 12, tzinfo=UTC)
    block = member.sched_blocks.get()
    make_exec_block(block, qa0="Pass", start=at, end=at + timedelta(hours=1))

    after = [pi_page(f"{one}?at={AFTER}")["ETag"] for one in addresses[1:]]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False] * 5


def test_status_of_the_past_has_the_facts_of_then_and_no_version(logged_in, project):
    member, drm = project.memberous_set.get(), User.objects.get(username="drm")
    with time_machine.travel(BEGIN + timedelta(days=20), tick=False):
        move_state(member, to="Ready", actor=drm, note="a new season")
        correct_clock(
            member,
            actor=make_user(roles=["admin"]),
            until=BEGIN + timedelta(days=22),
            reason="as agreed",
        )
    page = logged_in(drm).get
    home = f"/api/v1/ous/{member.ref}/status/"

    told = [page(f"{home}?at=2025-01-{day}").json() for day in (19, 22, 24)]

    assert [one["release_date"] for one in told] == [None, *["2025-01-23T00:00:00Z"] * 2]
    assert [one["data_rights"] for one in told] == ["Proprietary", "Proprietary", "Public"]
    assert {one["version"] for one in told} == {None}
    assert page(home).json()["version"] > 1


def test_history_leads_to_an_earlier_time(pi_page, project):
    text = pi_page(f"{project.get_absolute_url()}history/").content.decode()

    assert 'name="at"' in text
