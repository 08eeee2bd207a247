"""Asking a place for the files of a package: the store, a mirror's folder, a mirror's URL.

Nothing here knows the database: files in, shortcomings out, outside of any transaction.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from deliveries.configured import Mirror

_PART_BYTES = 1024 * 1024
_WAIT_S = 20
_GONE = (404, 410)

Beat = Callable[[], None]


class Unreachable(Exception):
    """A place that cannot be asked now; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the manifest; ``is_verified`` where its bytes were read there before."""

    pk: int
    path: str
    size_bytes: int | None
    sha256: str
    is_verified: bool = False


class Place(Protocol):
    """Somewhere that packages lie."""

    def shortcoming(self, listed: Listed, beat: Beat) -> str | None:
        """Answer what is wrong with a file, None where nothing is. Raises Unreachable."""


def shortcomings(place: Place, files: Iterable[Listed], beat: Beat) -> Iterator[tuple[int, str]]:
    """Yield what is wrong at a place, by the file's id. Raises Unreachable."""
    for listed in files:
        beat()
        if listed.size_bytes is None or not listed.sha256:
            yield listed.pk, "unknown"
        elif what := place.shortcoming(listed, beat):
            yield listed.pk, what


def place_at(mirror: Mirror, ref: str, generation: int) -> Place:
    """Answer where a mirror keeps a generation of a member OUS's package."""
    if mirror.is_url:
        return WebPlace(f"{mirror.address}/{quote(ref)}/{generation}")
    return FolderPlace(Path(mirror.address), ref, generation)


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder of this machine."""

    root: Path
    ref: str
    generation: int

    def shortcoming(self, listed: Listed, beat: Beat) -> str | None:
        """Compare size and, unless it was verified before, checksum."""
        if not self.root.is_dir():
            raise Unreachable("Its folder is not there.")
        found = file_below(package_folder(self.root, self.ref, self.generation), listed.path)
        if found is None:
            return "missing"
        try:
            if found.stat().st_size != listed.size_bytes:
                return "size"
            same = listed.is_verified or checksum(found, beat) == listed.sha256.lower()
        except OSError:
            return "unreadable"
        return None if same else "checksum"


def package_folder(root: Path, member_ref: str, generation: int) -> Path:
    """The folder of one generation of a member OUS's package."""
    return root / member_ref / str(generation)


def file_below(folder: Path, path: str) -> Path | None:
    """Answer the regular file at ``path`` below ``folder``, None where there is none.

    A path that leads out of the folder, by itself or through a link, leads nowhere.
    """
    if not path or "\0" in path:
        return None
    try:
        top, found = folder.resolve(), (folder / path).resolve()
        return found if found.is_relative_to(top) and found.is_file() else None
    except OSError:
        return None


def checksum(path: Path, beat: Beat) -> str:
    """The SHA-256 of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while part := opened.read(_PART_BYTES):
            digest.update(part)
            beat()
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class WebPlace:
    """A folder behind a URL: it is asked whether it has the file, and of which size."""

    url: str

    def shortcoming(self, listed: Listed, beat: Beat) -> str | None:
        """Compare the size that the server tells."""
        # The address comes from the operator's setting, which takes http and https alone.
        request = Request(f"{self.url}/{quote(listed.path)}", method="HEAD")  # noqa: S310 - ARC_MIRRORS
        try:
            with urlopen(request, timeout=_WAIT_S) as answer:  # noqa: S310 - likewise
                length = answer.headers.get("Content-Length", "")
        except HTTPError as error:
            error.close()
            if error.code in _GONE:
                return "missing"
            raise Unreachable(f"It answers {error.code}.") from None
        except (OSError, HTTPException) as error:
            raise Unreachable(f"It does not answer ({type(error).__name__}).") from None
        return None if length == str(listed.size_bytes) else "size"
