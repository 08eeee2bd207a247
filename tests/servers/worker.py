"""A Celery worker of its own process for one test run."""

import os
import sys
from pathlib import Path
from socket import gethostname

from celery import Celery

from tests.servers.processes import Server, new_folder

ROOT = Path(__file__).resolve().parents[2]


class WorkerSilent(Exception):
    """The worker does not answer yet."""


def start(app: Celery, database_url: str, **settings: str) -> Server:
    """Start a worker on that database and the suite's Redis and return it once it answers.

    ``app`` is how it is spoken to; ``settings`` are further variables of its environment.
    """
    command = [sys.executable, "-m", "celery", "-A", "snoopi.celery:app", "worker"]
    options = ["--concurrency=2", "--without-gossip", "--without-mingle", "--loglevel=INFO"]
    own = {"DATABASE_URL": database_url, "PYTHONPATH": str(ROOT), **settings}
    environment = os.environ | own
    server = Server([*command, *options], folder=new_folder("worker"), environment=environment)
    server.await_answer(lambda: ping(app), refused=WorkerSilent)
    return server


def ping(app: Celery, name: str | None = None) -> list[dict[str, str]]:
    """Return what the one worker, or the one of a name, says to a ping."""
    whom = [f"{name}@{gethostname()}"] if name else None
    said = app.control.broadcast("ping", destination=whom, reply=True, timeout=1, limit=1)
    replies = said or []
    if not replies:
        raise WorkerSilent("no reply to a ping")
    return [answer for reply in replies for answer in reply.values()]
