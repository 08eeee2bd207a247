"""A TAP service polled by a Celery worker of its own, as beat rings for it."""

import os
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from celery import Celery
from django.db import connection
from django.utils import timezone

from ingest.models import IngestJob, IngestSource
from snoopi.tasks import poll_due_sources
from tests.ingest.sources.conftest import Tap
from tests.ingest.sources.observatory import archive_rows, counts
from tests.ingest.waiting import wait_until
from tests.servers import worker
from tests.servers.processes import Server

EVERYTHING = (7, 14, 14, 28)
# Another database of the same Redis: the suite's own worker knows no sources.
_APART = "7"


@pytest.fixture
def bell(tap: Tap, worker_process: Server, transactional_db: None) -> Iterator[Celery]:
    """The bell of a worker whose settings name the service."""
    redis_url = f"{os.environ['REDIS_URL'].rstrip('/').rpartition('/')[0]}/{_APART}"
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    database_url = f"{base}/{quote(connection.settings_dict['NAME'])}"
    sources = f"alma=tap+{tap.url}#pause=0s&rows=20&every=1m"
    app = Celery("apart", broker=redis_url, set_as_current=False)
    server = worker.start(app, database_url, REDIS_URL=redis_url, INGEST_SOURCES=sources)
    yield app
    server.stop()
    app.close()


def ring(bell: Celery) -> None:
    """Let the source be due, and ring as beat does."""
    IngestSource.objects.update(next_at=timezone.now(), not_before=None)
    bell.send_task(poll_due_sources.name)


def test_worker_takes_all_of_a_service_stays_polite_and_goes_on_after_a_failure(
    tap: Tap, bell: Celery
) -> None:
    ring(bell)
    wait_until(lambda: IngestSource.objects.filter(claim="", succeeded_at__isnull=False).exists())
    assert counts() == EVERYTHING

    tap.service.fail("html")
    ring(bell)
    wait_until(lambda: IngestSource.objects.filter(claim="", failures=1).exists())
    row = IngestSource.objects.get()
    assert row.problem
    assert row.next_at > timezone.now()
    assert counts() == EVERYTHING

    tap.service.recover()
    tap.service.put(archive_rows(*range(1, 9)))
    ring(bell)
    wait_until(lambda: counts() == (8, 16, 16, 32))
    wait_until(lambda: IngestSource.objects.filter(claim="", failures=0).exists())
    assert IngestJob.objects.filter(fed_by=row).count() >= 2
