"""The mirrors that ``ARC_MIRRORS`` names: ``EU=<folder or URL>,…``. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
STORE = "store"


class BadMirror(ValueError):
    """A mirror that cannot be used; ``str()`` says why, without its address."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """A place with the layout of the package store: a folder of this machine, or a URL."""

    name: str
    address: str

    @property
    def is_url(self) -> bool:
        """Whether it is asked over the network."""
        return self.address.startswith(("http://", "https://"))


def parse_mirrors(text: str) -> tuple[Mirror, ...]:
    """Answer the mirrors that a setting names. Raises BadMirror."""
    found = tuple(_mirror(part) for part in text.split(",") if part.strip())
    names = [mirror.name for mirror in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadMirror(f"{twice[0]} is named twice")
    return found


def _mirror(part: str) -> Mirror:
    name, equals, address = (piece.strip() for piece in part.partition("="))
    if not equals or not _NAME.fullmatch(name) or name == STORE:
        raise BadMirror("write EU=<folder or URL>,… with names of letters, digits, - and _")
    if address.startswith(("http://", "https://")):
        return Mirror(name, _url(name, address))
    if not address.startswith("/"):
        raise BadMirror(f"{name} is neither a URL (http://, https://) nor a folder from / on")
    return Mirror(name, address)


def _url(name: str, address: str) -> str:
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise BadMirror(f"the URL of {name} has no usable host, or a query")
    return address.rstrip("/")
