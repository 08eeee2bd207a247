"""Pages of a project and its OUSs as they stood at a moment."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from projects.services.memberships import tie
from projects.services.states import move_state
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
BEFORE, AFTER = "2025-01-05T00:00:00Z", "2025-01-15T00:00:00Z"


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


def test_tree_over_rest_is_that_of_the_moment(pi_page, project):
    address = f"/api/v1/projects/{project.ref}/tree/"

    def state(at):
        node = pi_page(f"{address}?at={at}").json()
        while node["level"] != "member":
            (node,) = node["children"]
        return node["state"]

    assert [state(at) for at in (BEFORE, AFTER)] == ["Ready", "ObservingTimedOut"]
    assert pi_page(f"{address}?at=x").json()["errors"][0]["field"] == "at"
    assert pi_page(f"{address}?at=9999-01-01").status_code == 400
    assert pi_page(f"{address}?at=1999-01-01").status_code == 404
    known = pi_page(f"{address}?at={BEFORE}")["ETag"]
    assert pi_page(f"{address}?at={BEFORE}", **{"If-None-Match": known}).status_code == 304
    assert pi_page(f"{address}?at={AFTER}", **{"If-None-Match": known}).status_code == 200


def test_history_leads_to_an_earlier_time(pi_page, project):
    text = pi_page(f"{project.get_absolute_url()}history/").content.decode()

    assert 'name="at"' in text
