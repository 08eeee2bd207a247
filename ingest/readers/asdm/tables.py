"""The tables of a data set by name, whether they lie in XML or in binary files."""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TypeVar

from ingest.readers.asdm import binary_table, xml_table
from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.sources import Source
from ingest.readers.text import decode_leniently
from ingest.readers.xml_events import document, local
from ingest.records import Rejected, UnreadableSource

_HEAD_BYTES = 1 << 14
_MOST_REJECTED = 1000
Made = TypeVar("Made")


class Tables:
    """A data set's folder.

    ``missing`` collects why a table that was asked for gives nothing, ``rejected`` the rows
    and cells that do not hold what their columns promise.
    """

    def __init__(self, folder: Source) -> None:
        self.name = folder.name
        self.missing: dict[str, str] = {}
        self._rejected: dict[Rejected, None] = {}
        self._files = {PurePosixPath(file.name).name: file for file in folder.children()}
        self._says = self._container()

    @property
    def rejected(self) -> list[Rejected]:
        """Each problem once, however often its table was read."""
        return list(self._rejected)

    def has(self, table: str) -> bool:
        """Whether the data set has the table at all, empty or not."""
        return f"{table}.xml" in self._files or f"{table}.bin" in self._files

    def rows(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table, none where it is missing. Raises UnreadableSource."""
        is_empty = True
        for row in self._rows(table):
            is_empty = False
            yield row
        if is_empty:
            self.missing.setdefault(table, f"The data set's {table} table is empty.")

    def made(self, table: str, make: Callable[[Row], Made | None]) -> list[Made]:
        """Make something of each row; bad rows are rejected, None is left out."""
        found: list[Made] = []
        reason, is_any_good = "", False
        for number, row in enumerate(self.rows(table), 1):
            try:
                one = make(row)
            except BadCell as problem:
                reason = reason or f"row {number}: {problem}"
                row.spared.append(problem)
            else:
                is_any_good = True
                if one is not None:
                    found.append(one)
            self.note_spared(f"{table} row {number}", row)
        if reason and not is_any_good:
            told = f"No row of the data set's {table} table could be read ({reason})."
            self.missing.setdefault(table, told)
        return found

    def note_spared(self, record: str, row: Row) -> None:
        """Note the bad cells that a row did without."""
        for problem in row.spared:
            self.reject(record, str(problem))

    def reject(self, record: str, reason: str) -> None:
        """Note that a row, or a cell of it, was left out."""
        if len(self._rejected) < _MOST_REJECTED:
            self._rejected[Rejected(f"{self.name}: {record}", reason)] = None

    def _rows(self, table: str) -> Iterator[Row]:
        text, packed = self._files.get(f"{table}.xml"), self._files.get(f"{table}.bin")
        if text is None and packed is None:
            self.missing[table] = f"The data set has no {table} table."
            return iter(())
        if text is None or _is_kept_aside(text):
            return self._packed_rows(table, packed)
        return xml_table.read_rows(text, starts_first="startTimeDurationInXML" in self._says)

    def _packed_rows(self, table: str, packed: Source | None) -> Iterator[Row]:
        if packed is None:
            reason = f"{table}.xml refers to {table}.bin, which is not there."
            raise UnreadableSource(self.name, reason)
        in_order = "startTimeDurationInBin" in self._says
        return binary_table.read_rows(packed, table, starts_first=in_order)

    def _container(self) -> frozenset[str]:
        """The names of the elements of ASDM.xml, some of which say how times are written."""
        file = self._files.get("ASDM.xml")
        return frozenset() if file is None else frozenset(map(local, document(file)))


def _is_kept_aside(text: Source) -> bool:
    return xml_table.is_kept_aside(decode_leniently(text.read(_HEAD_BYTES)))
