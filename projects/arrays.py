"""Which column of a project's matrix a member OUS stands in. Pure.

TM1 is the extended 12-m set-up of a science goal, TM2 the compact one; TE and TC are
what the first cycles called them (DOMAIN 4.3). Names are a habit, not a rule: where they
do not say, the column is the plain 12-m array rather than a guess.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ArrayColumn(StrEnum):
    """The columns; the last two only stand where something belongs there."""

    TM1 = "TM1"
    TM2 = "TM2"
    SEVEN = "7M"
    TP = "TP"
    TWELVE = "12m"
    UNKNOWN = "unknown"


ALWAYS_SHOWN = (ArrayColumn.TM1, ArrayColumn.TM2, ArrayColumn.SEVEN, ArrayColumn.TP)
COLUMN_HINTS = MappingProxyType(
    {
        ArrayColumn.TM1: "12-m array, extended (TE in the first cycles)",
        ArrayColumn.TM2: "12-m array, compact (TC in the first cycles)",
        ArrayColumn.SEVEN: "7-m array",
        ArrayColumn.TP: "total power array",
        ArrayColumn.TWELVE: "12-m array; no name or configuration says whether TM1 or TM2",
        ArrayColumn.UNKNOWN: "no source says which array",
    }
)
_SUFFIXES = MappingProxyType(
    {
        "TM1": ArrayColumn.TM1,
        "TE": ArrayColumn.TM1,
        "TM2": ArrayColumn.TM2,
        "TC": ArrayColumn.TM2,
        "7M": ArrayColumn.SEVEN,
        "TP": ArrayColumn.TP,
    }
)
_ARRAYS = MappingProxyType(
    {"12m": ArrayColumn.TWELVE, "7m": ArrayColumn.SEVEN, "TP": ArrayColumn.TP}
)
_TWELVE_METER = frozenset({ArrayColumn.TM1, ArrayColumn.TM2, ArrayColumn.TWELVE})
_NUMBER = re.compile(r"C(?:\d+)?-(\d+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Observing:
    """What tells the column of one member OUS: its array, and its SBs'."""

    array: str = ""
    blocks: tuple[tuple[str, str], ...] = ()
    configurations: tuple[str, ...] = ()


def column_of(observing: Observing) -> ArrayColumn:
    """Answer the column of a member OUS by its arrays and the names of its SBs."""
    found = {_column_of_block(name, array or observing.array) for name, array in observing.blocks}
    found.discard(ArrayColumn.UNKNOWN)
    if len(found) == 1:
        return found.pop()
    if found and found <= _TWELVE_METER:
        return ArrayColumn.TWELVE
    return _ARRAYS.get(observing.array, ArrayColumn.UNKNOWN)


def _column_of_block(name: str, array: str) -> ArrayColumn:
    """What a source says of the array beats what the name makes one think."""
    named = _SUFFIXES.get(name.rpartition("_")[2].upper())
    said = _ARRAYS.get(array)
    if named is None or said is None:
        return named or said or ArrayColumn.UNKNOWN
    agree = said == named or (said == ArrayColumn.TWELVE and named in _TWELVE_METER)
    return named if agree else said


def observes_always(array: str, name: str) -> bool:
    """Whether an SB of this array and name needs no configuration: only the 12-m array has any."""
    return column_of(Observing(array, ((name, array),))) in (ArrayColumn.SEVEN, ArrayColumn.TP)


def columns_of_group(group: Sequence[Observing]) -> list[ArrayColumn]:
    """Answer the columns of the member OUSs of one group OUS.

    Of exactly two on the 12-m array whose names say nothing, the one with the longer
    configurations is TM1, if every one of its own is longer than any of the other's.
    """
    columns = [column_of(observing) for observing in group]
    twelve = [place for place, column in enumerate(columns) if column in _TWELVE_METER]
    plain = [place for place in twelve if columns[place] == ArrayColumn.TWELVE]
    if len(twelve) == len(plain) == 2:
        first, second = (_numbers(group[place].configurations) for place in plain)
        if first and second and (min(first) > max(second) or min(second) > max(first)):
            longer, shorter = plain if min(first) > max(second) else plain[::-1]
            columns[longer], columns[shorter] = ArrayColumn.TM1, ArrayColumn.TM2
    return columns


def _numbers(configurations: Iterable[str]) -> list[int]:
    """The numbers of configurations; none where one of them has another sort of name."""
    matches = [_NUMBER.fullmatch(name.strip()) for name in configurations]
    return [int(found[1]) for found in matches if found] if all(matches) else []
