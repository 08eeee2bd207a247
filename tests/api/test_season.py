"""Season, contact and citation over REST."""

import pytest

from projects.models import SchedBlock
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
PLAN = "Science Portal, Configuration Schedule: Cycles 10-11 (anticipated start dates)"
WINDOW = {
    "cycle": "2023.1",
    "configurations": ["C-4"],
    "first_day": "2023-12-28",
    "last_day": "2024-01-13",
    "confidence": "planned",
    "source": PLAN,
}


@pytest.fixture
def block(pi):
    make_project("2023.1.00003.S", pi=pi, grade="A")
    SchedBlock.objects.filter(project__code="2023.1.00003.S").update(
        array="12m", name="S_a_03_TM1", asked={"configurations": ["C43-4"]}
    )
    return SchedBlock.objects.get(project__code="2023.1.00003.S")


def test_block_tells_its_season(block, pi, client_for, time_machine):
    time_machine.move_to("2024-01-13T23:59:00Z", tick=False)

    found = client_for(pi).get(f"/api/v1/schedblocks/{block.ref}/").json()

    assert found["grade"] == "A"
    assert found["season"] == {
        "cycle": "2023.1",
        "cycle_name": "Cycle 10",
        "first_day": "2023-10-01",
        "last_day": "2024-09-30",
        "is_over": False,
        "allowed_configurations": ["C-4"],
        "any_time": False,
        "windows": [WINDOW],
        "now": WINDOW,
        "next": None,
        "carried_over": True,
        "carried_over_to": None,
        "when_text": "Now, in C-4 until 2024-01-13.",
        "ends_text": "Cycle 10 (2023.1) ends on 2024-09-30.",
        "carry_over_text": "Grade A is carried over to the next cycle without a new proposal. "
        "Cycle 11 (2024.1) begins on 2024-10-01.",
    }


def test_tag_changes_with_the_day_that_closes_a_window(block, pi, client_for, time_machine):
    client, url = client_for(pi), f"/api/v1/schedblocks/{block.ref}/"
    time_machine.move_to("2024-01-13T23:59:00Z", tick=False)
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"if-none-match": tag}).status_code == 304

    time_machine.move_to("2024-01-14T00:00:00Z", tick=False)

    assert client.get(url, headers={"if-none-match": tag}).status_code == 200


def test_project_and_ous_tell_contact_and_citation(pi, client_for):
    scientist = make_user("contact", name="Ann Contact")
    project = make_project("2023.1.00004.S", pi=pi, arc="EU", contact_scientist=scientist)
    member = project.memberous_set.get()
    refs = [member.ref, member.group_ous.ref, member.science_goal.ref]
    client = client_for(pi)

    answers = [client.get(f"/api/v1/projects/{project.ref}/").json()]
    answers += [client.get(f"/api/v1/ous/{ref}/").json() for ref in refs]

    for found in answers:
        assert found["contact"]["scientist"] == "Ann Contact"
        assert found["contact"]["helpdesk"] == "https://help.almascience.org/"
        assert found["citation"]["code"] == "2023.1.00004.S"
        assert "ADS/JAO.ALMA#2023.1.00004.S" in found["citation"]["acknowledgement"]
        assert found["citation"]["arc"] is None


def test_unknown_contact_is_null(pi, client_for):
    project = make_project(pi=pi, arc="")

    found = client_for(pi).get(f"/api/v1/projects/{project.ref}/").json()

    assert set(found["contact"].values()) == {None}
