"""Histories: public words first, internal ones for staff."""

import re

import pytest
from django.urls import reverse

from projects.services.states import move_state
from tests.factories import make_project, make_sched_block, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(drm):
    project = make_project(members=[{"state": "Processing"}], pi=make_user("owner"))
    member = project.memberous_set.get()
    move_state(member, to="ReadyForReview", actor=drm, note="stage 20 looked odd")
    move_state(member, to="Reviewing", actor=drm)
    move_state(member, to="ReadyForProcessing", actor=drm, note="once more", note_public=True)
    return member


def labels(client, member):
    page = client.get(reverse("projects:ous-history", args=[member.ref])).content.decode()
    return re.findall(r'<p class="what">\s*<b>([^<]+)</b>', page), page


def test_outside_only_public_steps_and_notes_are_told(member, logged_in):
    found, page = labels(logged_in(make_user("owner")), member)

    assert found == ["Ready for Processing", "Being processed"]
    assert "after Being processed" in page
    assert "once more" in page
    assert "stage 20" not in page
    assert "Drm" not in page
    assert "data reduction manager" in page


def test_staff_read_every_step_with_name_and_note(member, drm, logged_in):
    found, page = labels(logged_in(drm), member)

    assert found == ["Ready for processing", "Reviewing", "Ready for review", "Processing"]
    assert "stage 20" in page
    assert page.count("No change for others") == 2


def test_project_history_tells_of_all_parts(member, logged_in):
    url = reverse("projects:project-history", args=[member.project.ref])

    page = logged_in(make_user("owner")).get(url).content.decode()

    assert f'<a href="{member.get_absolute_url()}">Member OUS (SgrB2_a_03_7M)</a>:' in page
    assert "Membership: <b>PI</b>" in page


def test_long_history_is_paged(drm, logged_in):
    block = make_project().sched_blocks.get()
    for number in range(60):
        move_state(
            block,
            to="Running" if number % 2 == 0 else "Ready",
            actor=make_user("aod", roles=["aod"]),
        )
    url = reverse("projects:sched-block-history", args=[block.ref])
    client = logged_in(drm)

    first = client.get(url).content.decode()
    earlier = re.search(r'<a href="(\?cursor=[^"]+)">Earlier', first)
    assert earlier is not None
    second = client.get(url + earlier[1]).content.decode()

    # With the first that was heard of it.
    assert (first.count('class="what"'), second.count('class="what"')) == (50, 11)
    assert client.get(f"{url}?cursor=bad")["Location"] == url


def test_thing_without_events_says_so(logged_in):
    user = make_user()
    member = make_project(pi=user).memberous_set.get()
    block = make_sched_block(member, state=None)

    page = logged_in(user).get(reverse("projects:sched-block-history", args=[block.ref]))

    assert "Nothing is known to have happened yet." in page.content.decode()
