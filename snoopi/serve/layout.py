"""The layout of one machine: folders, secrets, and the programs that make up the site."""

import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from snoopi.serve import postgresql, programs, redis_server
from snoopi.serve.binaries import find_postgresql, find_redis
from snoopi.serve.ports import free_port
from snoopi.serve.supervision import Program

# What the kernel takes as the path of a socket, less the longest name of ours.
_LONGEST_SOCKET_FOLDER = 107 - len("/supervisor.sock")


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the layout keeps its things, under VAR_DIR/serve."""

    home: Path
    run: Path
    log: Path
    sockets: Path

    @classmethod
    def under(cls, var: Path) -> "Folders":
        """Make the folders; nobody else may look into them but for PostgreSQL's own."""
        home = var / "serve"
        found = cls(home, home / "run", home / "log", _sockets_folder(home / "sockets"))
        home.mkdir(parents=True, exist_ok=True)
        for folder in (found.run, found.log, found.sockets):
            folder.mkdir(mode=0o700, exist_ok=True)
        return found

    def secret(self, name: str) -> str:
        """A password, made once."""
        kept = self.home / "secrets" / name
        if not kept.exists():
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(24))
        return kept.read_text()


def _sockets_folder(wanted: Path) -> Path:
    """``wanted``, or one of this user's with a path that is short enough."""
    if len(str(wanted)) <= _LONGEST_SOCKET_FOLDER:
        return wanted
    digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"snoopi-{os.geteuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    if short.is_symlink() or short.stat().st_uid != os.geteuid():
        raise PermissionError(f"{short} belongs to somebody else")
    return short


@dataclass(frozen=True, slots=True)
class Database:
    """A cluster of our own: its program, and the two ways in."""

    program: Program
    superuser_url: str
    url: str
    home: Path


def own_database(folders: Folders) -> Database:
    """Make, or find, the cluster and answer how it runs. Raises Missing."""
    user = postgresql.unprivileged_user()
    home = postgresql.home_of(folders.home / "postgresql", user)
    binaries = find_postgresql(postgresql.version_of(home))
    binaries = postgresql.within_reach(binaries, home, user)
    password = folders.secret("postgres")
    data = postgresql.initialize_closed(binaries, home, user, password)
    port = free_port()
    settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}")
    words = [word for setting in settings for word in ("-c", setting)]
    command = [str(binaries / "postgres"), "-D", str(data), *words]
    program = Program(
        "postgresql",
        command,
        stop_signal="INT",
        stop_s=60,
        patience_s=60,
        user=user,
        # Its processes step into it by themselves.
        folder=data,
        at_once=True,
    )
    address = f"127.0.0.1:{port}/{postgresql.DATABASE}"
    return Database(
        program,
        f"postgres://{postgresql.SUPERUSER}:{password}@127.0.0.1:{port}/postgres",
        f"postgres://{postgresql.ROLE}:{folders.secret('snoopi')}@{address}",
        home,
    )


def own_redis(folders: Folders) -> tuple[Program, str]:
    """A Redis and its URL. Raises Missing."""
    password, port = folders.secret("redis"), free_port()
    kept = folders.home / "redis.conf"
    redis_server.write_configuration(kept, port=port, password=password)
    program = Program("redis", [str(find_redis()), str(kept)], at_once=True)
    return program, f"redis://:{password}@127.0.0.1:{port}/0"


def web_programs(folders: Folders, count: int) -> tuple[list[Program], list[Path]]:
    """``count`` web servers on sockets that share the cores, and their sockets."""
    sockets = [folders.sockets / f"web-{number}.sock" for number in range(1, count + 1)]
    each = max(1, (os.cpu_count() or 1) // count)
    servers = [
        Program(path.stem, programs.web("--uds", str(path), workers=each)) for path in sockets
    ]
    return servers, sockets


def direct_web(address: str, port: int, count: int) -> Program:
    """One web server at the front, where there is no nginx."""
    workers = max(count, os.cpu_count() or 1)
    where = ("--address", address, "--port", str(port))
    return Program("web-1", programs.web(*where, workers=workers))


def background_programs(folders: Folders, workers: int) -> list[Program]:
    """The workers, the one that delivers, and the one clock."""
    names = [f"worker-{number}" for number in range(1, workers + 1)]
    schedule = folders.run / "beat" / "schedule"
    return [
        *(Program(name, programs.worker(name), stop_s=60) for name in names),
        Program("deliverer", programs.worker("deliverer", programs.SLOW), stop_s=60),
        Program("beat", programs.beat(schedule)),
    ]
