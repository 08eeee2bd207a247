"""The fixtures that every test may ask for."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

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

__all__ = [
    "browser",
    "django_db_setup",
    "fixtures_dir",
    "open_page",
    "page",
    "page_problems",
    "smtp_sink",
    "worker",
    "worker_line",
    "worker_process",
]


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Passwords hashed in no time: the real way takes most of a second, by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, let go of at the end by threads of the site that still hold it."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(_LET_GO)
