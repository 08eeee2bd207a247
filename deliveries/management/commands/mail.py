"""Writes and sends the mail that is due, as beat does."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from deliveries.letters import subject_of
from deliveries.services.digests import tell_waiting
from deliveries.services.following import follow_log
from deliveries.services.reminding import note_periods
from deliveries.services.sending import due, send_due


class Command(BaseCommand):
    help = (
        "Writes the mails that follow from the event log, reminders of proprietary periods and "
        "digests, and sends all that are due."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="list what is due; write and send nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self._list()
        else:
            self._send()

    def _list(self) -> None:
        rows = due(timezone.now()).order_by("not_before", "pk")
        for notice in rows.iterator():
            self.stdout.write(
                f"{notice.pk} {notice.address}: {subject_of(notice.kind, notice.facts)}"
            )
        self.stdout.write(f"{rows.count()} due")

    def _send(self) -> None:
        now = timezone.now()
        follow_log()
        note_periods(now)
        tell_waiting(now)
        done = send_due()
        words = f"{done.sent} sent, {done.failed} failed, {done.put_off} put off"
        self.stdout.write(words)
        if done.problem:
            self.stderr.write(f"The mail server is away: {done.problem}")
            sys.exit(1)
