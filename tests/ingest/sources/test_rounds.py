"""Rounds by beat, by thread and by command: each source for itself, stopped and gone on with."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import connection

from ingest.configured import parse_sources
from ingest.models import IngestJob, IngestSource
from ingest.readers import Source, votable
from projects.models import Project
from snoopi.bell import SourceThreads
from snoopi.celery import app
from snoopi.tasks import poll_due_sources, poll_source
from tests.ingest.readers.makers import native
from tests.ingest.sources.observatory import archive_rows, code_of, counts, tap_setting
from tests.ingest.waiting import wait_until
from tests.servers.tap import TapService, tap_service

EVERYTHING = (7, 14, 14, 28)


@pytest.fixture
def drop(tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "one.json").write_text(native({"code": "2013.1.90001.S"}))
    return folder


def ingest(*arguments: object) -> tuple[int, str, str]:
    """Run ``ingest``; answer exit status, standard output, standard error."""
    out, err, status = StringIO(), StringIO(), 0
    try:
        call_command("ingest", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, out.getvalue(), err.getvalue()


def told(*arguments: object) -> tuple[int, dict[str, Any]]:
    status, out, _ = ingest(*arguments, "--json")
    (source,) = json.loads(out)["sources"]
    return status, source


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["silent", "trickle", "html", "half", "same", "enormous"])
def test_bad_source_stops_no_other(mode, drop, settings):
    with TapPair(mode) as (bad, good):
        settings.INGEST_SOURCES = parse_sources(
            f"bad=tap+{bad}#pause=0s&timeout=2s&rows=20,good=tap+{good}#pause=0s,"
            f"drop={drop}#quiet=0s,nowhere=http://127.0.0.1:1/x.json"
        )
        threads = SourceThreads()
        threads.ring()
        threads.join()

    rows = {row.name: row for row in IngestSource.objects.all()}
    assert {name: bool(row.succeeded_at) for name, row in rows.items()} == {
        "bad": False,
        "good": True,
        "drop": True,
        "nowhere": False,
    }
    assert {name: row.failures for name, row in rows.items()} == {
        "bad": 1,
        "good": 0,
        "drop": 0,
        "nowhere": 1,
    }
    assert {row.claim for row in rows.values()} == {""}
    codes = {*Project.objects.values_list("code", flat=True)}
    assert {code_of(20), code_of(21), "2013.1.90001.S"} <= codes


class TapPair:
    """A service that fails in some way and one that does not."""

    def __init__(self, mode: str) -> None:
        self.bad, self.good = TapService(archive_rows(1, 2, 3, 4)), TapService(archive_rows(20, 21))
        self.bad.fail(mode, after=1 if mode == "same" else 0)

    def __enter__(self) -> tuple[str, str]:
        self.running = [tap_service(self.bad), tap_service(self.good)]
        bad, good = (each.__enter__() for each in self.running)
        return bad, good

    def __exit__(self, *problem: object) -> None:
        self.bad.release.set()
        for each in self.running:
            each.__exit__(None, None, None)


@pytest.mark.django_db(transaction=True)
def test_slow_source_is_not_begun_twice_and_holds_up_nobody(drop, settings):
    slow = TapService(archive_rows(1))
    slow.fail("silent")
    with tap_service(slow) as url:
        settings.INGEST_SOURCES = parse_sources(f"slow=tap+{url}#pause=0s,drop={drop}#quiet=0s")
        threads = SourceThreads()
        threads.ring()
        wait_until(lambda: len(slow.queries) == 1)
        wait_until(Project.objects.exists)
        threads.ring()
        slow.release.set()
        threads.join()

    assert len(slow.queries) == 1
    assert IngestSource.objects.get(name="slow").failures == 1


@pytest.mark.django_db
def test_task_reads_only_what_is_configured_and_due(tap, settings):
    setting = tap_setting(tap.url)
    poll_source("alma")
    assert counts()[0] == 0
    settings.INGEST_SOURCES = (setting,)

    poll_source("alma")
    poll_source("alma")

    assert counts() == EVERYTHING
    assert IngestJob.objects.count() == 1


@pytest.mark.django_db
def test_beat_rings_for_each_due_source_alone(settings, monkeypatch):
    settings.INGEST_SOURCES = parse_sources("a=/data,b=/other")
    rung = []
    # The broker is outside: what is rung is enough to know here.
    monkeypatch.setattr(poll_source, "apply_async", lambda args, **options: rung.append(args))

    poll_due_sources()

    assert rung == [("a",), ("b",)]
    assert IngestSource.objects.count() == 2


def test_schedule_and_queues_name_tasks_that_are_there():
    from_schedule = {entry["task"] for entry in site.CELERY_BEAT_SCHEDULE.values()}

    assert poll_due_sources.name in from_schedule
    assert site.CELERY_TASK_ROUTES[poll_source.name] == {"queue": "sources"}
    assert set(site.CELERY_TASK_ROUTES) <= set(app.tasks)
    assert {route["queue"] for route in site.CELERY_TASK_ROUTES.values()} <= _queues()


@pytest.mark.django_db(transaction=True)
def test_worker_serves_every_queue(worker):
    (queues,) = app.control.inspect(timeout=20, limit=1).active_queues().values()

    assert {queue["name"] for queue in queues} == _queues()


def _queues() -> set[str]:
    return {queue.name for queue in site.CELERY_TASK_QUEUES}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_round_killed_in_the_middle_is_gone_on_with(tap):
    tap.service.fail("silent", after=3)
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    environment = os.environ | {
        "DATABASE_URL": f"{base}/{quote(connection.settings_dict['NAME'])}",
        "INGEST_SOURCES": f"alma=tap+{tap.url}#pause=0s&rows=20&every=10s",
    }
    command = [sys.executable, "manage.py", "poll"]
    process = subprocess.Popen(command, cwd=site.BASE_DIR, env=environment)
    wait_until(lambda: len(tap.service.queries) == 4)
    process.kill()
    process.wait()
    tap.service.recover()
    row = IngestSource.objects.get()
    assert (row.claim != "", row.cursor["after"], counts()[0]) == (True, code_of(4), 4)
    tap.service.queries.clear()

    done = subprocess.run(
        command, cwd=site.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "alma: 30 created\n"
    assert counts() == EVERYTHING
    assert f"proposal_id > '{code_of(4)}'" in tap.service.queries[1]
    assert IngestJob.objects.filter(state="running").count() == 0


@pytest.mark.django_db
def test_ingest_tap_reads_a_service_to_its_end(tap):
    status, source = told("--tap", tap.url)

    assert status == 0
    assert (source["source"], source["format"], source["rejected"]) == (tap.url, "obscore", [])
    assert source["created"] == {
        "project": 7, "group_ous": 7, "member_ous": 14, "sched_block": 14, "exec_block": 28,
    }  # fmt: skip
    again, source = told("--tap", tap.url)
    assert (again, source["created"], source["updated"]) == (0, {}, {})
    assert source["unchanged"]["project"] == 7


@pytest.mark.django_db
def test_ingest_tap_goes_on_where_it_was_stopped(tap):
    tap.service.hard_limit = 20
    tap.service.fail("html", after=3)
    status, _, errors = ingest("--tap", tap.url)
    assert status == 1
    assert "It answered with an HTML page" in errors
    tap.service.recover()

    status, source = told("--tap", tap.url)

    assert (status, source["created"]["project"]) == (0, 3)
    assert counts() == EVERYTHING


@pytest.mark.django_db
def test_ingest_tap_of_some_projects_and_days(tap):
    tap.service.put([*archive_rows(1, 2), *archive_rows(3, modified="2026-03-01T00:00:00.000")])

    status, source = told("--tap", tap.url, "--project", code_of(1), "--project", code_of(3))
    assert (status, source["created"]["project"]) == (0, 2)
    status, source = told("--tap", tap.url, "--since", "2026-02-01")

    assert (status, source["unchanged"]["project"], source["created"]) == (0, 1, {})


@pytest.mark.django_db
def test_ingest_tap_dry_run_leaves_nothing(tap):
    status, source = told("--tap", tap.url, "--dry-run")

    assert (status, source["created"]["project"]) == (0, 7)
    assert (counts()[0], IngestJob.objects.count(), IngestSource.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_ingest_tap_of_a_service_that_is_away_ends_with_two():
    status, _, errors = ingest("--tap", "http://127.0.0.1:1/tap")

    assert status == 2
    assert "It does not answer: connection refused." in errors


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Name a source"),
        (("--since", "2026-01-01", "x.json"), "go with --tap"),
        (("--tap", "http://h.example/tap", "--since", "01/02/2026"), "since must be a day"),
        (("--tap", "http://h.example/tap", "--project", "x'y"), "project must be project codes"),
        (("--tap", "/data"), "none of"),
        (("--tap", "http://h.example/tap", "--format", "json"), "--format does not go"),
    ],
)
def test_ingest_refuses_words_that_do_not_go_together(arguments, words):
    with pytest.raises(CommandError, match=words) as refused:
        ingest(*arguments)

    assert refused.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_poll_does_one_round_and_says_what_became_of_it(tap, drop, settings):
    settings.INGEST_SOURCES = parse_sources(
        f"alma=tap+{tap.url}#pause=0s,drop={drop}#quiet=0s,gone=/no/such/folder"
    )
    out, err = StringIO(), StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("poll", stdout=out, stderr=err)

    assert end.value.code == 1
    assert out.getvalue().splitlines() == ["alma: 70 created", "drop: 1 created"]
    assert err.getvalue().startswith("gone: The folder cannot be read")
    call_command("poll", "drop", stdout=out)
    assert out.getvalue().splitlines()[-1] == "drop: nothing new"


@pytest.mark.django_db
def test_poll_of_an_unknown_source_is_refused(settings):
    settings.INGEST_SOURCES = parse_sources("a=/data")

    with pytest.raises(CommandError, match=r"no source b \(it has a\)"):
        call_command("poll", "b")


@pytest.mark.fixtures
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "wanted"),
    [("m83_March25_2015.votable.xml", (5, 12, 88)), ("ngc4945.xml", (11, 17, 17))],
)
def test_recorded_replies_give_the_counts_of_their_facts(fixtures_dir, tap, name, wanted):
    body = Path(fixtures_dir / "archive_votable" / name).read_text()
    tap.service.fail("same")
    tap.service.first_page = body

    status, _ = told("--tap", tap.url)

    projects, members, _, runs = counts()
    assert status == 0
    assert (projects, members, runs) == wanted


@pytest.mark.fixtures
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "wanted"),
    [("m83_March25_2015.votable.xml", (5, 12, 88)), ("ngc4945.xml", (11, 17, 17))],
)
def test_recorded_rows_served_page_by_page_give_the_same(fixtures_dir, tap, name, wanted):
    from_file = Path(fixtures_dir / "archive_votable" / name)
    rows = rows_of(from_file)
    tap.service.put(rows)
    # Some pages only: between two of them the client waits a second, out of politeness.
    tap.service.hard_limit = max(100, len(rows) // 5)

    status, source = told("--tap", tap.url)

    projects, members, _, runs = counts()
    assert (status, source["rejected"]) == (0, [])
    assert (projects, members, runs) == wanted
    call_command("ingest", str(from_file), "--json", stdout=(out := StringIO()))
    (again,) = json.loads(out.getvalue())["sources"]
    assert (again["created"], again["updated"]) == ({}, {})


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a recorded reply, by the service's own column names."""
    return [
        dict(zip(header, texts, strict=True))
        for header, texts in votable.rows(Source.from_path(path))
    ]
