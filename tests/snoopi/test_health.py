"""Liveness and readiness."""

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from ingest.models import IngestJob


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


@pytest.mark.django_db
def test_readyz_names_each_part_and_the_newest_ingest(client, settings):
    settings.REDIS_URL = ""
    ended = timezone.now().replace(year=2026, month=3, day=1, hour=12, minute=0, second=5)
    IngestJob.objects.create(source="old", state="done", finished_at=ended.replace(year=2025))
    IngestJob.objects.create(source="new", state="done", finished_at=ended)
    IngestJob.objects.create(source="bad", state="failed", finished_at=ended.replace(year=2027))

    answer = client.get("/readyz")

    body = answer.json()
    assert (answer.status_code, body["ready"]) == (200, True)
    assert body["checks"]["database"] == "ok"
    assert body["checks"]["broker"] == "not used"
    assert body["newest_ingest"] == "2026-03-01T12:00:05Z"


@pytest.mark.django_db
def test_readyz_without_any_ingest_says_none(client):
    assert client.get("/readyz").json()["newest_ingest"] is None


@pytest.mark.django_db
def test_readyz_is_503_when_the_broker_is_away(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/readyz")

    body = answer.json()
    assert (answer.status_code, body["ready"], body["checks"]["database"]) == (503, False, "ok")
    assert body["checks"]["broker"] == "ConnectionError"


@pytest.mark.django_db
def test_readyz_is_503_when_the_database_is_away(client, settings, monkeypatch):
    settings.REDIS_URL = ""

    def away() -> None:
        raise OperationalError

    # The edge of the building: a database that answers nobody.
    monkeypatch.setattr(connection, "cursor", away)

    answer = client.get("/readyz")

    body = answer.json()
    assert (answer.status_code, body["ready"]) == (503, False)
    assert body["checks"]["database"] == "OperationalError"
    assert body["newest_ingest"] is None
