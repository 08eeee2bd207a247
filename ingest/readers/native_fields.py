"""The fields of the ``json`` format: what each takes, in what unit, and what it means.

docs/json-format.md is printed from these tables, and a test holds them against the
records.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ingest.readers.json_text import NO_TEXT
from projects.identity import BadUid, Uid, parse_identity, parse_project_code
from projects.links import LONGEST_LINK, NO_LINK, is_link

_SHORT, _LONG = 400, 100_000
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ARRAYS = ("12m", "7m", "TP")


class BadValue(ValueError):
    """A value that a field does not take; ``str()`` continues "field …: it"."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its parser, and its row in the documentation."""

    parse: Callable[[Any], Any]
    type: str
    unit: str
    meaning: str


def text(value: Any) -> str:
    return _text(value, _SHORT)


def long_text(value: Any) -> str:
    return _text(value, _LONG)


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise BadValue("must be a text")
    if len(value) > most:
        raise BadValue(f"must not be longer than {most} characters")
    if NO_TEXT.search(value):
        raise BadValue("holds a character that no text can hold")
    return value.strip()


def uid(value: Any) -> str:
    try:
        return Uid.parse(text(value)).text
    except BadUid as problem:
        raise BadValue(f"does not fit: {problem}") from None


def identity(value: Any) -> str:
    """Read a UID that is not a placeholder."""
    found = parse_identity(uid(value))
    if not found:
        raise BadValue("is a placeholder that identifies nothing")
    return found


def code(value: Any) -> str:
    found = parse_project_code(text(value))
    if not found:
        raise BadValue("must be a project code such as 2013.1.00308.S")
    return found


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue("must be true or false")
    return value


def number(low: float, high: float) -> Callable[[Any], float]:
    """Make a parser for numbers from ``low`` to ``high``."""

    def parse(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadValue("must be a number")
        if not low <= value <= high or not math.isfinite(value):
            raise BadValue(f"must be from {low:g} to {high:g}")
        return float(value)

    return parse


def right_ascension(value: Any) -> float:
    return number(0, 360)(value) % 360


def count(value: Any) -> Decimal:
    """Read a number of executions, which may be a fraction."""
    number(0, 99_999)(value)
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise BadValue("must be a number") from None


def word(*words: str) -> Callable[[Any], str]:
    """Make a parser for one of a few words."""

    def parse(value: Any) -> str:
        if value not in words or not isinstance(value, str):
            raise BadValue(f"must be one of {', '.join(words)}")
        return value

    return parse


def many(parse_one: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Make a parser for lists; what stands twice counts once."""

    def parse(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise BadValue("must be a list")
        return tuple(dict.fromkeys(map(parse_one, value)))

    return parse


def _band(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10:
        raise BadValue("must hold bands from 1 to 10")
    return value


def bands(value: Any) -> tuple[int, ...]:
    return tuple(sorted(many(_band)(value)))


def array(value: Any) -> str:
    parts = text(value).split("+")
    if not set(parts) <= set(_ARRAYS) or len(set(parts)) != len(parts):
        raise BadValue("must be 12m, 7m, TP or some of them joined by +")
    return "+".join(sorted(parts, key=_ARRAYS.index))


def whole(low: int, high: int) -> Callable[[Any], int]:
    """Make a parser for whole numbers from ``low`` to ``high``."""

    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadValue("must be a whole number")
        if not low <= value <= high:
            raise BadValue(f"must be from {low} to {high}")
        return value

    return parse


def sha256(value: Any) -> str:
    found = text(value).lower()
    if not _SHA256.fullmatch(found):
        raise BadValue("must be 64 hexadecimal digits")
    return found


def file_path(value: Any) -> str:
    """Read a place in a package: it never leads out of it."""
    found = text(value)
    parts = found.split("/")
    if not found or "\\" in found or any(part in ("", ".", "..") for part in parts):
        raise BadValue("must be a path below the member OUS's folder, such as product/a.fits")
    return found


def link(value: Any) -> str:
    """Read the address of a page."""
    found = _text(value, LONGEST_LINK)
    if not is_link(found):
        raise BadValue(f"must be {NO_LINK}")
    return found


def time(value: Any) -> datetime:
    """Read a time with its zone, in UTC."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        raise BadValue("must be a time such as 2015-07-02T06:49:28Z") from None
    if found.tzinfo is None:
        raise BadValue("must say its zone: end in Z, or in an offset such as +00:00")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise BadValue("is out of the calendar") from None


def time_or_date(value: Any) -> datetime:
    """Read a time with its zone, or a bare date, which is its midnight."""
    return _midnight(value) if _is_date(value) else time(value)


def last_day_or_time(value: Any) -> datetime:
    """Read an end: a time, or the last day that still counts."""
    if not _is_date(value):
        return time(value)
    try:
        return _midnight(value) + timedelta(days=1)
    except OverflowError:
        raise BadValue("is out of the calendar") from None


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and bool(_DATE.fullmatch(value))


def _midnight(value: str) -> datetime:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadValue("must be a date of the calendar") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def markdown_table(fields: dict[str, Field]) -> str:
    """Print fields as the rows of docs/json-format.md."""
    lines: Sequence[str] = [
        "| field | type | unit | meaning |",
        "|---|---|---|---|",
        *(f"| `{n}` | {f.type} | {f.unit} | {f.meaning} |" for n, f in fields.items()),
    ]
    return "\n".join(lines)
