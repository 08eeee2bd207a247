"""Starts the embedded observatory: SQLite, one server, one background thread."""

import hashlib
import os
import secrets
import socket
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from accounts.services import set_demo_password
from projects.models import Project
from snoopi.bell import BackgroundThread
from snoopi.demo.build import build_demo
from snoopi.demo.wipe import OthersAreHere

WORKERS = 2


class Command(BaseCommand):
    help = "Brings the database up to date, fills in the demo observatory, and serves the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="leave the database as it is")

    def handle(self, *args: Any, **options: Any) -> None:
        _check_free(options["port"])
        call_command("migrate", verbosity=0, interactive=False)
        self._collect_static()
        if not options["no_demo"]:
            self._demo()
        port = options["port"]
        self.stdout.write(f"{_now()} SnooPI serves http://127.0.0.1:{port} (Ctrl-C ends it)")
        self.stdout.flush()
        background = None if settings.REDIS_URL else BackgroundThread()
        if background:
            background.start()
        try:
            _server(port).serve()
        finally:
            if background:
                background.stop()

    def _collect_static(self) -> None:
        """Collect static files when they differ from what was collected last."""
        stamp = settings.STATIC_ROOT / ".stamp"
        digest = _static_digest()
        if not stamp.exists() or stamp.read_text() != digest:
            # The interface is browsed with Swagger; the other browser that comes along is large.
            unused = ["redoc*"]
            call_command(
                "collectstatic",
                verbosity=0,
                interactive=False,
                clear=True,
                ignore_patterns=unused,
            )
            stamp.write_text(digest)

    def _make_demo(self, complete: Path) -> None:
        """Make the demo, or make it again where an earlier start was interrupted."""
        self.stdout.write(f"{_now()} making the demo observatory …")
        self.stdout.flush()
        try:
            build_demo()
        except OthersAreHere as problem:
            self.stderr.write(f"No demo: {problem}")
        else:
            complete.touch()

    def _demo(self) -> None:
        complete = settings.VAR_DIR / "demo" / "complete"
        if not complete.exists() and not Project.objects.filter(is_demo=False).exists():
            self._make_demo(complete)
        if not Project.objects.filter(is_demo=True).exists():
            return
        password = _demo_password(settings.VAR_DIR / "demo_password")
        accounts = set_demo_password(password=password)
        os.environ["SNOOPI_DEMO_PASSWORD"] = password
        self.stdout.write(f"Demo log-ins, all with the password {password}")
        for user in accounts:
            self.stdout.write(f"  {user.username:<10} {user.name}")


def _check_free(port: int) -> None:
    """Find out before minutes of work that somebody else has the port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise CommandError(f"Port {port} cannot be used ({reason}); choose another.") from None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _static_digest() -> str:
    """A digest over the names, sizes and times of all static files there are."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path))
            stat = file.stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _demo_password(kept: Path) -> str:
    """The demo's password: made once for this machine, so that none is published."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(f"demo-{secrets.token_hex(4)}")
        kept.chmod(0o600)
    return kept.read_text().strip()


def _server(port: int) -> Any:
    return Granian(
        "snoopi.wsgi:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=2,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    )
