"""Whom a failed log-in counts against."""

from collections.abc import Mapping

from django.http import HttpRequest


def attempted_username(request: HttpRequest | None, credentials: Mapping[str, str] | None) -> str:
    """The name in lower case, as log-in finds it: its spellings share one count."""
    given = credentials or (request.POST if request is not None else {})
    return str(given.get("username") or "").lower()
