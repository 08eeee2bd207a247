"""What a reader opens: a file, a folder or bytes, under the name people know it by."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ingest.records import UnreadableSource

_MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """One container of records.

    Either ``path`` (a file or a folder) or ``data`` says where the bytes are; a folder
    that came out of an archive has ``members`` instead. ``window`` is the part of a file
    that counts, as offset and size: a tar's member need not leave its tar.
    """

    name: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    window: tuple[int, int] | None = None
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
        if self.data is not None or self.window is not None:
            return False
        return self.path is None or self.path.is_dir()

    @property
    def place(self) -> tuple[str, ...]:
        """The names on the way to it, its own the last."""
        on_disk = self.path is not None and self.window is None
        path = Path(self.path or "").absolute() if on_disk else Path(self.name)
        return path.parts or (self.name,)

    def open(self) -> BinaryIO:
        """Open the bytes for reading. Raises UnreadableSource."""
        if self.data is not None:
            return io.BytesIO(self.data)
        if self.window is None:
            return self._file()
        return io.BufferedReader(_Window(self._file(), *self.window))

    def _file(self) -> BinaryIO:
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


class _Window(io.RawIOBase):
    """A part of an open file, as if it were a file of its own."""

    def __init__(self, stream: BinaryIO, offset: int, size: int) -> None:
        self._stream, self._offset, self._size = stream, offset, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), max(0, self._size - self._at))
        self._stream.seek(self._offset + self._at)
        data = self._stream.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


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
