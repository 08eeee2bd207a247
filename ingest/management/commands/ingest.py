"""Reads sources into the observatory's tables."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingest.configured import BadSetting
from ingest.fetch import find_source
from ingest.readers import READERS, Source, UnreadableSource, expand, read_source
from ingest.report import Report
from ingest.services import note_unreadable, run_source
from ingest.sources.errors import SourceBusy
from ingest.sources.once import once_setting, read_once

BAR = 30


@dataclass(slots=True)
class Result:
    """What became of one source."""

    source: str
    format: str | None
    report: Report
    failure: str = ""

    def as_json(self) -> dict[str, Any]:
        """The form that ``--json`` prints."""
        body = {"source": self.source, "format": self.format, **self.report.as_json()}
        if self.failure:
            body["rejected"] = [{"record": self.source, "reason": self.failure}]
        return body


class Command(BaseCommand):
    help = "Reads files, folders, tars or web addresses; what they are is seen by content."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = [reader.name for reader in READERS]
        parser.add_argument("source", nargs="*", help="a file, folder, tar or web address")
        parser.add_argument("--tap", metavar="URL", help="a TAP service with ALMA's columns")
        parser.add_argument(
            "--project", action="append", default=[], metavar="CODE", help="only this (with --tap)"
        )
        parser.add_argument("--since", metavar="DATE", help="what changed since (with --tap)")
        parser.add_argument("--format", choices=names, help="take it for this format only")
        parser.add_argument("--dry-run", action="store_true", help="report and change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        _check(options)
        results = [result for name in options["source"] for result in self._named(name)]
        if options["tap"]:
            results.append(self._tap())
        if options["json"]:
            body = {"sources": [result.as_json() for result in results]}
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=2))
        else:
            for result in results:
                self._print(result)
        status = _exit_status(results)
        if status:
            sys.exit(status)

    def _named(self, name: str) -> list[Result]:
        try:
            named = find_source(name)
            sources = expand(named)
            if not named.is_folder and len(sources) > 1:
                # One bad member refuses the whole archive, before anything of it is taken.
                for source in sources:
                    read_source(source, self.options["format"])
        except UnreadableSource as problem:
            if not self.options["dry_run"]:
                note_unreadable(source=problem.source, reason=problem.reason)
            return [Result(problem.source, None, Report(), problem.reason)]
        return [self._one(source) for source in sources]

    def _one(self, source: Source) -> Result:
        try:
            reading, report = run_source(
                source,
                format_name=self.options["format"],
                dry_run=self.options["dry_run"],
                progress=self._bar,
            )
        except UnreadableSource as problem:
            inner = "" if problem.source == source.name else f"{problem.source}: "
            return Result(source.name, None, Report(), inner + problem.reason)
        return Result(source.name, reading.format, report)

    def _tap(self) -> Result:
        try:
            setting = once_setting(
                self.options["tap"], projects=self.options["project"], since=self.options["since"]
            )
        except BadSetting as problem:
            raise CommandError(f"{problem}.", returncode=2) from None
        try:
            outcome = read_once(setting, dry_run=self.options["dry_run"], wait=self._wait)
        except SourceBusy as busy:
            return Result(setting.shown, None, Report(), str(busy))
        for note in outcome.notes:
            self.stderr.write(note)
        if outcome.failure and any(outcome.report.counts().values()):
            # What was good is kept, and the next run goes on from there.
            outcome.report.reject(setting.shown, outcome.failure)
            return Result(setting.shown, "obscore", outcome.report)
        return Result(setting.shown, "obscore", outcome.report, outcome.failure)

    def _wait(self) -> None:
        self.stderr.write("Somebody is asking this service at the moment; waiting for the end …")

    def _bar(self, done: int, total: int) -> None:
        if not self.stderr.isatty():
            return
        filled = "#" * (BAR * done // max(1, total))
        end = "\n" if done == total else ""
        self.stderr.write(f"\r[{filled:<{BAR}}] {done}/{total} projects", ending=end)

    def _print(self, result: Result) -> None:
        if result.failure:
            self.stderr.write(f"{result.source}: {result.failure}")
            return
        self.stdout.write(f"{result.source}: {result.format}")
        for table, counts in result.report.counts().items():
            words = ", ".join(f"{count} {kind}" for kind, count in counts.items())
            if words:
                self.stdout.write(f"  {table}: {words}")
        if not any(result.report.counts().values()) and not result.report.rejected:
            self.stdout.write("  nothing in it")
        for row in result.report.rejected:
            self.stderr.write(f"  rejected {row.record}: {row.reason}")


def _check(options: dict[str, Any]) -> None:
    """Raise CommandError for words that do not go together."""
    if not options["source"] and not options["tap"]:
        raise CommandError("Name a source, or a TAP service with --tap.", returncode=2)
    if not options["tap"] and (options["project"] or options["since"]):
        raise CommandError("--project and --since go with --tap.", returncode=2)
    if options["tap"] and options["format"]:
        reason = "--format does not go with --tap: what it gives is obscore."
        raise CommandError(reason, returncode=2)


def _exit_status(results: list[Result]) -> int:
    if any(result.failure for result in results):
        return 2
    return 1 if any(result.report.rejected for result in results) else 0
