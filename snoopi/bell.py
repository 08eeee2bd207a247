"""The bell that wakes a worker. The tables are the queue: a lost ring delays, nothing more."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections, transaction

from ingest.sources.ledger import due_names, keep_in_step
from snoopi.ringing import ring
from snoopi.tasks import (
    deliver,
    end_seasons,
    lengthen,
    poll_source,
    refresh_ages,
    remind,
    run_ingest,
    send_mail,
    sweep,
)

logger = logging.getLogger(__name__)
SWEEP_SECONDS = 1.0
AGES_SECONDS = 3600.0
REMIND_SECONDS = 300.0


def ring_ingest(job_id: int) -> None:
    """Wake a worker for a job once the transaction is committed."""
    transaction.on_commit(lambda: ring(run_ingest, job_id))


def ring_sweep() -> None:
    """Wake a worker for whatever the tables hold; it need not listen yet."""
    ring(sweep, expires=600)


def ring_hold(ends_at: datetime | None) -> None:
    """Wake a worker at the end of a hold, once the decision that began it is committed.

    It tells of the verdict and delivers what is ready in one go.
    """
    if ends_at is not None:
        late = ends_at + timedelta(minutes=10)
        transaction.on_commit(lambda: ring(deliver, eta=ends_at, expires=late))


def ring_deliveries() -> None:
    """Wake a worker for deliveries once the transaction is committed."""
    transaction.on_commit(lambda: ring(deliver))


def ring_blankets() -> None:
    """Wake a worker for blanket extensions once the transaction is committed."""
    transaction.on_commit(lambda: ring(lengthen))


def ring_seasons() -> None:
    """Wake a worker for acts on seasons once the transaction is committed."""
    transaction.on_commit(lambda: ring(end_seasons))


def ring_source(name: str) -> None:
    """Wake a worker for a source that shall be asked now."""
    ring(poll_source, name, expires=60)


def ring_mail() -> None:
    """Wake a worker for the mail once the transaction is committed."""
    transaction.on_commit(lambda: ring(send_mail, expires=60))


class RoundThread:
    """A thread for rounds of one task, so that one which takes long holds up nothing else."""

    def __init__(self, name: str, do: Callable[[], object]) -> None:
        self._name, self._do = name, do
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Start a round, unless one is under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._round, name=self._name, daemon=True)
            self._thread.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the round that is under way."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _round(self) -> None:
        try:
            self._do()
        except DatabaseError:
            logger.exception("%s: the database is away", self._name)
        except Exception:
            # The outermost line of the thread: the next round tries again.
            logger.exception("%s: a round failed; the next one follows", self._name)
        finally:
            connections.close_all()


class SourceThreads:
    """A thread for each source while it is asked, so that a slow one holds up nothing."""

    def __init__(self) -> None:
        self._threads: dict[str, threading.Thread] = {}
        self._is_in_step = False

    def ring(self) -> None:
        """Start a round of every source that may be asked now."""
        if not self._is_in_step:
            keep_in_step(settings.INGEST_SOURCES)
            self._is_in_step = True
        for name in due_names() if settings.INGEST_SOURCES else []:
            if name in self._threads and self._threads[name].is_alive():
                continue
            # A round may wait for its service: the end of the server does not wait for it.
            thread = threading.Thread(
                target=_poll, args=(name,), name=f"source-{name}", daemon=True
            )
            self._threads[name] = thread
            thread.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the rounds that have begun."""
        for thread in self._threads.values():
            thread.join(timeout)


def _poll(name: str) -> None:
    try:
        poll_source(name)
    except DatabaseError:
        logger.exception("source %s: the database is away", name)
    finally:
        connections.close_all()


class BackgroundThread(threading.Thread):
    """Does the workers' and the beat's work inside one process, where there is no Redis."""

    def __init__(self) -> None:
        super().__init__(name="snoopi-background", daemon=True)
        self.stopping = threading.Event()
        self.ages_due = self.reminders_due = time.monotonic()
        self.sources = SourceThreads()
        self.mail = RoundThread("mail", send_mail)
        self.deliveries = RoundThread("deliveries", deliver)

    def run(self) -> None:
        """Sweep until told to stop; a failing sweep is logged and tried again."""
        while not self.stopping.wait(SWEEP_SECONDS):
            try:
                self.deliveries.ring()
                self.mail.ring()
                sweep()
                lengthen()
                end_seasons()
                self._refresh_ages()
                self._remind()
                self.sources.ring()
            except Exception:
                # The outermost line of the thread: it must outlive any one failure.
                logger.exception("a sweep failed; the next one follows")
            finally:
                close_old_connections()

    def _refresh_ages(self) -> None:
        """What beat does now and then where there is one."""
        if time.monotonic() >= self.ages_due:
            self.ages_due = time.monotonic() + AGES_SECONDS
            refresh_ages()

    def _remind(self) -> None:
        if time.monotonic() >= self.reminders_due:
            self.reminders_due = time.monotonic() + REMIND_SECONDS
            remind()

    def stop(self) -> None:
        """End after the work at hand."""
        self.stopping.set()
        self.join(timeout=30)
        self.mail.join(timeout=30)
        # Its check may take an hour more; the next start begins it anew.
        self.deliveries.join(timeout=5)
