"""``manage.py blanket``: extend many proprietary periods at once, or see what that would do."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from deliveries.clock import told
from deliveries.errors import DeliveryError
from deliveries.models import BlanketExtension
from deliveries.moments import parse_moment
from deliveries.services.blankets import Change, carry_on, changes_of, open_blanket, planned_blanket
from projects.errors import NotAllowed


class Command(BaseCommand):
    help = (
        "Lengthens every proprietary period within a scope under one name. The same name once "
        "more lengthens nothing twice; what was interrupted goes on."
    )
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what people shall know it by")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who decided it")
        parser.add_argument("--reason", required=True, help="why; for staff")
        length = parser.add_mutually_exclusive_group(required=True)
        length.add_argument("--months", type=int, help="by how many calendar months")
        length.add_argument("--until", type=parse_moment, metavar="TIME", help="or until when, UTC")
        parser.add_argument(
            "--not-public-at",
            type=parse_moment,
            metavar="TIME",
            help="for data that were not public then, UTC: what became public since is closed "
            "again; without it nothing is",
        )
        parser.add_argument("--cycle", action="append", default=[], help="2019.1; repeatable")
        parser.add_argument("--project", action="append", default=[], metavar="CODE")
        parser.add_argument("--dry-run", action="store_true", help="say what it would do")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            blanket = self._planned(options)
            changes = list(changes_of(blanket))
            for change in changes:
                self.stdout.write(words_of(change))
            if not options["dry_run"]:
                blanket = open_blanket(blanket)
        except (DeliveryError, NotAllowed) as problem:
            raise CommandError(str(problem)) from None
        if options["dry_run"]:
            self._say("would be lengthened", len(changes), changes)
            return
        made = len(carry_on(blanket, most=None))
        self._say("lengthened", made, changes)

    def _planned(self, options: dict[str, Any]) -> BlanketExtension:
        user = User.objects.filter(username=options["by"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['by']}.")
        return planned_blanket(
            name=options["name"],
            actor=user,
            reason=options["reason"],
            months=options["months"],
            until=options["until"],
            not_public_at=options["not_public_at"],
            cycles=options["cycle"],
            projects=options["project"],
        )

    def _say(self, words: str, number: int, changes: list[Change]) -> None:
        again = sum(change.closes_again for change in changes)
        self.stdout.write(f"{number} {words}, {again} of them closed again")


def words_of(change: Change) -> str:
    """One line of the list: whose period ends when instead of when."""
    member = change.member_ous
    ends = (change.end, change.new_end)
    old, new = (told(end) if end else "withdrawn" for end in ends)
    again = ", closed again" if change.closes_again else ""
    return f"{member.project.ref} {member}: {old} -> {new}{again}"
