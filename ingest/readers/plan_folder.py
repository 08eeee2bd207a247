"""Folders that hold a plan: its documents, wherever they lie, and what lies beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.readers.apdm import KINDS
from ingest.readers.heads import root_of, roots_in
from ingest.readers.sources import Source

PLAN = "ObsProject"
# A folder with a document of one of these kinds is one thing, not a bag of files.
ONE_THING = frozenset({PLAN, "ASDM"})
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Parted:
    """The documents of a plan's folder, and the files and folders that are none of it."""

    documents: tuple[Source, ...]
    others: tuple[Source, ...]


def parted(folder: Source) -> Parted:
    """Part a plan's folder, down to the things inside that stand for themselves."""
    found = [*_walk(folder, _MAX_DEPTH)]
    documents = tuple(source for source, is_document in found if is_document)
    return Parted(documents, tuple(source for source, is_document in found if not is_document))


def scattered(folder: Source) -> Parted | None:
    """Part a folder whose only plan lies deeper than some of its documents, else None.

    Somebody who sorts documents by kind has SchedBlocks in a folder beside the project's.
    """
    below = parted(folder)
    plans = [other for other in below.others if other.is_folder and PLAN in roots_in(other)]
    if len(plans) != 1 or not below.documents:
        return None
    inner = parted(plans[0])
    others = tuple(other for other in below.others if other != plans[0])
    return Parted((*inner.documents, *below.documents), (*inner.others, *others))


def _walk(folder: Source, depth: int) -> Iterator[tuple[Source, bool]]:
    """What lies nearer comes first: of two copies of a document the first counts."""
    children = folder.children()
    yield from ((child, _is_document(child)) for child in children if not child.is_folder)
    for child in children:
        if child.is_folder and (depth == 0 or roots_in(child) & ONE_THING):
            yield child, False
        elif child.is_folder:
            yield from _walk(child, depth - 1)


def _is_document(file: Source) -> bool:
    """Whether a file is (or by its name should be) a document of the project data model."""
    root = root_of(file)
    return root in KINDS or (not root and file.name.lower().endswith(".xml"))
