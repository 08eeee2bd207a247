"""A PostgreSQL cluster of the site's own."""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from snoopi.serve.binaries import Missing

ROLE = DATABASE = "snoopi"
SUPERUSER = "postgres"
# For a cluster whose folder PostgreSQL's user cannot reach.
ELSEWHERE = Path("/var/lib/snoopi")
# For data that are thrown away, where nobody else reaches them.
TRUSTING = ("--auth=trust", "--no-sync")


def unprivileged_user() -> str | None:
    """Whom to run as, since PostgreSQL refuses to run as root; None means as oneself."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in users)


def run(*command: str | Path, user: str | None) -> str:
    """Run a program of PostgreSQL to its end as this user; answer what it printed."""
    done = _run_as(user, command)
    if done.returncode != 0:
        raise Missing(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _run_as(user: str | None, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        user=user,
        group=_group(user),
        extra_groups=[] if user else None,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def within_reach(binaries: Path, folder: Path, user: str | None) -> Path:
    """The programs where this user may run them, copied out of a closed home if need be."""
    try:
        run(binaries / "postgres", "--version", user=user)
    except PermissionError:
        package = binaries.parents[1]
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, folder / part.name, dirs_exist_ok=True)
        return folder / binaries.relative_to(package.parent)
    return binaries


def initialize(
    binaries: Path, folder: Path, user: str | None, authentication: tuple[str, ...] = TRUSTING
) -> Path:
    """Make an empty cluster in ``folder`` and answer its data folder; keep one that is there."""
    data, unfinished = folder / "data", folder / "data.new"
    if data.exists():
        return data
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if user:
        shutil.chown(unfinished, user, _group(user))
    options = ("--username", SUPERUSER, "--encoding=UTF8", "--locale=C")
    run(binaries / "initdb", "-D", unfinished, *options, *authentication, user=user)
    return unfinished.rename(data)


def initialize_closed(binaries: Path, folder: Path, user: str | None, password: str) -> Path:
    """Make, or find, a cluster that lets in nobody without a password."""
    secret = folder / "password.new"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if user:
        shutil.chown(secret, user, _group(user))
    ways = ("--auth=scram-sha-256", f"--pwfile={secret}", "--data-checksums")
    try:
        return initialize(binaries, folder, user, ways)
    finally:
        secret.unlink()


def home_of(folder: Path, user: str | None) -> Path:
    """Where the cluster of ``folder`` lies: there, or elsewhere if ``user`` has no way in."""
    folder.mkdir(parents=True, exist_ok=True)
    if user is None or _may_enter(folder, user):
        return folder
    elsewhere = ELSEWHERE / hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    elsewhere.mkdir(parents=True, exist_ok=True)
    return elsewhere


def _may_enter(folder: Path, user: str) -> bool:
    return _run_as(user, ("sh", "-c", 'cd "$1"', "sh", str(folder))).returncode == 0


def version_of(folder: Path) -> str | None:
    """The major version that made the cluster in ``folder``; None where there is none."""
    marker = folder / "data" / "PG_VERSION"
    return marker.read_text().strip() if marker.exists() else None


def ask_version(url: str) -> str:
    """The server's version, such as 15.18. Raises psycopg2.OperationalError."""
    # The database of the URL need not exist yet.
    maintenance = urlsplit(url)._replace(path="/postgres", query="").geturl()
    connection = psycopg2.connect(maintenance, connect_timeout=5)
    version = connection.get_parameter_status("server_version") or "of unknown version"
    connection.close()
    return version.split()[0]


def ensure_database(superuser_url: str, password: str) -> None:
    """Make the site's role, which owns its database and nothing else, where they are missing."""
    connection = psycopg2.connect(superuser_url, connect_timeout=5)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,))
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        role = sql.SQL("{} ROLE {} LOGIN PASSWORD %s").format(verb, sql.Identifier(ROLE))
        cursor.execute(role, (password,))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if not cursor.fetchone():
            make = sql.SQL("CREATE DATABASE {} OWNER {}")
            cursor.execute(make.format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))
    connection.close()
