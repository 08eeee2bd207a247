"""The observatory's limits on executions: rows of its dated tables, each with its source. Pure.

A row holds from its first cycle on, until a later row on the same thing. None is an
answer: no rule is on file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


class _Dated(Protocol):
    @property
    def first_cycle(self) -> str: ...


DatedRow = TypeVar("DatedRow", bound=_Dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class AntennaRule:
    """How many antennas an array has from a cycle on; None where no rule is on file.

    ``nominal`` is the number that time is planned with, ``minimum`` the least that an
    execution may have.
    """

    first_cycle: str
    array: str
    nominal: int | None
    minimum: int | None
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The observatory's tables of limits."""

    antenna_rules: Sequence[AntennaRule] = ()

    def antennas(self, cycle: str, array: str) -> AntennaRule | None:
        """The rule on the number of antennas that holds in a cycle, None: no rule on file.

        Cycles are named as in codes (``2013.1``), arrays as on execution blocks (``12m``).
        """
        return newest((row for row in self.antenna_rules if row.array == array), cycle)


def newest(rows: Iterable[DatedRow], cycle: str) -> DatedRow | None:
    """The newest of dated rows that holds in a cycle; none holds in an unknown one.

    Cycles sort by name: director's time, ``2013.A``, stands behind its year's call.
    """
    begun = [row for row in rows if row.first_cycle <= cycle]
    return max(begun, key=lambda row: row.first_cycle, default=None)
