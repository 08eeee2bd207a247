"""What all lists have in common, and their filters."""

from datetime import UTC, datetime

import pytest

from projects.models import Alias, MemberOUS
from tests.factories import make_exec_block, make_project, make_user, settle

LISTS = ("projects", "ous", "schedblocks", "execblocks")


@pytest.fixture
def client(client_for, pi):
    return client_for(pi)


def _refs(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return [row["ref"] for row in answer.json()["results"]]


def _walk(client, url):
    rows = []
    while url:
        body = client.get(url).json()
        rows.append([row["ref"] for row in body["results"]])
        url = body["next"]
    return rows


@pytest.mark.parametrize("name", LISTS)
def test_list_walk_shows_every_row_once_both_ways(client_for, drm, cast_project, name):
    for _ in range(3):
        make_project(members=2, exec_blocks=2)
    client = client_for(drm)
    whole = _refs(client, f"{name}/?page_size=1000")

    pages = _walk(client, f"/api/v1/{name}/?page_size=3")

    assert [ref for page in pages for ref in page] == whole
    assert len(set(whole)) == len(whole) > 3
    second = client.get(client.get(f"/api/v1/{name}/?page_size=3").json()["next"]).json()
    first = client.get(second["previous"]).json()
    assert [row["ref"] for row in first["results"]] == pages[0]
    assert first["previous"] is None


def test_list_next_link_keeps_the_filters(client, cast_project):
    body = client.get("/api/v1/ous/?page_size=1&array=7m").json()

    assert body["next"].startswith("http://testserver/api/v1/ous/?")
    assert "page_size=1" in body["next"]
    assert "array=7m" in body["next"]


@pytest.mark.parametrize("name", [*LISTS, "events", "tokens"])
def test_list_counts_only_when_asked(client, cast_project, name):
    without = client.get(f"/api/v1/{name}/").json()
    counted = client.get(f"/api/v1/{name}/?count=true&page_size=1").json()

    assert "count" not in without
    assert counted["count"] == len(without["results"])
    assert len(counted["results"]) == 1


@pytest.mark.parametrize("name", [*LISTS, "events"])
@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5", "٣", "00", "%20", "1e3"])
def test_list_nonsense_page_size_is_400(client, name, size):
    answer = client.get(f"/api/v1/{name}/?page_size={size}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "page_size"


@pytest.mark.parametrize("size", ["1001", "9" * 30])
def test_list_too_large_page_size_is_capped(client_for, drm, db, size):
    make_project(members=1002, sched_blocks=0)

    rows = _refs(client_for(drm), f"ous/?page_size={size}")

    assert len(rows) == 1000


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("cursor", ["x", "%00", "AAAA", "W10", "ä"])
def test_list_bad_cursor_is_400(client, name, cursor):
    assert client.get(f"/api/v1/{name}/?cursor={cursor}").status_code == 400


@pytest.mark.parametrize(
    ("query", "field", "legal"),
    [
        ("state=Reviewing", "state", "BeingProcessed"),
        ("state=Ready,Nonsense", "state", "Ready"),
        ("qa2=Good", "qa2", "SemiPass"),
        ("band=11", "band", "10"),
        ("band=0", "band", "1"),
        ("band=three", "band", "3"),
        ("array=30m", "array", "12m"),
        ("level=project", "level", "science_goal"),
        ("count=maybe", "count", "true"),
    ],
)
def test_list_unknown_filter_word_is_400_and_names_the_legal_ones(client, query, field, legal):
    answer = client.get(f"/api/v1/ous/?{query}")

    error = answer.json()["errors"][0]
    assert answer.status_code == 400
    assert error["field"] == field
    assert legal in error["legal"]


@pytest.mark.parametrize(
    "moment",
    ["yesterday", "2020", "2020-13-01", "2020-01-01T25:00:00Z", "0001-01-01T00:00%2B14:00"],
)
def test_list_unreadable_time_is_400(client, moment):
    answer = client.get(f"/api/v1/ous/?changed_after={moment}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "changed_after"


@pytest.mark.parametrize(
    "moment",
    [
        "2020-03-01T12:00:00Z",
        "2020-03-01T12:00:00",
        "2020-03-01 12:00:00Z",
        "2020-03-01T13:00:00%2B01:00",
        "2020-03-01T13:00:00+01:00",
        "2020-03-01T12:00:00.000000Z",
    ],
)
def test_list_changed_after_reads_every_usual_form(client, cast_project, moment):
    first, second = cast_project.memberous_set.order_by("pk")
    noon = datetime(2020, 3, 1, 12, tzinfo=UTC)
    MemberOUS.objects.filter(pk=first.pk).update(public_modified_at=noon)
    MemberOUS.objects.filter(pk=second.pk).update(public_modified_at=noon.replace(second=1))

    assert _refs(client, f"ous/?changed_after={moment}") == [second.ref]


def test_list_changed_after_a_bare_date_is_its_midnight(client, cast_project):
    first, second = cast_project.memberous_set.order_by("pk")
    midnight = datetime(2020, 3, 1, tzinfo=UTC)
    MemberOUS.objects.filter(pk=first.pk).update(public_modified_at=midnight)
    MemberOUS.objects.filter(pk=second.pk).update(public_modified_at=midnight.replace(second=1))

    assert _refs(client, "ous/?changed_after=2020-03-01") == [second.ref]


@pytest.fixture
def observer(db):
    return make_user("observer")


@pytest.fixture
def varied(observer):
    """Member OUSs that differ in what can be filtered, all that the observer has."""
    facts = [
        {"state": "Ready", "bands": [3], "array": "12m", "target_names": "W51"},
        {"state": "Reviewing", "bands": [3, 6], "array": "7m", "target_names": "SgrB2\nW51"},
        {"state": "Delivered", "bands": [10], "array": "TP", "qa2": "Pass"},
        {"state": "Delivered", "bands": [1, 10], "array": "TP", "qa2": "SemiPass"},
    ]
    project = make_project("2013.1.00308.S", pi=observer, members=facts)
    return project, [row.ref for row in project.memberous_set.order_by("pk")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=Ready", [0]),
        ("state=BeingProcessed", [1]),
        ("state=BeingProcessed,Delivered", [1, 2, 3]),
        ("state=beingprocessed", [1]),
        ("qa2=Pass", [2]),
        ("qa2=SemiPass,Pass", [2, 3]),
        ("qa2=null", [0, 1]),
        ("band=3", [0, 1]),
        ("band=1", [3]),
        ("band=10", [2, 3]),
        ("band=6", [1]),
        ("array=12m", [0]),
        ("array=TP,7m", [1, 2, 3]),
        ("target=w51", [0, 1]),
        ("target=gr", [1, 2, 3]),
        ("target=%25", []),
        ("array=TP&qa2=Pass", [2]),
        ("project=2013.1.00308.s", [0, 1, 2, 3]),
        ("project=2013.1.00999.S", []),
        ("project=nonsense", []),
    ],
)
def test_ous_filters(client_for, observer, varied, query, expected):
    _, refs = varied

    assert _refs(client_for(observer), f"ous/?{query}") == [refs[number] for number in expected]


def test_ous_state_filter_of_staff_is_in_their_words(client_for, drm, varied):
    project, refs = varied
    client = client_for(drm)

    assert _refs(client, f"ous/?project={project.ref}&state=Reviewing") == [refs[1]]
    assert client.get("/api/v1/ous/?state=BeingProcessed").status_code == 400


@pytest.mark.parametrize("level", ["group", "science_goal"])
def test_ous_filters_above_the_member_mean_one_that_holds_such(client_for, observer, varied, level):
    (project, _), client = varied, client_for(observer)
    group = project.groupous_set.get()
    expected = {"group": group.ref, "science_goal": group.science_goal.ref}[level]

    assert _refs(client, f"ous/?level={level}&band=6&project={project.ref}") == [expected]
    assert _refs(client, f"ous/?level={level}&band=7") == []
    assert _refs(client, f"ous/?level={level}&qa2=Fail") == []


def test_project_filters(client, pi, cast_project):
    done = make_project("2012.1.00501.S", pi=pi, state="Completed", members=0)

    assert _refs(client, "projects/") == [cast_project.ref, done.ref]
    assert _refs(client, "projects/?state=Completed") == [done.ref]
    assert _refs(client, "projects/?active=true") == [cast_project.ref]
    assert _refs(client, "projects/?active=false") == [done.ref]
    assert _refs(client, "projects/?cycle=2012.1") == [done.ref]
    assert _refs(client, "projects/?role=PI") == [cast_project.ref, done.ref]
    assert _refs(client, "projects/?role=COI") == []


def test_block_filters(client, pi, cast_project):
    other = make_project(pi=pi, exec_blocks=1)
    block = other.sched_blocks.get()
    failed = make_exec_block(block, number=5, qa0="Fail")
    settle(other)
    group = block.member_ous.group_ous
    runs = [run.ref for run in block.exec_blocks.order_by("pk")]

    assert _refs(client, f"schedblocks/?project={other.ref}") == [block.ref]
    assert _refs(client, f"schedblocks/?ous={group.uid}") == [block.ref]
    assert _refs(client, f"execblocks/?ous={block.member_ous.uid}") == runs
    assert _refs(client, f"execblocks/?ous={group.science_goal.ref}") == runs
    assert _refs(client, "execblocks/?ous=uid://A001/X9/X9") == []
    assert _refs(client, "execblocks/?qa0=Fail") == [failed.ref]
    assert _refs(client, f"execblocks/?project={other.ref}&qa0=pass") == [runs[0]]


def test_former_project_name_filters_likewise(client, cast_project):
    Alias.objects.create(level="project", project=cast_project, ref="uid___A001_X7_X7")

    assert len(_refs(client, "ous/?project=uid://A001/X7/X7")) == 2


def test_list_of_somebody_without_projects_is_empty(client_for, cast_project):
    client = client_for(make_user("nobody"))

    assert [_refs(client, f"{name}/") for name in LISTS] == [[], [], [], []]
