"""The few ADQL sentences that a source is asked in. Pure.

Plain enough for any TAP service: one table, comparisons of one column with a literal,
one column to order by.
"""

import re
from collections.abc import Iterable, Sequence

_REGULAR = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Reserved in ADQL 2.0 and yet a likely column.
_RESERVED = frozenset(
    "area box circle contains coord1 coord2 date day distance domain first group hour key"
    " language last level minute month names order point polygon position region schema second"
    " section select session size table time timestamp top type union user value year zone".split()
)


def column(name: str) -> str:
    """Write a column's name, in quotation marks where it needs them."""
    if _REGULAR.fullmatch(name) and name.lower() not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text so that it can only be a text."""
    return "'" + text.replace("'", "''") + "'"


def equal(name: str, value: str) -> str:
    """The rows with this very value."""
    return f"{column(name)} = {literal(value)}"


def above(name: str, value: str) -> str:
    """The rows that come after a value."""
    return f"{column(name)} > {literal(value)}"


def among(name: str, values: Iterable[str]) -> str:
    """The rows with one of some values."""
    return f"{column(name)} IN ({', '.join(map(literal, values))})"


def holding(name: str, parts: Iterable[str]) -> str:
    """The rows whose text holds one of some parts."""
    either = [f"{column(name)} LIKE {literal(f'%{part}%')}" for part in parts]
    return f"({' OR '.join(either)})"


def missing(name: str) -> str:
    """The rows without a value."""
    return f"{column(name)} IS NULL"


def since(name: str, bound: str, *, is_number: bool) -> str:
    """The rows at or after a moment, written as a day or a number of days."""
    return f"{column(name)} >= {bound if is_number else literal(bound)}"


def select(
    columns: Sequence[str], table: str, where: Sequence[str], *, order: str, top: int
) -> str:
    """Write a query for the first ``top`` rows."""
    names = ", ".join(map(column, columns))
    conditions = f" WHERE {' AND '.join(where)}" if where else ""
    by = column(order)
    # Names are quoted and values are literals, both in this file; ADQL has no parameters.
    return f"SELECT TOP {top} {names} FROM {table}{conditions} ORDER BY {by}"  # noqa: S608 - quoted


def look(table: str) -> str:
    """Write a query whose answer shows the columns."""
    return f"SELECT TOP 1 * FROM {table}"  # noqa: S608 - the setting's own table
