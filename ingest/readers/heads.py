"""The first look at a source: enough to tell what it is, whatever its name."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ingest.readers.sources import Source
from ingest.readers.text import decode_leniently
from ingest.records import Reading

HEAD_BYTES = 1 << 20
_ROOT_BYTES = 1 << 16
_PROLOG = re.compile(
    r"\s*(<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>)", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Head:
    """What a first look tells: the start of the bytes, or a folder's documents.

    ``roots`` are the names of XML root elements: of the file, or of all files that lie
    directly in the folder; ``place`` is the way to a folder, ``folders`` what it holds.
    """

    data: bytes
    text: str
    roots: frozenset[str]
    is_folder: bool = False
    place: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: its name, what people may give it, and its two functions."""

    name: str
    accepts: str
    matches: Callable[[Head], bool]
    read: Callable[[Source], Reading]


def head_of(source: Source) -> Head:
    """Look at a file or an (unpacked) folder. Raises UnreadableSource."""
    if source.is_folder:
        place, folders = source.place, folders_in(source)
        return Head(b"", "", roots_in(source), is_folder=True, place=place, folders=folders)
    data = source.read(HEAD_BYTES)
    text = decode_leniently(data)
    root = root_name(text)
    return Head(data, text, frozenset({root} - {""}))


def roots_in(folder: Source) -> frozenset[str]:
    """Name the root elements of the XML documents that lie directly in a folder."""
    files = (child for child in folder.children() if not child.is_folder)
    return frozenset(root_of(file) for file in files) - {""}


def folders_in(folder: Source) -> frozenset[str]:
    """Name the folders that lie directly in a folder."""
    return frozenset(child.place[-1] for child in folder.children() if child.is_folder)


def root_of(source: Source) -> str:
    """Name a file's root element, "" where it is not XML."""
    return root_name(decode_leniently(source.read(_ROOT_BYTES)))


def root_name(text: str) -> str:
    """Name the first element of a text, without its prefix; "" where there is none."""
    start = 0
    while found := _PROLOG.match(text, start):
        start = found.end()
    root = _ROOT.match(text, start)
    return root[1] if root else ""
