"""Does one round of the sources that INGEST_SOURCES names."""

import sys
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from ingest.configured import SourceSetting
from ingest.sources.errors import SourceBusy
from ingest.sources.ledger import due_names, keep_in_step
from ingest.sources.poll import Outcome, poll

AT_ONCE = 8


class Command(BaseCommand):
    help = "Reads every source that is due for one round, or the named ones whether due or not."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="*", help="a source of INGEST_SOURCES")

    def handle(self, *args: Any, **options: Any) -> None:
        by_name = {setting.name: setting for setting in settings.INGEST_SOURCES}
        for name in options["name"]:
            if name not in by_name:
                known = ", ".join(by_name) or "none"
                raise CommandError(f"INGEST_SOURCES has no source {name} (it has {known}).")
        keep_in_step(settings.INGEST_SOURCES)
        names = options["name"] or [name for name in due_names() if name in by_name]
        is_forced = bool(options["name"])
        if not names:
            self.stdout.write("No source is due.")
        with ThreadPoolExecutor(AT_ONCE) as threads:
            rounds = [threads.submit(_round, by_name[name], is_forced) for name in names]
        results = [each.result() for each in rounds]
        for outcome in results:
            self._print(outcome)
        if any(outcome.failure for outcome in results):
            sys.exit(1)

    def _print(self, outcome: Outcome) -> None:
        if outcome.failure:
            self.stderr.write(f"{outcome.name}: {outcome.failure}")
            return
        tables = outcome.report.counts().items()
        words = [f"{sum(counts.values())} {table}" for table, counts in tables if counts]
        words += [f"{len(outcome.report.rejected)} rejected"] if outcome.report.rejected else []
        words += ["more waits"] if outcome.is_behind else []
        self.stdout.write(f"{outcome.name}: {', '.join(words) or 'nothing new'}")


def _round(setting: SourceSetting, is_forced: bool) -> Outcome:
    """Read one source in a thread of its own, so that a slow one delays only the end."""
    try:
        return poll(setting, is_forced=is_forced)
    except SourceBusy as busy:
        return Outcome(setting.name, failure=str(busy))
    finally:
        connections.close_all()
