"""The demo observatory, made once for all tests here and taken back after them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from deliveries.configured import Mirror
from snoopi.demo.build import Built, build_demo
from tests.factories import check_keys_now


@pytest.fixture(scope="package")
def built(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Built]:
    """The demo observatory as of today, with its files, a store and two mirrors."""
    folder: Path = tmp_path_factory.mktemp("observatory") / "demo"
    mirrors = tuple(Mirror(arc, str(folder.parent / f"mirror-{arc}")) for arc in ("EU", "NA"))
    places = override_settings(DATA_DIR=folder.parent / "store", ARC_MIRRORS=mirrors)
    with places, django_db_blocker.unblock(), transaction.atomic():
        demo = build_demo(folder)
        check_keys_now()
        yield demo
        transaction.set_rollback(True)


@pytest.fixture
def observatory(built: Built, db: None) -> Built:
    """The demo observatory, to be changed freely by one test."""
    return built
