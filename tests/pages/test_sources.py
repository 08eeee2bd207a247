"""The age of the data in every page's frame, and the sources on the ingest page."""

import csv
import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingest.configured import parse_sources
from ingest.models import IngestJob, IngestProblem, IngestSource
from ingest.sources.ages import late_sources
from ingest.sources.ledger import claim, keep_in_step
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 14, 3, 5, tzinfo=UTC)
TEXT = "alma=tap+https://robot:s3cret@archive.example/tap#every=15m,drop=/data/incoming"


def text_of(client, url="/"):
    return " ".join(client.get(url).content.decode().split())


@pytest.fixture
def sources(settings):
    settings.INGEST_SOURCES = parse_sources(TEXT)
    with time_machine.travel(NOW, tick=False) as traveller:
        keep_in_step(settings.INGEST_SOURCES)
        yield traveller


def well(name, minutes):
    """Let a source have come to its last good end so many minutes ago."""
    IngestSource.objects.filter(name=name).update(succeeded_at=NOW - timedelta(minutes=minutes))
    cache.clear()


def frame(client):
    page = text_of(client, "/help/")
    return page[page.index('class="menu as-of"') :].partition("</details>")[0]


def test_frame_tells_how_old_what_each_source_told_is(pi, logged_in, sources):
    well("alma", 7)
    client = logged_in(pi)

    told = frame(client)

    assert 'as of <time datetime="2026-03-01T14:03:05Z"' in told
    assert '<span>alma</span><time class="when" datetime="2026-03-01T13:56:05Z"' in told
    assert ">7 min ago</time>" in told
    assert "<span>drop</span><span" in told
    assert "not read yet" in told
    assert "late" not in told


def test_frame_shows_a_sign_once_a_source_is_overdue(pi, logged_in, sources):
    well("alma", 48)
    well("drop", 1)

    told = frame(logged_in(pi))

    assert "Some data are late" in told
    assert told.count('<span class="late">late</span>') == 1
    assert "48 min ago" in told
    assert late_sources(parse_sources(TEXT)) == ["alma"]


def test_frame_without_sources_is_as_it_was(pi, logged_in):
    page = text_of(logged_in(pi), "/help/")

    assert '<p class="as-of">as of <time' in page


def test_frame_costs_a_page_no_query_and_counts_on(pi, logged_in, sources):
    well("alma", 1)
    client = logged_in(pi)
    client.get("/help/")
    sources.shift(timedelta(seconds=20))

    with CaptureQueriesContext(connection) as queries:
        told = frame(client)

    assert [query["sql"] for query in queries if "ingest" in query["sql"]] == []
    assert "1 min ago" in told


def test_frame_names_no_address(pi, logged_in, sources):
    assert "archive.example" not in text_of(logged_in(pi), "/help/")


def test_source_that_is_away_changes_no_page(pi, logged_in, settings):
    settings.INGEST_SOURCES = parse_sources("gone=tap+http://127.0.0.1:1/tap")
    make_project()

    assert logged_in(pi).get("/").status_code == 200


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, "Not read yet"),
        ({"succeeded_at": NOW}, "Up to date"),
        ({"claim": "h:1:x"}, "Being read"),
        ({"is_behind": True, "succeeded_at": NOW}, "Catching up"),
        ({"failures": 2, "problem": "It answers 503.", "problem_at": NOW}, "Failing"),
        ({"succeeded_at": NOW - timedelta(hours=3)}, "Overdue"),
        ({"is_configured": False}, "No longer configured"),
    ],
)
def test_ingest_page_says_how_each_source_stands(facts, word, admin, logged_in, sources):
    IngestSource.objects.filter(name="alma").update(**facts)
    page = text_of(logged_in(admin), "/ingest/")
    row = next(part for part in page.split("<tr>") if "<strong>alma</strong>" in part)

    assert f"<span>{word}</span>" in row
    assert facts.get("problem", "") in row


def test_ingest_page_shows_lag_problem_and_jobs_and_no_password(admin, logged_in, sources):
    well("alma", 5)
    alma = IngestSource.objects.get(name="alma")
    IngestSource.objects.filter(pk=alma.pk).update(
        newest_at=NOW - timedelta(hours=2), failures=3, problem="It answers 503.", problem_at=NOW
    )
    IngestJob.objects.create(source="from alma", fed_by=alma)
    IngestJob.objects.create(source="from elsewhere")
    client = logged_in(admin)

    page = text_of(client, "/ingest/")
    only = text_of(client, f"/ingest/?source={alma.pk}")

    assert "lag 2 h" in page
    assert "It answers 503." in page
    assert "3 times in a row" in page
    assert "https://archive.example/tap" in page
    assert "s3cret" not in page
    assert "robot" not in page
    assert ("from alma" in only, "from elsewhere" in only) == (True, False)


def test_configured_source_that_nobody_has_asked_is_there_too(admin, logged_in, settings):
    settings.INGEST_SOURCES = parse_sources("fresh=/data")

    page = text_of(logged_in(admin), "/ingest/")

    assert "<strong>fresh</strong>" in page
    assert "Poll now" not in page


def test_poll_now_asks_the_source_next(admin, logged_in, sources):
    later = NOW + timedelta(hours=1)
    IngestSource.objects.update(next_at=later)
    client = logged_in(admin)

    page = text_of(client, "/ingest/")
    answer = client.post("/ingest/sources/alma/poll/", follow=True)

    assert re.findall(r'action="(/ingest/sources/\w+/poll/)"', page) == [
        "/ingest/sources/alma/poll/",
        "/ingest/sources/drop/poll/",
    ]
    assert "alma is asked next." in answer.content.decode()
    assert claim("alma").source.name == "alma"


def test_poll_now_leaves_alone_who_asked_for_it(admin, logged_in, sources):
    IngestSource.objects.update(not_before=NOW + timedelta(hours=1))

    answer = logged_in(admin).post("/ingest/sources/alma/poll/", follow=True)

    assert "asked to be left alone" in answer.content.decode()


def test_sources_are_told_to_programs(admin, logged_in, sources):
    well("alma", 5)
    client = logged_in(admin)

    told = client.get("/api/v1/ingest/sources/").json()
    one = client.get("/api/v1/ingest/sources/alma/").json()

    assert [source["name"] for source in told["results"]] == ["alma", "drop"]
    assert one == told["results"][0]
    assert (one["state"], one["address"]) == ("fresh", "https://archive.example/tap")
    assert (one["succeeded_at"], one["lag_s"]) == ("2026-03-01T13:58:05Z", 300)
    assert client.get("/api/v1/ingest/sources/none/").status_code == 404


def test_ingest_page_is_for_administrators(logged_in, sources):
    assert logged_in(make_user("d", roles=["drm"])).get("/ingest/").status_code == 403


def test_sources_are_given_as_a_file(admin, logged_in, sources):
    well("alma", 5)

    answer = logged_in(admin).get("/ingest/?format=csv&list=sources")
    head, *rows = csv.reader(b"".join(answer.streaming_content).decode().splitlines())

    told = [dict(zip(head, row, strict=True)) for row in rows]
    alma = next(row for row in told if row["Source"] == "alma")
    assert (alma["State"], alma["Failures in a row"]) == ("Up to date", "0")
    assert alma["Last success [UTC]"].endswith("Z")
    assert "s3cret" not in str(told)


def test_refused_records_of_a_source_are_given_as_the_page_has_them(admin, logged_in, sources):
    row = IngestSource.objects.get(name="alma")
    for number, fed_by in enumerate((row, None)):
        job = IngestJob.objects.create(source="x", fed_by=fed_by)
        IngestProblem.objects.create(job=job, record=f"row {number}", reason="no code")
    client = logged_in(admin)

    page = client.get(f"/ingest/?source={row.pk}").content.decode()
    (link,) = re.findall(r'href="(\?format=csv&amp;list=problems[^"]*)"', page)
    answer = client.get(f"/ingest/{html.unescape(link)}")
    _, *told = csv.reader(b"".join(answer.streaming_content).decode().splitlines())

    assert [row[2] for row in told] == ["row 0"]
