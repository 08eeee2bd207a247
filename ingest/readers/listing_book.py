"""What the paths of a listing say together: projects, OUSs, execution blocks, files.

Chains come from the folders that are named for OUSs. Where nobody kept those folders, file
names tell the member OUS of a package's folder, and the folder tells whose the rest is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deliveries.naming import FOLDERS
from ingest.readers.listing_files import Files, Home
from ingest.readers.listing_lines import Entry
from ingest.readers.listing_path import BadPath, PathSaid, take_apart
from ingest.records import (
    ExecBlockRecord,
    MemberRecord,
    OUSRecord,
    ProjectBundle,
    ProjectRecord,
    Rejected,
)

_MAX_REJECTED = 10_000
_NOTHING = "It names no project, OUS or execution block."
_ABOVE = {
    "science_goal": "",
    "group_ous": "science_goal",
    "member_ous": "group_ous",
    "exec_block": "member_ous",
}
_WORDS = {
    "science_goal": "science goal",
    "group_ous": "group OUS",
    "member_ous": "member OUS",
    "exec_block": "execution block",
}


@dataclass(slots=True)
class Thing:
    """One OUS or execution block: project, parent, science goal; "" where not (yet) known."""

    line: int
    code: str = ""
    above: str = ""
    goal: str = ""


@dataclass(slots=True)
class Shelf:
    """What belongs to one project."""

    things: dict[str, list[tuple[str, Thing]]] = field(
        default_factory=lambda: {kind: [] for kind in _ABOVE}
    )
    homes: list[Home] = field(default_factory=list)

    def bundle(self, code: str, files: Files) -> ProjectBundle:
        """Answer it as records."""
        things = self.things
        return ProjectBundle(
            project=ProjectRecord(code=code) if code else None,
            science_goals=tuple(OUSRecord(key=uid, uid=uid) for uid, _ in things["science_goal"]),
            group_ous=tuple(
                OUSRecord(key=uid, uid=uid, parent=thing.above)
                for uid, thing in things["group_ous"]
            ),
            member_ous=tuple(
                MemberRecord(key=uid, uid=uid, group=thing.above, science_goal=thing.goal)
                for uid, thing in things["member_ous"]
            ),
            exec_blocks=tuple(
                ExecBlockRecord(key=uid, uid=uid, member=thing.above)
                for uid, thing in things["exec_block"]
            ),
            files=files.of(self.homes),
        )


class ListingBook:
    """Takes the paths of a listing one by one; ``bundles()`` answers what they told."""

    def __init__(self) -> None:
        self._things: dict[str, dict[str, Thing]] = {kind: {} for kind in _ABOVE}
        self._codes: dict[str, None] = {}
        self._packages: dict[str, set[str]] = {}
        self._files = Files()
        self._loose: list[tuple[Entry, PathSaid]] = []
        self._misread: set[str] = set()
        self._rejected: list[Rejected] = []
        self._refused = 0
        self._owned: tuple[str, dict[str, str]] = ("", {})

    def add(self, entry: Entry) -> None:
        """Take one line; what cannot be is refused by its number."""
        try:
            self._take(entry, take_apart(entry.path, is_folder=entry.is_folder))
        except BadPath as problem:
            self._refuse(entry, str(problem))

    def bundles(self) -> tuple[ProjectBundle, ...]:
        """Answer one bundle a project, in the order of their first lines."""
        self._settle()
        shelves = {code: Shelf() for code in self._codes}
        for kind, things in self._things.items():
            for uid, thing in things.items():
                shelves.setdefault(thing.code, Shelf()).things[kind].append((uid, thing))
        for member, code in self._files.homes():
            code_of_home = self._things["member_ous"][member].code if member else code
            shelves.setdefault(code_of_home, Shelf()).homes.append((member, code))
        return tuple(shelf.bundle(code, self._files) for code, shelf in shelves.items())

    def rejections(self) -> list[Rejected]:
        """Answer the lines that were refused; of very many only the first are named."""
        more = self._refused - len(self._rejected)
        rest = [Rejected(f"{more} more lines", "They were refused like those above.")]
        return [*self._rejected, *(rest if more else [])]

    def _take(self, entry: Entry, said: PathSaid) -> None:
        for folder in said.misread:
            self._refuse_folder(entry, folder)
        if not said.says_something:
            self._take_nothing(entry, said)
            return
        if said.code:
            self._codes[said.code] = None
        self._own_chain(entry, said)
        if said.member:
            self._take_member(entry, said)
        else:
            self._loose.append((entry, said))

    def _take_nothing(self, entry: Entry, said: PathSaid) -> None:
        """A line that names nothing: a folder or heading is no news, a file may belong to one."""
        is_text = " " in entry.path.strip() and "/" not in entry.path
        if said.name and not is_text:
            self._loose.append((entry, said))
        elif is_text and (self._codes or any(self._things.values())):
            self._refuse(entry, _NOTHING)

    def _take_member(self, entry: Entry, said: PathSaid) -> None:
        if not said.has_home:
            for package in _packages(said.folders):
                self._packages.setdefault(package, set()).add(said.member)
        if said.exec_block:
            self._own("exec_block", said.exec_block, Thing(entry.line, said.code, said.member))
        if said.name:
            self._note_file(entry, said, (said.member, ""))

    def _note_file(self, entry: Entry, said: PathSaid, home: tuple[str, str]) -> None:
        beside = (entry.size_bytes, entry.sha256)
        self._files.add(home, said.below, said.name, known_home=said.has_home, beside=beside)

    def _own_chain(self, entry: Entry, said: PathSaid) -> None:
        # Files of one folder follow each other and all say the same of it.
        if (said.code, said.sets) == self._owned:
            return
        self._owned = ("", {})
        for kind in ("science_goal", "group_ous", "member_ous"):
            uid = said.sets.get(kind)
            if uid:
                goal = said.sets.get("science_goal", "") if kind == "member_ous" else ""
                where = Thing(entry.line, said.code, said.sets.get(_ABOVE[kind], ""), goal)
                self._own(kind, uid, where)
        self._owned = (said.code, said.sets)

    def _own(self, kind: str, uid: str, where: Thing) -> None:
        """Note where a thing belongs; a second place for it is refused (raises BadPath)."""
        thing = self._things[kind].setdefault(uid, Thing(where.line))
        for name in ("code", "above", "goal"):
            known, new = getattr(thing, name), getattr(where, name)
            if new and known not in ("", new):
                raise BadPath(
                    f"It puts {_WORDS[kind]} {uid} into {new}; "
                    f"line {thing.line} puts it into {known}."
                )
        for name in ("code", "above", "goal"):
            setattr(thing, name, getattr(thing, name) or getattr(where, name))

    def _settle(self) -> None:
        """Find homes for what did not name its own, then projects for what has a home."""
        for entry, said in self._loose:
            try:
                self._settle_one(entry, said)
            except BadPath as problem:
                self._refuse(entry, str(problem))
        self._loose.clear()
        for kind in ("exec_block", "member_ous", "group_ous"):
            for thing in self._things[kind].values():
                self._share_code(thing, self._things[_ABOVE[kind]].get(thing.above))
        for kind in ("group_ous", "member_ous", "exec_block"):
            for thing in self._things[kind].values():
                self._share_code(thing, self._things[_ABOVE[kind]].get(thing.above))

    def _share_code(self, thing: Thing, above: Thing | None) -> None:
        if above is not None:
            above.code = above.code or thing.code
            thing.code = thing.code or above.code

    def _settle_one(self, entry: Entry, said: PathSaid) -> None:
        member = self._member_of(said)
        if not (member or said.says_something):
            self._refuse(entry, _NOTHING)
            return
        if said.exec_block:
            self._own("exec_block", said.exec_block, Thing(entry.line, said.code, member))
        if said.name:
            self._note_file(entry, said, (member, "" if member else said.code))

    def _member_of(self, said: PathSaid) -> str:
        """The member OUS whose package a path lies in, as other names in there tell."""
        known = self._things["exec_block"].get(said.exec_block)
        if known is not None and known.above:
            return known.above
        for package in ("/".join(said.folders), *_packages(said.folders)):
            members = self._packages.get(package)
            if members:
                return next(iter(members)) if len(members) == 1 else ""
        return ""

    def _refuse_folder(self, entry: Entry, folder: str) -> None:
        if folder not in self._misread and len(self._misread) < _MAX_REJECTED:
            self._misread.add(folder)
            self._refuse(entry, f"“{folder[:80]}” is named for an OUS, but not with a UID.")

    def _refuse(self, entry: Entry, reason: str) -> None:
        self._refused += 1
        if len(self._rejected) < _MAX_REJECTED:
            self._rejected.append(Rejected(f"line {entry.line}: {entry.path[:200]}", reason))


def _packages(folders: Sequence[str]) -> Iterator[str]:
    """The folders that could be a member OUS's: those that hold a package's folders."""
    for number in range(len(folders) - 1, -1, -1):
        if folders[number].lower() in FOLDERS or folders[number].lower() == "tar":
            yield "/".join(folders[:number])
