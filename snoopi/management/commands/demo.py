"""Makes the demo observatory, or makes it anew."""

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from snoopi.demo.build import Built, build_demo, default_folder
from snoopi.demo.wipe import OthersAreHere


class Command(BaseCommand):
    help = (
        "Makes the demo observatory: writes files in the formats that ingest reads, reads them, "
        "and takes a few decisions. What an earlier run made is replaced; a database that holds "
        "other projects is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--folder", type=Path, default=default_folder(), help="where the files are kept"
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed, other details")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read one password for all demo accounts from stdin",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        self._say("making the demo observatory …")
        try:
            built = build_demo(options["folder"], password=password, seed=options["seed"])
        except OthersAreHere as problem:
            raise CommandError(str(problem)) from None
        for line in _lines(built):
            self._say(line)

    def _say(self, text: str) -> None:
        self.stdout.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC {text}")


def _lines(built: Built) -> list[str]:
    counts = built.report.counts()["created"]
    made = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    replaced = f"{built.removed} projects of an earlier run were replaced"
    return [
        *([replaced] if built.removed else []),
        f"{built.files} files written to {built.folder}",
        f"made {made}",
        f"{built.decisions} decisions taken, {len(built.report.rejected)} records rejected",
    ]
