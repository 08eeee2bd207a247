"""What a new generation of products changed against the one before. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

# Size and checksum of each file, by its place in the package.
Contents = Mapping[str, tuple[int | None, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """The files that are new, gone, or other than before, by their places."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def difference(before: Contents, after: Contents) -> Difference:
    """Answer what became of the files of a package; one of unknown contents counts as changed."""
    both = before.keys() & after.keys()
    return Difference(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(path for path in both if _differs(before[path], after[path]))),
    )


def _differs(old: tuple[int | None, str], new: tuple[int | None, str]) -> bool:
    return old != new or None in (*old, *new) or not new[1]
