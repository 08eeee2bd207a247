"""Who has access to a project, over REST."""

import pytest
from django.test import Client

from projects.models import Membership, ProjectToken
from tests.factories import make_user

JSON = "application/json"


@pytest.fixture
def base(cast_project):
    return f"/api/v1/projects/{cast_project.ref}/"


@pytest.fixture
def student(db):
    return make_user("student", name="S. Tudent", email="student@example.org")


def _tag(client, base):
    return {"if-match": client.get(base)["ETag"]}


def test_delegation_is_made_changed_and_revoked(base, client_for, pi, student):
    client = client_for(pi)
    body = {"to": "student@example.org", "kind": "DATA", "ends_at": "2999-03-01T12:00:00Z"}

    made = client.post(f"{base}access/", body, JSON, headers=_tag(client, base))
    again = client.post(f"{base}access/", body, JSON, headers={"if-match": made["ETag"]})
    listed = client.get(f"{base}access/").json()["results"]
    gone = client.delete(f"{base}access/{made.json()['id']}/", headers={"if-match": made["ETag"]})

    assert (made.status_code, again.status_code, gone.status_code) == (201, 200, 204)
    told = made.json()
    assert (told["name"], told["role"], told["kind"]) == ("S. Tudent", "DELEGEE", "DATA")
    assert (told["ends_at"], told["downloads"], told["given_by"]) == (body["ends_at"], True, "Pi")
    assert told in listed
    assert not Membership.objects.of(student).exists()


def test_switch_shows_in_the_project(base, client_for, pi, coi):
    client = client_for(pi)
    seen = client_for(coi).get(base).json()["cois_download"]

    turned = client.post(
        f"{base}co-i-download/", {"cois_download": True}, JSON, headers=_tag(client, base)
    )

    assert (seen, turned.json()) == (False, {"cois_download": True})
    assert client_for(coi).get(base).json()["cois_download"] is True


def test_session_of_the_pi_makes_a_token_that_reads_one_project(base, pi, foreign_project):
    client = Client()
    client.force_login(pi, backend="accounts.backends.AccountBackend")

    made = client.post(f"{base}tokens/", {"name": "nightly"}, JSON)

    script = Client(headers={"authorization": f"Token {made.json()['token']}"})
    assert made.status_code == 201
    assert script.get(base).status_code == 200
    assert script.get(f"/api/v1/projects/{foreign_project.ref}/").status_code == 404
    assert script.post("/api/v1/ous/status/", {"uids": []}, JSON).status_code == 200
    assert made.json()["token"] not in client.get(f"{base}tokens/").content.decode()
    assert client.delete(f"{base}tokens/{made.json()['id']}/").status_code == 204
    assert script.get(base).status_code == 401


def test_what_cannot_be_is_refused(base, client_for, pi, copi, student):
    client = client_for(pi)
    any_tag = {"if-match": "*"}

    def post(body, part="access/", headers=any_tag):
        return client.post(f"{base}{part}", body, JSON, headers=headers)

    good = {"to": "student", "kind": "DATA"}
    for wrong in (
        {"to": "nobody"},
        {"to": 7},
        {"to": ""},
        {"to": "a\0b"},
        {"kind": "FILES"},
        {"ends_at": "never"},
        {"ends_at": "2001-01-01"},
    ):
        assert post({**good, **wrong}).status_code == 400, wrong
    (error,) = post({**good, "to": "nobody"}).json()["errors"]
    assert error["field"] == "to"
    assert post({"cois_download": "yes"}, "co-i-download/").status_code == 400
    assert post(good, headers={}).status_code == 428
    assert post(good, headers={"if-match": '"0-Proprietary-public-x"'}).status_code == 412
    assert client_for(copi).get(f"{base}access/").status_code == 403
    tied = Membership.objects.get(user=copi)
    assert client.delete(f"{base}access/{tied.pk}/", headers=any_tag).status_code == 404
    assert client.post(f"{base}tokens/", {"name": "x"}, JSON).status_code == 403
    assert not ProjectToken.objects.exists()
    statuses = {post({**good, "to": f"no{number}"}).status_code for number in range(12)}
    assert statuses == {400, 429}
    assert int(post(good)["Retry-After"]) > 3000
