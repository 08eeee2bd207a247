"""Who may see the site as whom, and what is kept of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User, Viewing, ViewingEnd
from accounts.permissions import can_view_as, why_over
from accounts.querysets import named_like
from accounts.rights import StaffRole
from accounts.services import NotViewable, end_viewing, start_viewing, upsert_account
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOON = "2126-03-01T12:00:00Z"


@pytest.fixture
def person():
    return make_user("jane", name="Jane Doe")


@pytest.fixture
def arc():
    return make_user("rita", name="Rita Roe", roles=["aod", "arc"])


@pytest.fixture
def viewing(arc, person, time_machine):
    time_machine.move_to(NOON, tick=False)
    started = start_viewing(actor=arc, viewed=person, reason="ticket 1")
    return Viewing.objects.with_people().get(pk=started.pk)


@pytest.mark.parametrize("role", [*StaffRole])
def test_arc_staff_contact_scientists_and_administrators_may_view_as(role, person):
    user = make_user(roles=[role])

    assert can_view_as(user, person) is (role in {"arc", "cs", "admin"})


@pytest.mark.parametrize("role", [*StaffRole])
def test_nobody_is_viewed_who_holds_a_staff_role(role, arc):
    assert can_view_as(arc, make_user(roles=[role])) is False


def test_nobody_views_as_themselves_or_as_an_account_out_of_use(arc, person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    person.refresh_from_db()

    assert (can_view_as(arc, arc), can_view_as(arc, person)) == (False, False)


def test_account_out_of_use_views_as_nobody(arc, person):
    arc.is_active = False

    assert can_view_as(arc, person) is False


def test_start_is_recorded_with_its_end_and_the_role_that_gave_the_right(viewing, arc, person):
    assert (viewing.actor, viewing.viewed, viewing.reason) == (arc, person, "ticket 1")
    assert viewing.actor_word == "ARC staff"
    assert viewing.ends_at - viewing.started_at == timedelta(minutes=60)
    assert (viewing.ended_at, viewing.end, viewing.end_words) == (None, "", "")


@pytest.mark.parametrize(
    ("roles", "facts", "why"),
    [
        (["aod"], {}, "your roles do not allow it"),
        (["arc"], {"is_active": False}, "the account is out of use"),
        (["arc"], {"roles": ["admin"]}, "nobody sees the site as one of the staff"),
    ],
)
def test_start_is_refused_with_its_reason(roles, facts, why, person):
    User.objects.filter(pk=person.pk).update(**facts)
    person.refresh_from_db()

    with pytest.raises(NotViewable, match=why):
        start_viewing(actor=make_user(roles=roles), viewed=person, reason="x")
    assert Viewing.objects.count() == 0


def test_viewing_goes_on_while_nothing_changed(viewing, arc):
    assert why_over(viewing, arc) is None


def test_viewing_is_over_when_its_time_is_up(viewing, arc, time_machine):
    found = []
    for at in ("12:59:59", "13:00:00"):
        time_machine.move_to(f"2126-03-01T{at}Z", tick=False)
        found.append((why_over(viewing, arc), viewing.end_words))

    assert found == [(None, ""), (ViewingEnd.TIME, "time was up")]


@pytest.mark.parametrize(
    ("name", "facts", "end"),
    [
        ("rita", {"roles": ["aod"]}, ViewingEnd.RIGHT),
        ("rita", {"roles": []}, ViewingEnd.RIGHT),
        ("rita", {"is_active": False}, ViewingEnd.RIGHT),
        ("jane", {"roles": ["aod"]}, ViewingEnd.PERSON),
        ("jane", {"is_active": False}, ViewingEnd.PERSON),
    ],
)
def test_viewing_is_over_when_either_account_no_longer_allows_it(name, facts, end, viewing, arc):
    upsert_account(username=name, **facts)
    viewing = Viewing.objects.with_people().get(pk=viewing.pk)

    assert why_over(viewing, viewing.actor) == end


def test_viewing_belongs_to_who_started_it(viewing, person):
    assert why_over(viewing, person) == ViewingEnd.SESSION
    assert why_over(viewing, make_user(roles=["admin"])) == ViewingEnd.SESSION


def test_end_is_recorded_once(viewing, time_machine):
    time_machine.move_to("2126-03-01T12:10:00Z", tick=False)
    end_viewing(pk=viewing.pk, end=ViewingEnd.STOPPED)
    time_machine.move_to("2126-03-01T12:20:00Z", tick=False)
    end_viewing(pk=viewing.pk, end=ViewingEnd.LOGGED_OUT)

    viewing.refresh_from_db()
    assert (f"{viewing.ended_at:%H:%M}", viewing.end) == ("12:10", "stopped")
    assert why_over(viewing, viewing.actor) == ViewingEnd.STOPPED


def test_end_learnt_late_was_when_the_time_was_up(viewing, time_machine):
    time_machine.move_to("2126-03-02T09:00:00Z", tick=False)

    end_viewing(pk=viewing.pk, end=ViewingEnd.STOPPED)

    viewing.refresh_from_db()
    assert (viewing.ended_at, viewing.end) == (viewing.ends_at, "time")


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("viewing_has_reason", {"reason": ""}),
        ("viewing_of_another", {"viewed": "rita"}),
        ("viewing_ended_within_its_time", {"end": "stopped"}),
        ("viewing_ended_within_its_time", {"ended_at": timezone.now()}),
        (
            "viewing_ended_within_its_time",
            {"ended_at": timezone.now() + timedelta(days=1), "end": "stopped"},
        ),
        ("viewing_ended_within_its_time", {"ended_at": timezone.now(), "end": "bored"}),
    ],
)
def test_database_refuses_what_no_viewing_can_be(constraint, facts, arc, person):
    usual = {"viewed": "jane", "reason": "x", "ends_at": timezone.now() + timedelta(hours=1)}
    wanted = {**usual, **facts}
    viewed = User.objects.get(username=wanted.pop("viewed"))

    with pytest.raises(IntegrityError, match=constraint):
        Viewing.objects.create(actor=arc, viewed=viewed, actor_word="x", **wanted)


def test_search_finds_by_every_name_and_leaves_staff_and_the_inactive_out(person, arc):
    make_user("old", name="Jane Old", is_active=False)
    User.objects.filter(pk=person.pk).update(email="jd@example.org")

    found = {
        text: [user.username for user in User.objects.viewable().filter(named_like(text))]
        for text in ("JANE", "doe", "jd@", "rita", "%")
    }

    assert found == {"JANE": ["jane"], "doe": ["jane"], "jd@": ["jane"], "rita": [], "%": []}
