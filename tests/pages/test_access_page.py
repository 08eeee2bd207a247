"""The access page of a project, the page of one's delegations, and the news of one."""

import re
from datetime import UTC, datetime

import pytest
import time_machine

from projects.models import DelegationMiss, Project, ProjectToken
from projects.services.delegations import MOST_MISSES, delegate
from tests.factories import make_user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def path(cast_project):
    return f"/projects/{cast_project.ref}/access/"


@pytest.fixture
def student():
    return make_user("student", name="S. Tudent", email="student@example.org")


def _text(answer):
    return answer.content.decode()


def test_pi_delegates_until_a_day_has_ended_and_revokes(path, pi, student, logged_in):
    client, theirs = logged_in(pi), logged_in(student)
    form = {"act": "delegate", "to": "student@example.org", "kind": "DATA", "ends_at": "2026-03-01"}
    with time_machine.travel(NOON, tick=False):
        made = client.post(path, form)
        page = _text(client.get(path))
        seen = theirs.get(path.removesuffix("access/")).status_code
        row = re.search(r'name="row" value="(\d+)"[^>]*><button[^>]*>Revoke<[^<]*S. Tudent', page)
        assert row is not None
    with time_machine.travel(datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC), tick=False):
        late = theirs.get(path.removesuffix("access/")).status_code
    with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False):
        over = theirs.get(path.removesuffix("access/")).status_code
    with time_machine.travel(NOON, tick=False):
        client.post(path, {"act": "revoke", "row": row[1]})
        ended = theirs.get(path.removesuffix("access/")).status_code

    assert (made.status_code, made["Location"]) == (302, path)
    assert "2026-03-02 00:00:00 UTC" in page
    assert "student@example.org" not in page.partition("<main")[2].replace('value="', "")
    assert (seen, late, over, ended) == (200, 200, 404, 404)


def test_what_cannot_be_is_said_and_nothing_is_lost(path, pi, logged_in):
    client = logged_in(pi)
    form = {"act": "delegate", "to": "nobody at all", "kind": "TOO", "ends_at": "2099-01-02"}

    answer = client.post(path, form)

    page = _text(answer)
    assert answer.status_code == 422
    assert "no account in use has exactly this user name" in page
    assert 'value="nobody at all"' in page
    assert 'value="2099-01-02"' in page
    for wrong in ({"kind": "x"}, {"ends_at": "2001-01-01"}, {"to": ""}, {"to": "pi"}):
        assert client.post(path, {**form, **wrong}).status_code == 422, wrong
    assert client.post(path, {"act": "x"}).status_code == 400
    for number in ("x", "", "0", "9" * 11):
        assert client.post(path, {"act": "revoke", "row": number}).status_code == 404, number
        assert client.post(path, {"act": "revoke_token", "row": number}).status_code == 404
    DelegationMiss.objects.bulk_create(DelegationMiss(by=pi) for _ in range(MOST_MISSES))
    assert client.post(path, form).status_code == 429


def test_staff_on_behalf_delegate_and_revoke_but_make_no_token(path, arc, student, logged_in):
    client = logged_in(arc)

    made = client.post(path, {"act": "delegate", "to": "student", "kind": "PHASE2"})
    token = client.post(path, {"act": "issue", "name": "nightly"})

    page = _text(client.get(path))
    assert (made.status_code, token.status_code) == (302, 403)
    assert "Only the PI makes tokens" in page
    assert not ProjectToken.objects.exists()


def test_switch_and_token(path, pi, cast_project, logged_in):
    client = logged_in(pi)

    turned = client.post(path, {"act": "switch", "may": "yes"})
    made = client.post(path, {"act": "issue", "name": "nightly", "expires_at": ""})

    shown = re.search(r'data-copy="(p[\w-]{32,})"', _text(made))
    assert turned.status_code == 302
    assert Project.objects.get(pk=cast_project.pk).cois_download
    assert shown is not None
    token = ProjectToken.objects.for_text(shown[1]).get()
    assert "no-store" in made["Cache-Control"]
    page = _text(client.get(path))
    assert shown[1] not in page
    assert "nightly" in page
    client.post(path, {"act": "revoke_token", "row": token.pk})
    assert not ProjectToken.objects.for_text(shown[1]).exists()
    history = _text(client.get(f"/projects/{cast_project.ref}/history/"))
    for words in ("Co-Is may download", "Project token", "nightly"):
        assert words in history


def test_delegee_reads_of_it_on_home_and_settings(cast_project, pi, student, logged_in):
    delegate(cast_project, to="student", kind="TOO", actor=pi)
    client, theirs = logged_in(student), logged_in(pi)

    home, mine = _text(client.get("/")), _text(client.get("/settings/delegations/"))
    led = _text(theirs.get("/settings/delegations/"))

    assert "was delegated to you for target of opportunity (delegations)" in re.sub(
        r"<[^>]+>", "", home
    )
    assert "Target of opportunity" in mine
    assert "You are the PI of no project" in mine
    assert f'href="/projects/{cast_project.ref}/access/"' in led
    assert "was delegated to you" not in _text(theirs.get("/"))


def test_project_page_leads_the_pi_to_it_and_tells_all_of_the_switch(
    cast_project, pi, coi, arc, logged_in
):
    told = {
        user: _text(logged_in(user).get(f"/projects/{cast_project.ref}/"))
        for user in (pi, coi, arc)
    }

    assert ["Change who has access" in told[user] for user in (pi, coi, arc)] == [True, False, True]
    assert all("they download no proprietary files" in page for page in told.values())
