"""Servers of a drill on the ports that the settings name, and the ways in which they are hurt."""

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from redis import Redis

from snoopi.serve.postgresql import ensure_database
from tests.servers import postgresql, redis_server
from tests.servers.odd_smtp import DROP, STALL, OddServer
from tests.servers.processes import Server, free_port, new_folder

ROOT = Path(__file__).resolve().parents[2]
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "snoopi.celery:app")
ODD_WAYS: dict[str, dict[str, str]] = {
    "SMTP refuses connections": {"CONNECT": "421 too busy"},
    "SMTP refuses recipients": {"RCPT": "450 later"},
    "SMTP stalls before DATA": {"MAIL": STALL},
    "SMTP drops inside DATA": {"BODY": DROP},
    "SMTP stalls inside DATA": {"BODY": STALL},
    "SMTP takes a mail and breaks off": {"END": DROP},
}


def settings_in(folder: Path) -> dict[str, str]:
    """The settings of a site whose servers are a stage's, on ports that are free now."""
    return {
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:{free_port()}/snoopi",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
        "MAIL_TIMEOUT_SECONDS": "2",
        "SECRET_KEY": "a-key-of-a-site-that-lives-for-some-minutes",
        "BASE_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver",
        "VAR_DIR": str(folder / "var"),
        "DATA_DIR": str(folder / "store"),
        "ARC_MIRRORS": f"EU={folder / 'mirror'}",
        "DELIVERY_HOLD_SECONDS": "1",
        "LOG_FORMAT": "lines",
        "LOG_LEVEL": "error",
        "DJANGO_SETTINGS_MODULE": "snoopi.settings",
        "PYTHONPATH": str(ROOT),
    }


def _port(variable: str) -> int:
    port = urlsplit(os.environ[variable]).port
    assert port
    return port


@dataclass
class Stage:
    """Database, broker, mail server, worker and clock of one site."""

    cluster: postgresql.Cluster = field(
        default_factory=lambda: postgresql.Cluster(port=_port("DATABASE_URL"))
    )
    smtp: OddServer = field(default_factory=lambda: OddServer(port=_port("EMAIL_URL")))
    running: dict[str, Server] = field(default_factory=dict)

    def start(self) -> None:
        """Start database and broker."""
        self.running["postgresql"] = self._database()
        # Its role may be anybody: this cluster trusts all who reach it.
        ensure_database(self.cluster.url.replace("/snoopi", "/postgres"), "-")
        self.running["redis"], _ = redis_server.start(_port("REDIS_URL"))

    def work(self) -> None:
        """Start the worker and the clock."""
        self.running["worker"] = self._worker()
        folder = new_folder("beat")
        words = ("beat", f"--schedule={folder / 'schedule'}", "--pidfile=")
        self.running["beat"] = Server([*CELERY, *words], folder=folder)

    def kill_worker(self) -> None:
        """SIGKILL the worker with all its processes, and start another."""
        self.running["worker"].kill()
        self.running["worker"] = self._worker()

    def flush_redis(self) -> None:
        """Let the broker forget everything."""
        with Redis.from_url(os.environ["REDIS_URL"]) as redis:
            redis.flushall()

    def restart_postgresql(self) -> None:
        """End the database under everybody's hands, and start it again."""
        self.running["postgresql"].stop()
        self.running["postgresql"] = self._database()

    def stop(self) -> None:
        """End everything, the database last."""
        for name in ("beat", "worker", "redis", "postgresql"):
            if name in self.running:
                self.running[name].stop()
        self.smtp.close()
        shutil.rmtree(self.cluster.folder, ignore_errors=True)

    def _database(self) -> Server:
        # What was told as committed is kept, whatever the suite's own server may forget.
        return self.cluster.start("synchronous_commit=on", "autovacuum=on")

    def _worker(self) -> Server:
        words = ("worker", "--concurrency=2", "--without-gossip", "--without-mingle")
        return Server([*CELERY, *words, "--loglevel=WARNING"], folder=new_folder("worker"))
