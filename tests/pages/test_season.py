"""Season, who helps, and what to cite, on pages."""

import re
from html import unescape

import pytest

from projects.models import MemberOUS, Project, SchedBlock
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def pi():
    return make_user("owner")


@pytest.fixture
def client(pi, logged_in):
    return logged_in(pi)


def text_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return unescape(" ".join(answer.content.decode().split()))


def fact(text, title):
    found = re.search(rf"<dt>{re.escape(title)}</dt>\s*<dd[^>]*>(.*?)</dd>", text)
    assert found is not None, title
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


TITLES = ("Configurations allowed", "Grade", "When", "Season", "Carry-over")
ENDED = "Cycle 10 (2023.1) ended on 2024-09-30."


@pytest.mark.parametrize(
    ("facts", "block", "told"),
    [
        (
            {"grade": "B"},
            {"array": "12m", "name": "S_a_03_TM1", "asked": {"configurations": ["C-4", "C43-5"]}},
            (
                "C-4, C-5",
                "B",
                "C-4 was scheduled from 2023-12-28 to 2024-01-13; it does not come again in the "
                "schedule on file, which stops on 2024-01-13.",
                ENDED,
                "Grade B is not carried over; what is unfinished may be proposed again.",
            ),
        ),
        (
            {"grade": "A"},
            {"array": "7m"},
            (
                "not applicable",
                "A",
                "At any time of the cycle: this array does not change its configuration.",
                ENDED,
                "Grade A is carried over to the next cycle without a new proposal. "
                "Cycle 11 (2024.1) began on 2024-10-01.",
            ),
        ),
        (
            {},
            {"array": "", "name": "S_a_03_TP", "state": "FullyObserved"},
            (
                "not applicable",
                "not known",
                "All data are taken; it needs no further opportunity.",
                ENDED,
                "No rule on file for a project without a known grade in cycle 2023.1.",
            ),
        ),
        (
            {"grade": "D"},
            {"array": "12m", "name": "S", "state": "ObservingTimedOut"},
            (
                "not known",
                "D",
                "It is not waiting for an opportunity to observe.",
                ENDED,
                "No rule on file for grade D in cycle 2023.1.",
            ),
        ),
    ],
)
def test_block_page_tells_its_season(facts, block, told, pi, client):
    make_project("2023.1.00001.S", pi=pi, **facts)
    MemberOUS.objects.update(array="")
    SchedBlock.objects.update(**block)

    page = text_of(client, SchedBlock.objects.get().get_absolute_url())

    assert tuple(fact(page, title) for title in TITLES) == told
    assert "[published]" in page


def test_block_without_project_still_has_a_page(drm, logged_in):
    make_project()
    SchedBlock.objects.update(project=None, member_ous=None)

    page = text_of(logged_in(drm), SchedBlock.objects.get().get_absolute_url())

    assert fact(page, "Season") == "No dates on file for cycle N/A."


def places(project):
    member = project.memberous_set.get()
    things = [project, member, member.group_ous, member.science_goal]
    return [thing.get_absolute_url() for thing in things]


def test_contact_and_center_are_named_with_the_way_to_them(pi, client):
    scientist = make_user("contact", name="Ann Contact")
    project = make_project(pi=pi, contact_scientist=scientist, arc="NA")

    for url in places(project):
        page = text_of(client, url)
        assert fact(page, "Contact scientist") == "Ann Contact, through the helpdesk"
        assert fact(page, "ARC") == "North American ALMA Regional Center (NRAO)"
        assert fact(page, "How to reach it").endswith("Helpdesk")


def test_unknown_contact_and_center_are_said(pi, client):
    project = make_project(pi=pi, arc="")

    for url in places(project):
        page = text_of(client, url)
        assert fact(page, "Contact scientist") == "not named by any source"
        assert fact(page, "ARC") == "not known"


def copied(page):
    return re.findall(r'<button type="button" class="copy" data-copy="([^"]*ADS[^"]*)"', page)


def test_text_for_citing_is_copied_whole(pi, client):
    project = make_project("2023.1.00002.S", pi=pi, arc="NA")

    for url in places(project):
        text = copied(text_of(client, url))[0]
        assert text.startswith(
            "This paper makes use of the following ALMA data: ADS/JAO.ALMA#2023.1.00002.S. "
        )
        assert "The National Radio Astronomy Observatory is a facility" in text


def test_center_without_a_text_of_its_own_is_said(pi, client):
    page = text_of(client, make_project(pi=pi, arc="EU").get_absolute_url())

    assert "No text of the European ALMA Regional Centre (ESO) is on file." in page
    assert "National Radio Astronomy" not in copied(page)[0]


def test_draft_has_nothing_to_cite(drm, logged_in):
    project = make_project(pi_name="Nobody")
    Project.objects.update(code=None, ref="DRAFT-1", cycle="")

    page = text_of(logged_in(drm), "/projects/DRAFT-1/")

    assert copied(page) == []
    assert project.title in page
