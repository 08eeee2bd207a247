"""One path of a listing, taken apart. Pure."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from ingest.readers.listing_words import (
    Whose,
    bare_execution,
    code_in,
    is_data_set,
    is_file_name,
    is_set_folder,
    set_in,
    whose,
)


class BadPath(ValueError):
    """A path that contradicts itself; ``str()`` is a sentence."""


@dataclass(slots=True)
class PathSaid:
    """What a path says: UIDs by level, the project code, and the file at its end.

    ``below`` are the folders under the member OUS's own folder, or all of them where the
    path has none (``has_home`` False). ``misread`` are folders named for an OUS whose UID is
    none. What folders say is shared by all paths in them.
    """

    folders: tuple[str, ...]
    name: str = ""
    code: str = ""
    sets: dict[str, str] = field(default_factory=dict)
    exec_block: str = ""
    below: tuple[str, ...] = ()
    has_home: bool = False
    misread: tuple[str, ...] = ()

    @property
    def member(self) -> str:
        return self.sets.get("member_ous", "")

    @property
    def says_something(self) -> bool:
        """Whether it names anything that can be followed."""
        return bool(self.code or self.sets or self.exec_block)


def take_apart(path: str, *, is_folder: bool | None) -> PathSaid:
    """Answer what a path says. Raises BadPath where its parts contradict each other."""
    folder, _, last = path.rstrip("/").rpartition("/")
    folders, data_set = _parts(folder)
    if last in ("", ".", ".."):
        return replace(_said_by(folders))
    if data_set:
        return _with_name(_said_by(folders), data_set)
    inside_raw = bool(folders) and folders[-1].lower() == "raw"
    if is_data_set(last) or (inside_raw and bare_execution(last)):
        return _with_name(_said_by(folders), last)
    if not is_folder and is_file_name(last):
        return _with_name(_said_by(folders), last)
    return replace(_said_by((*folders, last)))


@lru_cache(maxsize=4096)
def _parts(folder: str) -> tuple[tuple[str, ...], str]:
    """The folders above the first data set, and its name, "" where there is none."""
    parts = [part for part in folder.split("/") if part.strip() not in ("", ".", "..")]
    for number, part in enumerate(parts):
        inside_raw = number > 0 and parts[number - 1].lower() == "raw"
        if is_data_set(part) or (inside_raw and bare_execution(part)):
            return tuple(parts[:number]), part
    return tuple(parts), ""


@lru_cache(maxsize=4096)
def _said_by(folders: tuple[str, ...]) -> PathSaid:
    said = PathSaid(folders=folders, below=folders)
    for number, folder in enumerate(folders):
        _take_folder(said, folder, folders[number + 1 :])
    return said


def _take_folder(said: PathSaid, folder: str, below: tuple[str, ...]) -> None:
    found = set_in(folder)
    if found is None:
        said.code = code_in(folder) or said.code
        if is_set_folder(folder, "member"):
            said.below, said.has_home = below, True
        return
    level, uid = found
    if not uid:
        said.misread = (*said.misread, folder)
        return
    said.sets[level] = uid
    if level == "member_ous":
        said.below, said.has_home = below, True


def _with_name(shared: PathSaid, name: str) -> PathSaid:
    """Add what the file's own name says; it must not contradict its folders."""
    said = replace(shared, name=name)
    owner = whose(name)
    if owner == Whose() and said.below and said.below[-1].lower() == "raw":
        owner = Whose(exec_block=bare_execution(name))
    code = code_in(name)
    if code and said.code not in ("", code):
        raise BadPath(f"It is a file of {code} in a folder of {said.code}.")
    if owner.member and said.member not in ("", owner.member):
        raise BadPath(f"It is a file of {owner.member} in the folder of {said.member}.")
    said.code = said.code or code
    if owner.member and not said.member:
        said.sets = {**said.sets, "member_ous": owner.member}
    said.exec_block = owner.exec_block
    return said
