"""Access that a PI gives: a delegation everywhere and to the second; a token, one project."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache

from accounts.models import ViewedPage
from deliveries.models import ProductFile
from projects.models import Project, ProjectToken
from projects.services.delegations import delegate, let_cois_download
from projects.visitors import ProjectVisitor
from snoopi.api.urls import urlpatterns
from tests.access.asking import Probe, ask, whole
from tests.access.matrix import OPEN_TO_PROJECT_TOKENS
from tests.access.test_visibility import LEVELS
from tests.access.world import World, bearing

pytestmark = pytest.mark.django_db

ACTOR = "project_token"
# What tells of a project that one is a delegee of: counters, lists, search, feed, files, pages.
TELLING = (
    "",
    "projects/",
    "search/?q=SgrB2",
    "settings/delegations/",
    "projects/{project}/",
    "ous/{member}/",
    "ous/{member}/files/?format=csv",
    "files/{file}/README.txt",
    "api/projects/?count=true",
    "api/execblocks/?count=true",
    "api/files/",
    "api/events/?count=true",
    "api/projects/{project}/tree/",
)


def test_delegation_is_told_everywhere_from_the_next_request_and_until_its_second(world):
    names = {**world.things, "file": world.things["file"][0]}

    def told(paths=TELLING):
        cache.clear()
        texts = [ask(world, "expired_delegee", Probe(path), names) for path in paths]
        # The frame of every page tells the time.
        return [re.sub(r"12:00:0\d", "noon", text) for text in texts]

    noon = datetime(2029, 3, 1, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False) as clock:
        before = told()
        project = Project.objects.get(pk=world.projects["project"].pk)
        ends = noon + timedelta(seconds=2)
        pi = world.users["pi"]
        delegate(project, to="expired_delegee", kind="DATA", actor=pi, ends_at=ends)
        during = told()
        clock.move_to(ends - timedelta(microseconds=1))
        last = told(TELLING[-3:])
        clock.move_to(ends)
        over = told()

    pairs = zip(TELLING, before, during, strict=True)
    assert [path for path, earlier, now in pairs if earlier == now] == []
    assert [text.partition(" ")[0] for text in (*during, *last)] == ["200"] * (len(TELLING) + 3)
    assert over == before


def _call(world: World, path: str):
    answer = world.client(ACTOR, "token").get(f"/api/v1/{path}")
    assert answer.status_code == 200, path
    return answer.json()


def test_views_that_open_are_those_that_the_matrix_names():
    opened = {
        f"api:{pattern.name}"
        for pattern in urlpatterns
        if getattr(
            getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None),
            "takes_project_tokens",
            False,
        )
    }

    assert opened == OPEN_TO_PROJECT_TOKENS - {"api:elsewhere", "product-file"}


def test_lists_hold_the_things_of_the_project_and_no_others(world):
    visitor = ProjectVisitor(world.projects["project"].pk)

    for path, model in LEVELS.items():
        listed = {line["ref"] for line in _call(world, path)["results"]}
        assert listed == {thing.ref for thing in model.objects.visible_to(visitor)} != set(), path
    assert [line["ref"] for line in _call(world, "projects/")["results"]] == [
        world.things["project"]
    ]
    for path in ("events/", "files/", "deliveries/"):
        told = {line["project"] for line in _call(world, f"{path}?page_size=1000")["results"]}
        assert told == {world.things["project"]}, path


def test_words_are_those_of_people_outside(world):
    def document(actor):
        path = f"/api/v1/ous/{world.things['held']}/status/"
        return world.client(actor, "token").get(path).json()

    assert document(ACTOR) == document("coi")
    assert document(ACTOR)["state"] != document("drm")["state"]


def test_files_follow_the_switch(world):
    pk, name = world.things["file"]
    path = f"/files/{pk}/{name}"
    client, pi = world.client(ACTOR, "token"), world.users["pi"]
    project = Project.objects.get(pk=world.projects["project"].pk)

    def readable():
        lines = _call(world, "files/?page_size=1000")["results"]
        told = {line["readable"] for line in lines if line["access_url"] or line["name"] == name}
        return client.get(path).status_code, False not in told

    before = readable()
    let_cois_download(project, may=True, actor=pi)
    during = readable()
    opened = whole(client.get(path))
    let_cois_download(project, may=False, actor=pi)

    assert (before, during, readable()) == ((403, False), (200, True), (403, False))
    assert opened == "what this package holds"


def test_files_of_other_projects_are_not_there(world):
    own = world.projects["foreign"].memberous_set.get()
    other = ProductFile.objects.create(
        project=world.projects["foreign"], member_ous=own, path="x", name="x", source="test"
    )
    Project.objects.update(cois_download=True)

    assert world.client(ACTOR, "token").get(f"/files/{other.pk}/x").status_code == 404


def test_bad_token_is_nobodys(world):
    pk = world.things["key"][1]
    ProjectToken.objects.filter(pk=pk).update(revoked_at="2020-01-01T00:00:00Z")
    client = world.client(ACTOR, "token")

    call, page = client.get("/api/v1/projects/"), client.get("/files/{}/{}".format(*_file(world)))

    assert (call.status_code, page.status_code) == (401, 302)
    assert "Token" in call["WWW-Authenticate"]


def _file(world):
    return world.things["file"]


def test_token_beside_a_session_speaks_for_the_project_alone(world):
    client = world.client("admin as expired_delegee", "session")
    before = ViewedPage.objects.count()
    headers = bearing(world.tokens[ACTOR])

    call = client.get("/api/v1/projects/", headers=headers)
    closed = client.get("/api/v1/me/", headers=headers)

    assert [line["ref"] for line in call.json()["results"]] == [world.things["project"]]
    assert closed.status_code == 403
    assert ViewedPage.objects.count() == before
