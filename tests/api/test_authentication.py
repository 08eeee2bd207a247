"""Who comes in, and by what."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from accounts.services import issue_token, revoke_token
from tests.factories import make_token, make_user

ME = "/api/v1/me/"


def _with(text):
    return Client(headers={"authorization": text})


def test_request_without_credentials_is_401_and_names_the_way_in(db):
    answer = Client().get("/api/v1/projects/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401


@pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN"])
def test_good_token_comes_in(pi, scheme):
    answer = _with(f"{scheme} {make_token(pi)}").get(ME)

    assert answer.json()["username"] == "pi"


@pytest.mark.parametrize("text", ["Token", "Token ", "Token nonsense", "Token a b", "Token \xe4"])
def test_bad_token_is_401(pi, text):
    answer = _with(text).get(ME)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")


def test_bad_token_beside_a_good_session_is_401(pi):
    client = _with("Token nonsense")
    client.force_login(pi, "accounts.backends.AccountBackend")

    assert client.get(ME).status_code == 401


def test_expired_token_is_401(pi):
    end = timezone.now() + timedelta(hours=1)
    _, text = issue_token(user=pi, expires_at=end)

    with time_machine.travel(end):
        assert _with(f"Token {text}").get(ME).status_code == 401
    with time_machine.travel(end - timedelta(seconds=1)):
        assert _with(f"Token {text}").get(ME).status_code == 200


def test_revoked_token_is_401(pi):
    token, text = issue_token(user=pi)

    revoke_token(token=token)

    assert _with(f"Token {text}").get(ME).status_code == 401


def test_token_of_an_inactive_account_is_401(db):
    user = make_user()
    text = make_token(user)
    user.is_active = False
    user.save(update_fields=["is_active"])

    assert _with(f"Token {text}").get(ME).status_code == 401


def test_token_use_is_marked_at_most_every_ten_minutes(pi):
    token, text = issue_token(user=pi)
    first = timezone.now()

    with time_machine.travel(first, tick=False):
        _with(f"Token {text}").get(ME)
    with time_machine.travel(first + timedelta(minutes=9), tick=False):
        _with(f"Token {text}").get(ME)

    token.refresh_from_db()
    assert token.last_used_at == first
    with time_machine.travel(first + timedelta(minutes=11), tick=False):
        _with(f"Token {text}").get(ME)
    token.refresh_from_db()
    assert token.last_used_at == first + timedelta(minutes=11)


def test_read_only_token_reads(read_only_token):
    answer = _with(f"Token {read_only_token}").get(ME)

    assert answer.json()["scope"] == "read"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/v1/tokens/"),
        ("post", "/api/v1/ingest/"),
        ("post", "/api/v1/ous/uid___A001_X1_X1/state/"),
        ("delete", "/api/v1/tokens/1/"),
        ("put", "/api/v1/projects/"),
    ],
)
def test_read_only_token_changes_nothing(read_only_token, method, path):
    answer = getattr(_with(f"Token {read_only_token}"), method)(path)

    assert answer.status_code == 403
    assert answer.json()["detail"] == "This token may only read."
    assert ApiToken.objects.count() == 1


def test_read_only_token_may_ask_for_a_batch(read_only_token, cast_project):
    member = cast_project.memberous_set.first()

    answer = _with(f"Token {read_only_token}").post(
        "/api/v1/ous/status/", {"uids": [member.uid]}, content_type="application/json"
    )

    assert [row["ref"] for row in answer.json()["results"]] == [member.ref]


def test_session_reads_without_ceremony(pi):
    client = Client()
    client.force_login(pi, "accounts.backends.AccountBackend")

    assert client.get(ME).json()["username"] == "pi"


def test_session_writes_only_with_csrf_token(pi):
    client = Client(enforce_csrf_checks=True)
    client.force_login(pi, "accounts.backends.AccountBackend")

    refused = client.post("/api/v1/tokens/", {}, content_type="application/json")
    client.cookies["csrftoken"] = "a" * 32
    taken = client.post(
        "/api/v1/tokens/",
        {},
        content_type="application/json",
        headers={"x-csrftoken": "a" * 32, "referer": "http://testserver/"},
    )

    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    assert taken.status_code == 201


def test_token_writes_without_csrf_token(admin):
    token = {"authorization": f"Token {make_token(admin)}"}
    client = Client(enforce_csrf_checks=True, headers=token)

    answer = client.post("/api/v1/ingest/", {"projects": []}, content_type="application/json")

    assert answer.status_code == 202
