"""Claims and rows of sources: one poll at a time, nothing lost with a worker."""

import socket
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from ingest.configured import parse_sources
from ingest.models import IngestJob, IngestSource
from ingest.services import open_job
from ingest.sources.errors import ClaimLost, SourceBusy
from ingest.sources.ledger import CLAIM_LASTS, claim, due_names, keep_in_step, poll_soon

pytestmark = pytest.mark.django_db
TWO = "a=https://h.example/a.json,b=https://h.example/b.json"


def enter(text: str) -> None:
    keep_in_step(parse_sources(text))


def test_rows_follow_the_setting_and_keep_their_history():
    enter(TWO)
    IngestSource.objects.filter(name="a").update(cursor={"digest": "x"}, failures=3)

    enter("b=https://h.example/b.json#every=1h")

    a, b = IngestSource.objects.order_by("name")
    assert (a.is_configured, a.cursor, a.failures) == (False, {"digest": "x"}, 3)
    assert (b.is_configured, b.every_s) == (True, 3600)
    enter(TWO)
    a.refresh_from_db()
    assert (a.is_configured, a.cursor) == (True, {"digest": "x"})


def test_another_address_begins_anew_and_ends_the_poll_under_way():
    enter("a=https://h.example/a.json")
    IngestSource.objects.update(cursor={"digest": "x"}, succeeded_at=timezone.now())
    held = claim("a")

    enter("a=https://h.example/other.json")

    row = IngestSource.objects.get()
    assert (row.cursor, row.succeeded_at, row.claim) == ({}, None, "")
    with pytest.raises(ClaimLost):
        held.save()


def test_claimed_source_and_its_host_are_busy_for_others():
    enter(f"{TWO},c=/data")
    claim("a")

    for name in ("a", "b"):
        with pytest.raises(SourceBusy):
            claim(name)
    assert claim("c").source.name == "c"


def test_database_keeps_to_one_poll_a_host():
    enter(TWO)

    with pytest.raises(IntegrityError, match="ingest_source_one_poll_a_host"):
        IngestSource.objects.update(claim="x:1:y")


def test_source_is_due_at_its_time_and_not_while_it_is_polled():
    enter(TWO)
    IngestSource.objects.filter(name="b").update(next_at=timezone.now() + timedelta(minutes=5))
    assert due_names() == ["a"]

    held = claim("a")
    assert due_names() == []
    held.succeed(is_behind=False)

    assert due_names() == []
    assert due_names(timezone.now() + timedelta(minutes=16)) == ["b", "a"]


def test_round_that_left_some_is_followed_at_once():
    enter("a=/data")

    claim("a").succeed(is_behind=True)

    row = IngestSource.objects.get()
    assert (row.succeeded_at, row.is_behind, due_names()) == (None, True, ["a"])


def test_claim_of_a_silent_worker_ends_and_its_job_with_it():
    enter("a=/data")
    first = claim("a")
    job = open_job("x", fed_by=first.source)
    elsewhere = "other-machine:1:abc"
    past = timezone.now() - CLAIM_LASTS - timedelta(seconds=1)
    IngestSource.objects.update(claim=elsewhere, heartbeat_at=timezone.now())
    with pytest.raises(SourceBusy):
        claim("a")
    IngestSource.objects.update(heartbeat_at=past)

    second = claim("a")

    job.refresh_from_db()
    assert (job.state, job.failure[:16]) == ("failed", "Its worker died;")
    assert second.source.claim == second.token
    with pytest.raises(ClaimLost):
        first.save()


def test_claim_of_a_process_that_is_gone_ends_at_once():
    enter("a=/data")
    IngestSource.objects.update(
        claim=f"{socket.gethostname()[:60]}:4194999:x", heartbeat_at=timezone.now()
    )

    assert claim("a").source.name == "a"


def test_poll_soon_asks_again_but_not_whom_it_shall_leave_alone():
    enter(TWO)
    later = timezone.now() + timedelta(hours=1)
    IngestSource.objects.update(next_at=later)
    IngestSource.objects.filter(name="b").update(not_before=later)

    told = [poll_soon(name=name) for name in ("a", "b", "c")]

    assert told == [True, False, False]
    assert due_names() == ["a"]


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_gets_the_source():
    enter(TWO)
    start, won = Barrier(4), []

    def take(name: str) -> None:
        try:
            start.wait()
            claim(name)
            won.append(name)
        except SourceBusy:
            pass
        finally:
            connection.close()

    threads = [Thread(target=take, args=(name,)) for name in "aabb"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1
    assert IngestSource.objects.exclude(claim="").count() == 1
    assert IngestJob.objects.count() == 0
