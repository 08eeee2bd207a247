"""Ages against the cycle's median, on pages."""

import re
from html import unescape

import pytest
from django.utils import timezone

from projects.models import MemberOUS, SchedBlock, StageAge
from snoopi.usual import days_words
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def pi():
    return make_user("owner")


@pytest.fixture
def client(pi, logged_in):
    return logged_in(pi)


def usual(stage, *, level="member_ous", vocabulary="public", ended=214, days=31.2, **facts):
    numbers = {"going_on": 40, "longer": 12, "cycle": "2024.1", **facts}
    StageAge.objects.create(
        level=level,
        vocabulary=vocabulary,
        stage=stage,
        ended=ended,
        median_days=days,
        refreshed_at=timezone.now(),
        **numbers,
    )


def text_of(client, url):
    page = unescape(client.get(url).content.decode())
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


SENTENCE = (
    "Cycle 2024.1: half of the 214 that went through this state took less than 31 days; "
    "40 are in it now, 12 of them for longer."
)


@pytest.fixture
def project(pi):
    return make_project("2024.1.00001.S", pi=pi, members=[{"state": "Processing"}])


def test_wait_of_a_member_ous_stands_beside_the_median(project, client):
    usual("BeingProcessed")

    assert SENTENCE in text_of(client, project.memberous_set.get().get_absolute_url())


def test_wait_of_a_block_stands_beside_the_median_of_blocks(project, client):
    usual("Ready")
    usual("Ready", level="sched_block", ended=20, days=2.5, going_on=1, longer=0)

    page = text_of(client, SchedBlock.objects.get().get_absolute_url())

    assert "half of the 20 that went through this state took less than 2.5 days" in page
    assert "1 is in it now, 0 of them for longer" in page


@pytest.mark.parametrize(
    "line",
    [
        {"stage": "BeingProcessed", "ended": 19},
        {"stage": "BeingProcessed", "cycle": "2023.1"},
        {"stage": "Processing", "vocabulary": "staff"},
        {"stage": "BeingProcessed", "level": "sched_block"},
        {"stage": "Verified"},
    ],
)
def test_nothing_stands_there_where_it_does_not_belong(line, project, client):
    usual(**line)

    for url in (project.memberous_set.get().get_absolute_url(), "/projects/"):
        page = text_of(client, url)
        assert "took less than" not in page
        assert "median" not in page
        assert "processing and QA2 review" in page


def test_staff_are_told_of_their_own_states(project, drm, logged_in):
    usual("BeingProcessed", days=99)
    usual("Processing", vocabulary="staff")

    url = project.memberous_set.get().get_absolute_url()

    assert SENTENCE in text_of(logged_in(drm), url)


def test_nothing_is_usual_about_what_does_not_wait(project, client):
    usual("Delivered")
    MemberOUS.objects.update(state="Delivered")

    page = text_of(client, project.memberous_set.get().get_absolute_url())

    assert "took less than" not in page


def test_my_projects_tell_the_median_beside_the_oldest_wait(project, client):
    usual("BeingProcessed")

    assert "; cycle's median 31 days" in text_of(client, "/projects/")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0.01, "an hour"),
        (0.25, "6 hours"),
        (1.0, "1 day"),
        (1.04, "1 day"),
        (2.5, "2.5 days"),
        (9.94, "9.9 days"),
        (9.96, "10 days"),
        (30.6, "31 days"),
    ],
)
def test_durations_are_as_precise_as_they_mean_anything(days, words):
    assert days_words(days) == words
