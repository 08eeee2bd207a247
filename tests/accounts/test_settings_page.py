"""The settings page: profile and API tokens."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from accounts.models import ApiToken
from accounts.services import issue_token
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user("ann", name="Ann", email="ann@example.org", arc="EU")


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.AccountBackend")
    return client


def test_profile_is_changed(user, client):
    form = {"name": "Ann Bell", "email": "bell@example.org", "arc": "NA", "roles": "admin"}

    answer = client.post("/settings/", form)

    user.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    assert (user.name, user.email) == ("Ann Bell", "bell@example.org")
    assert (user.arc, user.roles) == ("EU", [])


def test_address_of_somebody_else_is_refused(user, client):
    make_user(email="taken@example.org")

    answer = client.post("/settings/", {"name": "Ann", "email": "TAKEN@example.org"})

    user.refresh_from_db()
    assert "belongs to another account" in answer.content.decode()
    assert user.email == "ann@example.org"


def test_new_token_is_shown_once_and_works(user, client):
    answer = client.post("/settings/tokens/", {"label": "nightly", "scope": "read"})

    shown = re.search(r'data-copy="([\w-]{32,})"', answer.content.decode())
    assert shown is not None
    assert ApiToken.objects.for_text(shown[1]).get().label == "nightly"
    assert "no-store" in answer["Cache-Control"]
    assert shown[1] not in client.get("/settings/").content.decode()


@time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False)
def test_token_ends_after_its_last_day(user, client):
    client.post("/settings/tokens/", {"label": "x", "scope": "write", "expires_on": "2026-03-01"})

    token = ApiToken.objects.get()
    assert (token.expires_at, token.scope) == (datetime(2026, 3, 2, tzinfo=UTC), "write")


@pytest.mark.parametrize(
    "wrong",
    [{"expires_on": "2001-01-01"}, {"scope": "admin"}, {"label": ""}, {"expires_on": "soon"}],
)
def test_token_that_makes_no_sense_is_refused(wrong, client):
    answer = client.post("/settings/tokens/", {"label": "x", "scope": "read", **wrong})

    assert answer.status_code == 422
    assert ApiToken.objects.count() == 0


def test_own_token_is_revoked_and_no_others(user, client):
    own, _ = issue_token(user=user)
    foreign, _ = issue_token(user=make_user())

    answers = [client.post(f"/settings/tokens/{row.pk}/revoke/") for row in (own, foreign)]

    own.refresh_from_db()
    foreign.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 404]
    assert (own.is_usable(), foreign.is_usable()) == (False, True)
