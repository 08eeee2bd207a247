"""The command line of each of our own programs; docker-compose.yml has the same words."""

import sys
from pathlib import Path

_CELERY = ("-m", "celery", "--quiet", "-A", "snoopi.celery:app")
# Checksums of large packages take long: ingest, sweeps and mail do not wait behind them.
QUICK, SLOW = ("celery", "mail", "sources"), ("deliveries",)


def web(*where: str, workers: int) -> list[str]:
    """The web server at an address and port, or on a socket."""
    return [sys.executable, "-m", "snoopi.serve.web", *where, "--workers", str(workers)]


def worker(name: str, queues: tuple[str, ...] = QUICK) -> list[str]:
    """A Celery worker that does two tasks at once, so that a long one does not stop the sweeps."""
    served = f"--queues={','.join(queues)}"
    quiet = ("--without-gossip", "--without-mingle", "--concurrency=2", "--loglevel=INFO")
    return [sys.executable, *_CELERY, "worker", f"--hostname={name}@%h", served, *quiet]


def beat(schedule: Path) -> list[str]:
    """The clock of the periodic tasks; there is one of it."""
    kept = (f"--schedule={schedule}", "--pidfile=", "--loglevel=INFO")
    return [sys.executable, *_CELERY, "beat", *kept]


def manage(*words: str) -> list[str]:
    """A management command."""
    return [sys.executable, "manage.py", *words]
