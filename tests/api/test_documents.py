"""The documents, field by field, as the contract names them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from projects.models import MemberOUS
from tests.factories import (
    make_exec_block,
    make_group_ous,
    make_member_ous,
    make_project,
    make_sched_block,
    make_science_goal,
    settle,
)

SINCE = datetime(2015, 10, 23, 12, tzinfo=UTC)
DELIVERED: dict[str, Any] = {
    "uid": "uid://A001/X121/X4bc",
    "state": "Delivered",
    "state_since": SINCE,
    "public_since": SINCE,
    "qa2": "SemiPass",
    "qa2_passed": True,
    "delivered_at": SINCE,
    "delivery_generation": 2,
    "release_date": datetime(2016, 10, 23, tzinfo=UTC),
}


@pytest.fixture
def client(client_for, pi):
    return client_for(pi)


@pytest.fixture
def project(pi):
    """2013.1.00308.S: one delivered member OUS, one SB, executions of 1 and of 0.5."""
    project = make_project("2013.1.00308.S", pi=pi, members=0)
    goal = make_science_goal(project, uid="uid://A001/X121/X4b6", name="CH3CN 5-4")
    group = make_group_ous(project, goal, uid="uid://A001/X121/X4b7", name="Group")
    member = make_member_ous(project, group, **DELIVERED)
    block = make_sched_block(member, uid="uid://A001/X121/X4bd", ra_deg=266.8309917)
    run: dict[str, Any] = {"uid": "uid://A002/X85dcf7/Xefe", "execution_fraction": Decimal("0.5")}
    make_exec_block(block, number=1, **run)
    make_exec_block(block, number=0, uid="uid://A002/X85dcf7/Xc7c")
    settle(project)
    return project


STATUS = {
    "ref": "uid___A001_X121_X4bc",
    "uid": "uid://A001/X121/X4bc",
    "level": "member",
    "name": "SgrB2_a_03_7M",
    "project": "2013.1.00308.S",
    "state": "Delivered",
    "state_since": "2015-10-23T12:00:00Z",
    "label": "Delivered, QA2 SemiPass",
    "qa2": "SemiPass",
    "qa2_passed": True,
    "executions": {"passed": 1.5, "expected": 4, "count": 2},
    "delivered_at": "2015-10-23T12:00:00Z",
    "delivery_generation": 2,
    "release_date": "2016-10-23T00:00:00Z",
    "data_rights": "Public",
}


def _without_version(body):
    assert body.pop("version") >= 1
    return body


def test_member_status(client, project):
    body = client.get("/api/v1/ous/uid___A001_X121_X4bc/status/").json()

    assert _without_version(body) == STATUS


@pytest.mark.parametrize(
    ("ref", "level", "name"),
    [
        ("uid___A001_X121_X4b7", "group", "Group"),
        ("uid___A001_X121_X4b6", "science_goal", "CH3CN 5-4"),
    ],
)
def test_status_above_the_member_follows_from_it(client, project, ref, level, name):
    body = client.get(f"/api/v1/ous/{ref}/status/").json()

    assert _without_version(body) == STATUS | {
        "ref": ref,
        "uid": ref.replace("uid___", "uid://").replace("_", "/"),
        "level": level,
        "name": name,
        "state_since": body["state_since"],
        "label": "Delivered",
        "qa2": None,
        "qa2_passed": None,
        "delivery_generation": None,
    }


def test_group_is_public_only_when_all_of_it_is(client, project):
    group = project.groupous_set.get()
    make_member_ous(project, group, **DELIVERED | {"uid": None, "release_date": None})
    settle(project)

    body = client.get(f"/api/v1/ous/{group.ref}/status/").json()

    assert (body["data_rights"], body["release_date"]) == ("Proprietary", None)
    assert body["delivered_at"] == "2015-10-23T12:00:00Z"


def test_status_of_unknown_state_is_null_and_not_available(client, project):
    MemberOUS.objects.update(state=None, state_since=None, public_since=None)

    body = client.get("/api/v1/ous/uid___A001_X121_X4bc/status/").json()

    assert (body["state"], body["label"]) == (None, "N/A")


@pytest.mark.parametrize(
    ("state", "public"),
    [
        ("Processing", "BeingProcessed"),
        ("DeliveryInProgress", "Verified"),
        # Executions of it have passed.
        ("Ready", "PartiallyObserved"),
    ],
)
def test_status_speaks_the_callers_vocabulary(client_for, somebody, project, state, public):
    MemberOUS.objects.update(state=state)
    path = "/api/v1/ous/uid___A001_X121_X4bc/status/"

    told = [client_for(somebody(name)).get(path).json()["state"] for name in ("pi", "drm")]

    assert told == [public, state]


def test_ous_detail_has_parents_and_what_it_waits_for(client, project):
    MemberOUS.objects.update(state="Processing", state_since=SINCE, public_since=SINCE)

    body = client.get("/api/v1/ous/uid___A001_X121_X4bc/").json()

    assert body["science_goal"] == {
        "ref": "uid___A001_X121_X4b6",
        "uid": "uid://A001/X121/X4b6",
        "name": "CH3CN 5-4",
    }
    assert body["group"]["uid"] == "uid://A001/X121/X4b7"
    assert body["waiting"] == {
        "what": "processing and QA2 review",
        "on": "data reduction",
        "since": "2015-10-23T12:00:00Z",
    }
    assert body["archive_query"] == "https://almascience.org/aq/?member_ous_id=uid://A001/X121/X4bc"
    assert (body["bands"], body["array"], body["targets"]) == ([3], "7m", ["SgrB2"])


def test_group_detail_names_its_goal(client, project):
    body = client.get("/api/v1/ous/uid___A001_X121_X4b7/").json()

    assert body["science_goal"]["uid"] == "uid://A001/X121/X4b6"
    assert (body["group"], body["archive_query"], body["targets"]) == (None, None, [])


def test_project_line_and_detail(client, project):
    listed = client.get("/api/v1/projects/").json()["results"][0]
    body = client.get("/api/v1/projects/2013.1.00308.S/").json()

    facts = {
        "ref": "2013.1.00308.S",
        "uid": None,
        "code": "2013.1.00308.S",
        "title": "Observing the center of the galaxy with ALMA",
        "pi": "Pi",
        "executive": "EU",
        "arc": "EU",
        "cycle": "2013.1",
        "grade": None,
        "state": "Completed",
        "state_since": body["state_since"],
        "label": "Completed, all data delivered",
        "delivered": {"done": 1, "total": 1},
        "version": body["version"],
    }
    assert listed == facts
    assert body == facts | {
        "abstract": None,
        "authors": None,
        "science_category": None,
        "science_keywords": None,
        "contact_scientist": None,
        "cois_download": False,
        "contact": body["contact"],
        "citation": body["citation"],
        "waiting": None,
    }
    # What they say is tests/api/test_season.py's.
    assert (body["contact"]["arc"], body["citation"]["code"]) == ("EU", project.code)


def _outline(node):
    return (node["level"], node["ref"][-5:], [_outline(child) for child in node["children"]])


def test_tree_nests_the_levels(client, project):
    body = client.get("/api/v1/projects/2013.1.00308.S/tree/").json()

    member: Any = ("member", "_X4bc", [("sched_block", "_X4bd", [])])
    assert _outline(body) == (
        "project",
        "308.S",
        [("science_goal", "_X4b6", [("group", "_X4b7", [member])])],
    )
    assert body["executions"] == {"passed": 1.5, "expected": 4, "count": 2}
    assert set(body) == {
        "ref",
        "uid",
        "level",
        "name",
        "state",
        "label",
        "executions",
        "children",
    }


def test_tree_hangs_a_thing_from_the_next_known_level(client, pi):
    project = make_project("2012.1.00100.S", pi=pi)
    MemberOUS.objects.filter(project=project).update(group_ous=None, science_goal=None)

    body = client.get("/api/v1/projects/2012.1.00100.S/tree/").json()

    assert [child["level"] for child in body["children"]] == ["science_goal", "member"]


def test_sched_block_panel(client, project):
    body = client.get("/api/v1/schedblocks/uid___A001_X121_X4bd/").json()

    runs = body.pop("exec_blocks")
    assert _without_version(body) == {
        "ref": "uid___A001_X121_X4bd",
        "uid": "uid://A001/X121/X4bd",
        "name": "SgrB2_a_03_7M",
        "project": "2013.1.00308.S",
        "state": "PartiallyObserved",
        "state_since": "2014-07-02T08:12:16.800000Z",
        "label": "Some data taken",
        "science_goal": {
            "ref": "uid___A001_X121_X4b6",
            "uid": "uid://A001/X121/X4b6",
            "name": "CH3CN 5-4",
        },
        "member_ous": {
            "ref": "uid___A001_X121_X4bc",
            "uid": "uid://A001/X121/X4bc",
            "name": "SgrB2_a_03_7M",
        },
        "archive_query": "https://almascience.org/aq/?member_ous_id=uid://A001/X121/X4bc",
        "array": "7m",
        "bands": [3],
        "band": 3,
        "targets": ["SgrB2"],
        "ra": "17:47:19.438",
        "dec": "-28:23:29.796",
        "ra_deg": 266.8309917,
        "dec_deg": -28.39161,
        "rep_freq_ghz": 91.28,
        "estimated_time_min": None,
        "executions": {"passed": 1.5, "expected": 4, "count": 2},
        "asked": {},
        "grade": None,
        "season": body["season"],
    }
    assert [run["uid"] for run in runs] == ["uid://A002/X85dcf7/Xefe", "uid://A002/X85dcf7/Xc7c"]


RUN = {
    "ref": "uid___A002_X85dcf7_Xefe",
    "uid": "uid://A002/X85dcf7/Xefe",
    "project": "2013.1.00308.S",
    "sched_block": "uid://A001/X121/X4bd",
    "sched_block_name": "SgrB2_a_03_7M",
    "member_ous": "uid://A001/X121/X4bc",
    "start": "2014-07-02T07:02:06Z",
    "end": "2014-07-02T08:12:16.800000Z",
    "duration_min": 70.18,
    "qa0": "Pass",
    "execution_fraction": 0.5,
    "version": 1,
}


@pytest.mark.parametrize("ref", ["X4bc", "X4b7", "X4b6"])
def test_exec_blocks_of_an_ous_are_flat_unique_and_newest_first(client, project, ref):
    body = client.get(f"/api/v1/ous/uid___A001_X121_{ref}/execblocks/").json()

    assert body["results"][0] == RUN
    assert [run["uid"][-3:] for run in body["results"]] == ["efe", "c7c"]


def test_exec_block_of_unknown_end_stands_by_its_start(client, project):
    block = project.sched_blocks.get()
    make_exec_block(block, number=9, end=None, uid="uid://A002/X1/X9")
    make_exec_block(block, start=None, end=None, uid="uid://A002/X1/X0")

    body = client.get("/api/v1/ous/uid___A001_X121_X4bc/execblocks/").json()

    assert [run["uid"][-3:] for run in body["results"]] == ["/X9", "efe", "c7c", "/X0"]


def test_exec_block_report_has_every_block_with_nulls(client, project):
    body = client.get("/api/v1/execblocks/uid___A002_X85dcf7_Xefe/").json()

    assert {name: body[name] for name in RUN} == RUN
    assert body["tsys"] == {
        "mean": None,
        "std": None,
        "min": None,
        "max": None,
        "measured": dict.fromkeys(("mean", "std", "min", "max", "n", "missing")),
    }
    assert body["array"] == {
        "name": "7m",
        "antennas": None,
        "antenna_names": [],
        "shortest_m": None,
        "longest_m": None,
        "l5_m": None,
        "l80_m": None,
        "angular_resolution_arcsec": None,
        "max_recoverable_scale_arcsec": None,
    }
    assert body["sources"] == []


def test_exec_block_comment_is_for_staff_only(client_for, pi, drm, project):
    project.exec_blocks.update(qa0_comment="wind over 15 m/s")
    path = "/api/v1/execblocks/uid___A002_X85dcf7_Xefe/"

    told = [client_for(user).get(path).json()["qa0_comment"] for user in (pi, drm)]

    assert told == [None, "wind over 15 m/s"]


def test_exec_block_without_anything_above_it_is_told_to_staff(client_for, drm, db):
    make_exec_block(None, uid="uid://A002/X7/X7", start=None, end=None)

    body = client_for(drm).get("/api/v1/execblocks/uid___A002_X7_X7/").json()

    assert (body["project"], body["sched_block"], body["member_ous"]) == (None, None, None)
    assert (body["start"], body["duration_min"]) == (None, None)


def test_me_names_the_caller(client_for, qa):
    body = client_for(qa, "read").get("/api/v1/me/").json()

    assert body == {
        "username": "qa",
        "name": "Qa",
        "email": "",
        "executive": "OTHER",
        "arc": None,
        "roles": ["qa"],
        "qualifications": ["QA2APPRV"],
        "staff": True,
        "scope": "read",
        "viewed_by": None,
    }
