"""The production layout for one test module: `manage.py serve` with everything it starts."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from django.conf import settings

from snoopi.environment import VARIABLES
from snoopi.serve.launch import find_leftovers
from snoopi.serve.layout import Folders
from snoopi.serve.ports import free_port
from snoopi.serve.supervision import connected

# A start collects and compresses static files, and machines are noisy.
PATIENCE_S = 300


@dataclass(frozen=True)
class Answer:
    """What a request was answered; status 0 where nobody answered."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def data(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Production:
    """A layout under ``var``, running or not."""

    var: Path
    variables: dict[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Start it and come back when it serves."""
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port), *options],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until(lambda: "SnooPI serves" in self.printed.read_text())

    def wait_until(self, holds: Callable[[], object]) -> None:
        """Wait until something is so; fail with what was printed when it never is."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"it never came true; printed:\n{self.printed.read_text()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """End it as Ctrl-C does; kill what does not end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """What the command finds: nothing of the suite's own servers."""
        ours = {variable.name for variable in VARIABLES}
        kept = {n: v for n, v in os.environ.items() if n not in ours and "DJANGO" not in n}
        return kept | {"VAR_DIR": str(self.var), "PYTHONUNBUFFERED": "1"} | self.variables

    @property
    def printed(self) -> Path:
        """Where the command prints to."""
        return self.var.with_name("printed")

    @property
    def folders(self) -> Folders:
        """Its folders."""
        return Folders.under(self.var)

    def pids(self) -> dict[str, int]:
        """The process of each program; 0 while it is being started."""
        with connected(self.folders.sockets / "supervisor.sock") as supervisor:
            return {row["name"]: row["pid"] for row in supervisor.getAllProcessInfo()}

    def working(self, program: str) -> list[int]:
        """All processes of a program."""
        return find_leftovers(self.folders.run / program)

    def all_processes(self) -> list[int]:
        """Every process that works anywhere in the layout."""
        places = [*self.folders.run.iterdir(), self.var / "serve" / "postgresql" / "data"]
        return [pid for place in places if place.is_dir() for pid in find_leftovers(place)]

    def manage(self, *words: str, stdin: str = "") -> str:
        """Run a management command as an operator does, and answer what it printed."""
        done = subprocess.run(
            [self.var / "serve" / "manage", *words],
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(
        self, path: str, body: bytes | None = None, timeout: float = 30, **headers: str
    ) -> Answer:
        """Answer a request through the front."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return sent(build_opener(), self.url + path, body, named, timeout)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def log(self, program: str) -> list[dict[str, Any]]:
        """The lines of a program's log that are JSON."""
        text = (self.folders.log / f"{program}.log").read_text()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


class Visitor:
    """Somebody with a browser's cookies."""

    def __init__(self, site: Production) -> None:
        self.site = site
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Answer:
        """Open a page."""
        return sent(self.opener, self.site.url + path, None, {}, 30)

    def log_in(self, username: str, password: str, **headers: str) -> Answer:
        """Fill in the log-in form."""
        form = self.get("/login/").body.decode()
        hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        assert hidden is not None
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": hidden[1]}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Referer"] = f"{self.site.url}/login/"
        return sent(self.opener, named["Referer"], urlencode(fields).encode(), named, 30)


def sent(
    opener: Any, url: str, body: bytes | None, headers: dict[str, str], timeout: float
) -> Answer:
    """Send a request and answer whatever comes back."""
    try:
        with opener.open(Request(url, data=body, headers=headers), timeout=timeout) as reply:
            return Answer(reply.status, _lower(reply.headers), reply.read())
    except HTTPError as problem:
        return Answer(problem.code, _lower(problem.headers), problem.read())
    except (URLError, OSError):
        return Answer(0)


def _lower(headers: Any) -> dict[str, str]:
    named: dict[str, str] = {}
    for name, value in headers.items():
        before = named.get(name.lower())
        named[name.lower()] = f"{before}, {value}" if before else value
    return named
