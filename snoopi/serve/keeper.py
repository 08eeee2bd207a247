"""Starting the site in order, keeping it, and stopping it."""

import fcntl
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from xmlrpc.client import Fault

import psycopg2
from django.conf import settings
from django.core.management.base import CommandError
from redis import RedisError

from snoopi.serve import postgresql, programs, redis_server, supervision
from snoopi.serve.launch import end_leftovers
from snoopi.serve.site import Site

# Long enough for crash recovery of a large database on a slow disk.
START_S = 300
# A supervisor that was killed may still be stopping its programs.
LEFTOVERS_S = 120
_FAILURES = (
    psycopg2.OperationalError,
    RedisError,
    URLError,
    OSError,
    Fault,
)


class Stopped(Exception):
    """The operator has asked for the end."""


class Keeper:
    """Runs one site in the foreground."""

    def __init__(self, site: Site, say: Callable[[str], None]) -> None:
        self.site, self._say = site, say
        self.stopping = self._prepared = False
        self._supervisor: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        """Run until told to stop; a supervisor that was killed is started again."""
        try:
            with suppress(Stopped):
                while not self.stopping:
                    self._wait(self._start())
        finally:
            self.stop()
            if self._supervisor:
                self._supervisor.wait()
            self._say(f"{_now()} stopped")

    def stop(self) -> None:
        """Ask the supervisor to stop all programs, in order."""
        self.stopping = True
        if self._supervisor and self._supervisor.poll() is None:
            self._supervisor.terminate()

    def _wait(self, supervisor: subprocess.Popen[bytes]) -> None:
        code = supervisor.wait()
        if not self.stopping:
            self._say(f"{_now()} the supervisor has ended ({code}); starting again")

    def _start(self) -> subprocess.Popen[bytes]:
        """Start the supervisor, servers, then what needs them; answer once pages are served."""
        run = self.site.folders.run
        end_leftovers(run / "supervisord", patience_s=LEFTOVERS_S)
        self._supervisor = started = subprocess.Popen(
            supervision.supervise(self.site.configuration, run),
            env=self.site.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        versions = self._await_servers()
        if versions:
            self._say(f"{_now()} {', '.join(versions)}")
        if not self._prepared:
            self._prepare()
        self._start_programs()
        self._await("the site", lambda: _get(f"{self.site.url}/healthz"))
        self._say(f"{_now()} SnooPI serves {self.site.url} (Ctrl-C ends it)")
        return started

    def _start_programs(self) -> None:
        with supervision.connected(self.site.socket) as supervisor:
            for program in self.site.programs:
                if not program.at_once:
                    supervisor.startProcess(program.name, False)

    def _is_supervised(self) -> str:
        with supervision.connected(self.site.socket) as supervisor:
            return str(supervisor.getState()["statename"])

    def _await_servers(self) -> list[str]:
        site, found = self.site, []
        database, url = site.database, site.redis_url
        if database:
            version = self._await(
                "PostgreSQL", lambda: postgresql.ask_version(database.superuser_url)
            )
            postgresql.ensure_database(database.superuser_url, site.folders.secret("snoopi"))
            found.append(f"PostgreSQL {version}")
        if url:
            found.append(f"Redis {self._await('Redis', lambda: redis_server.ask_version(url))}")
        self._await("the supervisor", self._is_supervised)
        return found

    def _prepare(self) -> None:
        words = ["--demo"] if self.site.wanted.demo else []
        self._say(f"{_now()} preparing database and static files …")
        done = subprocess.run(
            programs.manage("prepare", *words),
            env=self.site.environment,
            cwd=settings.BASE_DIR,
            check=False,
        )
        if self.stopping:
            raise Stopped
        if done.returncode != 0:
            raise CommandError("The database could not be prepared; the reason stands above.")
        self._prepared = True

    def _await(self, what: str, ask: Callable[[], str]) -> str:
        """The first answer of a part that is starting."""
        deadline = time.monotonic() + START_S
        while True:
            try:
                return ask()
            except _FAILURES as problem:
                self._give_up(what, problem, late=time.monotonic() > deadline)
            time.sleep(0.25)

    def _give_up(self, what: str, problem: Exception, *, late: bool) -> None:
        if self.stopping:
            raise Stopped
        ended = self._supervisor is not None and self._supervisor.poll() is not None
        if late or ended:
            logs = self.site.folders.log
            raise CommandError(f"{what} does not start ({problem}); see {logs}/.")


@contextmanager
def alone(var: Path) -> Iterator[None]:
    """Hold the one right to serve from ``var``; the system takes it back from the dead."""
    lock = var / "serve" / "lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = lock.read_text().strip() or "unknown"
            raise CommandError(
                f"SnooPI already serves from {var} (process {other}); stop it first."
            ) from None
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield


def _get(url: str) -> str:
    with urlopen(url, timeout=5) as reply:  # noqa: S310 - an address of our own
        return str(reply.status)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
