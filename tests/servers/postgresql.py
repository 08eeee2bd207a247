"""A PostgreSQL server for one test run, started as the production layout starts its own."""

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


def start() -> tuple[Server, str]:
    """Start a server on an empty cluster, which trusts whoever reaches it; answer its URL."""
    folder = new_folder("pg")
    user = unprivileged_user()
    try:
        binaries = within_reach(find_postgresql(), folder, user)
        data = initialize(binaries, folder, user)
    except Missing as problem:
        raise ServerUnavailable(str(problem)) from problem
    port = free_port()
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    command = (binaries / "postgres", "-D", data, "-p", str(port))
    server = Server([*command, *settings], folder=folder, user=user, stop_signal="SIGINT")
    url = f"postgres://postgres@127.0.0.1:{port}/snoopi"
    server.await_answer(lambda: ask_version(url), refused=psycopg2.OperationalError)
    return server, url
