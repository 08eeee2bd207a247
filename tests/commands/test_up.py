"""``manage.py up``: what it says and starts, with a server that ends at once."""

import stat
from io import StringIO
from socket import socket
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from projects.models import Project
from snoopi.bell import BackgroundThread
from snoopi.management.commands import up
from tests.servers.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)


class Served:
    """The edge of the building: a web server that notes what runs beside it and ends."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self.threads: list[BackgroundThread] = []

    def __call__(self, port: int) -> "Served":
        self.ports.append(port)
        return self

    def serve(self) -> None:
        """Serve nobody."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Served:
    server = Served()

    class Watched(BackgroundThread):
        def __init__(self) -> None:
            super().__init__()
            server.threads.append(self)

    monkeypatch.setattr(up, "_server", server)
    monkeypatch.setattr(up, "BackgroundThread", Watched)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "site.css").write_text("body { margin: 0 }\n")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "site"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.VAR_DIR = tmp_path
    settings.REDIS_URL = ""
    return server


def start(*arguments: str) -> list[str]:
    """Run the command and answer the lines that it prints."""
    out = StringIO()
    port = ["--port", str(free_port())] if "--port" not in arguments else []
    call_command("up", *arguments, *port, stdout=out)
    return out.getvalue().splitlines()


def test_address_is_told_and_served(served):
    port = free_port()

    lines = start("--no-demo", "--port", str(port))

    assert served.ports == [port]
    assert lines[-1].endswith(f" UTC SnooPI serves http://127.0.0.1:{port} (Ctrl-C ends it)")
    assert Project.objects.count() == 0


def test_port_that_is_taken_stops_the_start_in_one_line(served):
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="cannot be used") as refusal:
            start("--no-demo", "--port", str(taken.getsockname()[1]))

    assert len(str(refusal.value).splitlines()) == 1
    assert (served.ports, served.threads) == ([], [])


def test_background_thread_runs_beside_the_server_and_ends_with_it(served):
    start("--no-demo")

    assert [thread.is_alive() for thread in served.threads] == [False]


def test_redis_takes_the_place_of_the_thread(served, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    start("--no-demo")

    assert (len(served.ports), served.threads) == (1, [])


def test_static_files_are_collected_once_and_again_when_they_changed(served, settings):
    collected = settings.STATIC_ROOT / "site.css"
    start("--no-demo")
    first = collected.stat().st_mtime_ns
    start("--no-demo")
    second = collected.stat().st_mtime_ns
    (settings.STATICFILES_DIRS[0] / "site.css").write_text("body { margin: 1px }\n")
    start("--no-demo")

    assert first == second
    assert collected.read_text() == "body { margin: 1px }\n"


def test_demo_password_is_made_once_and_for_its_owner_only(tmp_path):
    kept = tmp_path / "var" / "demo_password"

    passwords = [up._demo_password(kept) for _ in range(2)]

    assert passwords[0] == passwords[1] == kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
