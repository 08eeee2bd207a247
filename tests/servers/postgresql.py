"""A PostgreSQL server for one test run, started as the production layout starts its own."""

from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from snoopi.serve.binaries import Missing, find_postgresql
from snoopi.serve.ports import free_port
from snoopi.serve.postgresql import ask_version, initialize, unprivileged_user, within_reach
from tests.servers.processes import Server, ServerUnavailable, new_folder

__all__ = ["ask_version", "start"]

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


@dataclass
class Cluster:
    """An empty cluster, which trusts whoever reaches it: it may be started again and again."""

    folder: Path = field(default_factory=lambda: new_folder("pg"))
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"postgres://postgres@127.0.0.1:{self.port}/snoopi"

    def start(self, *more: str, folder: Path | None = None) -> Server:
        """Start its server, with more settings, and answer it once it answers.

        ``folder`` is removed with the server: the cluster's own lets the cluster go too.
        """
        user = unprivileged_user()
        try:
            binaries = within_reach(find_postgresql(), self.folder, user)
            data = initialize(binaries, self.folder, user)
        except Missing as problem:
            raise ServerUnavailable(str(problem)) from problem
        settings = [word for setting in (*SETTINGS, *more) for word in ("-c", setting)]
        command: list[str | Path] = [
            binaries / "postgres",
            "-D",
            data,
            "-p",
            str(self.port),
            *settings,
        ]
        server = Server(command, folder=folder or new_folder("pg"), user=user, stop_signal="SIGINT")
        server.await_answer(lambda: ask_version(self.url), refused=psycopg2.OperationalError)
        return server


def start() -> tuple[Server, str]:
    """Start a server on a cluster that goes with it; answer its URL."""
    cluster = Cluster()
    server = cluster.start(folder=cluster.folder)
    return server, cluster.url
