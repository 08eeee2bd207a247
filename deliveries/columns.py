"""Text for mail: one line where one is meant, and no line wider than a terminal. Pure."""

import re
import unicodedata
from collections.abc import Iterator

COLUMNS = 72
_GAPS = frozenset({"Cc", "Zl", "Zp"})
# They turn the order of what follows: a name could rewrite the sentence around it.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})
_MANY_EMPTY = re.compile(r"\n{3,}")
_WHOLE = ("http://", "https://", "uid://")


def one_line(text: str) -> str:
    """The text without line breaks and control characters, gaps as single spaces."""
    kept = (" " if unicodedata.category(mark) in _GAPS else mark for mark in text)
    shown = (mark for mark in kept if mark not in _TURNING and not _is_half(mark))
    return " ".join("".join(shown).split())


def _is_half(mark: str) -> bool:
    """Whether it is half of a pair, which no encoding can write."""
    return unicodedata.category(mark) == "Cs"


def shortened(text: str, columns: int) -> str:
    """The text cut to so many columns, the cut shown."""
    if width(text) <= columns:
        return text
    return _fitting(text, columns - 1).rstrip() + "…"


def width(text: str) -> int:
    """The columns that a text takes: two for wide characters, none for combining ones."""
    return sum(map(_mark_width, text))


def _mark_width(mark: str) -> int:
    if unicodedata.category(mark) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(mark) in "WF" else 1


def fold(text: str, columns: int = COLUMNS) -> str:
    """Wrap every line at spaces, what follows under the line's own indent.

    Of several empty lines in a row one stays. Addresses and UIDs are never broken; any other
    word that is wider than a line is.
    """
    lines = (part for line in text.splitlines() for part in _folded(line.rstrip(), columns))
    return _MANY_EMPTY.sub("\n\n", "\n".join(lines)) + "\n"


def _folded(line: str, columns: int) -> Iterator[str]:
    indent = line[: len(line) - len(line.lstrip())]
    room, now = columns - width(indent), ""
    for word in line.split():
        if now and width(now) + 1 + width(word) > room:
            yield indent + now
            now = ""
        now = f"{now} {word}" if now else word
        while width(now) > room and not now.startswith(_WHOLE):
            part = _fitting(now, room)
            yield indent + part
            now = now[len(part) :]
    yield indent + now if now else ""


def _fitting(text: str, columns: int) -> str:
    """The longest beginning that fits, at least one character."""
    taken = 0
    for place, mark in enumerate(text):
        taken += _mark_width(mark)
        if taken > columns and place:
            return text[:place]
    return text
