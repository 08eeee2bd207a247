"""The Science Data Model's XML: tables of rows, arrays as text, references as elements.

Written as text: a data set is a few thousand cells, of which a tree of elements costs ten
times as much.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

SCHEMA_VERSION = "3"


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names a thing by its UID."""

    uid: str
    kind: str


Value = str | Reference
RowOf = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name; a column that is None in a row is left out of it."""

    name: str
    rows: Sequence[RowOf] = field(default_factory=tuple)


def numbers(values: Sequence[float | int]) -> str:
    """Write a list of numbers as the data model does."""
    return " ".join(["1", str(len(values)), *map(_number, values)])


def matrix(rows: Sequence[Sequence[float]]) -> str:
    """Write rows of equally many numbers."""
    values = [_number(value) for row in rows for value in row]
    return " ".join(["2", str(len(rows)), str(len(rows[0]) if rows else 0), *values])


def words(values: Sequence[str]) -> str:
    """Write a list of words that hold no blanks."""
    return " ".join(["1", str(len(values)), *values])


def quoted(values: Sequence[str]) -> str:
    """Write a list of texts."""
    return " ".join(["1", str(len(values)), *(f'"{value}"' for value in values)])


def _number(value: float) -> str:
    return repr(value)


def table_document(table: Table, uid: str, container: str) -> bytes:
    """Write one table of the data set ``container``."""
    kind = f"{table.name}Table"
    parts = [_entity("Entity", uid, kind), _entity("ContainerEntity", container, "ASDM")]
    return _document(kind, [*parts, *map(_row, table.rows)])


def _row(row: RowOf) -> str:
    cells = [_cell(name, value) for name, value in row.items() if value is not None]
    return f"  <row>\n{''.join(cells)}  </row>\n"


def _cell(name: str, value: Value) -> str:
    text = _reference(value) if isinstance(value, Reference) else escape(value)
    return f"    <{name}>{text}</{name}>\n"


def _reference(reference: Reference) -> str:
    return (
        f"<EntityRef entityId={quoteattr(reference.uid)} partId='X00000000'"
        f" entityTypeName='{reference.kind}' documentVersion='1'/>"
    )


def container_document(uid: str, created: str, tables: Iterable[tuple[Table, str]]) -> bytes:
    """Write the data set's table of contents; ``tables`` come with their UIDs."""
    parts = [_entity("Entity", uid, "ASDM"), f"  <TimeOfCreation>{created}</TimeOfCreation>\n"]
    return _document("ASDM", [*parts, *(_listed(table, its_uid) for table, its_uid in tables)])


def _listed(table: Table, uid: str) -> str:
    entity = _entity("Entity", uid, f"{table.name}Table") if table.rows else ""
    return (
        f"  <Table>\n  <Name>{table.name}</Name>\n"
        f"  <NumberRows>{len(table.rows)}</NumberRows>\n{entity}  </Table>\n"
    )


def _entity(name: str, uid: str, kind: str) -> str:
    return (
        f"  <{name} entityId={quoteattr(uid)} entityIdEncrypted='na' entityTypeName='{kind}'"
        f" schemaVersion='{SCHEMA_VERSION}' documentVersion='1'/>\n"
    )


def _document(root: str, parts: Iterable[str]) -> bytes:
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return f"{head}<{root}>\n{''.join(parts)}</{root}>\n".encode()
