"""Headless Chromium, and what a page may not do in it."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import playwright
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.servers.processes import ServerUnavailable

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def find_program() -> str:
    """Return the installed browser that the tests drive."""
    candidates = [os.environ["SNOOPI_CHROMIUM"]] if "SNOOPI_CHROMIUM" in os.environ else PROGRAMS
    found = next(filter(None, map(shutil.which, candidates)), None)
    if found is None:
        raise ServerUnavailable(f"none is installed: looked for {', '.join(candidates)}")
    check_driver()
    return found


def check_driver() -> None:
    """Raise unless the program inside Playwright's wheel starts on this system."""
    node = Path(playwright.__file__).parent / "driver" / "node"
    started = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    if started.returncode != 0:
        raise ServerUnavailable(f"Playwright's driver does not start: {started.stderr.strip()}")


@dataclass
class Problems:
    """What went wrong in the pages of one test: errors, refusals of the CSP, calls outside."""

    found: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Note the problems of every page that opens in this context."""
        context.on("console", self._note_message)
        context.on("weberror", lambda error: self.found.append(f"exception: {error.error}"))
        context.on("request", self._note_request)

    def clear(self) -> None:
        """Forget what a test provoked on purpose."""
        self.found.clear()

    def _note_message(self, message: ConsoleMessage) -> None:
        # Chromium reports refusals of the content security policy as console errors too.
        if message.type == "error":
            self.found.append(f"console: {message.text} at {message.location.get('url')}")

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.hostname not in {"127.0.0.1", "localhost", None}:
            self.found.append(f"request to another host: {request.url}")


def axe_violations(page: Page, *rules: str) -> list[str]:
    """Return what axe finds on the page, each as `rule: selector`; empty when accessible.

    All its rules are looked at, or those that are named.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": [*rules]}
    results = Axe().run(page, options=options)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
