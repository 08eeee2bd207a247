"""Jobs: one winner per claim, nothing lost with a worker, a report that stays."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from ingest.models import IngestJob, IngestProblem, JobState
from ingest.readers import Source, UnreadableSource
from ingest.services import (
    STALE_AFTER,
    claim_job,
    claim_next_job,
    fail_job,
    note_unreadable,
    run_job,
    run_source,
    submit_body,
)
from projects.models import MemberOUS, Project
from snoopi import bell
from snoopi.celery import app
from snoopi.tasks import run_ingest, sweep
from tests.factories import make_user
from tests.ingest.bundles import CODE, MEMBER, everything
from tests.ingest.readers.makers import native
from tests.ingest.waiting import wait_until

pytestmark = pytest.mark.django_db
BODY = native({"code": CODE, "member_ous": [{"uid": MEMBER}]}).encode()


def a_job(body: bytes = BODY, **facts: object) -> IngestJob:
    """A queued job."""
    job = submit_body(body=body, source="posted.json", user=None)
    IngestJob.objects.filter(pk=job.pk).update(**facts)
    job.refresh_from_db()
    return job


def a_claimed_job(body: bytes = BODY) -> IngestJob:
    """A job that a worker has taken."""
    claim_job(a_job(body).pk)
    return IngestJob.objects.latest("pk")


def test_body_is_queued_for_whoever_sent_it():
    admin = make_user("admin", roles=["admin"])

    job = submit_body(body=BODY, source="x" * 600, user=admin, format_name="json")

    job.refresh_from_db()
    assert (job.state, bytes(job.body or b""), job.requested_by) == (JobState.QUEUED, BODY, admin)
    assert (job.source, job.format) == ("x" * 500, "json")


def test_oldest_job_is_claimed_first_and_each_once():
    first, second = a_job(), a_job()

    claimed = [claim_next_job() for _ in range(3)]

    assert claimed == [first, second, None]
    assert {row.state for row in IngestJob.objects.all()} == {JobState.RUNNING}


@pytest.mark.parametrize("state", ["running", "done", "failed"])
def test_job_that_is_not_queued_is_nobodys_to_claim(state):
    job = a_job(state=state)

    assert claim_job(job.pk) is None


def test_job_of_a_silent_worker_is_claimed_again():
    stale = a_job()
    claim_job(stale.pk)
    past = timezone.now() - STALE_AFTER - timedelta(seconds=1)
    IngestJob.objects.update(heartbeat_at=past, started_at=past)

    assert claim_next_job() == stale
    assert claim_next_job() is None


def test_job_of_a_living_worker_stays_with_it():
    job = a_job()
    claim_job(job.pk)
    IngestJob.objects.update(started_at=timezone.now() - timedelta(days=1))

    assert claim_next_job() is None


def test_job_that_ran_says_what_it_did_and_lets_its_body_go():
    job = a_claimed_job()

    run_job(job)

    job.refresh_from_db()
    assert (job.state, job.format, job.body, job.failure) == (JobState.DONE, "json", None, "")
    assert job.report == {
        "created": {"project": 1, "member_ous": 1},
        "updated": {},
        "unchanged": {},
        "superseded": {},
    }
    assert (job.projects_done, job.projects_total) == (1, 1)
    assert IngestJob.objects.filter(started_at__lte=F("finished_at")).count() == 1
    assert MemberOUS.objects.get().uid == MEMBER


def test_job_run_again_after_a_crash_changes_nothing_more():
    run_job(a_claimed_job())
    before = everything()
    again = a_claimed_job()

    run_job(again)

    again.refresh_from_db()
    assert again.report["unchanged"] == {"project": 1, "member_ous": 1}
    assert everything() == before


def test_body_that_cannot_be_read_fails_the_job_with_one_problem():
    job = a_claimed_job(b"\x00\xff\x00")

    run_job(job)

    job.refresh_from_db()
    assert (job.state, job.body) == (JobState.FAILED, None)
    assert [(row.record, row.reason) for row in job.problems.all()] == [("", job.failure)]
    assert job.failure != ""


def test_rejected_records_are_kept_with_the_job():
    body = native({"code": CODE, "member_ous": [{"uid": MEMBER}, {"uid": "not a uid"}]})
    job = a_claimed_job(body.encode())

    run_job(job)

    job.refresh_from_db()
    assert (job.state, job.problems.count()) == (JobState.DONE, 1)
    assert job.problems.get().record != ""
    assert MemberOUS.objects.count() == 1


def test_job_asked_for_in_another_format_fails():
    job = a_job()
    IngestJob.objects.update(format="aot")

    claim_job(job.pk)
    job.refresh_from_db()
    run_job(job)

    job.refresh_from_db()
    assert (job.state, Project.objects.count()) == (JobState.FAILED, 0)


def test_job_that_fails_for_a_reason_nobody_foresaw_says_it():
    job = a_job()

    fail_job(pk=job.pk, reason="MemoryError: too much")

    job.refresh_from_db()
    assert (job.state, job.failure, job.body) == (JobState.FAILED, "MemoryError: too much", None)


def test_source_run_now_leaves_a_finished_job_and_tells_its_progress():
    steps: list[tuple[int, int]] = []

    reading, report = run_source(
        Source.from_bytes("x.json", BODY), progress=lambda *step: steps.append(step)
    )

    job = IngestJob.objects.get()
    assert (job.source, job.state, reading.format) == ("x.json", JobState.DONE, "json")
    assert (steps, report.created) == ([(1, 1)], {"project": 1, "member_ous": 1})


def test_dry_run_leaves_neither_job_nor_row():
    _, report = run_source(Source.from_bytes("x.json", BODY), dry_run=True)

    assert report.created == {"project": 1, "member_ous": 1}
    assert (IngestJob.objects.count(), Project.objects.count()) == (0, 0)


def test_source_that_cannot_be_read_is_noted_and_raised():
    with pytest.raises(UnreadableSource):
        run_source(Source.from_bytes("x.bin", b"\x00\x01"))

    job = IngestJob.objects.get()
    assert (job.state, job.problems.count()) == (JobState.FAILED, 1)


def test_source_that_cannot_be_opened_is_noted():
    job = note_unreadable(source="nowhere", reason="There is no such file.")

    assert (job.state, job.failure) == (JobState.FAILED, "There is no such file.")
    assert str(IngestProblem.objects.get()) == "nowhere: There is no such file."


def test_database_refuses_an_unknown_state():
    with pytest.raises(IntegrityError, match="ingest_job_state_known"):
        IngestJob.objects.create(source="x", state="asleep")


def test_sweep_does_all_that_is_queued():
    jobs = [a_job(), a_job(b"\x00"), a_job()]

    sweep()

    states = IngestJob.objects.order_by("pk").values_list("pk", "state")
    assert list(states) == [
        (jobs[0].pk, JobState.DONE),
        (jobs[1].pk, JobState.FAILED),
        (jobs[2].pk, JobState.DONE),
    ]


def test_task_that_comes_twice_runs_the_job_once():
    job = a_job()

    run_ingest(job.pk)
    run_ingest(job.pk)

    assert Project.objects.count() == 1
    assert IngestJob.objects.get().report["created"] == {"project": 1, "member_ous": 1}


def test_task_for_a_job_that_is_gone_does_nothing():
    run_ingest(10**9)

    assert Project.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_have_one_winner():
    job = a_job()
    together, won = Barrier(2), []

    def claim() -> None:
        together.wait()
        won.append(claim_job(job.pk))
        connection.close()

    workers = [Thread(target=claim) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(row is not None for row in won) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_broker_that_is_away_leaves_the_job_to_the_sweep(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    # The edge of the building: nothing listens behind this broker's address.
    monkeypatch.setattr(run_ingest, "apply_async", raising(OperationalError("no broker")))
    job = a_job()

    bell.ring_ingest(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    sweep()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def raising(problem: Exception) -> Callable[..., None]:
    """A function that does nothing but fail."""

    def fail(*args: object, **options: object) -> None:
        raise problem

    return fail


def test_bell_rings_after_commit_and_only_where_there_is_redis(
    settings, monkeypatch, django_capture_on_commit_callbacks
):
    rung: list[tuple[int]] = []
    monkeypatch.setattr(run_ingest, "apply_async", lambda args, **_: rung.append(args))
    for url in ("", "redis://somewhere"):
        settings.REDIS_URL = url
        with django_capture_on_commit_callbacks(execute=True):
            bell.ring_ingest(7)
            assert rung == []

    assert rung == [(7,)]


@pytest.mark.django_db(transaction=True)
def test_background_thread_does_what_is_queued_and_ends_when_told(monkeypatch):
    monkeypatch.setattr(bell, "SWEEP_SECONDS", 0.01)
    job = a_job()
    thread = bell.BackgroundThread()

    thread.start()
    wait_until(IngestJob.objects.filter(pk=job.pk, state=JobState.DONE).exists)
    thread.stop()

    assert thread.is_alive() is False


def test_background_thread_refreshes_usual_ages_now_and_then(monkeypatch):
    refreshed: list[int] = []
    monkeypatch.setattr(bell, "refresh_ages", lambda: refreshed.append(len(refreshed)))
    thread = bell.BackgroundThread()

    thread._refresh_ages()
    thread._refresh_ages()
    assert refreshed == [0]
    thread.ages_due -= bell.AGES_SECONDS
    thread._refresh_ages()
    thread._refresh_ages()

    assert refreshed == [0, 1]


def test_beat_knows_every_task_by_name(settings):
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {"snoopi.tasks.sweep", "snoopi.tasks.refresh_ages"} <= named <= set(app.tasks)


def test_posted_body_is_done_by_a_real_worker(worker):
    job = a_job()

    bell.ring_ingest(job.pk)
    wait_until(IngestJob.objects.exclude(finished_at=None).exists)

    job.refresh_from_db()
    assert (job.state, job.report["created"]) == (
        JobState.DONE,
        {"project": 1, "member_ous": 1},
    )
