"""Archive tables as JSON: a list of objects, or columns and rows as TAP services write."""

import json
from collections.abc import Iterator
from typing import Any

from ingest.readers import json_text
from ingest.readers.columns import is_archive_header
from ingest.readers.json_text import NO_TEXT
from ingest.readers.sources import Source
from ingest.records import UnreadableSource

Rows = Iterator[tuple[tuple[str, ...], list[str]]]
_HEADERS = ("columns", "metadata", "fields")


def rows(source: Source) -> Rows:
    """Yield (header, cells as text) for every row. Raises UnreadableSource."""
    document = json_text.load(source, constants=True)
    if isinstance(document, list):
        header, data = _header_of_objects(document), document
    elif isinstance(document, dict):
        header, data = _header_of_columns(document), document.get("data", [])
    else:
        header, data = None, []
    if header is None or not isinstance(data, list):
        raise UnreadableSource(source.name, "Its JSON is not a table.")
    if header and not is_archive_header(header):
        reason = f"None of its columns is a project code or member OUS ({_some(header)})."
        raise UnreadableSource(source.name, reason)
    for row in data:
        yield header, _cells(row, header)


def _header_of_objects(objects: list[Any]) -> tuple[str, ...] | None:
    rows = [row for row in objects if isinstance(row, dict)]
    if objects and not rows:
        return None
    return tuple(dict.fromkeys(name for row in rows for name in row))


def _header_of_columns(document: dict[str, Any]) -> tuple[str, ...] | None:
    columns = next((document[name] for name in _HEADERS if name in document), None)
    if not isinstance(columns, list):
        return None
    names = [column.get("name") if isinstance(column, dict) else column for column in columns]
    texts = tuple(name for name in names if isinstance(name, str))
    return texts if len(texts) == len(names) else None


def _cells(row: Any, header: tuple[str, ...]) -> list[str]:
    values = [row.get(name) for name in header] if isinstance(row, dict) else row
    texts = [_text(value) for value in values] if isinstance(values, list) else []
    # A row that is no row, or holds what no text can hold, has no columns: that rejects it.
    return [] if any(map(NO_TEXT.search, texts)) else texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, list):
        return " ".join(_text(inner) for inner in value)
    return value if isinstance(value, str) else json.dumps(value)


def _some(header: tuple[str, ...]) -> str:
    return ", ".join(header[:6])[:200]
