"""Serves the site as in production, from the programs of this machine."""

import os
import signal
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from snoopi.serve.binaries import Missing
from snoopi.serve.keeper import Keeper, alone
from snoopi.serve.ports import check_free
from snoopi.serve.site import Site, Wanted, build_site


def positive(text: str) -> int:
    """A number of 1 or more."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"“{text}” is no number of 1 or more")
    return int(text)


class Command(BaseCommand):
    help = (
        "Serves the site as in production: PostgreSQL, Redis, web, worker, beat, and nginx where "
        "it is installed, each kept running. DATABASE_URL and REDIS_URL name other servers. "
        "What it makes lies under VAR_DIR/serve and survives a restart. Ctrl-C ends it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1", help="where the site listens")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--web", type=positive, default=1, help="how many web servers")
        parser.add_argument("--workers", type=positive, default=1, help="how many Celery workers")
        parser.add_argument("--demo", action="store_true", help="fill an empty observatory")
        parser.add_argument("--no-nginx", action="store_true", help="do without nginx")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = Wanted(
            address=options["address"],
            port=options["port"],
            web=options["web"],
            workers=options["workers"],
            demo=options["demo"],
            with_nginx=not options["no_nginx"],
        )
        try:
            with alone(settings.VAR_DIR):
                check_free(wanted.address, wanted.port)
                self._serve(build_site(wanted, dict(os.environ)))
        except Missing as problem:
            raise CommandError(str(problem)) from None

    def _serve(self, site: Site) -> None:
        keeper = Keeper(site, self._say)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: keeper.stop())
        for line in _remarks(site):
            self._say(line)
        keeper.keep()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _remarks(site: Site) -> Iterator[str]:
    """What the operator should know before anything runs."""
    yield f"Logs: {site.folders.log}/   Data: {_data_home(site)}"
    yield f"Commands: {site.manage} account NAME --role admin --password-stdin"
    if site.wanted.demo:
        yield f"Demo log-in: echo 'a pass phrase' | {site.manage} account jsmith --password-stdin"
    if not any(program.name == "nginx" for program in site.programs):
        yield "nginx is not in use: the web server itself listens, and serves static files."
    if os.geteuid() == 0:
        yield "Running as root, and so does all but PostgreSQL: better use an account of its own."
    if "EMAIL_URL" not in site.environment:
        yield "Mail is not configured: set EMAIL_URL. Until then /readyz answers 503."


def _data_home(site: Site) -> str:
    return str(site.database.home) if site.database else "as DATABASE_URL says"
