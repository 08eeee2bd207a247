"""VOTable to rows of text, streamed: the text of each TD as it stands.

FIELD names are the column names: old archive replies have numbers for IDs. Fields
without a datatype are common there too, which is why astropy reads only the binary
serialisations.
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from ingest.readers.heads import Head
from ingest.readers.sources import Source
from ingest.readers.xml_events import events, local
from ingest.records import UnreadableSource

Rows = Iterator[tuple[tuple[str, ...], list[str]]]
ERROR_WORDS = "The archive's reply is an error: "
_BINARY = {"BINARY", "BINARY2", "FITS"}


def field_names(head: Head) -> tuple[str, ...]:
    """Answer the column names as far as the start of the file shows them."""
    names = []
    try:
        for event, element in events("", io.BytesIO(head.data)):
            if event == "start" and local(element) == "FIELD":
                names.append(element.get("name", ""))
            elif local(element) == "DATA":
                break
    except UnreadableSource:
        # The start of a file ends in the middle; reading it whole will tell.
        pass
    return tuple(names)


@dataclass(slots=True)
class _Table:
    """What has been seen of the table that is being read."""

    names: list[str] = field(default_factory=list)
    nulls: list[str | None] = field(default_factory=list)
    header: tuple[str, ...] = ()


def rows(source: Source, statuses: list[str] | None = None) -> Rows:
    """Yield (header, cells) for every TR of every table. Raises UnreadableSource.

    ``statuses`` takes the QUERY_STATUS words of the document, the last one at its end.
    """
    said = [] if statuses is None else statuses
    table, is_binary = _Table(), False
    parents: list[Element] = []
    with source.open() as stream:
        for event, element in events(source.name, stream):
            name = local(element)
            if event == "start":
                parents.append(element)
                if name == "TABLE":
                    table = _Table()
                elif name == "STREAM" and element.get("href"):
                    reason = "Its rows lie elsewhere: a STREAM with an href is not followed."
                    raise UnreadableSource(source.name, reason)
                is_binary = is_binary or name in _BINARY
                continue
            parents.pop()
            if name == "TR":
                yield table.header or _closed(table), _cells(element, table.nulls)
                # Nothing of a row is needed again: memory must not grow with the file.
                parents[-1].clear()
            else:
                _note(source.name, name, element, table)
                if name == "INFO" and element.get("name") == "QUERY_STATUS":
                    said.append(element.get("value", "").upper())
    if is_binary:
        yield from _binary_rows(source)


def _note(source_name: str, name: str, element: Element, table: _Table) -> None:
    if name == "FIELD":
        table.names.append(element.get("name") or element.get("ID") or "")
        null = next((v.get("null") for v in element if local(v) == "VALUES"), None)
        table.nulls.append(null)
    elif name == "INFO" and _is_error(element):
        said = (element.text or "").strip()[:500] or "without a message"
        raise UnreadableSource(source_name, f"{ERROR_WORDS}{said}")


def _is_error(info: Element) -> bool:
    return info.get("name") == "QUERY_STATUS" and info.get("value", "").upper() == "ERROR"


def _closed(table: _Table) -> tuple[str, ...]:
    table.header = tuple(table.names)
    return table.header


def _cells(row: Element, nulls: list[str | None]) -> list[str]:
    texts = [cell.text or "" for cell in row]
    if any(null is not None for null in nulls):
        pairs = zip(texts, nulls, strict=False)
        kept = ["" if text.strip() == null else text for text, null in pairs]
        return kept + texts[len(kept) :]
    return texts


def _binary_rows(source: Source) -> Rows:
    """Yield the rows of a binary serialisation, which astropy unpacks.

    The document has been seen to declare no entities and to name no other files.
    """
    # astropy takes half a second to import and few sources need it.
    from astropy.io import votable

    try:
        with source.open() as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document = votable.parse(stream, verify="ignore")
        tables = [(_header(table), table.array) for table in document.iter_tables()]
    except Exception as problem:  # noqa: BLE001  astropy raises whatever its parts raise
        words = " ".join(str(problem).split())[:300]
        raise UnreadableSource(source.name, f"It is a damaged VOTable: {words}.") from None
    for header, array in tables:
        for row in array:
            yield header, [_text(value) for value in row]


def _header(table: Any) -> tuple[str, ...]:
    return tuple(str(column.name) for column in table.fields)


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
