"""Whom a failed log-in counts against."""

from collections.abc import Mapping
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def attempted_username(request: HttpRequest | None, credentials: Mapping[str, str] | None) -> str:
    """The name in lower case, as log-in finds it: its spellings share one count."""
    given = credentials or (request.POST if request is not None else {})
    return str(given.get("username") or "").lower()


def client_address(request: HttpRequest) -> str | None:
    """The caller's address, as the outermost proxy of ours saw it; None where it has none.

    Each proxy adds the address it saw at the end of X-Forwarded-For, so what a caller
    writes there himself stands before those and is not believed.
    """
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = settings.TRUSTED_PROXIES
    by_proxy = seen[-trusted] if 0 < trusted <= len(seen) else ""
    return _address(by_proxy) or _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
