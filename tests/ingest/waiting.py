"""Waiting for what another process or thread does: for as long as it takes, within reason."""

import time
from collections.abc import Callable


def wait_until(done: Callable[[], bool]) -> None:
    """Return as soon as ``done`` says so; fail when it has not for a minute."""
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
