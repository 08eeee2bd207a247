"""A Redis server for one test run."""

import redis

from snoopi.serve.binaries import Missing, find_redis
from snoopi.serve.ports import free_port
from snoopi.serve.redis_server import ask_version
from tests.servers.processes import Server, ServerUnavailable, new_folder

__all__ = ["ask_version", "start"]

# One database for each pytest-xdist worker, so that their bells do not ring in each other's ears.
DATABASES = 64


def start(port: int | None = None) -> tuple[Server, str]:
    """Start a server that keeps nothing on disk and return it with its URL."""
    try:
        program = find_redis()
    except Missing as problem:
        raise ServerUnavailable(str(problem)) from problem
    port = port or free_port()
    options = {
        "bind": "127.0.0.1",
        "port": port,
        "databases": DATABASES,
        "appendonly": "no",
        "save": "",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    server = Server([program, *words], folder=new_folder("redis"))
    url = f"redis://127.0.0.1:{port}/0"
    server.await_answer(lambda: ask_version(url), refused=redis.ConnectionError)
    return server, url
