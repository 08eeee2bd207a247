"""Celery tasks: each takes ids, calls one service, and is safe twice and in parallel."""

import logging

from django.conf import settings
from django.db import DatabaseError

from ingest import services
from ingest.models import IngestJob
from snoopi.celery import app

logger = logging.getLogger(__name__)


@app.task(
    name="snoopi.tasks.run_ingest",
    autoretry_for=(DatabaseError,),
    retry_backoff=True,
    max_retries=5,
)
def run_ingest(job_id: int) -> None:
    """Run one queued ingest job, if nobody else has taken it."""
    job = services.claim_job(job_id)
    if job is not None:
        _run(job)


@app.task(name="snoopi.tasks.sweep")
def sweep() -> None:
    """Do whatever the tables still hold: what a lost bell left behind."""
    while (job := services.claim_next_job()) is not None:
        _run(job)


def _run(job: IngestJob) -> None:
    try:
        services.run_job(job)
    except DatabaseError:
        # The database was away or busy: nothing is wrong with the job, it goes back in line.
        services.requeue_job(pk=job.pk)
        raise
    except Exception as problem:
        # The outermost line: whatever went wrong, staff must find it on the job's row.
        services.fail_job(pk=job.pk, reason=f"{type(problem).__name__}: {problem}")
        logger.exception("ingest job %s failed", job.pk)
        if settings.DEBUG:
            raise
    else:
        logger.info("ingest job %s: %s", job.pk, job.state)
