"""VOTables through astropy, which is imported here and only when one is asked for."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from snoopi.api.tables import LONG, Column
from snoopi.csv_text import LIST_SEPARATOR

NO_INTEGER = -(2**31)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATATYPES = {int: "int", float: "double", bool: "boolean"}
# Texts of our own making hold no letter beyond ASCII; names and labels may.
_PLAIN = ("meta.id", "meta.code")
_ID = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_POSITIONS = ("pos.eq.ra", "pos.eq.dec")


def votable(
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    *,
    is_cut: bool,
    notes: Mapping[str, str],
) -> bytes:
    """Write rows as a VOTable 1.4 with one table.

    ``is_cut`` says OVERFLOW instead of OK; ``notes`` become INFO elements. Unknown integers
    are the field's null value, unknown floats NaN, unknown texts and times empty.
    """
    from astropy.io.votable import tree

    file = tree.VOTableFile(version="1.4")
    resource = tree.Resource(name=name, type="results")
    file.resources.append(resource)
    status = "OVERFLOW" if is_cut else "OK"
    for number, (key, value) in enumerate({"QUERY_STATUS": status, **notes}.items()):
        # Of an odd name the library would make an ID, and complain.
        named = {} if _ID.fullmatch(key) else {"ID": f"note_{number}"}
        resource.infos.append(tree.Info(name=_clean(key), value=_clean(value), **named))
    has_positions = any(column.ucd.startswith(_POSITIONS) for column in columns)
    if has_positions:
        resource.coordinate_systems.append(tree.CooSys(ID="icrs", system="ICRS"))
    table = tree.TableElement(file, name=name)
    resource.tables.append(table)
    table.fields.extend(_field(tree, file, column) for column in columns)
    table.create_arrays(len(rows))
    for number, column in enumerate(columns):
        _fill(table.array, column, [row[number] for row in rows])
    written = io.BytesIO()
    file.to_xml(written)
    return written.getvalue()


def _field(tree: Any, file: Any, column: Column) -> Any:
    facts: dict[str, Any] = {"datatype": _datatype(column)}
    if column.kind is datetime:
        facts["xtype"] = "timestamp"
    if column.kind not in _DATATYPES:
        facts["arraysize"] = "*"
    if column.unit:
        facts["unit"] = column.unit
    if column.ucd:
        facts["ucd"] = column.ucd
    if column.ucd.startswith(_POSITIONS):
        facts["ref"] = "icrs"
    field = tree.Field(file, ID=column.name, name=column.name, **facts)
    field.description = column.description or None
    if column.kind is int:
        field.values.null = NO_INTEGER
    return field


def _datatype(column: Column) -> str:
    if column.name in LONG:
        return "long"
    if column.kind in _DATATYPES:
        return _DATATYPES[column.kind]
    is_plain = column.kind is datetime or column.ucd.split(";")[0].startswith(_PLAIN)
    is_free = column.kind is list or "src" in column.ucd or not is_plain
    return "unicodeChar" if is_free else "char"


def _fill(array: Any, column: Column, values: Iterable[Any]) -> None:
    values = list(values)
    unknown = [value is None for value in values]
    blank = {int: NO_INTEGER, float: float("nan"), bool: False}.get(column.kind, "")
    array[column.name] = [blank if value is None else _plain(value) for value in values]
    if column.kind in (int, bool, float):
        array.mask[column.name] = unknown


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list):
        return _clean(LIST_SEPARATOR.join(map(str, value)))
    return _clean(value) if isinstance(value, str) else value


def _clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
