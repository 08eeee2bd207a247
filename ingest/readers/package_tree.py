"""The tree of an unpacked package: whose it is, and which files it holds.

ALMA's own tree is ``<project>/science_goal.…/group.…/member.…/`` with a folder for each
class of files; the store of packages has ``<member OUS>/<generation>/`` instead.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deliveries.naming import FOLDERS
from ingest.readers.listing_words import bare_execution, code_in, is_data_set, set_in
from ingest.readers.sources import Source
from ingest.records import Rejected, UnreadableSource

_GENERATION = re.compile(r"[1-9]\d{0,5}", re.ASCII)
# Two of these beside each other are a package whatever their folder is called.
_TELLING = frozenset({"calibration", "product", "qa"})
_CHUNK = 1 << 20
_MAX_DEPTH = 40
_MAX_FILES = 200_000


@dataclass(frozen=True, slots=True)
class Home:
    """Where a package lies: the folders that name its OUSs, its member OUS, its generation.

    ``member`` is "" where only the files' own names tell it.
    """

    chain: tuple[str, ...]
    member: str = ""
    generation: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a package, or a data set that is a folder; ``below`` is its way inside."""

    below: tuple[str, ...]
    source: Source


def home_of(place: Sequence[str], folders: frozenset[str]) -> Home | None:
    """Answer whose package a folder is, None where it is none.

    ``place`` is the way to the folder, ``folders`` are the names of those in it.
    """
    classes = {folder.lower() for folder in folders} & FOLDERS.keys()
    *above, name = place
    member = member_named(name)
    if member and (classes or (_is_member_folder(name) and not any(map(_number, folders)))):
        return Home((*_chain(above), f"member.{_plain(member)}"), member)
    member = member_named(above[-1]) if above else ""
    if member and classes and _number(name):
        chain = (*_chain(above[:-1]), f"member.{_plain(member)}")
        return Home(chain, member, _number(name))
    return Home(_chain(place)) if len(classes & _TELLING) > 1 else None


def member_named(folder: str) -> str:
    """The UID of the member OUS that a folder is named for, "" where there is none."""
    found = set_in(folder)
    if found:
        return found[1] if found[0] == "member_ous" else ""
    return bare_execution(folder)


def is_above_packages(folders: frozenset[str]) -> bool:
    """Whether a folder holds folders that are named for OUSs."""
    return any(set_in(folder) for folder in folders)


def _is_member_folder(folder: str) -> bool:
    return set_in(folder) is not None


def _number(folder: str) -> int | None:
    return int(folder) if _GENERATION.fullmatch(folder) else None


def _chain(place: Sequence[str]) -> tuple[str, ...]:
    return tuple(part for part in place if code_in(part) or set_in(part))


def _plain(uid: str) -> str:
    return uid.replace("://", "___").replace("/", "_")


def files_in(folder: Source, rejected: list[Rejected]) -> Iterator[Found]:
    """Go through the files of a package; what cannot be one is refused by name.

    Raises UnreadableSource where there is no end of them.
    """
    root = folder.path.resolve() if folder.path is not None and not folder.window else None
    for number, found in enumerate(_walk(folder, ())):
        if number >= _MAX_FILES:
            raise UnreadableSource(folder.name, f"It holds more than {_MAX_FILES} files.")
        reason = _unfit(found.source, root)
        if reason:
            rejected.append(Rejected(f"file {'/'.join(found.below)}", reason))
        else:
            yield found


def _walk(folder: Source, above: tuple[str, ...]) -> Iterator[Found]:
    if len(above) > _MAX_DEPTH:
        raise UnreadableSource(folder.name, f"It lies more than {_MAX_DEPTH} folders deep.")
    for child in folder.children():
        below = (*above, child.place[-1])
        if child.is_folder and not is_data_set(below[-1]):
            yield from _walk(child, below)
        else:
            yield Found(below, child)


def _unfit(source: Source, root: Path | None) -> str:
    path = source.path
    if path is None or root is None or source.window:
        return ""
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        return "It is a link that leads out of the package."
    return "" if path.is_file() or path.is_dir() else "It is no plain file."


def measured(source: Source) -> tuple[int, str]:
    """Answer a file's size in bytes and SHA-256, in one pass. Raises UnreadableSource."""
    size, digest = 0, hashlib.sha256()
    try:
        with source.open() as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                digest.update(chunk)
    except OSError as problem:
        reason = f"It cannot be read: {(problem.strerror or str(problem)).lower()}."
        raise UnreadableSource(source.name, reason) from None
    return size, digest.hexdigest()
