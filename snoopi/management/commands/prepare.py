"""Makes database and static files fit the code, before it serves."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from projects.models import Project
from snoopi.bell import ring_sweep
from snoopi.static_build import collect_static


class Command(BaseCommand):
    help = "Applies migrations, collects static files and wakes a worker; safe at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty observatory")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        collect_static(clear=False)
        if options["demo"] and not Project.objects.exists():
            call_command("demo", stdout=self.stdout)
        ring_sweep()
