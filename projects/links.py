"""Addresses that people enter, as they may stand in a page or a mail. Pure."""

from urllib.parse import urlsplit

LONGEST_LINK = 500
NO_LINK = f"an address with https:// or http://, at most {LONGEST_LINK} long"


def is_link(text: str) -> bool:
    """Whether a text is an address of the web, printable as it stands."""
    if len(text) > LONGEST_LINK or not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)
