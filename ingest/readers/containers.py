"""Zip and tar archives, opened with suspicion: what is unsafe refuses the whole.

The limits are far above any Observing Tool archive or archive reply, and low enough
that nothing unpacked here can fill the memory of a worker.
"""

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from ingest.readers.sources import Source, is_shown
from ingest.records import UnreadableSource

_MAX_ENTRIES = 20_000
_MAX_BYTES = 256 << 20
_CHUNK = 1 << 20
_MAX_RATIO = 200
_MAX_DEPTH = 40
# Where a data set keeps what it is large for.
_VISIBILITIES = "ASDMBinary"
_RATIO_COUNTS_FROM = 4 << 20
_Decompressor = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile
_Stream = BinaryIO | _Decompressor
_TAR_MARK = slice(257, 262)
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)


def kind_of(head: bytes) -> str:
    """Answer "zip", "tar", "gzip", "bzip2", "xz", or "" by the first bytes."""
    marks = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\x1f\x8b": "gzip"}
    marks |= {b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
    for mark, kind in marks.items():
        if head.startswith(mark):
            return kind
    return "tar" if head[_TAR_MARK] == b"ustar" else ""


def entries(source: Source) -> list[Source]:
    """Answer an archive's files, in its own order.

    The files of a tar on disk are read where they are; all others are unpacked in memory.

    Raises UnreadableSource, naming the entry, for links, devices, paths that lead out,
    absurd expansion, encryption or damage.
    """
    kind = kind_of(source.read(512))
    with source.open() as stream:
        try:
            if kind == "zip":
                return list(_zip_entries(source, stream))
            if kind == "tar":
                return list(_tar_entries(source, stream, _length(stream)))
            return _decompressed(source, stream, kind)
        except _BROKEN as problem:
            reason = f"It is a damaged {kind} archive: {str(problem) or type(problem).__name__}."
            raise UnreadableSource(source.name, reason) from None


def _zip_entries(source: Source, stream: BinaryIO) -> Iterator[Source]:
    budget = _Budget(source, _length(stream))
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            budget.enter(info.filename, info.file_size)
            mode = info.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise budget.refused(info.filename, "is a link or a device")
            if info.flag_bits & 1:
                raise budget.refused(info.filename, "is encrypted")
            if not info.is_dir():
                with archive.open(info) as member:
                    yield budget.taken(info.filename, member)


def _tar_entries(source: Source, stream: _Stream, packed_bytes: int) -> Iterator[Source]:
    """Yield the files of a tar; those of a tar on disk stay in it, whatever their size."""
    budget = _Budget(source, packed_bytes)
    stays = source.path is not None and not isinstance(stream, _Decompressor)
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for info in archive:
            leaves = not stays and not _is_bulk(info.name)
            budget.enter(info.name, info.size if leaves else 0)
            if info.isdir():
                continue
            if not info.isreg() or info.issparse():
                raise budget.refused(info.name, "is a link, a device or a sparse file")
            if stays:
                yield _in_place(source, info)
            elif leaves and (member := archive.extractfile(info)) is not None:
                yield budget.taken(info.name, member)
        _check_end(archive, stream)


def _in_place(source: Source, info: tarfile.TarInfo) -> Source:
    start = source.window[0] if source.window else 0
    return Source(info.name, path=source.path, window=(start + info.offset_data, info.size))


def _is_bulk(name: str) -> bool:
    """Whether a tar's member is visibilities, which nobody here reads."""
    return _VISIBILITIES in PurePosixPath(name).parts[:-1]


def _check_end(archive: tarfile.TarFile, stream: _Stream) -> None:
    """Refuse a tar that was cut between two members: a whole one ends with empty blocks."""
    stream.seek(archive.offset)
    if stream.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
        raise tarfile.ReadError("it ends without its end mark")


def _check_rest(inner: _Decompressor) -> None:
    """Read to the end of a compressed tar, where its checksum stands."""
    for _ in range(_MAX_BYTES // _CHUNK):
        if not inner.read(_CHUNK):
            return
    raise tarfile.ReadError("it goes on long after its end")


def _decompressed(source: Source, stream: BinaryIO, kind: str) -> list[Source]:
    packed_bytes = _length(stream)
    with _DECOMPRESSORS[kind](stream) as inner:
        if kind_of(inner.read(512)) == "tar":
            inner.seek(0)
            found = list(_tar_entries(source, inner, packed_bytes))
            _check_rest(inner)
            return found
        inner.seek(0)
        name = PurePosixPath(source.name).stem or source.name
        return [_Budget(source, packed_bytes).taken(name, inner)]


_DECOMPRESSORS: dict[str, Callable[[BinaryIO], _Decompressor]] = {
    "gzip": lambda stream: gzip.GzipFile(fileobj=stream),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Budget:
    """What one archive may still unpack to; it refuses with the entry's name."""

    def __init__(self, source: Source, packed_bytes: int) -> None:
        self.source = source
        self.allowed = min(_MAX_BYTES, max(_RATIO_COUNTS_FROM, _MAX_RATIO * packed_bytes))
        self.names: set[str] = set()

    def enter(self, name: str, size: int) -> None:
        if len(self.names) >= _MAX_ENTRIES:
            raise self.refused(name, f"is one of more than {_MAX_ENTRIES} entries")
        if name in self.names:
            raise self.refused(name, "is there twice")
        self.names.add(name)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if parts and (parts[0] == "/" or ".." in parts or ":" in parts[0]):
            raise self.refused(name, "has a path that leads out of the archive")
        if len(parts) > _MAX_DEPTH:
            raise self.refused(name, "lies too many folders deep")
        if size > self.allowed:
            raise self.refused(name, "unpacks to an absurd size")

    def taken(self, name: str, member: _Readable) -> Source:
        data = member.read(self.allowed + 1)
        if len(data) > self.allowed:
            raise self.refused(name, "unpacks to an absurd size")
        self.allowed -= len(data)
        return Source.from_bytes(name, data)

    def refused(self, name: str, why: str) -> UnreadableSource:
        return UnreadableSource(self.source.name, f"It is not safe to unpack: “{name}” {why}.")


def _length(stream: BinaryIO) -> int:
    length = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return length


def folder_of(source: Source) -> Source:
    """Arrange an archive's entries as a folder with sub-folders, in memory."""
    return _nested(source.name, [(PurePosixPath(e.name).parts, e) for e in entries(source)])


def _nested(name: str, items: list[tuple[tuple[str, ...], Source]]) -> Source:
    below: dict[str, list[tuple[tuple[str, ...], Source]]] = {}
    members: list[Source] = []
    for parts, entry in items:
        first, *rest = parts or (".",)
        if not is_shown(first):
            continue
        if rest:
            below.setdefault(first, []).append((tuple(rest), entry))
        else:
            members.append(replace(entry, name=f"{name}/{first}"))
    members += [_nested(f"{name}/{first}", inner) for first, inner in below.items()]
    return Source(name=name, members=tuple(members))
