"""Deliveries over REST, and the account of a proprietary period with what may be entered."""

import pytest

from deliveries.models import ClockEntry
from deliveries.services.blankets import carry_on_blankets
from deliveries.services.delivering import deliver_due
from projects.services.memberships import tie
from tests.deliveries.packages import packaged, verified
from tests.factories import make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.ARC_MIRRORS, settings.DELIVERY_HOLD_SECONDS = (), 0


@pytest.fixture
def member(db):
    return verified()


@pytest.fixture
def ask(client, member):
    """Ask as one of a few people."""
    people = {name: make_user(name, roles=[name]) for name in ("drm", "admin")} | {
        "pi": make_user()
    }
    tie(project=member.project, user=people["pi"], role="PI")
    tokens = {name: make_token(user) for name, user in people.items()}

    def send(name, path, body=None, tag="*"):
        headers = {"authorization": f"Token {tokens[name]}", **({"if-match": tag} if tag else {})}
        url = f"/api/v1/{path}"
        if body is None:
            return client.get(url, headers=headers)
        return client.post(url, body, "application/json", headers=headers)

    return send


def test_list_is_scoped_and_narrowed(member, ask):
    other = packaged(verified())
    deliver_due()

    def refs(name, query=""):
        return [row["ous"] for row in ask(name, f"deliveries/{query}").json()["results"]]

    assert sorted(refs("drm")) == sorted([member.ref, other.ref])
    assert refs("drm", "?state=delivered") == [other.ref]
    assert refs("drm", f"?project={member.project.ref}") == [member.ref]
    assert refs("pi") == []
    assert ask("drm", "deliveries/?state=novel").status_code == 400


def test_line_tells_others_than_staff_nothing_of_the_work(member, ask):
    packaged(member)
    deliver_due()

    line, inside = (ask(name, "deliveries/").json()["results"][0] for name in ("pi", "drm"))

    assert (line["state"], line["generation"], line["attempts"]) == ("delivered", 1, None)
    assert inside["attempts"] == 0
    assert line["release_date"][:4] == str(int(line["delivered_at"][:4]) + 1)


def test_account_can_be_read_and_tried(member, ask):
    path = f"ous/{member.ref}/clock/"

    told = ask("pi", path).json()

    assert (told["release_date"], told["entries"], told["data_rights"]) == (None, [], "Proprietary")
    assert told["if_released_now"] is not None
    assert ask("pi", f"ous/{member.group_ous.ref}/clock/").status_code == 404


def test_lines_are_entered_by_right_and_version(member, ask):
    path = f"ous/{member.ref}/clock/"
    tag = ask("drm", f"ous/{member.ref}/status/").headers["ETag"]

    assert ask("drm", path, {"act": "release_early"}, tag="").status_code == 428
    assert ask("drm", path, {"act": "release_early"}, tag='"1-x-staff-y"').status_code == 412
    done = ask("drm", path, {"act": "release_early"}, tag=tag)
    assert done.status_code == 201
    assert [entry["kind"] for entry in done.json()["entries"]] == ["early_raw"]
    assert ask("drm", path, {"act": "release_early"}).status_code == 409
    extended = ask("drm", path, {"act": "extend", "months": 3, "reason": "x"})
    assert extended.json()["entries"][-1]["sentence"].startswith("Director's extension of")
    correction = {"act": "correct", "until": "2030-01-01", "reason": "x"}
    assert ask("drm", path, correction).status_code == 403
    assert ask("admin", path, correction).json()["release_date"] == "2030-01-01T00:00:00Z"
    assert ask("pi", path).json()["entries"][-1]["reason"] is None


def test_renewal_is_as_long_as_the_rule_says_and_can_be_tried(member, ask):
    path = f"ous/{member.ref}/clock/"
    ask("drm", path, {"act": "release_early"})

    told = ask("drm", path).json()
    done = ask("drm", path, {"act": "renew", "until": "2031-02-03", "reason": "QA3"})

    assert told["if_renewed_now"] is not None
    assert ask("pi", path).json()["if_renewed_now"] is None
    assert (done.status_code, done.json()["release_date"]) == (201, "2031-02-03T00:00:00Z")
    assert done.json()["entries"][-1]["kind"] == "qa3_renewal"
    months = {"act": "renew", "months": 3, "reason": "x"}
    assert ask("drm", path, months).status_code == 400


def test_blanket_extension_is_tried_decided_and_listed(member, ask):
    ask("drm", f"ous/{member.ref}/clock/", {"act": "release_early"})
    body = {"name": "closure", "reason": "closed", "months": 3, "projects": [member.project.code]}
    path = "deliveries/blankets/"

    tried = ask("drm", path, {**body, "dry_run": True}, tag="")
    made = ask("drm", path, body, tag="")
    other = ask("drm", path, {**body, "months": 4})
    carry_on_blankets()
    again = ask("drm", path, body)

    assert (tried.status_code, made.status_code, again.status_code) == (200, 201, 200)
    assert tried.json()["changes"] == made.json()["changes"]
    assert made.json()["changes"][0]["ref"] == member.ref
    assert (made.json()["lengthens"], again.json()["lengthens"]) == (1, 0)
    assert other.status_code == 409
    (row,) = ask("drm", path).json()["results"]
    assert (row["name"], row["lengthened"], row["decided_by"]) == ("closure", 1, "drm")
    line = ask("pi", f"ous/{member.ref}/clock/").json()["entries"][-1]
    assert (line["kind"], line["name"], line["reason"]) == ("blanket", "closure", None)
    assert ask("pi", path).status_code == 403


NO_BLANKETS = [
    {},
    {"name": "a"},
    {"name": 7, "reason": "x", "months": 3},
    {"name": "a", "reason": "x", "months": "3"},
    {"name": "a", "reason": "x", "months": 3, "until": "2031-01-01"},
    {"name": "a", "reason": "x", "months": 3, "not_public_at": "soon"},
    {"name": "a", "reason": "x", "months": 3, "cycles": "2019.1"},
    {"name": "a", "reason": "x", "months": 3, "projects": ["a\0b"]},
    {"name": "a", "reason": "x", "months": 3, "dry_run": "no"},
]


def test_blanket_extension_that_cannot_be_is_refused_and_named(ask):
    answers = [ask("drm", "deliveries/blankets/", body) for body in NO_BLANKETS]

    assert [answer.status_code for answer in answers] == [400] * len(NO_BLANKETS)
    assert all(answer.json()["errors"][0]["field"] for answer in answers)


WRONG = [
    {},
    {"act": 7},
    {"act": "novel"},
    {"act": "extend", "reason": "x"},
    {"act": "extend", "months": True, "reason": "x"},
    {"act": "extend", "months": 10**30, "reason": "x"},
    {"act": "extend", "months": 3},
    {"act": "extend", "until": 7, "reason": "x"},
    {"act": "extend", "until": "9999-12-31T23:59:59-14:00", "reason": "x"},
    {"act": "extend", "until": "2031-02-30", "reason": "x"},
    {"act": "correct", "reason": "x"},
    {"act": "correct", "until": "2030-01-01", "reason": "x\0"},
]


@pytest.mark.parametrize("body", WRONG, ids=str)
def test_entry_that_cannot_be_is_refused_and_named(member, ask, body):
    answer = ask("admin", f"ous/{member.ref}/clock/", body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not ClockEntry.objects.exists()
