"""The files of a listing, kept small: a million of them must fit into a worker's memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deliveries.naming import place_of
from ingest.readers.listing_words import execution_of
from ingest.records import FileRecord

# Only what a path does not tell is kept beside it.
_Beside = tuple[int | None, str]
# A member OUS; or, where that is not known, "" and a project code.
Home = tuple[str, str]


class Files:
    """Files by member OUS; those of no known member OUS by project code."""

    def __init__(self) -> None:
        self._homes: dict[Home, dict[str, _Beside | None]] = {}

    def add(
        self,
        home: Home,
        folders: Sequence[str],
        name: str,
        *,
        known_home: bool,
        beside: _Beside,
    ) -> None:
        """Note a file and what is known beside its path."""
        path = place_of(folders, name, known_home=known_home).path
        listed = self._homes.setdefault(home, {})
        listed[path] = beside if any(beside) else listed.get(path)

    def homes(self) -> list[Home]:
        """Whose files there are."""
        return [*self._homes]

    def of(self, homes: Sequence[Home]) -> "ListedFiles":
        """Answer the files of some homes, to be gone through when they are loaded."""
        listed = {home: self._homes[home] for home in homes}
        return ListedFiles(tuple((home[0], _files_only(paths)) for home, paths in listed.items()))


@dataclass(frozen=True, slots=True)
class ListedFiles:
    """A project's files: a collection of records that are made one by one."""

    by_member: tuple[tuple[str, dict[str, _Beside | None]], ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return sum(len(paths) for _, paths in self.by_member)

    def __iter__(self) -> Iterator[FileRecord]:
        for member, paths in self.by_member:
            for path, beside in paths.items():
                yield _record(member, path, beside or (None, ""))

    def __contains__(self, record: object) -> bool:
        return any(record == mine for mine in self)


def _record(member: str, path: str, beside: _Beside) -> FileRecord:
    *folders, name = path.split("/")
    place = place_of(folders, name, known_home=True)
    size_bytes, sha256 = beside
    return FileRecord(
        path=path,
        name=name,
        member=member,
        exec_block=execution_of(name),
        file_class=place.file_class,
        kind=place.kind,
        size_bytes=size_bytes,
        sha256=sha256,
    )


def _files_only(paths: dict[str, _Beside | None]) -> dict[str, _Beside | None]:
    """Drop what other paths show to be a folder: ``find`` names both alike."""
    folders = set[str]()
    for path in paths:
        while path := path.rpartition("/")[0]:
            if path in folders:
                break
            folders.add(path)
    return {path: beside for path, beside in paths.items() if path not in folders}
