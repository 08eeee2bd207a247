"""Run one server until standard input closes, then stop it and remove its folder.

The suite holds the other end of the pipe, so the server ends with the suite however that ends:
normally, by Ctrl-C, or killed with no chance to clean up after itself.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread


def main() -> None:
    """Start the command in a process group of its own and stay until nobody holds the pipe."""
    options = parse_arguments()
    server = subprocess.Popen(
        options.command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        user=options.user,
        start_new_session=True,
    )
    (options.folder / "pid").write_text(str(server.pid))
    Thread(target=note_end, args=(server, options.folder), daemon=True).start()
    sys.stdin.buffer.read()
    stop(server, signal.Signals[options.signal])
    shutil.rmtree(options.folder, ignore_errors=True)


def parse_arguments() -> argparse.Namespace:
    """Read what to run, as whom, how to stop it and what to remove."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--signal", default="SIGTERM")
    parser.add_argument("--user")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def note_end(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Leave a mark in the folder when the server ends by itself, so that nobody waits for it."""
    server.wait()
    with contextlib.suppress(FileNotFoundError):
        (folder / "ended").touch()


def stop(server: subprocess.Popen[bytes], polite: signal.Signals) -> None:
    """Ask the server to end, then end whatever is left of its process group."""
    server.send_signal(polite)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


if __name__ == "__main__":
    main()
