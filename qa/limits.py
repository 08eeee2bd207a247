"""The observatory's limits on executions: rows of its dated tables, each with its source. Pure.

A row holds from its first cycle on, until a later row on the same thing. None is an
answer: no rule is on file.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from projects.season import configuration_name

_SEVEN = re.compile(r"(?:7\s*-?\s*M|ACA)\b", re.ASCII)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a figure may be: ``code`` is that of the warning, both bounds belong to it.

    ``array`` is "" and ``band`` None where the row holds for all of them.
    """

    code: str
    first_cycle: str
    array: str
    band: int | None
    least: float | None
    most: float | None
    unit: str
    confidence: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratorRule:
    """A purpose for which an execution needs a calibrator: any one of ``intents``."""

    first_cycle: str
    array: str
    intents: tuple[str, ...]
    words: str
    confidence: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nominal:
    """What the handbook states for a configuration; angles at ``frequency_ghz``."""

    first_cycle: str
    configuration: str
    longest_m: float
    l80_m: float
    l5_m: float
    frequency_ghz: float
    resolution_arcsec: float
    scale_arcsec: float
    confidence: str
    source: str

    def resolution_at(self, frequency_ghz: float) -> float:
        """The nominal resolution in arcseconds; angles go with the wavelength."""
        return self.resolution_arcsec * self.frequency_ghz / frequency_ghz

    def scale_at(self, frequency_ghz: float) -> float:
        """The nominal maximum recoverable scale in arcseconds."""
        return self.scale_arcsec * self.frequency_ghz / frequency_ghz


@dataclass(frozen=True, slots=True)
class Limits:
    """The observatory's tables of limits.

    Cycles are named as in codes (``2013.1``), arrays as on execution blocks (``12m``).
    """

    antenna_rules: Sequence[AntennaRule] = ()
    limits: Sequence[Limit] = ()
    calibrator_rules: Sequence[CalibratorRule] = ()
    nominals: Sequence[Nominal] = ()

    def antennas(self, cycle: str, array: str) -> AntennaRule | None:
        """The rule on the number of antennas that holds in a cycle, None: no rule on file."""
        return newest((row for row in self.antenna_rules if row.array == array), cycle)

    def limit(self, code: str, cycle: str, array: str, bands: Sequence[int] = ()) -> Limit | None:
        """The limit on a figure, None: no rule on file.

        A row on the array and the band goes before one on either, that before a general
        one. A row on a band holds where that band alone observed.
        """
        fitting = [
            row
            for row in self.limits
            if row.code == code and row.array in ("", array) and row.band in (None, *bands[:1])
        ]
        if len(bands) != 1:
            fitting = [row for row in fitting if row.band is None]
        closest = [
            newest((row for row in fitting if (row.array, row.band) == of), cycle)
            for of in {(row.array, row.band): None for row in fitting}
        ]
        found = [row for row in closest if row]
        return max(found, key=lambda row: (bool(row.array), row.band is not None), default=None)

    def calibrators(self, cycle: str, array: str) -> list[CalibratorRule]:
        """The calibrators that an execution needs; nothing where no rule is on file."""
        rows = [row for row in self.calibrator_rules if row.array == array]
        each = {row.words: None for row in rows}
        found = [newest((row for row in rows if row.words == words), cycle) for words in each]
        return [row for row in found if row and row.intents]

    def nominal(self, cycle: str, configuration: str) -> Nominal | None:
        """The nominal values of a configuration by any of its names; None: none on file."""
        name = plain_configuration(configuration)
        return newest((row for row in self.nominals if row.configuration == name), cycle)


def plain_configuration(name: str) -> str:
    """A configuration as the tables name it: C43-3 is C-3, 7m is 7M; others as they are."""
    plain = configuration_name(name)
    return "7M" if _SEVEN.match(plain) else plain


def newest(rows: Iterable[DatedRow], cycle: str) -> DatedRow | None:
    """The newest of dated rows that holds in a cycle; none holds in an unknown one.

    Cycles sort by name: director's time, ``2013.A``, stands behind its year's call.
    """
    begun = [row for row in rows if row.first_cycle <= cycle]
    return max(begun, key=lambda row: row.first_cycle, default=None)
