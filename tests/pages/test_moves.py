"""Taking a step from a page."""

import pytest
from django.urls import reverse

from projects.models import Event, MemberOUS

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(cast_project):
    return cast_project.memberous_set.order_by("pk")[0]


def post(client, member, to="ObservingTimedOut", **form):
    data = {"to": to, "version": member.version, **form}
    return client.post(reverse("projects:ous-state", args=[member.ref]), data)


def test_step_is_taken_with_its_note(drm, member, logged_in):
    answer = post(logged_in(drm), member, note="end of season", public="on")

    member.refresh_from_db()
    event = Event.objects.get(member_ous=member, to="ObservingTimedOut")
    assert (answer.status_code, answer["Location"]) == (302, member.get_absolute_url())
    assert member.state == "ObservingTimedOut"
    assert (event.note, event.note_public, event.actor) == ("end of season", True, drm)


def test_stale_form_is_refused_and_shows_how_it_stands_now(drm, member, logged_in):
    MemberOUS.objects.filter(pk=member.pk).update(version=member.version + 1)

    answer = post(logged_in(drm), member)

    assert answer.status_code == 412
    assert "It was changed by somebody else meanwhile" in answer.content.decode()
    assert f'name="version" value="{member.version + 1}"' in answer.content.decode()


def test_illegal_step_is_refused_with_the_legal_ones(drm, member, logged_in):
    answer = post(logged_in(drm), member, to="Delivered")

    assert answer.status_code == 409
    assert "Legal steps now: " in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("pi", 403), ("coi", 403), ("stranger", 404), ("aod", 403), ("reducer", 403)],
)
def test_step_that_is_not_theirs_changes_nothing(who, status, somebody, member, logged_in):
    user = somebody(who)
    member.refresh_from_db()

    answer = post(logged_in(user), member)

    assert answer.status_code == status
    assert MemberOUS.objects.get(pk=member.pk).state == member.state


@pytest.mark.parametrize(("who", "offered"), [("drm", True), ("admin", True), ("pi", False)])
def test_form_is_offered_to_who_can_use_it(who, offered, somebody, member, logged_in):
    page = logged_in(somebody(who)).get(member.get_absolute_url()).content.decode()

    assert ("Take a step" in page) is offered


@pytest.mark.parametrize("level", ["group_ous", "science_goal"])
def test_step_above_the_member_is_refused_and_says_why(level, drm, member, logged_in):
    above = getattr(member, level)

    answer = post(logged_in(drm), above)

    assert answer.status_code == 409
    assert "follow their member OUSs" in answer.content.decode()


def test_step_above_the_member_is_not_the_pis(pi, member, logged_in):
    assert post(logged_in(pi), member.group_ous).status_code == 403


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "1.0", "", "x", "٣", "²"])
def test_version_that_no_form_has_is_refused_as_stale(version, drm, member, logged_in):
    answer = post(logged_in(drm), member, version=version)

    assert answer.status_code == 412
    assert MemberOUS.objects.get(pk=member.pk).state == member.state


def test_step_needs_a_post(drm, member, logged_in):
    answer = logged_in(drm).get(reverse("projects:ous-state", args=[member.ref]))

    assert answer.status_code == 405
