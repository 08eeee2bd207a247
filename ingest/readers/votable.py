"""VOTable to rows of text, streamed: the text of each TD as it stands.

FIELD names are the column names: old archive replies have numbers for IDs. Fields
without a datatype are common there too, which is why astropy reads only the binary
serialisations.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from ingest.readers.heads import Head
from ingest.readers.sources import Source
from ingest.readers.votable_binary import binary_rows
from ingest.readers.xml_events import events, local
from ingest.records import UnreadableSource

Rows = Iterator[tuple[tuple[str, ...], list[str]]]
_BINARY = {"BINARY", "BINARY2", "FITS"}


def field_names(head: Head) -> tuple[str, ...]:
    """Answer the column names as far as the start of the file shows them."""
    parser = XMLPullParser(events=("start",))
    try:
        # The start was seen to have no document type, the one way to declare entities.
        parser.feed(head.data if b"<!DOCTYPE" not in head.data else b"")
    except ParseError:
        return ()
    return _names(parser)


def _names(parser: XMLPullParser) -> tuple[str, ...]:
    names = []
    try:
        for _, element in parser.read_events():
            if local(element) == "FIELD":
                names.append(element.get("name", ""))
            elif local(element) == "DATA":
                break
    except ParseError:
        pass
    return tuple(names)


@dataclass(slots=True)
class _Table:
    """What has been seen of the table that is being read."""

    names: list[str] = field(default_factory=list)
    nulls: list[str | None] = field(default_factory=list)
    header: tuple[str, ...] = ()


def rows(source: Source) -> Rows:
    """Yield (header, cells) for every TR of every table. Raises UnreadableSource."""
    table = _Table()
    parents: list[Element] = []
    with source.open() as stream:
        for event, element in events(source.name, stream):
            name = local(element)
            if event == "start":
                parents.append(element)
                if name == "TABLE":
                    table = _Table()
                elif name in _BINARY:
                    yield from binary_rows(source)
                    return
                continue
            parents.pop()
            if name == "TR":
                yield table.header or _closed(table), _cells(element, table.nulls)
                # Nothing of a row is needed again: memory must not grow with the file.
                parents[-1].clear()
            else:
                _note(source.name, name, element, table)


def _note(source_name: str, name: str, element: Element, table: _Table) -> None:
    if name == "FIELD":
        table.names.append(element.get("name") or element.get("ID") or "")
        null = next((v.get("null") for v in element if local(v) == "VALUES"), None)
        table.nulls.append(null)
    elif name == "INFO" and element.get("name") == "QUERY_STATUS":
        if (element.get("value") or "").upper() == "ERROR":
            said = (element.text or "").strip()[:500] or "without a message"
            reason = f"The archive's reply is an error: {said}"
            raise UnreadableSource(source_name, reason)


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
