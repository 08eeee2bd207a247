"""The parts that the site stands on, each asked in a thread of its own until a deadline.

A part that hangs is “no answer” and is not asked again before it has ended, so a monitor
that asks for hours costs one thread. Answers name the kind of a failure, never its text.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from smtplib import SMTPException
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from redis import RedisError

from deliveries.models import Delivery
from ingest.models import IngestJob, JobState
from ingest.sources.ages import late_sources
from snoopi import heartbeat
from snoopi.pages.remembered import remembered

logger = logging.getLogger(__name__)
DEADLINE_S = 3.0
SILENT = "no answer"
NOT_USED = "not used"
NOT_CONFIGURED = "not configured"
# Where mail goes that no server takes; good, because somebody said so.
_KEPT_MAIL = {
    "filebased": "files",
    "console": "console",
    "dummy": "discarded",
    "locmem": "memory",
}
GOOD = frozenset({"ok", NOT_USED, *_KEPT_MAIL.values()})
# A mail server counts log-ins; it is not asked with every look.
_MAIL_REMEMBERED_S = 30

Told = dict[str, Any]
_PARTS = ("database", "migrations", "broker", *heartbeat.KEYS, "mail")


@dataclass(frozen=True, slots=True)
class Answers:
    """What each part says; how old what was read is, None where the database is silent."""

    checks: dict[str, str]
    newest_ingest: datetime | None
    overdue_sources: int | None


def ask_parts() -> Answers:
    """Answer what each part says, within the deadline."""
    told: Told = dict.fromkeys(_PARTS, SILENT)
    deadline = time.monotonic() + DEADLINE_S
    for thread in [_started(ask, told) for ask in (_ask_database, _ask_broker, _ask_mail)]:
        thread.join(max(0.0, deadline - time.monotonic()))
    # A thread that answers after all may no longer change the answer.
    told = dict(told)
    newest, overdue = told.pop("newest", None), told.pop("overdue", None)
    # Large packages may keep it from its next round for hours; their claims tell that it lives.
    is_checking = told.pop("checking", False)
    if is_checking and told["deliverer"] != SILENT:
        told["deliverer"] = "ok"
    return Answers(told, newest, overdue)


_asking: dict[str, Thread] = {}


def _started(ask: Callable[[], Told], told: Told) -> Thread:
    """Answer a thread that asks, or the one that still waits for its answer."""
    name = ask.__name__
    waiting = _asking.get(name)
    if waiting is not None and waiting.is_alive():
        return waiting
    thread = Thread(target=_note_answer, args=(ask, told), name=name, daemon=True)
    _asking[name] = thread
    thread.start()
    return thread


def _note_answer(ask: Callable[[], Told], told: Told) -> None:
    try:
        told |= ask()
    except Exception:
        # The outermost line of the thread: the part stays silent, the log says why.
        logger.exception("a part could not be asked")
    finally:
        connections.close_all()


def _ask_database() -> Told:
    try:
        missing = expected_migrations() - set(MigrationRecorder(connection).applied_migrations())
        if missing:
            return {"database": "ok", "migrations": f"{len(missing)} to apply"}
        return {"database": "ok", "migrations": "ok"} | _told_by_tables()
    except DatabaseError as problem:
        return {"database": type(problem).__name__}


@cache
def expected_migrations() -> set[tuple[str, str]]:
    """The migrations that the code brings along, as (app, name)."""
    return set(MigrationLoader(None).disk_migrations)


def _told_by_tables() -> Told:
    done = IngestJob.objects.filter(state=JobState.DONE).order_by("-finished_at")
    newest = done.values_list("finished_at", flat=True).first()
    lately = timezone.now() - timedelta(seconds=heartbeat.SILENT_AFTER_S)
    checked = Delivery.objects.exclude(claim="").filter(heartbeat_at__gte=lately)
    return {
        "newest": newest,
        "overdue": len(late_sources(settings.INGEST_SOURCES)),
        "checking": checked.exists(),
    }


def _ask_broker() -> Told:
    if not settings.REDIS_URL:
        return {"broker": NOT_USED, **dict.fromkeys(heartbeat.KEYS, NOT_USED)}
    try:
        with heartbeat.connect() as redis:
            states = {name: heartbeat.worker_state(redis, name) for name in heartbeat.KEYS}
            return {**states, "broker": "ok"}
    except (RedisError, OSError) as problem:
        return {"broker": type(problem).__name__}


def _ask_mail() -> Told:
    if not settings.MAIL_CONFIGURED:
        return {"mail": NOT_CONFIGURED}
    backend = settings.EMAIL_BACKEND.split(".")[-2]
    if backend in _KEPT_MAIL:
        return {"mail": _KEPT_MAIL[backend]}
    return {"mail": remembered("mail-server", _MAIL_REMEMBERED_S, _greet_mail_server)}


def _greet_mail_server() -> str:
    """Log in where mail would be handed over, and hand over nothing."""
    server = get_connection(timeout=2)
    try:
        server.open()
        server.close()
    except (SMTPException, OSError) as problem:
        return type(problem).__name__
    return "ok"
