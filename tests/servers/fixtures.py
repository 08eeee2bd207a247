"""The fixtures that hand the servers to the tests."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from snoopi.celery import app
from tests import plugin
from tests.servers import browser as chromium
from tests.servers import report
from tests.servers import worker as celery_worker
from tests.servers.processes import Server, ServerUnavailable
from tests.servers.smtp import SmtpSink

OpenPage = Callable[..., Page]
WorkerLine = Callable[[str], dict[str, Any]]


@pytest.fixture
def smtp_sink(request: pytest.FixtureRequest, settings: Settings) -> SmtpSink:
    """Return the SMTP server, empty, with this process's mail going there too."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    sink = request.config.stash[plugin.SINK]
    sink.clear()
    return sink


@pytest.fixture(scope="session")
def worker_process(django_db_setup: None, pytestconfig: pytest.Config) -> Iterator[Server]:
    """Keep one Celery worker on this process's test database."""
    found = pytestconfig.stash[report.KEY]
    for part in ("PostgreSQL", "Redis"):
        if part in found.missing:
            report.do_without(pytestconfig, "Celery worker", f"it needs {part}")
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    found.missing["Celery worker"] = "it did not start"
    server = celery_worker.start(app, f"{base}/{quote(connection.settings_dict['NAME'])}")
    del found.missing["Celery worker"]
    found.ran["Celery worker"] = ""
    yield server
    server.stop()


@pytest.fixture
def worker(worker_process: Server, transactional_db: None) -> None:
    """Let a real Celery worker do the tasks this test rings for, and none left by others."""
    app.control.purge()


@pytest.fixture
def worker_line(worker_process: Server) -> WorkerLine:
    """Return a function that waits until the worker has logged a line with this message."""

    def wait_for_line(message: str) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for text in worker_process.log.read_text().splitlines():
                if message in text:
                    return dict(json.loads(text))
            time.sleep(0.05)
        raise AssertionError(f"the worker logged no “{message}”")

    return wait_for_line


@pytest.fixture(scope="session")
def browser(pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Return headless Chromium."""
    try:
        program = chromium.find_program()
    except ServerUnavailable as error:
        report.do_without(pytestconfig, "Chromium", str(error))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=[*chromium.QUIET])
        pytestconfig.stash[report.KEY].ran["Chromium"] = launched.version
        yield launched
        launched.close()


@pytest.fixture
def page_problems() -> Iterator[chromium.Problems]:
    """Return what goes wrong in this test's pages; what is left at its end fails it."""
    problems = chromium.Problems()
    yield problems
    if problems.found:
        pytest.fail("\n".join(["The pages had problems:", *problems.found]), pytrace=False)


@pytest.fixture
def open_page(browser: Browser, page_problems: chromium.Problems) -> Iterator[OpenPage]:
    """Return a function that opens a page in a context of its own.

    It takes the options of Playwright's `new_context`: `base_url`, `java_script_enabled`,
    `color_scheme`, `viewport` and so on.
    """
    contexts: list[BrowserContext] = []

    def open_in_new_context(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page_problems.watch(context)
        return context.new_page()

    yield open_in_new_context
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage, live_server: LiveServer) -> Page:
    """Return a page whose relative addresses are those of the live server."""
    return open_page(base_url=live_server.url)


@pytest.fixture
def fixtures_dir() -> Path:
    """Return the folder of real files; only for tests marked `fixtures`."""
    return Path(os.environ["SNOOPI_FIXTURES"])
