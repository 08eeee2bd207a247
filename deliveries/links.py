"""The links of added-value products: which there are, and what is one. Pure."""

from types import MappingProxyType
from urllib.parse import urlsplit

LINK_TITLES = MappingProxyType(
    {
        "calibrated_ms": "calibrated MS",
        "weblog": "weblog",
        "admit": "ADMIT products",
        "article": "knowledge-base article",
    }
)
LINKS = tuple(LINK_TITLES)
LONGEST_LINK = 500
NO_LINK = f"an address with https:// or http://, at most {LONGEST_LINK} long"


def is_link(text: str) -> bool:
    """Whether a text is an address that a mail can hold."""
    if len(text) > LONGEST_LINK or not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)
