"""Which bytes of a file a request asks for (RFC 9110, section 14). Pure."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class NoSuchBytes(Exception):
    """A range that begins behind the file's end."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from ``first`` up to and with ``last``."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


def asked_span(header: str, size: int) -> Span | None:
    """Answer the one range that a ``Range`` header asks for; None: the whole file.

    What is no single range of bytes is passed over, as servers may. Raises NoSuchBytes.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return _last_bytes(int(last), size)
    begin, end = int(first), int(last) if last else size - 1
    if last and end < begin:
        return None
    if begin >= size:
        raise NoSuchBytes
    return Span(begin, min(end, size - 1))


def _last_bytes(number: int, size: int) -> Span:
    if not number or not size:
        raise NoSuchBytes
    return Span(max(size - number, 0), size - 1)
