"""Indexes for the search within texts, where PostgreSQL can have them.

``icontains`` compares in capitals, so the indexes are of capitals. Without them the same
questions are answered by reading every row: nothing else depends on them.
"""

from collections.abc import Iterator

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# What the search box and the filters look through. An OR over several columns can only use
# indexes where each of them has one.
_SEARCHED = {
    "projects_project": ("ref", "title", "pi_name", "uid"),
    "projects_sciencegoal": ("name", "uid"),
    "projects_memberous": ("name", "target_names", "uid"),
    "projects_schedblock": ("name", "target_names", "uid"),
}


def make_search_indexes(connection: BaseDatabaseWrapper) -> bool:
    """Make the indexes that are missing; answer whether the database has them all now.

    They need the extension pg_trgm, which a database's owner may create from PostgreSQL 13
    on. What the database refuses leaves everything as it was.
    """
    if connection.vendor != "postgresql":
        return False
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
            if cursor.fetchone() is None:
                cursor.execute("CREATE EXTENSION pg_trgm")
            for table, column, name in _indexes():
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {name} ON {table} "
                    f"USING gin (upper({column}) gin_trgm_ops)"
                )
    except DatabaseError:
        return False
    return True


def drop_search_indexes(connection: BaseDatabaseWrapper) -> None:
    """Drop the indexes; the extension stays, others may use it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for _, _, name in _indexes():
                cursor.execute(f"DROP INDEX IF EXISTS {name}")


def _indexes() -> Iterator[tuple[str, str, str]]:
    for table, columns in _SEARCHED.items():
        for column in columns:
            yield table, column, f"{table}_{column}_trigrams"
