"""Which reader a source belongs to, told by content; and archives as their contents."""

from ingest.readers import aot, archive, listing, native, package
from ingest.readers.asdm import reader as asdm
from ingest.readers.containers import folder_of, kind_of
from ingest.readers.heads import Head, Reader, folders_in, head_of, roots_in
from ingest.readers.package_tree import home_of, is_above_packages
from ingest.readers.plan_folder import ONE_THING, PLAN, Parted, parted, scattered
from ingest.readers.sources import Source
from ingest.readers.text import first_bad_byte
from ingest.records import Reading, UnreadableSource

# The order decides where two would match; add a format by adding its reader here.
READERS: tuple[Reader, ...] = (
    aot.READER,
    asdm.READER,
    package.READER,
    native.READER,
    archive.READER,
    listing.READER,
)

# ALMA's tree of packages has four folders above a package's own.
_MAX_NESTING = 8
_MAX_ARCHIVES = 4


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
        if not opened.is_folder or nesting == 0:
            return [opened]
        is_top = nesting == _MAX_NESTING
        deepest = _MAX_ARCHIVES if opened is not source else nesting
        return _in_folder(opened, min(nesting, deepest), is_top=is_top)
    except UnreadableSource:
        return [source]


def _in_folder(opened: Source, nesting: int, *, is_top: bool) -> list[Source]:
    roots, folders = roots_in(opened), folders_in(opened)
    if PLAN in roots:
        return _plan_and_rest(opened, parted(opened), nesting)
    if roots & ONE_THING:
        return [opened]
    if home_of(opened.place, folders) is not None:
        return [opened, *_data_sets(opened, nesting)]
    apart = scattered(opened) if is_top and not is_above_packages(folders) else None
    if apart is not None:
        return _plan_and_rest(opened, apart, nesting)
    parts = [part for child in opened.children() for part in _expanded(child, nesting - 1)]
    return parts or [opened]


def _data_sets(package: Source, nesting: int) -> list[Source]:
    """The raw data in a package: they tell of executions what no list of files does."""
    raw = [child for child in package.children() if child.place[-1].lower() == "raw"]
    inside = [child for folder in raw if folder.is_folder for child in folder.children()]
    parts = [part for child in inside for part in _expanded(child, nesting - 1)]
    return [part for part in parts if part.is_folder and "ASDM" in roots_in(part)]


def _plan_and_rest(folder: Source, parts: Parted, nesting: int) -> list[Source]:
    """A plan, and what lies beside it each on its own.

    An archive is taken or refused as a whole: what nobody reads in it stays with the plan,
    whose report names it.
    """
    rest = [part for other in parts.others for part in _expanded(other, nesting - 1)]
    attached = [part for part in rest if folder.path is None and not _is_readable(part)]
    plan = Source(name=folder.name, members=(*parts.documents, *attached))
    return [plan, *(part for part in rest if part not in attached)]


def _is_readable(source: Source) -> bool:
    try:
        return bool(_recognised(source))
    except UnreadableSource:
        return False


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
