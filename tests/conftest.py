"""The fixtures that every test may ask for."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from tests.servers.fixtures import (
    browser,
    fixtures_dir,
    open_page,
    page,
    page_problems,
    smtp_sink,
    worker,
    worker_line,
    worker_process,
)

_LET_GO = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

# What `migrate` itself writes; the rest is there because a test made it.
_OF_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}

# A busy machine is no fault of the code.
hypothesis_settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("patient")

__all__ = [
    "browser",
    "django_db_setup",
    "emptied_by_rows",
    "fixtures_dir",
    "kept_rows",
    "open_page",
    "page",
    "page_problems",
    "smtp_sink",
    "static_files_found_once",
    "worker",
    "worker_line",
    "worker_process",
]


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Passwords hashed in no time: the real way takes most of a second, by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once() -> Iterator[None]:
    """Every client makes a middleware of its own, but looks for the same static files."""
    found: dict[str, StaticFile] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def look_once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, let go of at the end by threads of the site that still hold it."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(_LET_GO)


@pytest.fixture(scope="session", autouse=True)
def emptied_by_rows() -> Iterator[None]:
    """Tests that commit leave by deleting their rows: truncating every table takes a second."""
    if connection.vendor != "postgresql":
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: _delete_rows())
        yield


@pytest.fixture(scope="module")
def kept_rows(
    django_db_setup: None, emptied_by_rows: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Rows that are committed stay for all tests of the module: make there what they share."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: None)
        yield
        _delete_rows()


def _delete_rows() -> None:
    tables = sorted(set(connection.introspection.django_table_names()) - _OF_MIGRATE)
    quoted = [connection.ops.quote_name(table) for table in tables]
    filled = " UNION ALL ".join(f"SELECT '{it}' WHERE EXISTS (SELECT FROM {it})" for it in quoted)
    with transaction.atomic(), connection.cursor() as cursor:
        # Whoever still writes is waited for, as truncating would.
        cursor.execute(f"LOCK TABLE {', '.join(quoted)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(filled)
        # Foreign keys are looked at when the transaction ends, so the order is free.
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")
