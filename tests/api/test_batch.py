"""Many statuses at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Alias, GroupOUS
from tests.factories import make_project

PATH = "/api/v1/ous/status/"
JSON = "application/json"


@pytest.fixture
def client(client_for, pi):
    return client_for(pi)


def _results(client, uids):
    answer = client.post(PATH, {"uids": uids}, JSON)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_batch_keeps_the_order_and_repeats(client, cast_project):
    first, second = (row.uid for row in cast_project.memberous_set.order_by("pk"))
    group = cast_project.groupous_set.get()

    found = _results(client, [second, group.uid, first, "uid://A001/X9/X9", second])

    assert [row.get("uid") for row in found] == [
        second,
        group.uid,
        first,
        "uid://A001/X9/X9",
        second,
    ]
    assert found[3] == {"uid": "uid://A001/X9/X9", "error": "not found"}
    assert [row["level"] for row in found[:3]] == ["member", "group", "member"]


def test_batch_statuses_equal_the_single_ones(client, cast_project):
    member, group = cast_project.memberous_set.first(), cast_project.groupous_set.get()
    goal = group.science_goal

    found = _results(client, [thing.uid for thing in (member, group, goal)])

    single = [
        client.get(f"/api/v1/ous/{thing.ref}/status/").json() for thing in (member, group, goal)
    ]
    assert found == single


def test_batch_takes_any_spelling_and_former_names(client, cast_project):
    member = cast_project.memberous_set.first()
    Alias.objects.create(
        level="member_ous", project=cast_project, member_ous=member, ref="uid___A001_X8_X8"
    )
    bare = member.uid.removeprefix("uid://")
    spellings = [bare, bare.replace("/", "|"), member.ref.lower(), f"{member.uid}/", "A001/X8/X8"]

    found = _results(client, spellings)

    assert [row["ref"] for row in found] == [member.ref] * 5


@pytest.mark.parametrize("text", ["", " ", "nonsense", "a\0b", "\ud800", "x" * 5000, "%"])
def test_batch_echoes_what_names_nothing(client, text):
    found = _results(client, [text])

    assert [row["error"] for row in found] == ["not found"]


def test_batch_of_things_that_are_no_ous_finds_nothing(client, cast_project):
    block = cast_project.sched_blocks.first()

    assert [row["error"] for row in _results(client, [cast_project.ref, block.uid])] == [
        "not found",
        "not found",
    ]


def test_batch_of_nothing_is_empty(client):
    assert _results(client, []) == []


def test_batch_of_a_thousand_is_taken_and_one_more_refused(client):
    uids = [f"uid://A001/X9/X{number:x}" for number in range(1001)]

    assert len(_results(client, uids[:1000])) == 1000
    answer = client.post(PATH, {"uids": uids}, JSON)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "uids"


@pytest.mark.parametrize("members", [1, 3, 300])
def test_batch_of_every_level_and_of_unknown_ones_costs_two_queries(client, pi, members):
    project = make_project(pi=pi, members=members)
    group = GroupOUS.objects.get(project=project)
    uids = [row.uid for row in project.memberous_set.all()]
    uids += [group.uid, group.science_goal.uid, "uid://A001/X9/X9"]
    client.get("/api/v1/me/")

    with CaptureQueriesContext(connection) as queries:
        found = _results(client, uids)

    # One for the token, one for the names, one for the rows.
    assert len(queries) == 3
    assert sum("error" in row for row in found) == 1
