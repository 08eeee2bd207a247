"""What a stranger gets: nothing of others, and no sign that there is anything."""

import json

import pytest

from projects.services.states import move_state
from tests.cast import CODE

JSON = "application/json"


@pytest.fixture
def secrets(cast_project, drm, pi):
    """Whatever of the cast's project could leak."""
    member = cast_project.memberous_set.order_by("pk")[0]
    member.target_names, member.name = "SecretSource", "SecretSource_a_03_7M"
    member.save(update_fields=["target_names", "name"])
    cast_project.title = "A secret title"
    cast_project.save(update_fields=["title"])
    move_state(member, to="ObservingTimedOut", actor=drm, note="secret note", note_public=True)
    block = member.sched_blocks.get()
    return {
        "project": cast_project.ref,
        "member": member.ref,
        "group": member.group_ous.ref,
        "goal": member.science_goal.ref,
        "block": block.ref,
        "run": block.exec_blocks.all()[0].ref,
    }


def _texts(secrets):
    uids = {ref.replace("uid___", "uid://").replace("_", "/") for ref in secrets.values()}
    return {*secrets.values(), *uids, "secret", "Secret", CODE}


SINGLE = [
    "projects/{project}/",
    "projects/{project}/tree/",
    "ous/{member}/",
    "ous/{member}/status/",
    "ous/{member}/history/",
    "ous/{member}/execblocks/",
    "ous/{group}/status/",
    "ous/{goal}/status/",
    "schedblocks/{block}/",
    "schedblocks/{block}/history/",
    "execblocks/{run}/",
]
LISTS = [
    "projects/?count=true",
    "projects/?active=true&count=true",
    "ous/?count=true",
    "ous/?count=true&level=group",
    "ous/?count=true&level=science_goal",
    "ous/?count=true&level=group&target=Secret",
    "ous/?count=true&project={project}",
    "ous/?count=true&target=Secret",
    "schedblocks/?count=true",
    "schedblocks/?count=true&project={project}",
    "schedblocks/?count=true&ous={group}",
    "execblocks/?count=true",
    "execblocks/?count=true&ous={member}",
    "execblocks/?count=true&ous={goal}",
    "events/?count=true",
    "events/?count=true&project={project}",
]
ABSENT = {
    "project": "2013.1.00270.S",
    "member": "uid___A001_X99_X1",
    "group": "uid___A001_X99_X2",
    "goal": "uid___A001_X99_X3",
    "block": "uid___A001_X99_X4",
    "run": "uid___A002_X99_X5",
}


@pytest.mark.parametrize("name", ["stranger", "expired_delegee"])
@pytest.mark.parametrize("path", SINGLE)
def test_single_answer_of_others_is_like_that_of_nothing(client_for, somebody, secrets, name, path):
    client, named = client_for(somebody(name)), {"x-request-id": "one-and-the-same"}

    hidden = client.get(f"/api/v1/{path.format(**secrets)}", headers=named)
    absent = client.get(f"/api/v1/{path.format(**ABSENT)}", headers=named)

    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    assert dict(hidden.headers) == dict(absent.headers)


@pytest.mark.parametrize("path", LISTS)
def test_list_of_a_stranger_holds_nothing_of_others(client_for, stranger, secrets, path):
    answer = client_for(stranger).get(f"/api/v1/{path.format(**secrets)}")

    text = answer.content.decode()
    # Links repeat what was asked.
    body = json.loads(text) | {"next": None, "previous": None}
    assert answer.status_code == 200
    assert [secret for secret in _texts(secrets) if secret in json.dumps(body)] == []
    assert body["count"] == len(body["results"])


@pytest.mark.parametrize("path", LISTS)
def test_list_of_a_member_does_hold_it(client_for, pi, secrets, path):
    body = client_for(pi).get(f"/api/v1/{path.format(**secrets)}").json()

    assert body["count"] > 0


def test_batch_of_a_stranger_says_not_found(client_for, stranger, secrets):
    uids = [secrets["member"], secrets["group"], secrets["goal"], "uid___A001_X99_X1"]

    answer = client_for(stranger).post("/api/v1/ous/status/", {"uids": uids}, JSON)

    assert answer.json() == {"results": [{"uid": uid, "error": "not found"} for uid in uids]}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_refused_methods_tell_nothing_of_what_exists(client_for, stranger, secrets, method):
    client = client_for(stranger)

    answers = [
        getattr(client, method)(f"/api/v1/ous/{names['member']}/state/", content_type=JSON)
        if method != "get"
        else client.get(f"/api/v1/ous/{names['member']}/state/")
        for names in (secrets, ABSENT)
    ]

    assert answers[0].status_code == answers[1].status_code
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("path", [*SINGLE, *LISTS, "tokens/", "ingest/", "me/"])
def test_anonymous_is_401_everywhere(client, secrets, path):
    answer = client.get(f"/api/v1/{path.format(**secrets)}")

    assert answer.status_code == 401
    assert [text for text in _texts(secrets) if text in answer.content.decode()] == []


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *[(name, 200) for name in ("pi", "copi", "coi", "data_delegee", "phase2_delegee")],
        *[(name, 200) for name in ("aod", "reducer", "qa", "drm", "arc", "cs", "admin")],
        *[(name, 404) for name in ("stranger", "expired_delegee")],
    ],
)
def test_everybody_of_the_cast_sees_what_is_theirs(client_for, somebody, secrets, name, status):
    client = client_for(somebody(name))

    answers = {client.get(f"/api/v1/{path.format(**secrets)}").status_code for path in SINGLE}

    assert answers == {status}


def test_deleted_things_are_not_there_for_outsiders(client_for, pi, drm, cast_project):
    block = cast_project.sched_blocks.order_by("pk")[0]
    move_state(block, to="Deleted", actor=drm)
    path = f"/api/v1/schedblocks/{block.ref}/"

    assert client_for(pi).get(path).status_code == 404
    assert client_for(drm).get(path).json()["state"] == "Deleted"
    assert block.ref not in client_for(pi).get("/api/v1/schedblocks/").content.decode()
