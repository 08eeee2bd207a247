r"""Lines of a listing to paths: ``find``, ``ls``, ``tree``, ``tar``, checksums, tables.

One line at a time, with no more memory than the branch of the tree it stands on. A path
comes out with ``/`` between its parts whatever the listing was made with.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.readers.listing_words import names_something, names_something_in

_BLANKS = " \t\u00a0"
_TRUNKS = "│┃║|"
_TREE = re.compile(
    rf"(?P<prefix>[{_BLANKS}{_TRUNKS}]*?)"
    r"(?P<branch>(?:[├└╰┣┗╠╚][─━═╴-]*|[|`+\\]\s?-{2,4})[ \t\u00a0]*)(?P<name>\S.*)"
)
# A file without a branch of its own, as tree programs of other systems draw it.
_TRUNK = re.compile(rf"(?P<prefix>[{_BLANKS}]*[{_TRUNKS}][{_BLANKS}{_TRUNKS}]*)(?P<name>\S.*)")
_ONLY_TRUNKS = re.compile(rf"[{_BLANKS}{_TRUNKS}]*")
_BRACKETS = re.compile(r"\[(?P<inside>[^\]]*)\]\s+")
_LONG = re.compile(
    r"\s*(?:\d+\s+\d+\s+)?(?P<type>[-dlbcps])[-rwxsStT]{9}[.+@]?\s+"
    r"(?:\d+\s+)?(?:[^\s/]+/[^\s/]+|\S+\s+\S+)\s+(?P<size>\d+)\s+"
    r"(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d\S*(?:\s[+-]\d{4})?|[A-Z]\w\w\s+\d{1,2}\s+[\d:]{4,5})\s+"
    r"(?P<path>\S.*)"
)
_CHECKSUM = re.compile(r"(?P<sum>[0-9a-fA-F]{32,128})\s+\*?(?P<path>\S.*)")
_WEB = re.compile(r"(?:https?|ftp|s3|file)://[^/]*/", re.IGNORECASE)
_SUMMARY = re.compile(
    r"(total \S+|[\d\s]+ (director(y|ies)|files?)(, \d+ files?)?|archive: .*|[-=\s]+)",
    re.IGNORECASE,
)
_COLORS = re.compile(r"\x1b\[[0-9;]*[mK]")
_CELLS = re.compile(r"[\t,;|]")
# "ls -R" names a folder before what lies in it.
_HEADING = re.compile(r"(?:[^\s()='\"]+|['\"]?(?:\.?/|[A-Za-z]:).*):")
_FIGURES = re.compile(r"[\d.:,TZ+\s-]+")
_SKIPPED = ("#", "```", "$ ", "%%")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line's path; ``is_folder`` None where the line does not tell.

    ``is_cell``: it was found among other words, so it may be a mention in a sentence.
    """

    line: int
    path: str
    is_folder: bool | None = None
    size_bytes: int | None = None
    sha256: str = ""
    is_cell: bool = False


class Lines:
    """Reads lines one after the other; a tree's branches and a folder's heading are kept."""

    def __init__(self) -> None:
        self._root = ""
        self._branch: list[tuple[int, str]] = []
        self._folder = ""

    def entries(self, lines: Iterable[str]) -> Iterator[Entry | None]:
        """Yield an entry a line, None for lines that are no entries by their form."""
        for number, line in enumerate(lines, 1):
            yield self.entry(number, line.rstrip("\n"))

    def entry(self, number: int, line: str) -> Entry | None:
        """Answer what a line names; None for comments, headings and ornaments."""
        line = _COLORS.sub("", line) if "\x1b" in line else line
        text = line.strip(_BLANKS + "\ufeff")
        if not text:
            self._folder = ""
            return None
        if text.startswith(_SKIPPED) or _SUMMARY.fullmatch(text):
            return None
        drawn = _TREE.fullmatch(line.rstrip())
        if drawn:
            return self._drawn(number, drawn["prefix"], drawn["name"])
        if _ONLY_TRUNKS.fullmatch(line):
            return None
        hanging = _TRUNK.fullmatch(line.rstrip()) if self._branch else None
        if hanging:
            return self._drawn(number, hanging["prefix"], hanging["name"])
        return self._plain(number, text)

    def _drawn(self, number: int, prefix: str, text: str) -> Entry:
        """A line of a tree hangs on the nearest line above that stands further left."""
        column = len(prefix.expandtabs(8))
        while self._branch and self._branch[-1][0] >= column:
            self._branch.pop()
        name, size, is_folder = _undecorated(text)
        above = self._branch[-1][1] if self._branch else self._root
        path = name if above and name.startswith(f"{above}/") else _joined(above, name)
        self._branch.append((column, path))
        return Entry(number, path, is_folder, size)

    def _plain(self, number: int, text: str) -> Entry | None:
        self._branch = []
        if _BRACKETS.match(text):
            self._root, size, is_folder = _undecorated(text)
            return Entry(number, self._root, is_folder, size)
        if _HEADING.fullmatch(text):
            self._folder = _clean(text[:-1])
            return Entry(number, self._folder, is_folder=True)
        if found := _LONG.fullmatch(text):
            return self._long(number, found)
        if found := _CHECKSUM.fullmatch(text):
            digest = found["sum"].lower() if len(found["sum"]) == 64 else ""
            return Entry(number, self._placed(_clean(found["path"])), sha256=digest)
        found_path = path_in(text)
        path = _clean(found_path)
        self._root = path.rstrip("/")
        is_folder = True if path.endswith("/") else None
        return Entry(number, self._placed(path), is_folder, is_cell=found_path != text)

    def _long(self, number: int, found: re.Match[str]) -> Entry:
        path = _clean(found["path"])
        is_folder = found["type"] == "d" or path.endswith("/")
        size = None if is_folder or found["type"] == "l" else int(found["size"])
        return Entry(number, self._placed(path), is_folder, size)

    def _placed(self, path: str) -> str:
        """A bare name under a heading lies in that folder."""
        return _joined(self._folder, path) if self._folder and "/" not in path[:-1] else path


def path_in(text: str) -> str:
    """Answer the path of a line that may have other columns.

    A line that begins with a path is one, blanks and all; else the cell that looks most
    like a path counts.
    """
    first, _, rest = text.partition(" ")
    if "/" in first and not _CELLS.search(text):
        return first if _FIGURES.fullmatch(rest) and names_something_in(first) else text
    cells = [cell.strip(" \"'") for cell in _CELLS.split(text)]
    cells = [cell for part in cells for cell in _words(part)]
    likely = [cell for cell in cells if "/" in cell and names_something_in(cell)]
    likely = likely or [cell for cell in cells if names_something(cell.rpartition("/")[2])]
    return likely[-1] if likely else text


def _words(cell: str) -> list[str]:
    """The blank-separated parts of a cell, if only one of them looks like a path."""
    words = cell.split()
    return words if sum("/" in word for word in words) < 2 else [cell]


def _undecorated(text: str) -> tuple[str, int | None, bool | None]:
    """A tree's name without permissions, sizes, quotation and kind marks."""
    size, is_folder = None, None
    if found := _BRACKETS.match(text):
        text = text[found.end() :]
        words = found["inside"].split()
        is_folder = True if any(re.fullmatch(r"d[-rwxsStT]{9}", word) for word in words) else None
        sizes = [word for word in words if word.isascii() and word.isdigit()]
        size = int(sizes[-1]) if sizes and not is_folder else None
    name = _clean(text)
    return name.rstrip("/"), size, True if name.endswith("/") else is_folder


def _clean(path: str) -> str:
    """A path without what listings put around it; links are named without their target."""
    path = path.partition(" -> ")[0].strip(_BLANKS).strip("\"'")
    path = _WEB.sub("", path) if ":/" in path else path
    if "\\" in path and "/" not in path:
        path = path.replace("\\", "/")
    return path.removesuffix("*")


def _joined(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name.removeprefix('./')}" if folder else name
