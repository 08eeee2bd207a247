"""The Science Data Model's XML: tables of rows, arrays as text, references as elements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, indent, tostring

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
    root = Element(f"{table.name}Table")
    _entity(root, "Entity", uid, f"{table.name}Table")
    _entity(root, "ContainerEntity", container, "ASDM")
    for row in table.rows:
        _fill(SubElement(root, "row"), row)
    return _document(root)


def _fill(element: Element, row: RowOf) -> None:
    for name, value in row.items():
        if value is None:
            continue
        cell = SubElement(element, name)
        if isinstance(value, Reference):
            SubElement(cell, "EntityRef", _reference(value))
        else:
            cell.text = value


def _reference(reference: Reference) -> dict[str, str]:
    return {
        "entityId": reference.uid,
        "partId": "X00000000",
        "entityTypeName": reference.kind,
        "documentVersion": "1",
    }


def container_document(uid: str, created: str, tables: Iterable[tuple[Table, str]]) -> bytes:
    """Write the data set's table of contents; ``tables`` come with their UIDs."""
    root = Element("ASDM")
    _entity(root, "Entity", uid, "ASDM")
    SubElement(root, "TimeOfCreation").text = created
    for table, table_uid in tables:
        listed = SubElement(root, "Table")
        SubElement(listed, "Name").text = table.name
        SubElement(listed, "NumberRows").text = str(len(table.rows))
        if table.rows:
            _entity(listed, "Entity", table_uid, f"{table.name}Table")
    return _document(root)


def _entity(parent: Element, name: str, uid: str, kind: str) -> None:
    SubElement(
        parent,
        name,
        entityId=uid,
        entityIdEncrypted="na",
        entityTypeName=kind,
        schemaVersion=SCHEMA_VERSION,
        documentVersion="1",
    )


def _document(root: Element) -> bytes:
    indent(root, "  ")
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
