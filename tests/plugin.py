"""Start the servers of a test run before Django reads its settings, and name them at its end.

Loaded with `-p tests.plugin`. Under pytest-xdist the first process starts PostgreSQL and Redis and
its workers inherit them; each worker has a database, a Redis number and an SMTP sink of its own.
"""

import gc
import os
import re
import secrets
import tempfile
from collections.abc import Generator
from pathlib import Path
from types import ModuleType

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling, LoadScopeScheduling

from tests.servers import postgresql, redis_server, report
from tests.servers.processes import Server, ServerUnavailable
from tests.servers.smtp import SmtpSink

SERVERS = pytest.StashKey[list[Server]]()
SINK = pytest.StashKey[SmtpSink]()
DATA = pytest.StashKey[tempfile.TemporaryDirectory[str]]()

# Folders whose tests share a fixture that takes long to make.
SHARING = ("tests/demo/observatory/",)

# What is handed out first, so that no process is left alone with it at the end: few tests
# that take long, most of it in waiting for other programs, and the access matrix.
DEAR = (
    "tests/serve/",
    "tests/commands/",
    "tests/demo/observatory/",
    "tests/pages/test_browser.py",
    "tests/access/",
    "tests/pages/",
    "tests/ingest/sources/",
)

# What the shell around the suite may have set for a server it runs.
FOREIGN = ("ARC_MIRRORS", "DEBUG", "DELIVERY_HOLD_SECONDS", "INGEST_SOURCES", "REDIS_URL")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Set up the environment; a wrapper, because pytest-django's own hook reads the settings."""
    early_config.stash[report.KEY] = report.Report()
    early_config.stash[SERVERS] = []
    early_config.stash[SINK] = sink = SmtpSink()
    early_config.stash[DATA] = data = tempfile.TemporaryDirectory(prefix="snoopi-data-")
    early_config.stash[report.KEY].ran["SMTP sink"] = ""
    if "PYTEST_XDIST_WORKER" in os.environ:
        take_own_redis_database()
    else:
        set_fixed_environment()
        start_shared_servers(early_config, Path(data.name))
    os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "DATA_DIR": data.name}
    return (yield)


def set_fixed_environment() -> None:
    """Make the run the same whatever the shell around it has set."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ |= {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "BASE_URL": "http://testserver",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        # Playwright's synchronous interface keeps an event loop running beside the tests.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }


def start_shared_servers(config: pytest.Config, folder: Path) -> None:
    """Start PostgreSQL and Redis, or take those that SNOOPI_TEST_…_URL names."""
    database_url = obtain(config, "PostgreSQL", postgresql, "SNOOPI_TEST_DATABASE_URL")
    os.environ["DATABASE_URL"] = database_url or f"sqlite:///{folder}/db.sqlite3"
    redis_url = obtain(config, "Redis", redis_server, "SNOOPI_TEST_REDIS_URL")
    if redis_url:
        os.environ["REDIS_URL"] = redis_url


def obtain(config: pytest.Config, part: str, server: ModuleType, variable: str) -> str | None:
    """Return the URL of a shared server; None when it cannot be had."""
    url: str | None = os.environ.get(variable)
    try:
        if url is None:
            started, url = server.start()
            config.stash[SERVERS].append(started)
        config.stash[report.KEY].ran[part] = server.ask_version(url)
    except ServerUnavailable as error:
        config.stash[report.KEY].missing[part] = str(error)
    return url


def take_own_redis_database() -> None:
    """Point a pytest-xdist worker at the Redis database of its own number."""
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) + 1
    if redis_url := os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = re.sub(r"/\d+$", f"/{number}", redis_url)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks and refuse a folder of real files that is not there."""
    config.addinivalue_line("markers", "fixtures: reads the real files in SNOOPI_FIXTURES")
    config.addinivalue_line("markers", "postgresql: needs PostgreSQL, not any database")
    folder = os.environ.get("SNOOPI_FIXTURES")
    if folder and not Path(folder).is_dir():
        raise pytest.UsageError(f"SNOOPI_FIXTURES names no folder: {folder}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has nothing to read, skip what has no PostgreSQL, begin with the dear."""
    found = config.stash[report.KEY]
    items.sort(key=lambda item: _rank(item.nodeid))
    if "SNOOPI_FIXTURES" not in os.environ:
        without = [item for item in items if item.get_closest_marker("fixtures")]
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in without]
        if without:
            found.left_out["tests over real files, as SNOOPI_FIXTURES is not set"] = len(without)
    if "PostgreSQL" in found.missing:
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(pytest.mark.skip(reason=found.missing["PostgreSQL"]))


def _rank(nodeid: str) -> int:
    return next((n for n, dear in enumerate(DEAR) if nodeid.startswith(dear)), len(DEAR))


def pytest_collection_finish() -> None:
    """Leave what was imported out of the collections of garbage, and have fewer of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Hand out files as a whole, and folders whose tests share what is dear to make."""
    config.option.loadscopereorder = False
    return ByFolder(config, log)


class ByFolder(LoadFileScheduling):
    """Keeps together what one worker makes once: the tests over one demo observatory."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((folder for folder in SHARING if nodeid.startswith(folder)), None)
        return folder or str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take over what a pytest-xdist worker reports as it ends."""
    output = getattr(node, "workeroutput", {})
    if "servers" in output:
        node.config.stash[report.KEY].merge(output["servers"])  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Close the run with the servers it ran against; a required part that is missing fails it."""
    found = session.config.stash[report.KEY]
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["servers"] = found.as_plain()
        return (yield)
    if found.missing and report.everything_required() and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    result = yield
    if terminal := session.config.pluginmanager.get_plugin("terminalreporter"):
        for line in found.lines():
            terminal.write_line(line, red=line.startswith("Did not run"))
    return result


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if SERVERS not in config.stash:
        return
    for server in config.stash[SERVERS]:
        server.stop()
    config.stash[SINK].stop()
    config.stash[DATA].cleanup()
