"""Jobs: one source each, queued in a table, claimed, read, loaded, reported."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from ingest.loader import Progress, load
from ingest.models import IngestJob, IngestProblem, IngestSource, JobState
from ingest.readers import Source, UnreadableSource, read_source
from ingest.records import Reading
from ingest.report import Report

# A running job shows life with every project; its longest silence is reading one body.
STALE_AFTER = timedelta(minutes=5)
MAX_ATTEMPTS = 3
_PROBLEMS_KEPT = 10_000


def submit_body(*, body: bytes, source: str, user: User | None, format_name: str = "") -> IngestJob:
    """Queue a posted body and answer its job; the caller rings the bell after commit."""
    return IngestJob.objects.create(
        source=shown(source), body=body, requested_by=user, format=format_name
    )


def shown(name: str) -> str:
    """A source's name as a table can hold it: file names may be any bytes."""
    return name.encode("utf-8", "backslashreplace").decode().replace("\x00", "")[:500]


def run_source(
    source: Source,
    *,
    format_name: str | None = None,
    dry_run: bool = False,
    user: User | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Reading, Report]:
    """Read and load one source now, leaving a finished job; a dry run leaves nothing.

    Raises UnreadableSource after noting it as a failed job with one problem.
    """
    if dry_run:
        reading = read_source(source, format_name)
        return reading, load(reading, dry_run=True)
    job = open_job(source.name, format_name=format_name or "", user=user)
    return _run(job, source, progress)


def open_job(
    source: str,
    *,
    format_name: str = "",
    user: User | None = None,
    fed_by: IngestSource | None = None,
) -> IngestJob:
    """Answer a running job for what its caller reads now."""
    return IngestJob.objects.create(
        source=shown(source),
        format=format_name,
        state=JobState.RUNNING,
        started_at=timezone.now(),
        requested_by=user,
        fed_by=fed_by,
    )


def load_part(job: IngestJob, reading: Reading, report: Report, alive: Callable[[], None]) -> None:
    """Load one part of what a job reads in parts; ``report`` takes over what was done.

    ``alive`` is called with every project.
    """
    before = job.projects_done
    job.projects_total = before + len(reading.bundles)

    def tell(done: int) -> None:
        job.projects_done = before + done
        alive()

    report.add(load(reading, progress=tell))
    values = {"projects_total": job.projects_total, "projects_done": job.projects_done}
    IngestJob.objects.filter(pk=job.pk).update(
        **values, report=report.counts(), heartbeat_at=timezone.now()
    )


def finish_job(job: IngestJob, report: Report, failure: str = "") -> None:
    """End a job that was opened; what was good of a failed one stays."""
    _finish(job, report, failure)


def claim_next_job() -> IngestJob | None:
    """Claim the oldest queued job, or one whose worker died; None where there is none.

    The claim is a conditional update, so two workers never take the same job.
    """
    _requeue_stale_jobs()
    for pk in (
        IngestJob.objects.filter(state=JobState.QUEUED)
        .order_by("pk")
        .values_list("pk", flat=True)[:10]
    ):
        claimed = claim_job(pk)
        if claimed is not None:
            return claimed
    return None


def _requeue_stale_jobs() -> None:
    """Queue again what a killed worker left; its finished projects are found unchanged."""
    running = IngestJob.objects.filter(state=JobState.RUNNING, body__isnull=False)
    silent = running.filter(heartbeat_at__lt=timezone.now() - STALE_AFTER)
    for job in silent.filter(attempts__gte=MAX_ATTEMPTS):
        _finish(job, Report(), failure=f"Its worker died {job.attempts} times.")
    silent.update(state=JobState.QUEUED)


def requeue_job(*, pk: int) -> None:
    """Put a running job back in line; the next sweep takes it."""
    IngestJob.objects.filter(pk=pk, state=JobState.RUNNING).update(state=JobState.QUEUED)


def claim_job(pk: int) -> IngestJob | None:
    """Claim one queued job; None where somebody else has it."""
    mine = IngestJob.objects.filter(pk=pk, state=JobState.QUEUED)
    now = timezone.now()
    claim = {"state": JobState.RUNNING, "started_at": now, "heartbeat_at": now}
    if not mine.update(**claim, attempts=F("attempts") + 1):
        return None
    return IngestJob.objects.get(pk=pk)


def run_job(job: IngestJob) -> IngestJob:
    """Read and load a claimed job's body; safe to do again after a crash."""
    source = Source.from_bytes(job.source, bytes(job.body or b""))
    # A source that cannot be read is a result like any other: it stands on the job's row.
    with suppress(UnreadableSource):
        _run(job, source, lambda done, total: None)
    return job


def abandon_jobs(*, fed_by: IngestSource) -> None:
    """End the jobs that a killed worker left of a source; what they had read stays."""
    words = "Its worker died; what it had read is kept, and the next round goes on from there."
    fed_by.jobs.filter(state=JobState.RUNNING).update(
        state=JobState.FAILED, failure=words, finished_at=timezone.now()
    )


def fail_job(*, pk: int, reason: str) -> None:
    """Mark a job as failed for a reason that nobody foresaw."""
    job = IngestJob.objects.get(pk=pk)
    _finish(job, Report(), failure=reason)


def _run(
    job: IngestJob, source: Source, progress: Callable[[int, int], None]
) -> tuple[Reading, Report]:
    try:
        reading = read_source(source, job.format or None)
    except UnreadableSource as problem:
        _finish(job, Report(), failure=problem.reason)
        raise
    total = len(reading.bundles)
    IngestJob.objects.filter(pk=job.pk).update(projects_total=total, format=reading.format)
    job.projects_total, job.format = total, reading.format
    report = load(reading, progress=_reporter(job, total, progress))
    _finish(job, report)
    return reading, report


def _reporter(job: IngestJob, total: int, progress: Callable[[int, int], None]) -> Progress:
    """Tell the caller of every project, the job's row of every hundredth part."""
    every = max(1, total // 100)
    mine = IngestJob.objects.filter(pk=job.pk)

    def tell(done: int) -> None:
        progress(done, total)
        if done % every == 0 or done == total:
            mine.update(projects_done=done, heartbeat_at=timezone.now())

    return tell


@transaction.atomic
def _finish(job: IngestJob, report: Report, failure: str = "") -> None:
    job.state = JobState.FAILED if failure else JobState.DONE
    job.failure, job.report, job.body = failure, report.counts(), None
    job.finished_at = timezone.now()
    job.projects_done = job.projects_total or 0
    job.save(update_fields=["state", "failure", "report", "body", "finished_at", "projects_done"])
    problems = [IngestProblem(job=job, reason=failure)] if failure else []
    problems += [
        IngestProblem(job=job, record=shown(row.record)[:300], reason=shown(row.reason))
        for row in report.rejected[:_PROBLEMS_KEPT]
    ]
    IngestProblem.objects.bulk_create(problems, batch_size=1000)


def note_unreadable(*, source: str, reason: str, fed_by: IngestSource | None = None) -> IngestJob:
    """Leave a failed job with one problem for a source that could not even be opened."""
    job = IngestJob.objects.create(source=shown(source), started_at=timezone.now(), fed_by=fed_by)
    _finish(job, Report(), failure=reason)
    return job
