"""Which reader a source belongs to, told by content; and archives as their contents."""

from ingest.readers import aot, archive, native
from ingest.readers.containers import folder_of, kind_of
from ingest.readers.heads import Head, Reader, head_of, roots_in
from ingest.readers.sources import Source
from ingest.readers.text import first_bad_byte
from ingest.records import Reading, UnreadableSource

# The order decides where two would match; add a format by adding its reader here.
READERS: tuple[Reader, ...] = (aot.READER, native.READER, archive.READER)

# A folder with a document of one of these kinds is one thing, not a bag of files.
_ONE_THING = frozenset({"ObsProject", "ASDM"})
_MAX_NESTING = 4


def read_source(source: Source, format: str | None = None) -> Reading:  # noqa: A002 - as the command says
    """Read a source to its end. Raises UnreadableSource where it is refused whole."""
    names = [reader.name for reader in READERS]
    if format is not None and format not in names:
        reason = f"“{format}” is not a format that ingest knows ({', '.join(names)})."
        raise UnreadableSource(source.name, reason)
    opened, reader = _recognised(source)
    if format not in (None, reader.name):
        reason = f"It was to be read as {format}, but what it holds is {reader.name}."
        raise UnreadableSource(source.name, reason)
    return reader.read(opened)


def recognise(source: Source) -> str:
    """Answer the name of the source's format. Raises UnreadableSource."""
    return _recognised(source)[1].name


def expand(source: Source) -> list[Source]:
    """Answer the sources that a folder or archive holds; a single source is its own.

    What cannot be opened stays one source, so that reading it says why.
    """
    return _expanded(source, _MAX_NESTING)


def _expanded(source: Source, nesting: int) -> list[Source]:
    try:
        opened = _opened(source)
        if not opened.is_folder or nesting == 0 or roots_in(opened) & _ONE_THING:
            return [opened]
        parts = [part for child in opened.children() for part in _expanded(child, nesting - 1)]
    except UnreadableSource:
        return [source]
    return parts or [opened]


def _opened(source: Source) -> Source:
    if source.is_folder or not kind_of(source.read(512)):
        return source
    return folder_of(source)


def _recognised(source: Source) -> tuple[Source, Reader]:
    opened = _opened(source)
    head = head_of(opened)
    for reader in READERS:
        if reader.matches(head):
            return opened, reader
    parts = _expanded(opened, _MAX_NESTING)
    if len(parts) == 1 and parts[0] != opened:
        return _recognised(parts[0])
    raise UnreadableSource(source.name, _unknown(opened, head, len(parts)))


def _unknown(opened: Source, head: Head, parts: int) -> str:
    accepted = "; ".join(f"{reader.name}: {reader.accepts}" for reader in READERS)
    if opened.is_folder and parts > 1:
        return f"It holds {parts} sources, to be read one by one."
    if opened.is_folder and not opened.children():
        return "It is a folder or archive with nothing in it."
    if not opened.is_folder and not head.data:
        return "It is empty: there is not a single byte in it."
    if "<!ENTITY" in head.text:
        return "It declares XML entities, which are refused."
    if (offset := first_bad_byte(head.data)) is not None:
        return f"It is no text (the byte at offset {offset} is not) and no known form: {accepted}."
    found = f" ({', '.join(sorted(head.roots))} document)" if len(head.roots) == 1 else ""
    return f"Its form is not known{found}. Ingest reads {accepted}."
