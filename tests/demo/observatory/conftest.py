"""The demo observatory, made once for all tests here and taken back after them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from snoopi.demo.build import Built, build_demo


@pytest.fixture(scope="package")
def built(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Built]:
    """The demo observatory as of today, with its files."""
    folder: Path = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_demo(folder)
        transaction.set_rollback(True)


@pytest.fixture
def observatory(built: Built, db: None) -> Built:
    """The demo observatory, to be changed freely by one test."""
    return built
