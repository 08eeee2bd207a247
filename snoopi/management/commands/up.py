"""Starts the embedded observatory: SQLite, one server, one background thread."""

import os
import secrets
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.services import set_demo_password
from projects.models import Project
from snoopi.bell import BackgroundThread
from snoopi.demo.build import build_demo
from snoopi.demo.mirrors import demo_mirrors
from snoopi.demo.wipe import OthersAreHere
from snoopi.environment import read_mirrors
from snoopi.serve.ports import check_free
from snoopi.serve.web import build_server
from snoopi.static_build import collect_static

WORKERS = 2


class Command(BaseCommand):
    help = "Brings the database up to date, fills in the demo observatory, and serves the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="leave the database as it is")

    def handle(self, *args: Any, **options: Any) -> None:
        check_free("127.0.0.1", options["port"])
        call_command("migrate", verbosity=0, interactive=False)
        collect_static()
        if not options["no_demo"]:
            _settle_demo()
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


def _settle_demo() -> None:
    """Give the demo mirrors and a hold of its own where none are configured.

    Servers that are forked from this process take its settings, others its environment.
    """
    if not settings.ARC_MIRRORS:
        os.environ["ARC_MIRRORS"] = demo_mirrors(settings.VAR_DIR)
        settings.ARC_MIRRORS = read_mirrors("ARC_MIRRORS")
    # Nobody waits ten minutes to see what a demonstration does.
    if "DELIVERY_HOLD_SECONDS" not in os.environ:
        os.environ["DELIVERY_HOLD_SECONDS"] = "0"
        settings.DELIVERY_HOLD_SECONDS = 0.0


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _demo_password(kept: Path) -> str:
    """The demo's password: made once for this machine, so that none is published."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(f"demo-{secrets.token_hex(4)}")
        kept.chmod(0o600)
    return kept.read_text().strip()


def _server(port: int) -> Any:
    return build_server(
        address="127.0.0.1",
        port=port,
        workers=WORKERS,
        blocking_threads=2,
        log_dictconfig=settings.LOGGING,
    )
