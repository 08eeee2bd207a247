"""An SDM table in XML, row by row: a table of any length costs the memory of one chunk.

A SAX parser, because building an element for each of millions of cells takes four times
as long as reading them.
"""

from collections.abc import Iterator
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from ingest.readers.asdm.cells import Row
from ingest.readers.sources import Source
from ingest.records import UnreadableSource

_CHUNK = 1 << 16
# The root holds rows, a row cells, and a cell at most an entity reference.
_ROW, _CELL, _INSIDE = 1, 2, 3


def read_rows(source: Source, *, starts_first: bool = False) -> Iterator[Row]:
    """Yield the rows of a table in XML. Raises UnreadableSource."""
    found = _Rows()
    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(found)
    with source.open() as stream:
        try:
            while chunk := stream.read(_CHUNK):
                parser.feed(chunk)
                yield from (Row(cells, starts_first) for cells in found.taken())
            parser.close()
        except DefusedXmlException:
            reason = "It declares XML entities or a document type, which is refused."
            raise UnreadableSource(source.name, reason) from None
        except (SAXException, LookupError, ValueError) as problem:
            reason = f"Its XML is not well-formed: {_words(problem)}."
            raise UnreadableSource(source.name, reason) from None


def _words(problem: Exception) -> str:
    return problem.getMessage() if isinstance(problem, SAXException) else str(problem)


def is_kept_aside(head: str) -> bool:
    """Whether the XML of a table only says that its rows are in a binary file."""
    return "<BulkStoreRef" in head


class _Rows(ContentHandler):
    """Collects rows as cells by name; an entity reference counts as the UID that it names."""

    def __init__(self) -> None:
        super().__init__()
        self._done: list[dict[str, str]] = []
        self._cells: dict[str, str] = {}
        self._text: list[str] = []
        self._depth = 0

    def taken(self) -> list[dict[str, str]]:
        """Answer the rows that are complete, and forget them."""
        done, self._done = self._done, []
        return done

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX names it
        if self._depth == _ROW:
            self._cells = {}
        elif self._depth == _CELL:
            self._text = []
        elif self._depth == _INSIDE:
            self._text = [attrs.get("entityId") or ""]
        self._depth += 1

    def characters(self, content: str) -> None:
        if self._depth == _INSIDE:
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX names it
        self._depth -= 1
        if self._depth == _CELL:
            self._cells[name.rpartition(":")[2]] = "".join(self._text).strip()
        elif self._depth == _ROW and name.rpartition(":")[2] == "row":
            self._done.append(self._cells)
