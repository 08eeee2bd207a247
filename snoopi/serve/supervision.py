"""Keeping programs running: supervisord's configuration, and talking to it."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class Program:
    """One program that supervisord keeps running.

    They stop in the reverse of their order. ``folder`` is where it works, one of its own
    unless named; ``patience_s`` how long leftovers there may take to end by themselves.
    """

    name: str
    command: list[str]
    stop_signal: str = "TERM"
    stop_s: int = 20
    patience_s: int = 0
    user: str | None = None
    folder: Path | None = None
    at_once: bool = False


def write_configuration(
    path: Path, programs: list[Program], *, run: Path, log: Path, socket: Path
) -> None:
    """Write supervisord's configuration, with a folder under ``run`` for each program."""
    user = "user = root" if os.geteuid() == 0 else ""
    sections = [_SUPERVISORD.format(run=run, log=log, socket=socket, user=user)]
    for order, program in enumerate(programs, start=1):
        sections.append(_section(program, order * 10, program.folder or run / program.name, log))
    path.write_text("\n".join(sections).replace("%", "%%"))


@contextmanager
def connected(socket: Path) -> Iterator[Any]:
    """Talk to the supervisor over its socket."""
    transport = SupervisorTransport(None, None, f"unix://{socket}")
    # The address is only a form to fill in: the transport goes by the socket.
    with ServerProxy("http://127.0.0.1", transport=transport) as server:
        yield server.supervisor


def supervise(configuration: Path, run: Path) -> list[str]:
    """The command that starts supervisord, to end with who started it."""
    program = [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)]
    return [*launched(run / "supervisord"), *program]


def launched(
    folder: Path, *, signal: str = "TERM", patience_s: int = 0, user: str | None = None
) -> list[str]:
    """The words before a program that make it clean up and end with its parent."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-I", str(LAUNCH), "--signal", signal, "--patience", str(patience_s)]
    return [*words, *(["--user", user] if user else []), str(folder), "--"]


def _section(program: Program, order: int, folder: Path, log: Path) -> str:
    before = launched(
        folder, signal=program.stop_signal, patience_s=program.patience_s, user=program.user
    )
    return _PROGRAM.format(
        name=program.name,
        command=shlex.join([*before, *program.command]),
        order=order,
        at_once=str(program.at_once).lower(),
        signal=program.stop_signal,
        stop_s=program.stop_s,
        log=log / f"{program.name}.log",
    )


_SUPERVISORD = """\
[supervisord]
nodaemon = true
silent = true
{user}
pidfile = {run}/supervisord.pid
logfile = {log}/supervisord.log
logfile_maxbytes = 20MB
logfile_backups = 5
childlogdir = {log}

[unix_http_server]
file = {socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl = unix://{socket}
"""

_PROGRAM = """\
[program:{name}]
command = {command}
priority = {order}
autostart = {at_once}
autorestart = true
startsecs = 1
startretries = 100
stopsignal = {signal}
stopwaitsecs = {stop_s}
killasgroup = true
redirect_stderr = true
stdout_logfile = {log}
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 5
"""
