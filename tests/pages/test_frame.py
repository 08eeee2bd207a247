"""The frame around every page, the help page, the ingest page, and pages of failure."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client, override_settings

from ingest.models import IngestJob, IngestProblem
from projects.models import Project
from projects.moves import MOVES
from projects.public import MEANINGS
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


def text_of(client, url="/"):
    return " ".join(client.get(url).content.decode().split())


def test_frame_says_as_of_when_in_utc(pi, logged_in):
    with time_machine.travel(datetime(2026, 3, 1, 14, 3, 5, tzinfo=UTC), tick=False):
        page = text_of(logged_in(pi))

    stamp = '<time datetime="2026-03-01T14:03:05Z" title="2026-03-01 14:03:05 UTC">14:03 UTC</time>'
    assert f"as of {stamp}" in page


def test_frame_names_the_person_and_their_partners(logged_in):
    page = text_of(logged_in(make_user(name="John Smith", executive="EU", arc="EU")))

    assert "Executive: EU · ARC: EU" in page
    assert '<span class="initials" aria-hidden="true">JS</span>' in page


@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [
        ("dark", ' data-theme="dark"'),
        ("light", ' data-theme="light"'),
        ('"><script>', ""),
        ("", ""),
    ],
)
def test_color_scheme_is_the_systems_unless_chosen(cookie, attribute, pi, logged_in):
    client = logged_in(pi)
    client.cookies["theme"] = cookie

    assert f'<html lang="en"{attribute}>' in text_of(client)


def test_quick_links_come_from_the_settings(pi, logged_in):
    with override_settings(QUICK_LINKS=[("Manual", "https://example.org/manual")]):
        page = text_of(logged_in(pi))

    assert '<a href="https://example.org/manual" rel="noopener">Manual' in page


@pytest.mark.parametrize("is_demo", [True, False])
def test_banner_tells_demonstration_data(is_demo, pi, logged_in):
    Project.objects.update(is_demo=is_demo)

    assert ("Demonstration data" in text_of(logged_in(pi))) is is_demo


_STAFF_PLACES = ("Home", "Projects", "SchedBlocks", "QA", "Deliveries", "Mail", "Help")


@pytest.mark.parametrize(
    ("who", "places"),
    [
        ("pi", ["Home", "Projects", "SchedBlocks", "Deliveries", "Mail", "Help"]),
        ("drm", [*_STAFF_PLACES]),
        ("admin", [*_STAFF_PLACES, "Ingest", "View as"]),
        ("arc", [*_STAFF_PLACES, "View as"]),
    ],
)
def test_navigation_leads_only_where_the_person_may_go(who, places, somebody, logged_in):
    page = text_of(logged_in(somebody(who)), "/help/")

    nav = page[page.index('aria-label="Main"') : page.index('class="quick"')]
    assert re.findall(r"<span>([^<]+)</span></a></li>", nav) == places
    assert re.findall(r'aria-current="page">.*?<span>([^<]+)', nav) == ["Help"]


def test_places_that_a_phone_has_no_room_for_stand_behind_one(pi, admin, logged_in):
    behind = {}
    for person in (pi, admin):
        page = text_of(logged_in(person), "/help/")
        found = re.findall(r'<li class="later"><a [^>]*>.*?<span>([^<]+)', page)
        again = re.findall(r"<svg[^>]*><use[^>]*/></svg>([A-Z][\w ]+)</a></li>", page)
        assert found == again
        behind[person.username] = found

    assert behind == {"pi": [], "admin": ["Deliveries", "Mail", "Help", "Ingest", "View as"]}


def test_page_holds_nothing_that_the_security_policy_refuses(pi, cast_project, logged_in):
    client = logged_in(pi)

    for url in ("/", "/projects/", "/help/", "/settings/", cast_project.get_absolute_url()):
        page = client.get(url).content.decode()
        assert re.findall(r'\sstyle="|\son\w+="|<style|<script(?![^>]*\ssrc=)', page) == []


def test_help_explains_every_state_and_names_its_actor(pi, logged_in):
    page = logged_in(pi).get("/help/").content.decode()

    assert re.findall(r'<tr id="(\w+)">', page) == [*MEANINGS]
    for meaning in MEANINGS.values():
        assert meaning.means in page
    assert "Legal steps" not in page
    assert "outside quality assurance" in page


def test_help_lists_every_legal_step_for_staff(drm, logged_in):
    page = logged_in(drm).get("/help/").content.decode()

    steps = page[page.index('id="steps"') :]
    assert steps.count("<tr><td>") == sum(map(len, MOVES.values()))


def test_ingest_page_shows_jobs_and_refusals_newest_first(admin, logged_in):
    jobs = [IngestJob.objects.create(source=f"file{n}.tsv", state="done") for n in range(2)]
    for job in jobs:
        IngestProblem.objects.create(job=job, record=f"row of {job.source}", reason="no code")
    IngestJob.objects.create(source="bad.xml", state="failed", failure="It is not well-formed.")
    client = logged_in(admin)

    page = text_of(client, "/ingest/")
    one = text_of(client, f"/ingest/?job={jobs[0].pk}")

    assert page.index("bad.xml") < page.index("file1.tsv") < page.index("file0.tsv")
    assert page.index("row of file1.tsv") < page.index("row of file0.tsv")
    assert "It is not well-formed." in page
    assert "row of file1.tsv" not in one
    assert "Nothing has been read yet" not in page


def test_missing_page_stands_in_the_same_frame(pi, logged_in):
    answer = logged_in(pi).get("/nothing/<b>/")

    page = answer.content.decode()
    assert answer.status_code == 404
    assert "/nothing/&lt;b&gt;/" in page
    assert 'aria-label="Main"' in page


def test_form_without_its_token_says_what_to_do(pi):
    client = Client(enforce_csrf_checks=True)
    client.force_login(pi, backend="accounts.backends.AccountBackend")

    answer = client.post("/news/read/")

    assert answer.status_code == 403
    assert "This form has grown old" in answer.content.decode()


def test_failing_page_says_so_without_asking_the_database(pi, logged_in, monkeypatch):
    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr("snoopi.pages.views.home.role_tiles", fail)
    client = logged_in(pi)
    client.raise_request_exception = False

    answer = client.get("/")

    assert answer.status_code == 500
    assert "This page could not be made" in answer.content.decode()


def test_page_is_shown_when_the_cache_is_gone(pi, cast_project, logged_in, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }

    assert logged_in(pi).get(cast_project.get_absolute_url()).status_code == 200


def test_missing_project_of_an_empty_observatory_is_404(logged_in):
    assert logged_in(make_user()).get("/projects/2013.1.00001.S/").status_code == 404


def test_null_in_a_name_is_a_name_of_nothing(pi, logged_in):
    client = logged_in(pi)

    assert client.get("/projects/a%00b/").status_code == 404
    assert client.get("/search/?q=a%00b").status_code == 200
    assert client.get("/projects/?q=a%00b").status_code == 200
    make_project()
