"""Moving a state from outside: rights, staleness, legality, in this order."""

import pytest

from projects.models import MemberOUS
from tests.factories import make_project, make_user
from tests.log import FromNowOn

JSON = "application/json"


@pytest.fixture
def member(cast_project):
    return cast_project.memberous_set.order_by("pk")[1]


def _path(ous):
    return f"/api/v1/ous/{ous.ref}/state/"


def _tag(client, ous):
    return client.get(f"/api/v1/ous/{ous.ref}/status/")["ETag"]


def _move(client, ous, tag=None, **body):
    headers = {"if-match": tag} if tag else {}
    return client.post(_path(ous), body, JSON, headers=headers)


def test_move_answers_the_new_status_with_its_new_tag(client_for, drm, member):
    client = client_for(drm)
    old, logged = _tag(client, member), FromNowOn()

    answer = _move(client, member, old, to="FullyObserved", note="Enough.", public=True)

    assert answer.status_code == 409
    MemberOUS.objects.filter(pk=member.pk).update(state="PartiallyObserved")
    answer = _move(client, member, old, to="FullyObserved", note="Enough.", public=True)
    body = answer.json()
    assert (answer.status_code, body["state"], body["ref"]) == (200, "FullyObserved", member.ref)
    assert answer["ETag"] == _tag(client, member) != old
    event = logged().get(member_ous=member, kind="state")
    assert (event.frm, event.to, event.note, event.note_public, event.actor) == (
        "PartiallyObserved",
        "FullyObserved",
        "Enough.",
        True,
        drm,
    )


@pytest.mark.parametrize("name", ["pi", "copi", "coi", "data_delegee", "phase2_delegee"])
def test_move_by_members_is_403(client_for, somebody, member, name):
    answer = _move(client_for(somebody(name)), member, "*", to="ObservingTimedOut")

    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["aod", "arc", "cs"])
def test_move_by_staff_without_any_such_right_is_403(client_for, somebody, member, name):
    answer = _move(client_for(somebody(name)), member, to="ObservingTimedOut")

    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["stranger", "expired_delegee"])
def test_move_of_what_is_not_visible_is_404(client_for, somebody, member, name):
    answer = _move(client_for(somebody(name)), member, "*", to="ObservingTimedOut")

    assert answer.status_code == 404


def test_move_of_what_is_not_assigned_to_the_reducer_but_visible_is_403(
    client_for, reducer, cast_project
):
    mine, other = cast_project.memberous_set.order_by("pk")
    MemberOUS.objects.update(state="ReadyForProcessing")
    client = client_for(reducer)

    refused = _move(client, other, "*", to="Processing")
    taken = _move(client, mine, "*", to="Processing")

    assert (refused.status_code, taken.status_code) == (403, 200)
    assert refused.json()["detail"].endswith("is not yours to take.")


def test_move_without_if_match_is_428(client_for, drm, member):
    answer = _move(client_for(drm), member, to="ObservingTimedOut")

    assert answer.status_code == 428
    assert "If-Match" in answer.json()["detail"]


@pytest.mark.parametrize("tag", ['"other"', "rubbish", '""', '"1-Proprietary-public-0"', '"0"'])
def test_move_with_a_stale_tag_is_412(client_for, drm, member, tag):
    client, logged = client_for(drm), FromNowOn()

    answer = _move(client, member, tag, to="ObservingTimedOut")

    assert answer.status_code == 412
    assert not logged().exists()


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"x",W/{} , "y"', "*"])
def test_move_takes_every_form_of_a_fresh_tag(client_for, drm, member, form):
    client = client_for(drm)

    answer = _move(client, member, form.format(_tag(client, member)), to="ObservingTimedOut")

    assert answer.status_code == 200


def test_move_takes_the_tag_of_the_detail_too(client_for, drm, member):
    client = client_for(drm)
    tag = client.get(f"/api/v1/ous/{member.ref}/")["ETag"]

    assert _move(client, member, tag, to="ObservingTimedOut").status_code == 200


def test_second_move_with_the_same_tag_is_412(client_for, drm, member):
    client = client_for(drm)
    tag = _tag(client, member)
    _move(client, member, tag, to="ObservingTimedOut")

    assert _move(client, member, tag, to="Ready").status_code == 412


@pytest.mark.parametrize("to", ["Delivered", "Processing", "Nonsense", "", "BeingProcessed", "\0"])
def test_illegal_move_is_409_and_names_the_legal_ones(client_for, drm, member, to):
    client = client_for(drm)

    answer = _move(client, member, _tag(client, member), to=to)

    body = answer.json()
    assert answer.status_code == 409
    assert body["errors"][0]["field"] == "to"
    assert body["errors"][0]["legal"] == [
        "ObservingTimedOut",
        "Canceled",
        "DoNotObserve",
        "NotObserved",
        "Broken",
    ]


def test_illegal_move_names_only_what_the_person_may_do(client_for, qa, member):
    MemberOUS.objects.filter(pk=member.pk).update(state="ReadyForReview")
    client = client_for(qa)

    answer = _move(client, member, _tag(client, member), to="Ready")

    assert answer.json()["errors"][0]["legal"] == ["Reviewing"]


def test_move_that_is_legal_for_others_only_is_403(client_for, qa, member):
    client = client_for(qa)

    answer = _move(client, member, _tag(client, member), to="ObservingTimedOut")

    assert answer.status_code == 403


@pytest.mark.parametrize("level", ["group_ous", "science_goal"])
def test_move_above_the_member_is_409_and_says_why(client_for, drm, member, level):
    client, above = client_for(drm), getattr(member, level)

    answer = _move(client, above, _tag(client, above), to="Ready")

    assert answer.status_code == 409
    assert "follow their member OUSs" in answer.json()["detail"]
    assert answer.json()["errors"][0]["legal"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "to"),
        ({"to": None}, "to"),
        ({"to": 1}, "to"),
        ({"to": "ObservingTimedOut", "note": 1}, "note"),
        ({"to": "ObservingTimedOut", "note": "a\0b"}, "note"),
        ({"to": "ObservingTimedOut", "note": "\ud800"}, "note"),
        ({"to": "ObservingTimedOut", "note": "x" * 2001}, "note"),
        ({"to": "ObservingTimedOut", "public": "yes"}, "public"),
    ],
)
def test_move_with_a_wrong_body_is_400(client_for, drm, member, body, field):
    answer = _move(client_for(drm), member, "*", **body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_move_leaves_internal_notes_and_names_to_staff(client_for, pi, drm, member):
    drm.name = "Dana Doe"
    drm.save(update_fields=["name"])
    _move(client_for(drm), member, "*", to="ObservingTimedOut", note="internal")
    path = f"/api/v1/ous/{member.ref}/history/"

    seen = [client_for(user).get(path).json()["results"][0] for user in (pi, drm)]

    told = [(line["actor"], line["note"]) for line in seen]
    assert told == [("data reduction manager", None), ("Dana Doe", "internal")]
    assert [(line["from"], line["to"]) for line in seen] == [
        ("PartiallyObserved", "ObservingTimedOut"),
        ("Ready", "ObservingTimedOut"),
    ]


def test_move_is_told_newest_first_and_in_pages(client_for, drm, member):
    client = client_for(drm)
    for to in ("ObservingTimedOut", "Ready", "Canceled"):
        _move(client, member, "*", to=to)

    first = client.get(f"/api/v1/ous/{member.ref}/history/?page_size=2").json()
    second = client.get(first["next"]).json()

    steps = [line["to"] for line in (*first["results"], *second["results"])]
    assert steps == ["Canceled", "Ready", "ObservingTimedOut", "Ready"]


def test_move_between_states_that_look_alike_is_no_history_for_the_pi(client_for, drm, db):
    pi = make_user("somebody_else")
    project = make_project(pi=pi, members=[{"state": "Processing"}])
    member = project.memberous_set.get()
    _move(client_for(drm), member, "*", to="ProcessingProblem", note="disk full")

    body = client_for(pi).get(f"/api/v1/ous/{member.ref}/history/").json()

    assert [(line["from"], line["to"]) for line in body["results"]] == [(None, "BeingProcessed")]
