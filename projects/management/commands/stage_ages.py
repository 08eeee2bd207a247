"""Refreshes how long things of a cycle stay in a stage, as beat does every hour."""

from typing import Any

from django.core.management.base import BaseCommand

from projects.services.stage_ages import refresh_stage_ages


class Command(BaseCommand):
    help = "Computes from the event log how long member OUSs and SBs stay in each stage."

    def handle(self, *args: Any, **options: Any) -> None:
        lines = refresh_stage_ages()
        self.stdout.write(f"{lines} stages of cycles, from the event log")
