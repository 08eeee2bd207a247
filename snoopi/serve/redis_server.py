"""A Redis of the site's own, which keeps nothing: it is only the bell."""

from pathlib import Path

import redis


def write_configuration(path: Path, *, port: int, password: str) -> None:
    """Write what the server reads; for its owner only, as it holds the password."""
    path.touch(mode=0o600)
    lines = (
        "bind 127.0.0.1",
        f"port {port}",
        f'requirepass "{password}"',
        "appendonly no",
        'save ""',
    )
    path.write_text("\n".join(lines) + "\n")


def ask_version(url: str) -> str:
    """The server's version, such as 7.0.15. Raises redis.RedisError."""
    with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
        return str(client.info("server")["redis_version"])
