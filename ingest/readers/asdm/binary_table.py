"""An SDM table in its binary form: a MIME message of an XML header and packed rows.

The header names the columns in their order and the byte order. Rows follow two entities
and a count, which old writers leave at −1: then the rows go on to the closing boundary.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Any, BinaryIO

from ingest.readers.asdm.cells import Row
from ingest.readers.asdm.layout import Column, columns_of
from ingest.readers.sources import Source
from ingest.records import UnreadableSource

_HEADER_BYTES = 1 << 16
_LONGEST_TEXT = 1 << 20
_MOST_VALUES = 1 << 24
_CONTENT = re.compile(rb"Content-ID:\s*<content\.bin>[^\n]*\n(?:[^\n]+\n)*?\r?\n", re.IGNORECASE)
_ORDER = re.compile(rb"""byteOrder=["'](\w+)["']""")
_ATTRIBUTES = re.compile(rb"<Attributes>(.*?)</Attributes>", re.DOTALL)
_ATTRIBUTE = re.compile(rb"<(\w+)\s*/>")
_END = b"\n--MIME_boundary"
_ENTITY_TEXTS = 5
_REFERENCE_TEXTS = 4


def read_rows(source: Source, table: str, *, starts_first: bool = False) -> Iterator[Row]:
    """Yield the rows of a binary table. Raises UnreadableSource."""
    with source.open() as stream:
        packed = _opened(source, stream)
        try:
            columns = _columns(packed.header, table)
            for _ in range(2 * _ENTITY_TEXTS):
                packed.text()
            count = packed.one("i")
            while count and not (count < 0 and packed.is_at_end()):
                cells = {column.name: packed.cell(column) for column in columns}
                yield Row(cells, starts_first)
                count -= 1 if count > 0 else 0
        except (EOFError, struct.error, ValueError) as problem:
            reason = f"It is a damaged binary {table} table: {problem}."
            raise UnreadableSource(source.name, reason) from None


def _opened(source: Source, stream: BinaryIO) -> "_Packed":
    """Find the packed rows behind the header. Raises UnreadableSource."""
    head = stream.read(_HEADER_BYTES)
    content = _CONTENT.search(head)
    if content is None:
        raise UnreadableSource(source.name, "It is no binary SDM table: no content part in it.")
    stream.seek(content.end())
    order = _ORDER.search(head)
    little = order is not None and order[1].lower() == b"little_endian"
    return _Packed(BufferedReader(stream), head[: content.start()], "<" if little else ">")


def _columns(header: bytes, table: str) -> list[Column]:
    known = columns_of(table)
    listed = _ATTRIBUTES.search(header)
    if listed is None:
        return list(known.values())
    names = [name.decode() for name in _ATTRIBUTE.findall(listed[1])]
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"its column {unknown[0]} is not known")
    return [known[name] for name in names]


@dataclass(slots=True)
class _Packed:
    """Values one after the other, in one byte order."""

    stream: "BufferedReader[Any]"
    header: bytes
    order: str
    readers: dict[str, Callable[[], Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.readers = {
            "s": self.text,
            "E": self.reference,
            "I": lambda: (self.one("q"), self.one("q")),
            "b": lambda: self.one("?"),
        }

    def is_at_end(self) -> bool:
        ahead = self.stream.peek(len(_END))
        return not ahead or ahead.startswith(_END)

    def cell(self, column: Column) -> Any:
        if column.is_optional and not self.one("?"):
            return None
        return self.array(column) if column.rank else self.value(column.type)

    def value(self, code: str) -> Any:
        reader = self.readers.get(code)
        return reader() if reader else self.one(code)

    def array(self, column: Column) -> list[Any]:
        sizes = [self.one("i") for _ in range(column.rank)]
        number = 1
        for size in sizes:
            number *= size
        if min(sizes) < 0 or number > _MOST_VALUES:
            raise ValueError(f"its {column.name} claims {number} values")
        values = self.values(column.type, number)
        last = sizes[-1]
        if column.rank == 1 or not last:
            return values
        return [values[at : at + last] for at in range(0, number, last)]

    def values(self, code: str, number: int) -> list[Any]:
        if code in "ifdq":
            return list(self.unpacked(f"{number}{code}"))
        return [self.value(code) for _ in range(number)]

    def one(self, code: str) -> Any:
        return self.unpacked(code)[0]

    def unpacked(self, codes: str) -> tuple[Any, ...]:
        return struct.unpack(self.order + codes, self.take(struct.calcsize(self.order + codes)))

    def text(self) -> str:
        length = self.one("i")
        if not 0 <= length <= _LONGEST_TEXT:
            raise ValueError(f"a text claims {length} bytes")
        # Some writers end texts as C does; no database takes the character.
        return self.take(length).decode("latin-1").replace("\0", "")

    def reference(self) -> str:
        texts = [self.text() for _ in range(_REFERENCE_TEXTS)]
        return texts[0]

    def take(self, size: int) -> bytes:
        data = self.stream.read(size)
        if len(data) < size:
            raise EOFError("it ends within a row")
        return data
