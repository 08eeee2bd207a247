"""Ports of this machine."""

import socket

from django.core.management.base import CommandError


def check_free(address: str, port: int) -> None:
    """Find out before minutes of work that somebody else has the port. Raises CommandError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except (OSError, OverflowError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise CommandError(f"Port {port} cannot be used ({reason}); choose another.") from None


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
