"""Bytes to text, strictly: what cannot be decoded is refused with its place."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from ingest.records import UnreadableSource

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> tuple[str, int]:
    """Answer the encoding and the length of the byte order mark; UTF-8 without one."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    return "utf-8", 0


def decode_leniently(head: bytes) -> str:
    """Decode the start of a file to look at it; bad bytes become U+FFFD."""
    encoding, skip = encoding_of(head)
    return head[skip:].decode(encoding, errors="replace")


def first_bad_byte(head: bytes) -> int | None:
    """Answer the offset of the first byte that is no text, None where all are."""
    encoding, skip = encoding_of(head)
    try:
        codecs.getincrementaldecoder(encoding)().decode(head[skip:])
    except UnicodeDecodeError as problem:
        return skip + problem.start
    return None


def decode(name: str, data: bytes) -> str:
    """Decode a whole text. Raises UnreadableSource naming the first bad byte."""
    encoding, skip = encoding_of(data)
    try:
        return data[skip:].decode(encoding)
    except UnicodeDecodeError as problem:
        raise _undecodable(name, encoding, skip + problem.start) from None


def lines(name: str, stream: BinaryIO) -> Iterator[str]:
    r"""Yield decoded lines, each ending in ``\n`` whatever the file's line ends are.

    Raises UnreadableSource at the first byte that is no text.
    """
    rest = ""
    for chunk in _decoded(name, stream):
        *whole, rest = (rest + chunk).split("\n")
        for line in whole:
            yield line + "\n"
    if rest:
        yield rest


def _decoded(name: str, stream: BinaryIO) -> Iterator[str]:
    first = stream.read(_CHUNK)
    encoding, seen = encoding_of(first)
    decoder = codecs.getincrementaldecoder(encoding)()
    chunk, ended_in_return = first[seen:], False
    while True:
        text, at = _chunk_of(name, decoder, chunk, encoding, seen)
        # A "\r\n" may be cut in two by the chunks.
        if ended_in_return and text.startswith("\n"):
            text = text[1:]
        ended_in_return = text.endswith("\r") or (ended_in_return and not text)
        yield text.replace("\r\n", "\n").replace("\r", "\n")
        if not chunk:
            return
        seen, chunk = at, stream.read(_CHUNK)


def _chunk_of(
    name: str, decoder: codecs.IncrementalDecoder, chunk: bytes, encoding: str, seen: int
) -> tuple[str, int]:
    try:
        text = decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as problem:
        pending = len(problem.object) - len(chunk)
        raise _undecodable(name, encoding, seen - pending + problem.start) from None
    if "\0" in text:
        reason = f"It is not text: there is a NUL after byte {seen}."
        raise UnreadableSource(name, reason)
    return text, seen + len(chunk)


def _undecodable(name: str, encoding: str, offset: int) -> UnreadableSource:
    reason = f"It is not text in {encoding.upper()}: the byte at offset {offset} does not fit."
    return UnreadableSource(name, reason)
