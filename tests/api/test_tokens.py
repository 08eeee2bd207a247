"""A person's own tokens."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from accounts.querysets import token_digest
from accounts.services import issue_token

PATH = "/api/v1/tokens/"
JSON = "application/json"


@pytest.fixture
def client(pi):
    """A browser of the PI's: tokens make and revoke no tokens."""
    client = Client()
    client.force_login(pi, backend="accounts.backends.AccountBackend")
    return client


def test_new_token_is_shown_once_and_works(client, pi):
    answer = client.post(PATH, {"label": "nightly script"}, JSON)

    body = answer.json()
    text = body["token"]
    assert answer.status_code == 201
    assert ApiToken.objects.get(pk=body["id"]).digest == token_digest(text)
    assert (body["label"], body["scope"], body["expires_at"]) == ("nightly script", "read", None)
    fresh = Client(headers={"authorization": f"Token {text}"})
    assert fresh.get("/api/v1/me/").json()["username"] == pi.username
    assert text not in client.get(PATH).content.decode()


@pytest.mark.parametrize("scope", ["read", "write"])
def test_token_makes_and_revokes_no_tokens(scope, client_for, pi):
    expires_at = timezone.now() + timedelta(hours=1)
    script = client_for(pi, scope)
    other, _ = issue_token(user=pi, expires_at=expires_at)

    made = script.post(PATH, {"scope": "write"}, JSON)
    revoked = script.delete(f"{PATH}{other.pk}/")

    assert [made.status_code, revoked.status_code] == [403, 403]
    assert made["Content-Type"] == "application/problem+json"
    assert (ApiToken.objects.count(), other.is_usable()) == (2, True)
    assert script.get(PATH).status_code == 200


def test_new_token_takes_scope_and_end(client):
    body = client.post(PATH, {"scope": "write", "expires_at": "2999-12-31T12:00:00Z"}, JSON).json()

    assert (body["scope"], body["expires_at"]) == ("write", "2999-12-31T12:00:00Z")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "all"}, "scope"),
        ({"scope": ["read"]}, "scope"),
        ({"label": 7}, "label"),
        ({"label": "x" * 81}, "label"),
        ({"label": "a\0"}, "label"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"expires_at": 7}, "expires_at"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_new_token_with_a_wrong_field_is_400(client, body, field):
    answer = client.post(PATH, body, JSON)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_tokens_listed_are_the_callers_own(client, pi, stranger):
    issue_token(user=stranger, label="not yours")
    issue_token(user=pi, label="second")

    labels = [token["label"] for token in client.get(PATH).json()["results"]]

    assert labels == ["second"]


def test_token_is_revoked_and_stays_on_the_list(client, pi):
    token, text = issue_token(user=pi, expires_at=timezone.now() + timedelta(days=1))

    answers = [client.delete(f"{PATH}{token.pk}/") for _ in range(2)]

    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    told = client.get(PATH).json()["results"]
    assert next(one for one in told if one["id"] == token.pk)["revoked_at"] is not None
    used = Client(headers={"authorization": f"Token {text}"}).get("/api/v1/me/")
    assert used.status_code == 401


@pytest.mark.parametrize("shift", [0, 1_000_000, 10**30])
def test_token_of_somebody_else_is_404_like_none(client, stranger, shift):
    token, _ = issue_token(user=stranger)

    answer = client.delete(f"{PATH}{token.pk + shift}/")

    assert answer.status_code == 404
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None
