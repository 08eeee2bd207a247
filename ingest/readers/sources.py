"""What a reader opens: a file, a folder or bytes, under the name people know it by."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ingest.records import UnreadableSource

_MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """One container of records.

    Either ``path`` (a file or a folder) or ``data`` says where the bytes are; a folder
    that came out of an archive has ``members`` instead.
    """

    name: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    members: tuple["Source", ...] = field(default=(), repr=False)

    @classmethod
    def from_path(cls, path: Path | str) -> "Source":
        """Name a file or folder after its path."""
        return cls(name=str(path), path=Path(path))

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> "Source":
        """Name bytes that are in memory already, such as a request's body."""
        return cls(name=name, data=data)

    @property
    def is_folder(self) -> bool:
        """Whether the source holds other sources."""
        return self.data is None and (self.path is None or self.path.is_dir())

    def open(self) -> BinaryIO:
        """Open the bytes for reading. Raises UnreadableSource."""
        if self.data is not None:
            return io.BytesIO(self.data)
        try:
            return Path(self.path or "").open("rb")
        except (OSError, ValueError) as problem:
            raise UnreadableSource(self.name, f"It cannot be opened: {_words(problem)}.") from None

    def read(self, size: int = -1) -> bytes:
        """Read the first ``size`` bytes, or all of them. Raises UnreadableSource."""
        with self.open() as stream:
            try:
                return stream.read(size)
            except OSError as problem:
                reason = f"It cannot be read: {_words(problem)}."
                raise UnreadableSource(self.name, reason) from None

    def children(self) -> tuple["Source", ...]:
        """List what a folder holds directly, by name; hidden files are left out."""
        if self.path is None:
            return self.members
        try:
            return tuple(_listed(self))
        except OSError as problem:
            raise UnreadableSource(self.name, f"It cannot be read: {_words(problem)}.") from None


def _listed(folder: Source) -> Iterator[Source]:
    paths = [path for path in Path(folder.path or "").iterdir() if is_shown(path.name)]
    if len(paths) > _MAX_FILES:
        raise UnreadableSource(folder.name, f"It holds more than {_MAX_FILES} files.")
    for path in sorted(paths):
        # A link to a folder may lead in circles.
        if not (path.is_symlink() and path.is_dir()):
            yield Source(name=f"{folder.name.rstrip('/')}/{path.name}", path=path)


def is_shown(name: str) -> bool:
    """Whether a file is one that a person put there, not its operating system."""
    return not name.startswith((".", "__MACOSX"))


def _words(problem: Exception) -> str:
    return (getattr(problem, "strerror", None) or str(problem)).lower()
