"""Fills the database with a synthetic observatory."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from snoopi.demo.simulate import simulate
from snoopi.demo.simulated import MOST_PROJECTS
from snoopi.demo.wipe import OthersAreHere


class Command(BaseCommand):
    help = (
        "Adds synthetic but valid projects in bulk, the same ones for the same seed. "
        "A database that holds other projects is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--projects", type=_count, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        total, began = options["projects"], time.monotonic()
        try:
            counts = simulate(total, seed=options["seed"], progress=self._progress(total))
        except OthersAreHere as problem:
            raise CommandError(str(problem)) from None
        made = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        rate = total / max(time.monotonic() - began, 1e-6)
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
        self.stdout.write(f"{now} made {made}; {rate:.0f} projects a second")

    def _progress(self, total: int) -> Any:
        def tell(done: int) -> None:
            if self.stdout.isatty():
                self.stdout.write(f"\r{done}/{total} projects", ending="")

        return tell


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_PROJECTS):
        raise ArgumentTypeError(f"a number from 1 to {MOST_PROJECTS}")
    return int(text)
