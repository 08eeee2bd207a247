"""The bell that wakes a worker. The tables are the queue: a lost ring delays, nothing more."""

import logging
import threading

from django.conf import settings
from django.db import close_old_connections, transaction
from kombu.exceptions import OperationalError

from snoopi.tasks import run_ingest, sweep

logger = logging.getLogger(__name__)
SWEEP_SECONDS = 1.0


def ring_ingest(job_id: int) -> None:
    """Wake a worker for a job once the transaction is committed."""
    transaction.on_commit(lambda: _ring(job_id))


def _ring(job_id: int) -> None:
    # Without Redis the server's own thread looks every second anyway.
    if not settings.REDIS_URL:
        return
    try:
        run_ingest.apply_async((job_id,), retry=False)
    except OperationalError:
        logger.warning("the broker is away; job %s waits for the next sweep", job_id)


class BackgroundThread(threading.Thread):
    """Does the workers' and the beat's work inside one process, where there is no Redis."""

    def __init__(self) -> None:
        super().__init__(name="snoopi-background", daemon=True)
        self.stopping = threading.Event()

    def run(self) -> None:
        """Sweep until told to stop; a failing sweep is logged and tried again."""
        while not self.stopping.wait(SWEEP_SECONDS):
            try:
                sweep()
            except Exception:
                # The outermost line of the thread: it must outlive any one failure.
                logger.exception("a sweep failed; the next one follows")
            finally:
                close_old_connections()

    def stop(self) -> None:
        """End after the work at hand."""
        self.stopping.set()
        self.join(timeout=30)
