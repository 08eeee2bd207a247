"""Liveness and readiness."""

import os
import signal
import time
from datetime import timedelta
from socket import socket

import pytest
from django.core.cache import cache
from django.db import connections
from django.utils import timezone

from deliveries.models import Delivery
from ingest.configured import SourceKind, SourceSetting
from ingest.models import IngestJob, IngestSource
from qa.models import QA2Round
from snoopi import heartbeat, parts
from snoopi.tasks import sweep
from tests.factories import make_project
from tests.servers import redis_server
from tests.servers.processes import free_port

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(autouse=True)
def nothing_remembered():
    cache.clear()


@pytest.fixture
def embedded(settings):
    """No Redis; mail goes nowhere, as in every test."""
    settings.REDIS_URL = ""


def test_healthz_answers_without_a_database(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        200,
        b"ok\n",
        "text/plain",
    )
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(client, path):
    assert client.post(path).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_readyz_names_each_part_and_the_newest_ingest(client, embedded):
    ended = timezone.now().replace(year=2026, month=3, day=1, hour=12, minute=0, second=5)
    IngestJob.objects.create(source="old", state="done", finished_at=ended.replace(year=2025))
    IngestJob.objects.create(source="new", state="done", finished_at=ended)
    IngestJob.objects.create(source="bad", state="failed", finished_at=ended.replace(year=2027))

    answer = client.get("/readyz")

    body = answer.json()
    assert (answer.status_code, body["ready"]) == (200, True)
    assert body["checks"] == {
        "database": "ok",
        "migrations": "ok",
        "broker": "not used",
        "worker": "not used",
        "deliverer": "not used",
        "mail": "memory",
    }
    assert body["newest_ingest"] == "2026-03-01T12:00:05Z"
    assert abs(body["newest_ingest_age_s"] - (timezone.now() - ended).total_seconds()) < 60


@pytest.mark.django_db
def test_readyz_without_any_ingest_says_none(client, embedded):
    body = client.get("/readyz").json()

    assert (body["newest_ingest"], body["newest_ingest_age_s"]) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_readyz_counts_overdue_sources_and_stays_ready(client, embedded, settings):
    names = ("fresh", "stale", "away")
    settings.INGEST_SOURCES = [
        SourceSetting(name=name, kind=SourceKind.FOLDER, address="/drop", every_s=600)
        for name in names
    ]
    now = timezone.now()
    for name, minutes in zip(names, (31, 33, 300), strict=True):
        IngestSource.objects.create(
            name=name,
            kind=SourceKind.FOLDER,
            every_s=600,
            succeeded_at=now - timedelta(minutes=minutes),
        )

    body = client.get("/readyz").json()

    assert (body["ready"], body["overdue_sources"]) == (True, 2)


@pytest.mark.django_db
def test_readyz_is_503_when_the_broker_is_away(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    body = answer.json()
    assert (answer.status_code, body["ready"], body["checks"]["database"]) == (503, False, "ok")
    assert body["checks"]["broker"] == "ConnectionError"
    assert body["checks"]["worker"] == "no answer"


@pytest.mark.django_db
def test_readyz_is_503_when_the_database_is_away(client, embedded, monkeypatch):
    away = {**connections.settings["default"], "ENGINE": "django.db.backends.postgresql"}
    away |= {"HOST": "127.0.0.1", "PORT": free_port(), "NAME": "x", "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", away)

    answer = client.get("/readyz")

    body = answer.json()
    assert (answer.status_code, body["ready"]) == (503, False)
    assert body["checks"]["database"] == "OperationalError"
    assert (body["newest_ingest"], body["overdue_sources"]) == (None, None)


@pytest.mark.django_db
def test_readyz_is_503_while_a_migration_is_missing(client, embedded, monkeypatch):
    more = parts.expected_migrations() | {("projects", "9999_not_applied")}
    monkeypatch.setattr(parts, "expected_migrations", lambda: more)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "1 to apply")


@pytest.mark.django_db
def test_mail_that_is_not_configured_is_a_failing_check(client, embedded, settings):
    settings.MAIL_CONFIGURED = False

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["mail"]) == (503, "not configured")


@pytest.mark.django_db
def test_mail_server_is_greeted_and_sent_nothing(client, embedded, smtp_sink):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["mail"]) == (200, "ok")
    assert smtp_sink.received == []


@pytest.mark.django_db
def test_mail_server_that_refuses_is_a_failing_check(client, embedded, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = SMTP, free_port()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["mail"]) == (503, "ConnectionRefusedError")


@pytest.mark.django_db
def test_mail_server_that_hangs_delays_the_answer_by_seconds_only(client, embedded, settings):
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.EMAIL_BACKEND, settings.EMAIL_PORT = SMTP, silent.getsockname()[1]
        started = time.monotonic()
        answer = client.get("/readyz")
        took = time.monotonic() - started

    assert (answer.status_code, answer.json()["checks"]["mail"]) == (503, "SMTPServerDisconnected")
    # Its own deadline, far from the minutes that a socket would wait.
    assert took < 30


@pytest.fixture
def own_redis(settings):
    server, url = redis_server.start()
    settings.REDIS_URL = url
    with heartbeat.connect() as redis:
        pid = redis.info("server")["process_id"]
    yield pid
    os.kill(pid, signal.SIGCONT)
    server.stop()


@pytest.mark.django_db
def test_broker_that_hangs_is_told_and_asked_again_later(client, own_redis):
    os.kill(own_redis, signal.SIGSTOP)
    hanging = client.get("/readyz").json()["checks"]["broker"]
    os.kill(own_redis, signal.SIGCONT)
    cache.clear()
    answering = client.get("/readyz").json()["checks"]["broker"]

    assert hanging in ("TimeoutError", "no answer")
    assert answering == "ok"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "other", "what"),
    [("worker", "deliverer", "sweep"), ("deliverer", "worker", "round of deliveries")],
)
def test_each_worker_is_known_by_its_latest_round(client, own_redis, name, other, what):
    def told():
        cache.clear()
        answer = client.get("/readyz")
        return answer.status_code, answer.json()["checks"][name]

    heartbeat.mark_round(other)
    before = told()
    heartbeat.mark_round(name)
    after = told()
    with heartbeat.connect() as redis:
        redis.set(heartbeat.KEYS[name], int(time.time()) - 500)
    silent = told()

    assert before == (503, f"no {what} since the broker started")
    assert after == (200, "ok")
    assert silent[0] == 503
    assert silent[1].startswith(f"no {what} for 50")


@pytest.mark.django_db(transaction=True)
def test_deliverer_that_reads_for_hours_lives_by_its_claim(client, own_redis):
    heartbeat.mark_round()
    with heartbeat.connect() as redis:
        redis.set(heartbeat.KEYS["deliverer"], int(time.time()) - 5000)
    member = make_project().memberous_set.get()
    judged = QA2Round.objects.create(member_ous=member, number=9, opened_at=timezone.now())
    Delivery.objects.create(
        project=member.project,
        member_ous=member,
        qa2_round=judged,
        generation=1,
        state="checking",
        claim="a worker",
        heartbeat_at=timezone.now(),
    )

    def told():
        cache.clear()
        return client.get("/readyz").json()["checks"]["deliverer"]

    busy = told()
    Delivery.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=10))

    assert busy == "ok"
    assert told().startswith("no round of deliveries for 500")


@pytest.mark.django_db
def test_lost_broker_is_no_reason_to_sweep_not(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    sweep()

    assert not IngestJob.objects.exists()


def test_part_that_hangs_is_not_asked_twice(monkeypatch):
    monkeypatch.setattr(parts, "DEADLINE_S", 0.05)
    asked = []

    def hang():
        asked.append(1)
        time.sleep(1)
        return {"mail": "ok"}

    for name in ("_ask_database", "_ask_broker"):
        monkeypatch.setattr(parts, name, dict)
    monkeypatch.setattr(parts, "_ask_mail", hang)

    told = [parts.ask_parts().checks["mail"] for _ in range(3)]

    assert (told, len(asked)) == (["no answer"] * 3, 1)


@pytest.mark.django_db
def test_answer_is_remembered_for_a_moment(client, embedded, settings):
    first = client.get("/readyz").json()
    settings.MAIL_CONFIGURED = False

    assert client.get("/readyz").json() == first


@pytest.mark.django_db
def test_answer_holds_no_secret(client, settings):
    settings.REDIS_URL = "redis://:hunter22@127.0.0.1:1/0"
    settings.EMAIL_BACKEND, settings.EMAIL_HOST_PASSWORD = SMTP, "hunter22"
    settings.EMAIL_PORT = free_port()

    assert b"hunter22" not in client.get("/readyz").content
