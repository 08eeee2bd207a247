"""Acts on seasons over REST: seen with dry_run, decided, listed, undone, refused by field."""

import pytest

from projects.models import SchedBlock
from projects.services.season_acts import carry_on_acts
from tests.factories import make_token, make_user
from tests.seasons import bring, part

pytestmark = pytest.mark.django_db
BODY = {"kind": "end", "cycle": "2023.1", "reason": "it is over"}


@pytest.fixture
def ask(client, db):
    bring(1, "B", part("idle_TM1"), part("partial_TM1", runs=1))
    bring(2, "A", part("carried_TM1"))
    tokens = {
        name: make_token(make_user(name, roles=roles))
        for name, roles in (("drm", ["drm"]), ("qa", ["qa"]))
    }

    def send(name, path="", body=None, method="post"):
        headers = {"authorization": f"Token {tokens[name]}"}
        url = f"/api/v1/seasons/{path}"
        if method == "get":
            return client.get(url, headers=headers)
        return client.post(url, body or {}, "application/json", headers=headers)

    return send


def test_act_is_seen_decided_listed_and_undone(ask):
    seen = ask("drm", body={**BODY, "dry_run": True})
    made = ask("drm", body=BODY)

    assert (seen.status_code, made.status_code) == (200, 201)
    assert seen.json()["number"] is None
    told = {(row["level"], row["fate"]): row["number"] for row in made.json()["counts"]}
    assert told == {
        ("sched_block", "timed_out"): 2,
        ("sched_block", "carried_over"): 1,
        ("member_ous", "timed_out"): 2,
        ("member_ous", "to_processing"): 1,
    }
    assert {row["fate"] for row in made.json()["changes"]} == {fate for _, fate in told}
    number = made.json()["number"]
    assert ask("drm", body=BODY).status_code == 409
    assert ask("drm", f"{number}/undo/").status_code == 409
    while carry_on_acts():
        pass
    (row,) = ask("drm", method="get").json()["results"]
    assert (row["number"], row["timed_out"], row["carried_over"]) == (number, 2, 1)
    assert row["done_at"]
    assert ask("drm", f"{number}/undo/").status_code == 200
    while carry_on_acts():
        pass
    assert ask("drm", f"{number}/", method="get").json()["undo_done_at"]
    assert ask("drm", "999999/undo/").status_code == 404
    assert ask("qa", f"{number}/", method="get").status_code == 403


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": 7}, "kind"),
        ({"kind": "both"}, "kind"),
        ({"cycle": "1999.1"}, "cycle"),
        ({"reason": ""}, "reason"),
        ({"configurations": "C-8"}, "configurations"),
        ({"configurations": ["C-8\0"]}, "configurations"),
        ({"configurations": ["C-99"]}, "configurations"),
        ({"spares_unruled": "no"}, "spares_unruled"),
        ({"dry_run": 1}, "dry_run"),
    ],
)
def test_field_that_cannot_be_is_named(ask, more, field):
    answer = ask("drm", body={**BODY, **more})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_block_tells_where_it_is_carried_over_to(ask, client):
    ask("drm", body=BODY)
    while carry_on_acts():
        pass
    block = SchedBlock.objects.get(name="carried_TM1")
    token = make_token(make_user("admin", roles=["admin"]))
    headers = {"authorization": f"Token {token}"}
    season = client.get(f"/api/v1/schedblocks/{block.ref}/", headers=headers).json()["season"]

    assert season["carried_over_to"] == "2024.1"
