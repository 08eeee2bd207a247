"""A small data set in both forms of its tables, one cell of it exchanged at a time."""

import re
import shlex
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape

from ingest.readers.asdm.layout import Column, columns_of
from ingest.readers.sources import Source
from qa.observed import Execution, TsysSamples
from snoopi.demo.asdm import documents_of
from tests.ingest.readers.asdm_files import execution, folder_of

_ROW = re.compile(r"<row>(.*?)</row>", re.DOTALL)
_CELL = re.compile(r"<(\w+)>((?:(?!</\1>).)*)</\1>", re.DOTALL)
_ENTITY = re.compile(r'entityId="([^"]*)"')
_HEADER = (
    "MIME-Version: 1.0\nContent-Type: Multipart/Related; boundary='MIME_boundary'\n\n"
    "--MIME_boundary\nContent-ID: <header.xml>\n\n<Table byteOrder='Little_Endian'>"
    "<Attributes>{}</Attributes></Table>\n\n--MIME_boundary\nContent-ID: <content.bin>\n\n"
)
_REFERENCE = '<?xml version="1.0"?><{0}Table><BulkStoreRef file_id="{0}.bin"/></{0}Table>'
_TYPES = {"i": "<i", "q": "<q", "f": "<f", "d": "<d", "b": "<?"}

Cells = dict[str, Any]
# What the demo's data sets do without.
ATMOSPHERE: Cells = {
    "antennaName": "CM01",
    "receiverBand": "ALMA_RB_03",
    "basebandName": "BB_1",
    "calDataId": "CalData_0",
    "calReductionId": "CalReduction_0",
    "startValidTime": "4911080139800000000",
    "endValidTime": "4911080139800000000",
    "numFreq": "1",
    "numLoad": "1",
    "numReceptor": "2",
    "water": "1 2 0.0007 0.0009",
    "syscalType": "TEMPERATURE_SCALE",
    "tSys": "1 2 60.0 61.0",
}


@dataclass(frozen=True)
class Place:
    """A cell: of which table, in which row, under which name."""

    table: str
    row: int
    column: str


def small() -> Execution:
    """Three antennas, three scans and a dozen temperatures of the seed's execution."""
    said = execution()
    flags = tuple(replace(flag, antennas=("CM01",)) for flag in said.flags or ())
    return replace(
        said,
        antennas=said.antennas[:3],
        scans=said.scans[:3],
        tsys=_few(said.tsys),
        flags=flags,
        pwv_mm=said.pwv_mm[:6],
        weather=said.weather[:3],
    )


def _few(samples: TsysSamples) -> TsysSamples:
    places = [
        place
        for place in range(len(samples))
        if samples.antenna[place] < 3 and samples.window[place] < 2
    ][-12:]
    found = TsysSamples(antennas=samples.antennas[:3], windows=samples.windows[:2])
    for name in ("antenna", "window", "receptor", "time_ns", "kelvin"):
        getattr(found, name).extend(getattr(samples, name)[place] for place in places)
    return found


def tables_of(said: Execution) -> dict[str, list[Cells]]:
    """The cells of each table as text, by name."""
    documents = {name.removesuffix(".xml"): data for name, data in documents_of(said).items()}
    documents.pop("ASDM")
    return {"CalAtmosphere": [ATMOSPHERE]} | {
        name: [dict(_CELL.findall(row)) for row in _ROW.findall(data.decode())]
        for name, data in documents.items()
    }


def places(tables: dict[str, list[Cells]]) -> Iterator[Place]:
    """Every cell of a row in the middle of each table."""
    for table, rows in tables.items():
        row = len(rows) // 2
        yield from (Place(table, row, column) for column in rows[row])


def with_cell(rows: list[dict[str, Any]], place: Place, cell: Any) -> list[dict[str, Any]]:
    """The rows of a table with one cell exchanged; None leaves it out."""
    found = [dict(row) for row in rows]
    found[place.row][place.column] = cell
    if cell is None:
        del found[place.row][place.column]
    return found


def as_xml(table: str, rows: list[Cells]) -> bytes:
    """A table in XML."""
    text = "".join(f"<row>{''.join(map(_element, row.items()))}</row>" for row in rows)
    return f"<?xml version='1.0'?><{table}Table>{text}</{table}Table>".encode()


def _element(cell: tuple[str, str]) -> str:
    name, value = cell
    return f"<{name}>{value if value.startswith('<EntityRef ') else escape(value)}</{name}>"


def folder(tables: dict[str, list[Cells]]) -> Source:
    """A data set in memory, all of it in XML."""
    return folder_of({f"{name}.xml": as_xml(name, rows) for name, rows in tables.items()})


def packed_folder(files: dict[str, bytes], table: str, rows: list[dict[str, Any]]) -> Source:
    """A data set in memory, one table of it in binary form."""
    kept = {f"{table}.xml": _REFERENCE.format(table).encode(), f"{table}.bin": packed(table, rows)}
    return folder_of({**files, **kept})


def typed(table: str, rows: list[Cells]) -> list[dict[str, Any]]:
    """The rows with cells of the types that the binary form has."""
    columns = columns_of(table)
    return [{name: _typed(columns[name], text) for name, text in row.items()} for row in rows]


def _typed(column: Column, text: str) -> Any:
    if column.rank:
        words = shlex.split(text)
        sizes = [int(word) for word in words[1 : 1 + column.rank]]
        return sizes, [_value(column.type, word) for word in words[1 + column.rank :]]
    return _value(column.type, text)


def _value(code: str, text: str) -> Any:
    if code in "iq":
        return int(text)
    if code in "fd":
        return float(text)
    if code == "I":
        return tuple(map(int, text.split()))
    if code == "E":
        found = _ENTITY.search(text)
        return found[1] if found else ""
    return text == "true" if code == "b" else text


def packed(table: str, rows: list[dict[str, Any]]) -> bytes:
    """A binary table of typed rows, as writers of the data model pack it."""
    named = {name for row in rows for name in row}
    known = columns_of(table).values()
    columns = [column for column in known if not column.is_optional or column.name in named]
    header = _HEADER.format("".join(f"<{column.name}/>" for column in columns))
    body = b"".join(_packed(column, row.get(column.name)) for row in rows for column in columns)
    head = _text("") * 10 + struct.pack("<i", len(rows))
    return header.encode() + head + body + b"\n--MIME_boundary--\n"


def _packed(column: Column, cell: Any) -> bytes:
    if column.is_optional:
        return b"\0" if cell is None else b"\1" + _present(column, cell)
    return _present(column, _NOTHING[column.type] if cell is None else cell)


_NOTHING: dict[str, Any] = {"s": "", "E": "", "I": (0, 0), "b": False} | dict.fromkeys("iqfd", 0)


def _present(column: Column, cell: Any) -> bytes:
    if not column.rank:
        return _one(column.type, cell)
    sizes, values = cell if isinstance(cell, tuple) else ([0] * column.rank, [])
    count = struct.pack(f"<{len(sizes)}i", *sizes)
    return count + b"".join(_one(column.type, value) for value in values)


def _one(code: str, value: Any) -> bytes:
    if code == "s":
        return _text(value)
    if code == "E":
        return _text(value) + _text("") * 3
    if code == "I":
        return struct.pack("<qq", *value)
    return struct.pack(_TYPES[code], value)


def _text(value: str) -> bytes:
    data = value.encode("latin-1")
    return struct.pack("<i", len(data)) + data
