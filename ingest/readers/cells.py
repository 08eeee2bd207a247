"""What stands in one cell of an archive table, whoever wrote the table."""

import math
import re
from datetime import UTC, datetime
from functools import lru_cache

from projects.identity import Uid

_EMPTY = {"", "--", "-", "null", "none", "nan", "n/a", "masked", "unknown"}
_LONGEST_EMPTY = max(map(len, _EMPTY))
_WRAPPED = re.compile(r"b(['\"])(.*)\1", re.DOTALL)
_ARRAYS = re.compile(r"(?<!\d)12[- ]?m|(?<!\d)7[- ]?m|tp|total power", re.IGNORECASE)
_ANTENNA = re.compile(r"(?:[^\s:,;]+:)?((?:DV|DA|CM|PM)\d\d)(?!\w)", re.IGNORECASE)
_QA2_WORDS = {"PASS": "Pass", "SEMIPASS": "SemiPass"}
_SEPARATORS = re.compile(r"[\s,;+]+")
# The archive writes 3000-01-01 for "not known yet".
_UNKNOWN_YEAR = 3000


class BadCell(ValueError):
    """A cell that cannot mean what its column says; ``str()`` is a sentence."""


def clean(text: str) -> str:
    """Strip blanks and a Python ``b'…'`` wrapper; placeholders become ""."""
    text = text.strip()
    if text[:2] in ("b'", 'b"') and (wrapped := _WRAPPED.fullmatch(text)):
        text = wrapped[2].strip()
    return "" if len(text) <= _LONGEST_EMPTY and text.lower() in _EMPTY else text


@lru_cache(maxsize=65536)
def uid(text: str) -> str:
    """Answer the canonical UID. Raises BadCell."""
    found = Uid.parse_or_none(text)
    if found is None:
        raise BadCell(f"“{text[:80]}” is not a UID such as uid://A001/X121/X4bc.")
    return found.text


def uids(text: str) -> tuple[str, ...]:
    """Answer the UIDs of a cell; a count, as some tables have it, is none."""
    parts = [part for part in _SEPARATORS.split(text) if part]
    return () if all(part.isdecimal() for part in parts) else tuple(map(uid, parts))


@lru_cache(maxsize=65536)
def time(text: str) -> datetime:
    """Answer a time in UTC; a bare date is its midnight. Raises BadCell."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadCell(f"“{text[:80]}” is not a date such as 2013-08-21.") from None


def is_unknown_date(at: datetime) -> bool:
    """Whether a release date is the archive's "not known yet"."""
    return at.year >= _UNKNOWN_YEAR


def number(text: str, low: float, high: float) -> float:
    """Answer a finite number between two bounds. Raises BadCell."""
    try:
        value = float(text)
    except ValueError:
        raise BadCell(f"“{text[:80]}” is not a number.") from None
    if not (math.isfinite(value) and low <= value <= high):
        raise BadCell(f"{text[:80]} is not between {low:g} and {high:g}.")
    return value


def ra_deg(text: str) -> float:
    """Answer a right ascension in degrees, from degrees or hours:minutes:seconds."""
    value = 15 * _sexagesimal(text) if ":" in text else number(text, 0, 360)
    return number(repr(value), 0, 360) % 360


def dec_deg(text: str) -> float:
    """Answer a declination in degrees, from degrees or degrees:minutes:seconds."""
    return number(repr(_sexagesimal(text)), -90, 90) if ":" in text else number(text, -90, 90)


def _sexagesimal(text: str) -> float:
    try:
        whole, minutes, seconds = (abs(float(part)) for part in text.split(":"))
    except ValueError:
        raise BadCell(f"“{text[:80]}” is not a position.") from None
    return (-1 if text.strip().startswith("-") else 1) * (whole + minutes / 60 + seconds / 3600)


def positive(text: str) -> float | None:
    """Answer a number above zero; a zero is how tables write "not known"."""
    return number(text, 0, 1e12) or None


@lru_cache(maxsize=4096)
def bands(text: str) -> tuple[int, ...]:
    """Answer receiver bands: "3", "3 6", "3,6" or "['3', '6']", sorted."""
    found = set()
    for part in _SEPARATORS.split(text.strip("[]()")):
        digits = part.strip("'\"").lower().removeprefix("alma_rb_").removeprefix("band")
        if not (digits.isascii() and digits.isdecimal() and 1 <= int(digits) <= 10):
            raise BadCell(f"“{text[:80]}” is not a list of the bands 1 to 10.")
        found.add(int(digits))
    return tuple(sorted(found))


@lru_cache(maxsize=4096)
def arrays(text: str) -> frozenset[str]:
    """Answer the arrays that an Array cell names; none for another telescope's name."""
    bare = {re.sub("[- ]", "", word.lower()) for word in _ARRAYS.findall(text)}
    return frozenset(word if word in ("12m", "7m") else "TP" for word in bare)


@lru_cache(maxsize=4096)
def antenna_names(text: str) -> tuple[str, ...]:
    """Answer antenna names, each once, in order, from "A004:DV07 A011:DA41 …"."""
    return tuple(dict.fromkeys(name.upper() for name in _ANTENNA.findall(text)))


def qa2(text: str) -> tuple[str, bool | None]:
    """Answer (verdict, passed). Raises BadCell.

    T hides SemiPass, so it gives no verdict; F is nothing known, never a Fail.
    """
    word = text.upper()
    if word in _QA2_WORDS:
        return _QA2_WORDS[word], True
    if word in ("T", "Y", "TRUE", "YES", "1"):
        return "", True
    if word in ("F", "N", "FALSE", "NO", "0", "FAIL", "X"):
        return "", None
    raise BadCell(f"“{text[:80]}” is no QA2 status of the archive.")
