"""Creates or updates an account and its ties to projects."""

import getpass
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import ARC, Executive, TokenScope, User
from accounts.rights import Qualification, StaffRole
from accounts.services import BadAccount, issue_token, set_password, upsert_account
from projects.errors import BadMembership
from projects.lookup import find
from projects.models import DelegationKind, Project, Role
from projects.services.memberships import tie, untie


class Command(BaseCommand):
    help = (
        "Creates or updates an account and its ties. What is not named stays as it is; "
        "roles and qualifications that are named replace the former ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", help="mail address")
        parser.add_argument("--name", help="full name, as mail greets it")
        parser.add_argument("--executive", choices=Executive.values)
        parser.add_argument("--arc", choices=ARC.values, help="preferred ARC")
        parser.add_argument("--role", action="append", choices=[*StaffRole], help="repeatable")
        parser.add_argument("--qualification", action="append", choices=[*Qualification])
        for role in ("pi", "copi", "coi"):
            parser.add_argument(f"--{role}", action="append", default=[], metavar="CODE")
        parser.add_argument(
            "--delegee",
            action="append",
            default=[],
            metavar="CODE:KIND[:YYYY-MM-DD]",
            help=f"KIND is {', '.join(DelegationKind.values)}; it ends when that day has ended",
        )
        parser.add_argument(
            "--remove", action="append", default=[], metavar="CODE", help="end all ties to CODE"
        )
        parser.add_argument("--password-stdin", action="store_true", help="read it from stdin")
        parser.add_argument(
            "--token",
            nargs="?",
            const="read",
            choices=TokenScope.values,
            help="make an API token; it stands alone on the last line",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            with transaction.atomic():
                user, created = self._account(options)
                self._ties(user, options)
                self._password(user, created, password)
                token = self._token(user, options["token"])
        except (BadAccount, BadMembership) as problem:
            raise CommandError(str(problem)) from None
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        self.stdout.write(f"{now} {user.username} {'created' if created else 'updated'}")
        if token:
            self.stdout.write(token)

    def _account(self, options: dict[str, Any]) -> tuple[User, bool]:
        names = ("email", "name", "executive", "arc")
        facts = {name: options[name] for name in names if options[name] is not None}
        if facts.get("email"):
            validate_email(facts["email"])
        return upsert_account(
            username=options["username"],
            roles=options["role"],
            qualifications=options["qualification"],
            **facts,
        )

    def _ties(self, user: User, options: dict[str, Any]) -> None:
        for project in _projects(options["remove"]):
            untie(project=project, user=user)
        for role in (Role.PI, Role.COPI, Role.COI):
            for project in _projects(options[role.lower()]):
                tie(project=project, user=user, role=role)
        for text in options["delegee"]:
            code, kind, ends_at = _delegation(text)
            for project in _projects([code]):
                tie(project=project, user=user, role=Role.DELEGEE, kind=kind, ends_at=ends_at)

    def _password(self, user: User, created: bool, password: str | None) -> None:
        if password is None and created and sys.stdin.isatty():
            password = getpass.getpass(f"Password for {user.username} (empty: no log-in): ")
        if password:
            validate_password(password, user)
            set_password(user=user, password=password)

    def _token(self, user: User, scope: str | None) -> str:
        return issue_token(user=user, scope=scope, label="command line")[1] if scope else ""


def _projects(codes: Iterable[str]) -> list[Project]:
    found = []
    for code in codes:
        project = find(Project.objects.all(), code)
        if project is None:
            raise CommandError(f"There is no project {code}.")
        found.append(project)
    return found


def _delegation(text: str) -> tuple[str, str, datetime | None]:
    code, _, rest = text.partition(":")
    kind, _, day = rest.partition(":")
    if kind.upper() not in DelegationKind.values:
        known = ", ".join(DelegationKind.values)
        raise CommandError(f"--delegee {text}: write CODE:KIND, where KIND is {known}.")
    try:
        after = date.fromisoformat(day) + timedelta(days=1) if day else None
    except (ValueError, OverflowError):
        raise CommandError(f"--delegee {text}: “{day}” is no date such as 2026-12-31.") from None
    midnight = datetime(after.year, after.month, after.day, tzinfo=UTC) if after else None
    return code, kind.upper(), midnight
