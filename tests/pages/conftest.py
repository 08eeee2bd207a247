"""The cast, browsers of theirs, and a cache that holds nothing of another test."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.cast import *  # noqa: F403 - the whole cast, as its __all__ names it
from tests.servers.fixtures import OpenPage

LoggedIn = Callable[[User | None], Client]
Browse = Callable[..., Page]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def logged_in(db: None) -> LoggedIn:
    """Answer the client of somebody who has logged in; of nobody for None."""

    def client_of(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="accounts.backends.AccountBackend")
        return client

    return client_of


@pytest.fixture
def browse(open_page: OpenPage, live_server: LiveServer, logged_in: LoggedIn) -> Browse:
    """Answer a browser's page of somebody: ``browse(pi, color_scheme="dark")``."""

    def page_of(user: User | None, **options: object) -> Page:
        page = open_page(base_url=live_server.url, **options)
        if user is not None:
            session = logged_in(user).cookies["sessionid"].value
            cookie = {"name": "sessionid", "value": session, "url": live_server.url}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page

    return page_of
