"""Holds that a process has on a row of a queue: whose they are, and whether it still lives. Pure.

A claim is written by a conditional update; it names machine and process, so that one of a
killed process on the same machine ends at once, not with its heartbeat.
"""

import os
import socket
from secrets import token_hex


def new_claim() -> str:
    """Answer a claim of this process that nobody has had before."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(8)}"


def is_gone(claim: str) -> bool:
    """Whether a claim is of a process of this machine that is no more."""
    host, pid, _ = claim.rsplit(":", 2) if claim.count(":") > 1 else ("", "", "")
    if host != socket.gethostname()[:60] or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
