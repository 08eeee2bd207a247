"""The format ``obscore``: ALMA's archive columns in any table form and of any era."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ingest.readers import json_tables, tables, votable
from ingest.readers.archive_rows import ArchiveBook
from ingest.readers.columns import is_archive_header
from ingest.readers.heads import Head, Reader, head_of
from ingest.readers.sources import Source
from ingest.records import Reading

_EMPTY_LIST = re.compile(r"\s*\[\s*\]\s*")
_JSON_COLUMNS = re.compile(r'"(?:columns|metadata|fields)"\s*:\s*\[')
_JSON_LOOK = 1 << 16
_JSON_WORD = re.compile(r'"([^"\\]{1,60})"')


def _matches(head: Head) -> bool:
    if head.is_folder:
        return False
    if head.roots:
        # A reply without columns is an error message or has nothing in it.
        names = votable.field_names(head)
        return head.roots == {"VOTABLE"} and (not names or is_archive_header(names))
    if head.text.lstrip().startswith(("[", "{")):
        return _is_json_table(head.text)
    return bool(tables.header_in(head.text))


def _is_json_table(text: str) -> bool:
    if text.lstrip().startswith("{") and not _JSON_COLUMNS.search(text):
        return False
    words = _JSON_WORD.findall(text[:_JSON_LOOK])
    return bool(_EMPTY_LIST.fullmatch(text)) or is_archive_header(words)


def read(source: Source) -> Reading:
    """Read an archive table to its end. Raises UnreadableSource."""
    # A VOTable may hold service descriptions as tables beside the archive's rows.
    return read_rows(row for row in _rows(source) if is_archive_header(row[0]))


def read_rows(rows: Iterable[tuple[tuple[str, ...], Sequence[str]]], first: int = 1) -> Reading:
    """Read (header, cells) pairs; ``first`` is the number of the first row."""
    book = ArchiveBook()
    for number, (header, texts) in enumerate(rows, first):
        book.add(number, header, texts)
    return Reading("obscore", "archive", book.bundles(), tuple(book.rejected))


def _rows(source: Source) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    head = head_of(source)
    if head.roots:
        return votable.rows(source)
    if head.text.lstrip().startswith(("[", "{")):
        return json_tables.rows(source)
    return tables.rows(source)


READER = Reader(
    name="obscore",
    accepts="archive tables as VOTable, CSV, TSV, JSON or blank-separated text",
    matches=_matches,
    read=read,
)
