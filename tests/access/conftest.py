"""A world is built once for all tests of a module; each of them is undone."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django.plugin import DjangoDbBlocker

from snoopi.heartbeat import KEYS, mark_round
from tests.access.world import World, build_world, rolled_back
from tests.factories import check_keys_now


@pytest.fixture(autouse=True)
def ready() -> None:
    """Every part of the site is there: a worker has just swept."""
    for name in KEYS:
        mark_round(name)
    cache.delete("readyz")


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database that is as it was when the module's tests have ended."""
    with django_db_blocker.unblock(), rolled_back():
        yield


@pytest.fixture(scope="module")
def world(database: None) -> World:
    """The observatory of the matrix."""
    world = build_world()
    check_keys_now()
    return world
