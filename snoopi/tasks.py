"""Celery tasks: each takes ids, calls one service, and is safe twice and in parallel."""

import logging
import time

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from deliveries.services.blankets import carry_on_blankets
from deliveries.services.delivering import deliver_due
from deliveries.services.digests import tell_waiting
from deliveries.services.following import follow_log
from deliveries.services.reminding import note_periods
from deliveries.services.sending import send_due
from ingest import services
from ingest.models import IngestJob
from ingest.sources.errors import SourceBusy
from ingest.sources.ledger import due_names, keep_in_step
from ingest.sources.poll import poll
from projects.services.endings import tell_ended
from projects.services.season_acts import carry_on_acts
from projects.services.stage_ages import refresh_stage_ages
from qa.services.reviews import release_verdicts
from snoopi.celery import app
from snoopi.heartbeat import DELIVERER, mark_round
from snoopi.ringing import ring

logger = logging.getLogger(__name__)
# A round of it ends after so long, so that its worker comes to other things as well.
SEASON_SECONDS = 5.0


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
    mark_round()
    told = release_verdicts()
    if told:
        logger.info("the hold of %s QA2 verdicts is over", told)
    ended = tell_ended()
    if ended:
        logger.info("%s delegations came to their end", ended)
    while (job := services.claim_next_job()) is not None:
        _run(job)


@app.task(name="snoopi.tasks.deliver", expires=5)
def deliver() -> None:
    """Open, check and complete whatever deliveries are due; others may do so at once.

    Each rings for its mail as it is complete: the next may take an hour to check.
    """
    mark_round(DELIVERER)
    delivered = deliver_due(on_delivery=lambda: ring(send_mail, expires=60))
    if delivered:
        logger.info("%s deliveries are complete", delivered)


@app.task(name="snoopi.tasks.lengthen", expires=5)
def lengthen() -> None:
    """Do the next part of the blanket extensions under way; others may do so at once."""
    made = carry_on_blankets()
    if made:
        logger.info("blanket extensions: %s periods lengthened", made)


@app.task(name="snoopi.tasks.end_seasons", expires=5)
def end_seasons() -> None:
    """Do the next parts of the acts on seasons under way; others may do so at once."""
    until = time.monotonic() + SEASON_SECONDS
    while carry_on_acts() and time.monotonic() < until:
        logger.info("an act on a season goes on")


@app.task(name="snoopi.tasks.refresh_ages")
def refresh_ages() -> None:
    """Compute anew how long things of a cycle stay in a stage."""
    logger.info("stage ages: %s lines", refresh_stage_ages())


@app.task(
    name="snoopi.tasks.send_mail",
    autoretry_for=(DatabaseError,),
    retry_backoff=True,
    max_retries=3,
    time_limit=900,
)
def send_mail() -> None:
    """Write the notices that follow from the log, and send what is due."""
    follow_log()
    done = send_due()
    if done.problem:
        logger.warning("mail: %s sent, the rest waits: %s", done.sent, done.problem)
    elif done.sent or done.failed or done.put_off:
        logger.info("mail: %s sent, %s failed, %s wait", done.sent, done.failed, done.put_off)


@app.task(name="snoopi.tasks.remind", time_limit=900)
def remind() -> None:
    """Write the reminders and digests that are due; a round of the mail sends them."""
    now = timezone.now()
    noted, written = note_periods(now), tell_waiting(now)
    if noted or written:
        logger.info("reminders: %s lines noted, %s mails written", noted, written)
        ring(send_mail, expires=60)


@app.task(name="snoopi.tasks.poll_due_sources", expires=30)
def poll_due_sources() -> None:
    """Ring for every source that may be asked now; each is a task of its own."""
    keep_in_step(settings.INGEST_SOURCES)
    for name in due_names():
        poll_source.apply_async((name,), expires=60)


@app.task(name="snoopi.tasks.poll_source", time_limit=1800)
def poll_source(name: str) -> None:
    """Read one source for one round, if it is due and nobody else does."""
    setting = next((one for one in settings.INGEST_SOURCES if one.name == name), None)
    if setting is None:
        return
    try:
        outcome = poll(setting)
    except SourceBusy:
        return
    except Exception:
        # The outermost line: the source's row says what it was, the log says where.
        logger.exception("source %s failed", name)
    else:
        if not outcome.failure:
            logger.info("source %s: %s", name, outcome.report.counts())


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
