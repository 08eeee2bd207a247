"""Spellings in paths."""

import pytest
from django.test import Client

from projects.models import Alias

REF = "uid___A001_X1000_X4bc"
SPELLINGS = [
    "uid://A001/X1000/X4bc",
    "uid:/A001/X1000/X4bc",
    "uid%3A%2F%2FA001%2FX1000%2FX4bc",
    "A001/X1000/X4bc",
    "A001%7CX1000%7CX4bc",
    "uid:||A001|X1000|X4bc",
    "uid___a001_x1000_x4BC",
    "UID___A001_X1000_X4BC",
    "member.uid___A001_X1000_X4bc",
    "A001_X1000_X4bc",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("end", ["/", "/status/", "/status", "/history/", "/execblocks/", ""])
def test_other_spelling_redirects_to_the_canonical_path(db, spelling, end):
    answer = Client().get(f"/api/v1/ous/{spelling}{end}?count=true&x=%20")

    path = f"/api/v1/ous/{REF}{end.rstrip('/')}/?count=true&x=%20"
    assert (answer.status_code, answer["Location"]) == (301, path)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("projects/2013.1.00269.s/tree/", "projects/2013.1.00269.S/tree/"),
        ("projects/2013.1.00269.S", "projects/2013.1.00269.S/"),
        ("projects/uid://A001/X1/X2/", "projects/uid___A001_X1_X2/"),
        ("schedblocks/A001|X1|X2/history", "schedblocks/uid___A001_X1_X2/history/"),
        ("execblocks/uid://A002/X1/X2", "execblocks/uid___A002_X1_X2/"),
        ("execblocks", "execblocks/"),
        ("ous/fakeuid://a/b/", "ous/fakeuid___a_b/"),
    ],
)
def test_paths_of_other_things_redirect_likewise(db, path, target):
    answer = Client().get(f"/api/v1/{path}")

    assert (answer.status_code, answer["Location"]) == (301, f"/api/v1/{target}")


def test_redirect_of_a_write_keeps_its_method(db):
    answer = Client(enforce_csrf_checks=True).post(
        "/api/v1/ous/A001/X1000/X4bc/state/", {}, "application/json"
    )

    assert (answer.status_code, answer["Location"]) == (308, f"/api/v1/ous/{REF}/state/")


def test_redirect_tells_nothing_about_what_exists(client_for, pi, cast_project):
    mine = cast_project.memberous_set.first().uid
    client = client_for(pi)

    answers = [client.get(f"/api/v1/ous/{uid}/") for uid in (mine, "uid://A001/X9/X9")]

    assert [answer.status_code for answer in answers] == [301, 301]
    assert [answer.content for answer in answers] == [b"", b""]


@pytest.mark.parametrize("path", ["ous//evil.example/", "//evil.example/", "ous/%0d%0aX: y/"])
def test_odd_paths_lead_nowhere_else(db, path):
    answer = Client().get(f"/api/v1/{path}")

    assert answer.status_code in (401, 404)


@pytest.mark.parametrize("end", ["", "status/", "history/", "execblocks/"])
def test_former_name_answers_the_thing_itself(client_for, pi, cast_project, end):
    member = cast_project.memberous_set.first()
    _alias("member_ous", member, "uid___A001_X99_X1")

    answer = client_for(pi).get(f"/api/v1/ous/uid___A001_X99_X1/{end}")

    assert answer.status_code == 200
    assert answer.json().get("ref", member.ref) == member.ref


def test_former_names_of_projects_and_blocks_answer(client_for, pi, cast_project):
    block = cast_project.sched_blocks.first()
    run = block.exec_blocks.first()
    _alias("project", cast_project, "DRAFT-0123456789ab")
    _alias("sched_block", block, "uid___A001_X99_X2")
    _alias("exec_block", run, "uid___A002_X99_X3")
    client = client_for(pi)

    found = [
        client.get(f"/api/v1/{path}/").json()["ref"]
        for path in (
            "projects/DRAFT-0123456789ab",
            "projects/DRAFT-0123456789ab/tree",
            "schedblocks/uid___A001_X99_X2",
            "execblocks/uid___A002_X99_X3",
        )
    ]

    assert found == [cast_project.ref, cast_project.ref, block.ref, run.ref]


def _alias(level, thing, ref):
    project = {} if level == "project" else {"project": thing.project}
    Alias.objects.create(level=level, ref=ref, **{level: thing}, **project)
