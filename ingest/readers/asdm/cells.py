"""One row of an SDM table: cells as text (XML) or as values (binary), asked for by type.

Source: the SDM schemas. An array in XML is written "rank size [size …] value value …";
times are whole nanoseconds since MJD 0 (UTC) and stay integers, because a double cannot
hold them to the microsecond; an interval is its midpoint and its length, unless the data
set's ASDM.xml says that it is its start and its length.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Cell = Any
Made = TypeVar("Made")
_WORD = re.compile(r'"([^"]*)"|(\S+)')
_FLAGS = {"": None, "true": True, "1": True, "false": False, "0": False}
_MAX_RANK = 4
_MOST_WHOLE = 2**63 - 1


class BadCell(ValueError):
    """A cell that does not hold what its column promises; ``str()`` is a sentence."""

    def __init__(self, name: str, wanted: str, found: object) -> None:
        self.name = name
        super().__init__(f"{name} is not {wanted}: “{str(found)[:60]}”")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column name; what the row leaves out reads as None or as nothing.

    ``starts_first``: the data set says that its intervals are written as start and length.
    ``spared`` collects the bad cells that the row can do without.
    """

    cells: Mapping[str, Cell]
    starts_first: bool = False
    spared: list[BadCell] = field(default_factory=list, compare=False)

    def spare(self, name: str, read: Callable[[str], Made], otherwise: Made) -> Made:
        """What ``read`` makes of a cell that the row can do without."""
        try:
            return read(name)
        except BadCell as problem:
            self.spared.append(problem)
            return otherwise

    def has(self, name: str) -> bool:
        """Whether the row says anything in that column."""
        return self.cells.get(name) not in (None, "")

    def spare_all(self, name: str, read: Callable[[str], list[Made]]) -> list[Made]:
        """What ``read`` makes of an array that the row can do without, else nothing."""
        nothing: list[Made] = []
        return self.spare(name, read, nothing)

    def text(self, name: str) -> str:
        """A text or a tag such as ``Antenna_3``; "" where there is none."""
        cell = self.cells.get(name)
        return "" if cell is None else str(cell).strip()

    def integer(self, name: str) -> int | None:
        """A whole number, such as a time in nanoseconds. Raises BadCell."""
        cell = self.cells.get(name)
        if cell is None or cell == "":
            return None
        return _whole(name, cell)

    def number(self, name: str) -> float | None:
        """A real number, None where it is left out or NaN. Raises BadCell."""
        cell = self.cells.get(name)
        if cell is None or cell == "":
            return None
        found = _number(name, cell)
        if math.isinf(found):
            raise BadCell(name, "a finite number", cell)
        return None if math.isnan(found) else found

    def among(self, name: str, least: float, most: float, wanted: str) -> float | None:
        """A number that can be what ``wanted`` says; None where it is left out, or spared."""

        def read(name: str) -> float | None:
            found = self.number(name)
            if found is not None and not least <= found <= most:
                raise BadCell(name, wanted, self.cells[name])
            return found

        return self.spare(name, read, None)

    def tag(self, name: str) -> str:
        """The tag of another row, spared where there is none."""
        if not self.has(name):
            self.spared.append(BadCell(name, "a tag", ""))
        return self.text(name)

    def flag(self, name: str) -> bool | None:
        """A yes or no. Raises BadCell."""
        word = self.text(name).lower()
        if word not in _FLAGS:
            raise BadCell(name, "a yes or no", word)
        return _FLAGS[word]

    def interval(self, name: str) -> tuple[int, int] | None:
        """Start and end in nanoseconds since MJD 0. Raises BadCell."""
        cell = self.cells.get(name)
        if cell is None or cell == "":
            return None
        parts = cell.split() if isinstance(cell, str) else list(cell)
        if len(parts) != 2:
            raise BadCell(name, "a time and a length", cell)
        first, length = (_whole(name, part) for part in parts)
        if length < 0:
            raise BadCell(name, "a time and a length", cell)
        start = first if self.starts_first else first - length // 2
        return start, start + length

    def texts(self, name: str) -> list[str]:
        """An array of words, in order. Raises BadCell."""
        cell = self.cells.get(name)
        if isinstance(cell, str):
            # Old data sets write a single word without its rank and size.
            return _words(name, cell) if cell.strip()[:1].isdigit() else [cell.strip()]
        return [] if cell is None else list(map(str, cell))

    def numbers(self, name: str) -> list[float]:
        """An array of numbers of any rank, flat, in order. Raises BadCell."""
        return [number for row in self.matrix(name) for number in row]

    def matrix(self, name: str) -> list[list[float]]:
        """An array of numbers as lists along its last axis. Raises BadCell."""
        cell = self.cells.get(name)
        if cell is None or cell == "":
            return []
        if isinstance(cell, str):
            return _matrix(name, cell)
        return list(_last_axis(cell))

    def uid(self, name: str) -> str:
        """What an entity reference names; "" where there is none."""
        return self.text(name)


def _whole(name: str, cell: Cell) -> int:
    """A whole number of the data model, which has 64 bits."""
    try:
        found = int(cell)
    except (TypeError, ValueError):
        raise BadCell(name, "a whole number", cell) from None
    if abs(found) > _MOST_WHOLE:
        raise BadCell(name, "a whole number of 64 bits", cell)
    return found


def _number(name: str, cell: Cell) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        raise BadCell(name, "a number", cell) from None


def _shape(name: str, cell: str, parts: list[str]) -> tuple[list[int], int]:
    """The sizes of an array in text, and where its values start."""
    try:
        rank = int(parts[0])
        sizes = [int(part) for part in parts[1 : 1 + rank]]
    except (IndexError, ValueError):
        raise BadCell(name, "an array", cell) from None
    if not 0 < rank <= _MAX_RANK or len(sizes) != rank or min(sizes) < 0:
        raise BadCell(name, "an array", cell)
    return sizes, 1 + rank


def _words(name: str, cell: str) -> list[str]:
    parts = [quoted or bare for quoted, bare in _WORD.findall(cell)]
    sizes, start = _shape(name, cell, parts)
    if len(parts) - start != math.prod(sizes):
        raise BadCell(name, "an array of the size that it states", cell)
    return parts[start:]


def _matrix(name: str, cell: str) -> list[list[float]]:
    parts = cell.split()
    sizes, start = _shape(name, cell, parts)
    if len(parts) - start != math.prod(sizes):
        raise BadCell(name, "an array of the size that it states", cell)
    try:
        values = list(map(float, parts[start:]))
    except ValueError:
        raise BadCell(name, "an array of numbers", cell) from None
    size = sizes[-1]
    return [values[at : at + size] for at in range(0, len(values), size)] if size else []


def _last_axis(cell: Any) -> Iterator[list[float]]:
    if cell and isinstance(cell[0], list):
        for inner in cell:
            yield from _last_axis(inner)
    elif cell:
        yield cell
