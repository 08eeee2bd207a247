"""JSON, strictly: one meaning per document or none."""

import json
import re
from typing import Any

from ingest.readers.sources import Source
from ingest.readers.text import decode
from ingest.records import UnreadableSource

MAX_DEPTH = 32
# JSON can escape what no text in a database can be.
NO_TEXT = re.compile("[\0\ud800-\udfff]")


def load(source: Source, *, constants: bool = False) -> Any:
    """Parse a whole document. Raises UnreadableSource.

    Refused: damage, a key given twice, nesting beyond ``MAX_DEPTH`` and, unless
    ``constants``, NaN and Infinity; with ``constants`` those count as null.
    """
    text = decode(source.name, source.read())
    constant = _null if constants else _refuse_constant
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=constant)
    except RecursionError:
        raise _too_deep(source) from None
    except ValueError as problem:
        raise UnreadableSource(source.name, f"Its JSON cannot be read: {problem}.") from None
    _check_depth(source, value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key “{twice[:80]}” stands twice in one object")
    return found


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not a number that JSON knows")


def _null(_word: str) -> None:
    return None


def _check_depth(source: Source, value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise _too_deep(source)


def _inside(value: Any) -> list[Any]:
    found = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return []
    return [inner for inner in found if isinstance(inner, dict | list)]


def _too_deep(source: Source) -> UnreadableSource:
    return UnreadableSource(source.name, f"Its JSON is nested more than {MAX_DEPTH} levels deep.")
