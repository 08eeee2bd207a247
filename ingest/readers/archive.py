"""The format ``obscore``: ALMA's archive columns in any table form and of any era."""

import re
from collections.abc import Iterator

from ingest.readers import json_tables, tables, votable
from ingest.readers.archive_rows import ArchiveBook
from ingest.readers.columns import is_archive_header
from ingest.readers.heads import Head, Reader, head_of
from ingest.readers.sources import Source
from ingest.records import Reading

_JSON_TABLE = re.compile(r'\s*(\[\s*(\{|\])|\{(?=[^]]*"(columns|metadata|fields|data)"\s*:))')


def _matches(head: Head) -> bool:
    if head.is_folder:
        return False
    if head.roots:
        # A reply without columns is an error message or has nothing in it.
        names = votable.field_names(head)
        return head.roots == {"VOTABLE"} and (not names or is_archive_header(names))
    if _JSON_TABLE.match(head.text):
        return True
    return bool(tables.header_in(head.text))


def read(source: Source) -> Reading:
    """Read an archive table to its end. Raises UnreadableSource."""
    book = ArchiveBook()
    for number, (header, texts) in enumerate(_rows(source), 1):
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
