"""XML as a guarded stream of events: no DTD, no entities, no bottomless nesting."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ingest.readers.sources import Source
from ingest.records import UnreadableSource

_MAX_DEPTH = 100


def local(element: Element) -> str:
    """Answer an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def events(name: str, stream: BinaryIO) -> Iterator[tuple[str, Element]]:
    """Yield ("start" or "end", element) pairs. Raises UnreadableSource."""
    depth = 0
    try:
        for event, element in iterparse(stream, events=("start", "end")):
            depth += 1 if event == "start" else -1
            if depth > _MAX_DEPTH:
                reason = f"Its XML is nested more than {_MAX_DEPTH} levels deep."
                raise UnreadableSource(name, reason)
            yield event, element
    except DefusedXmlException:
        reason = "It declares XML entities or refers to others' files, which is refused."
        raise UnreadableSource(name, reason) from None
    except ParseError as problem:
        raise UnreadableSource(name, f"Its XML is not well-formed: {problem}.") from None
    except (LookupError, ValueError) as problem:
        # An encoding that nobody knows, or one that expat does not take.
        raise UnreadableSource(name, f"Its XML cannot be decoded: {problem}.") from None


def document(source: Source) -> Element:
    """Read a small XML document whole. Raises UnreadableSource."""
    root: Element | None = None
    with source.open() as stream:
        for event, element in events(source.name, stream):
            if root is None and event == "start":
                root = element
    if root is None:
        raise UnreadableSource(source.name, "Its XML is not well-formed: no element found.")
    return root
