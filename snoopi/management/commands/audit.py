"""``manage.py audit``: prove that what is stored agrees with itself."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from snoopi.audit.checks import CHECKS
from snoopi.audit.faults import Check, Tally
from snoopi.audit.known import told_apart
from snoopi.audit.snapshot import one_moment
from snoopi.audit.store import store_check

_MB = 1_000_000
_READ_MB = 256


class Command(BaseCommand):
    help = (
        "Compares states, copies, clocks, deliveries, notices and delivered files with the "
        "ledgers that they come from. Changes nothing. Ends with 1 where there is a fault; one "
        "that an open problem row of ingest tells of is listed and not counted."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--read",
            type=_megabytes,
            default=_READ_MB,
            metavar="MB|all",
            help=(
                "how much of the delivered files in the store is read to compare SHA-256, beside "
                f"the sizes of all (default {_READ_MB}; 0: none)"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with one_moment():
            faults = self._make(CHECKS)
        read = options["read"]
        faults += self._make([store_check(None if read is None else read * _MB)])
        self.stdout.write("clean" if not faults else f"{faults} faults")
        if faults:
            sys.exit(1)

    def _make(self, checks: Iterable[Check]) -> int:
        return sum(self._one(check) for check in checks)

    def _one(self, check: Check) -> int:
        tally = Tally()
        for fault, is_known in told_apart(check.run(tally)):
            tally.known += is_known
            tally.faults += not is_known
            self.stdout.write(f"{'known' if is_known else 'fault'} {check.name}: {fault}")
        known = f", {tally.known} known" if tally.known else ""
        told = f"{tally.looked} looked at, {tally.faults} faults{known}"
        self.stdout.write(f"{check.name}: {check.proves}: {told}")
        return tally.faults


def _megabytes(text: str) -> int | None:
    if text == "all":
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ArgumentTypeError("a number of megabytes, or all")
    return int(text)
