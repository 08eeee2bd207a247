"""The web server: `python -m snoopi.serve.web --address 0.0.0.0 --port 8000`.

One blocking thread for each worker: threads only make a Django worker slower.
"""

import argparse
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from snoopi.environment import read_logging


def main() -> None:
    """Serve until told to stop."""
    options = parser().parse_args()
    if options.uds:
        # What a killed server left behind is a socket that nobody answers.
        options.uds.unlink(missing_ok=True)
    build_server(
        address=options.address,
        port=options.port,
        uds=options.uds,
        workers=options.workers,
        log_dictconfig=read_logging(embedded=False),
    ).serve()


def parser() -> argparse.ArgumentParser:
    """The words that the command takes."""
    parser = argparse.ArgumentParser(prog="python -m snoopi.serve.web", description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--uds", type=Path, help="a Unix socket instead of a port")
    parser.add_argument("--workers", type=int, default=2, help="as many as cores")
    return parser


def build_server(*, workers: int, blocking_threads: int = 1, **options: Any) -> Any:
    """A granian server of our application that replaces workers which die."""
    return Granian(
        "snoopi.wsgi:application",
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=blocking_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_level=LogLevels.warning,
        **options,
    )


if __name__ == "__main__":
    main()
