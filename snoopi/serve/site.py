"""The whole site on one machine: which programs, in which environment, configured how."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from snoopi.demo.mirrors import demo_mirrors
from snoopi.environment import VARIABLES
from snoopi.serve import layout, nginx, supervision
from snoopi.serve.binaries import find_nginx
from snoopi.serve.layout import Database, Folders
from snoopi.serve.supervision import Program


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator asked for."""

    address: str
    port: int
    web: int
    workers: int
    demo: bool
    with_nginx: bool


@dataclass(frozen=True, slots=True)
class Site:
    """A site that is ready to start."""

    wanted: Wanted
    folders: Folders
    programs: list[Program]
    environment: dict[str, str]
    database: Database | None
    redis_url: str | None

    @property
    def configuration(self) -> Path:
        """What supervisord reads."""
        return self.folders.home / "supervisord.conf"

    @property
    def socket(self) -> Path:
        """Where supervisord listens."""
        return self.folders.sockets / "supervisor.sock"

    @property
    def manage(self) -> Path:
        """The script that runs management commands against this site."""
        return self.folders.home / "manage"

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound
        address = everywhere.get(self.wanted.address, self.wanted.address)
        return f"http://{socket_name(address, self.wanted.port)}"


def socket_name(address: str, port: int) -> str:
    """The address and port in one word, as URLs and nginx write them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def build_site(wanted: Wanted, inherited: Mapping[str, str]) -> Site:
    """Make or find everything that the site needs but for running it. Raises Missing."""
    folders = Folders.under(settings.VAR_DIR)
    database = layout.own_database(folders) if _is_embedded_database() else None
    redis, redis_url = (None, None) if settings.REDIS_URL else layout.own_redis(folders)
    servers = [server for server in (database and database.program, redis) if server]
    *webs, front = _front(wanted, folders)
    background = layout.background_programs(folders, wanted.workers)
    programs = [*servers, *webs, *background, front]
    environment = _environment(wanted, inherited, behind_nginx=bool(webs))
    environment |= {"DATABASE_URL": database.url} if database else {}
    environment |= {"REDIS_URL": redis_url} if redis_url else {}
    site = Site(wanted, folders, programs, environment, database, redis_url)
    _write(site)
    return site


def _is_embedded_database() -> bool:
    engine: str = settings.DATABASES["default"]["ENGINE"]
    return engine.endswith("sqlite3")


def _front(wanted: Wanted, folders: Folders) -> list[Program]:
    """The web servers and nginx last, or one web server alone."""
    program = find_nginx() if wanted.with_nginx else None
    if program is None:
        return [layout.direct_web(wanted.address, wanted.port, wanted.web)]
    webs, sockets = layout.web_programs(folders, wanted.web)
    run = folders.run / "nginx"
    run.mkdir(exist_ok=True)
    configuration = nginx.write_configuration(
        run,
        settings.BASE_DIR / "deploy" / "nginx",
        listen=socket_name(wanted.address, wanted.port),
        sockets=sockets,
        static=settings.STATIC_ROOT,
        data=settings.DATA_DIR,
        body_bytes=settings.INGEST_MAX_BYTES,
        behind_tls=settings.SECURE_SITE,
    )
    command = [str(program), "-e", "stderr", "-p", str(run), "-c", str(configuration)]
    return [*webs, Program("nginx", command, stop_signal="QUIT")]


def _environment(
    wanted: Wanted, inherited: Mapping[str, str], *, behind_nginx: bool
) -> dict[str, str]:
    """What every program of the site finds in its environment."""
    # Our nginx is one proxy; where the outside speaks TLS there is another before it.
    proxies = int(behind_nginx) + int(settings.SECURE_SITE)
    usual = {"BASE_URL": f"http://127.0.0.1:{wanted.port}", "TRUSTED_PROXIES": str(proxies)}
    usual |= {"FILES_BY_NGINX": "true"} if behind_nginx else {}
    usual |= {"ARC_MIRRORS": demo_mirrors(settings.VAR_DIR)} if wanted.demo else {}
    fixed = {"VAR_DIR": str(settings.VAR_DIR), "PYTHONPATH": str(settings.BASE_DIR)}
    return {**usual, **inherited, **fixed}


def _write(site: Site) -> None:
    folders = site.folders
    supervision.write_configuration(
        site.configuration, site.programs, run=folders.run, log=folders.log, socket=site.socket
    )
    # It holds passwords, so it is made for its owner only before it is filled.
    site.manage.touch(mode=0o700)
    site.manage.chmod(0o700)
    site.manage.write_text("\n".join(_manage_script(site.environment)) + "\n")


def _manage_script(environment: Mapping[str, str]) -> list[str]:
    ours = [variable.name for variable in VARIABLES if variable.name in environment]
    return [
        "#!/bin/sh",
        "# Runs a management command against the served site.",
        *(f"export {name}={shlex.quote(environment[name])}" for name in [*ours, "PYTHONPATH"]),
        f'exec {shlex.join([sys.executable, str(settings.BASE_DIR / "manage.py")])} "$@"',
    ]
