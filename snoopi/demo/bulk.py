"""Writes many rows at once, past Django's model instances: PostgreSQL's COPY, else INSERT."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models

_ID_BLOCK = 2000
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class BulkTable:
    """Collects new rows of one model; ``write`` inserts them.

    Values are given by attribute name and all others have the model's defaults. Use it
    inside one transaction.
    """

    def __init__(self, model: type[models.Model]) -> None:
        fields = model._meta.concrete_fields
        self._table = model._meta.db_table
        self._columns = [str(field.column) for field in fields]
        self._places = {field.attname: place for place, field in enumerate(fields)}
        self._encode = _as_copied if connection.vendor == "postgresql" else _as_inserted
        self._usual = [self._encode(field.get_default()) for field in fields]
        self._rows: list[list[Any]] = []
        self._ids = _new_ids(self._table)

    def ids(self) -> Iterator[int]:
        """Ids for rows that come later."""
        return self._ids

    def add(self, **values: Any) -> None:
        """Add a row, with a new id unless it brings one."""
        row = self._usual.copy()
        for name, value in values.items():
            row[self._places[name]] = self._encode(value)
        if "id" not in values:
            row[self._places["id"]] = self._encode(next(self._ids))
        self._rows.append(row)

    def write(self) -> int:
        """Insert the rows and answer their number."""
        count = len(self._rows)
        names = ", ".join(map(connection.ops.quote_name, self._columns))
        table = connection.ops.quote_name(self._table)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                text = io.StringIO("".join("\t".join(row) + "\n" for row in self._rows))
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", text)
            elif count:
                marks = ", ".join(["%s"] * len(self._columns))
                insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - quoted
                cursor.executemany(insert, self._rows)
        self._rows.clear()
        return count


def _new_ids(table: str) -> Iterator[int]:
    """Ids that nobody else gets, in ascending order."""
    if connection.vendor == "postgresql":
        while True:
            yield from _from_sequence(table)
    yield from _after_last(table)


def _from_sequence(table: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, _ID_BLOCK],
        )
        return [found for (found,) in cursor.fetchall()]


def _after_last(table: str) -> Iterator[int]:
    """SQLite has one writer: this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    last = found[0] if found else 0
    while True:
        last += 1
        yield last


_COPIED: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    float: repr,
    Decimal: str,
    datetime: datetime.isoformat,
    list: json.dumps,
    dict: lambda value: json.dumps(value).translate(_ESCAPES),
}
_INSERTED: dict[type, Callable[[Any], Any]] = {
    datetime: lambda value: str(value.astimezone(UTC).replace(tzinfo=None)),
    Decimal: str,
    list: json.dumps,
    dict: json.dumps,
}


def _as_copied(value: Any) -> str:
    encode = _COPIED.get(type(value))
    return encode(value) if encode else str(value).translate(_ESCAPES)


def _as_inserted(value: Any) -> Any:
    encode = _INSERTED.get(type(value))
    return encode(value) if encode else value
