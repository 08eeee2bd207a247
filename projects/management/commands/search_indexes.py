"""Makes the indexes of the search, where the database can have them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from projects.trigrams import make_search_indexes


class Command(BaseCommand):
    help = "Makes the indexes of the search that are missing; PostgreSQL needs pg_trgm for them."

    def handle(self, *args: Any, **options: Any) -> None:
        if not make_search_indexes(connection):
            raise CommandError("The database cannot have them: it needs PostgreSQL with pg_trgm.")
        self.stdout.write("The search has its indexes.")
