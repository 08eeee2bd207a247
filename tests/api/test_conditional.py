"""Validators: what the caller has already is not sent again."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import GroupOUS, MemberOUS
from projects.services.states import move_state
from tests.factories import make_user, settle

RELEASE = datetime(2016, 10, 23, tzinfo=UTC)


@pytest.fixture
def member(cast_project):
    return cast_project.memberous_set.order_by("pk")[0]


@pytest.fixture
def paths(cast_project, member):
    """The address of every single answer."""
    block = member.sched_blocks.get()
    return [
        f"/api/v1/{path}/"
        for path in (
            f"projects/{cast_project.ref}",
            f"projects/{cast_project.ref}/tree",
            f"ous/{member.ref}",
            f"ous/{member.ref}/status",
            f"ous/{member.ref}/history",
            f"schedblocks/{block.ref}",
            f"schedblocks/{block.ref}/history",
            f"execblocks/{block.exec_blocks.all()[0].ref}",
        )
    ]


def test_every_single_answer_carries_strong_validators(client_for, pi, paths):
    client = client_for(pi)

    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer["ETag"].startswith('"'), path
        assert answer["Last-Modified"].endswith(" GMT"), path
        assert answer["Cache-Control"] == "private, no-cache", path
        assert answer["Vary"] == "Accept, Authorization, Cookie", path


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other" , W/{}, "x"', "*"])
def test_known_tag_answers_304_without_a_body(client_for, pi, paths, form):
    client = client_for(pi)

    for path in paths:
        first = client.get(path)
        again = client.get(path, headers={"if-none-match": form.format(first["ETag"])})
        assert (again.status_code, again.content) == (304, b""), path
        assert again["ETag"] == first["ETag"], path
        assert again["Last-Modified"] == first["Last-Modified"], path
        assert again["Cache-Control"] == "private, no-cache", path


def test_304_costs_one_query_besides_the_token(client_for, pi, paths):
    client = client_for(pi)

    for path in paths:
        tag = client.get(path)["ETag"]
        with CaptureQueriesContext(connection) as queries:
            client.get(path, headers={"if-none-match": tag})
        assert len(queries) == 2, path


def test_unchanged_since_answers_304_and_a_tag_beats_the_date(client_for, pi, paths):
    client = client_for(pi)

    for path in paths:
        date = client.get(path)["Last-Modified"]
        assert client.get(path, headers={"if-modified-since": date}).status_code == 304
        both = {"if-modified-since": date, "if-none-match": '"other"'}
        assert client.get(path, headers=both).status_code == 200
        old = {"if-modified-since": "Mon, 01 Jul 2013 00:00:00 GMT"}
        assert client.get(path, headers=old).status_code == 200
        assert client.get(path, headers={"if-modified-since": "rubbish"}).status_code == 200


def test_tag_names_version_rights_and_view_class(client_for, pi, drm, member):
    path = f"/api/v1/ous/{member.ref}/status/"

    tags = [client_for(user).get(path)["ETag"] for user in (pi, drm)]

    found = MemberOUS.objects.get(pk=member.pk)
    assert tags[0].startswith(f'"{found.public_version}-Proprietary-public-')
    assert tags[1].startswith(f'"{found.version}-Proprietary-staff-')


def test_status_and_detail_carry_the_same_base(client_for, drm, member):
    client = client_for(drm)

    tags = [client.get(f"/api/v1/ous/{member.ref}/{end}")["ETag"] for end in ("", "status/")]

    assert tags[0].rpartition("-")[0] == tags[1].rpartition("-")[0]


def test_move_changes_the_tag_of_everything_that_shows_it(client_for, pi, drm, member):
    client = client_for(pi)
    paths = [
        f"/api/v1/ous/{member.ref}/",
        f"/api/v1/ous/{member.ref}/status/",
        f"/api/v1/ous/{member.ref}/history/",
        f"/api/v1/ous/{member.group_ous.ref}/status/",
        f"/api/v1/ous/{member.science_goal.ref}/status/",
        f"/api/v1/projects/{member.project.ref}/",
        f"/api/v1/projects/{member.project.ref}/tree/",
    ]
    before = [client.get(path)["ETag"] for path in paths]

    move_state(member, to="ObservingTimedOut", actor=drm)

    after = [client.get(path)["ETag"] for path in paths]
    assert [path for path, old, new in zip(paths, before, after, strict=True) if old == new] == []


def test_step_inside_changes_no_validator_outside(client_for, pi, drm, member):
    MemberOUS.objects.filter(pk=member.pk).update(state="ReadyForReview")
    settle(member.project)
    inside, outside = client_for(drm), client_for(pi)
    paths = [
        f"/api/v1/ous/{member.ref}/",
        f"/api/v1/ous/{member.ref}/history/",
        f"/api/v1/ous/{member.group_ous.ref}/status/",
        f"/api/v1/projects/{member.project.ref}/",
        f"/api/v1/projects/{member.project.ref}/tree/",
    ]
    before = {client: [client.get(path) for path in paths] for client in (inside, outside)}

    with time_machine.travel("2126-03-01T12:00:00Z", tick=False):
        member.refresh_from_db()
        move_state(member, to="Reviewing", actor=drm)
    after = {client: [client.get(path) for path in paths] for client in (inside, outside)}

    for name in ("ETag", "Last-Modified"):
        told = {client: [answer[name] for answer in before[client]] for client in before}
        now = {client: [answer[name] for answer in after[client]] for client in after}
        assert now[outside] == told[outside], name
        assert set(now[inside]).isdisjoint(told[inside]), name


def test_group_tag_follows_the_sums_it_shows(client_for, pi, member):
    client, group = client_for(pi), GroupOUS.objects.get(pk=member.group_ous_id)
    path = f"/api/v1/ous/{group.ref}/status/"
    before = client.get(path)["ETag"]

    MemberOUS.objects.filter(pk=member.pk).update(executions_passed=3)

    assert client.get(path)["ETag"] != before


def test_data_become_public_at_the_very_second(client_for, pi, member):
    client = client_for(pi)
    MemberOUS.objects.filter(pk=member.pk).update(release_date=RELEASE, modified_at=RELEASE)
    path = f"/api/v1/ous/{member.ref}/status/"

    with time_machine.travel(RELEASE - timedelta(seconds=1), tick=False):
        before = client.get(path)
    with time_machine.travel(RELEASE, tick=False):
        after = client.get(path, headers={"if-none-match": before["ETag"]})

    assert before.json()["data_rights"] == "Proprietary"
    assert (after.status_code, after.json()["data_rights"]) == (200, "Public")


def test_last_modified_moves_when_data_become_public(client_for, pi, member):
    client = client_for(pi)
    old = RELEASE - timedelta(days=300)
    MemberOUS.objects.filter(pk=member.pk).update(release_date=RELEASE, public_modified_at=old)
    path = f"/api/v1/ous/{member.ref}/status/"

    with time_machine.travel(RELEASE - timedelta(days=1), tick=False):
        before = client.get(path)["Last-Modified"]
    with time_machine.travel(RELEASE + timedelta(days=1), tick=False):
        after = client.get(path, headers={"if-modified-since": before})

    assert after.status_code == 200
    assert after["Last-Modified"] == "Sun, 23 Oct 2016 00:00:00 GMT"


def test_tag_of_one_viewer_is_no_key_for_another(client_for, pi, member):
    path = f"/api/v1/ous/{member.ref}/status/"
    tag = client_for(pi).get(path)["ETag"]

    answer = client_for(make_user("nobody")).get(path, headers={"if-none-match": tag})

    assert answer.status_code == 404
