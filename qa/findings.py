"""What a check of an execution may answer, and the comparison behind it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from qa.limits import Limits
from qa.observed import Execution

NO_BREAK = "\N{NO-BREAK SPACE}"
_UNIT_SIGNS: Mapping[str, str] = MappingProxyType({"deg": "°", "arcsec": "″"})

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "few_antennas": "Number of antennas",
        "shadowing": "Shadowing",
        "low_elevation": "Elevation",
        "tsys_out_of_range": "System temperature",
        "missing_calibrator": "Calibrators",
        "weak_bandpass_calibrator": "Bandpass calibrator",
        "resolution_out_of_range": "Angular resolution",
        "scale_out_of_range": "Maximum recoverable scale",
        "flagged_data": "Flagged data",
        "short_observation": "Time",
        "phase_rms": "Phase rms",
        "band_above_conditions": "Band and conditions",
    }
)


class Verdict(StrEnum):
    """What a check answers."""

    WARNING = "warning"
    FINE = "fine"
    NO_RULE = "no rule on file"
    NOT_APPLICABLE = "not applicable"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found; the numbers are None where there is none, ``text`` says why."""

    code: str
    verdict: Verdict
    text: str
    value: float | None = None
    unit: str = ""
    least: float | None = None
    most: float | None = None
    source: str = ""

    @property
    def title(self) -> str:
        """What was checked, in words."""
        return TITLES[self.code]

    @property
    def limit_words(self) -> str:
        """The limit as people write it, "" where there is none."""
        bounds = (("at least", self.least), ("at most", self.most))
        said = [f"{word} {amount(bound, self.unit)}" for word, bound in bounds if bound is not None]
        return ", ".join(said)

    @property
    def is_warning(self) -> bool:
        """Whether somebody should look at it."""
        return self.verdict is Verdict.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the checks look at; None or "" where nothing says.

    ``asked`` is what was asked of the SB or its member OUS, ``asked_of_goal`` what was
    asked of the whole science goal, which may need several arrays.
    """

    execution: Execution
    cycle: str
    array: str
    bands: tuple[int, ...] = ()
    tsys_k: float | None = None
    elevation_min_deg: float | None = None
    flagged_fraction: float | None = None
    shadowed_share: float | None = None
    shadowing_unknown: str = ""
    resolution_arcsec: float | None = None
    largest_scale_arcsec: float | None = None
    planned_min: float | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    asked_of_goal: Mapping[str, Any] = field(default_factory=dict)

    @property
    def antennas(self) -> int:
        """How many antennas took part."""
        return len(self.execution.antennas)

    def why_without(self, table: str, otherwise: str) -> str:
        """Why a table of the data set gives nothing, else what is said in general."""
        return self.execution.missing.get(table, otherwise)


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure in words and as a number with its unit."""

    text: str
    value: float | None
    unit: str


Bounds = tuple[float | None, float | None]


def within(code: str, measured: Measured, facts: Facts, limits: Limits) -> Finding:
    """Compare a figure with the limit on file for the execution's cycle, array and band."""
    rule = limits.limit(code, facts.cycle, facts.array, facts.bands)
    if rule is None:
        return no_rule(code, measured)
    return judged(code, measured, (rule.least, rule.most), rule.source)


def judged(code: str, measured: Measured, bounds: Bounds, source: str) -> Finding:
    """Compare a figure with its bounds; what is on a bound is fine."""
    least, most = bounds
    value = measured.value
    below = value is not None and least is not None and value < least
    above = value is not None and most is not None and value > most
    return Finding(
        code=code,
        verdict=Verdict.WARNING if below or above else Verdict.FINE,
        text=_sentence(measured, least if below else None, most if above else None),
        value=value,
        unit=measured.unit,
        least=least,
        most=most,
        source=source,
    )


def _sentence(measured: Measured, low: float | None, high: float | None) -> str:
    """The figure in words, with the bound that it is beyond."""
    for word, bound in (("below", low), ("above", high)):
        if bound is not None:
            return f"{measured.text}: {word} the limit of {amount(bound, measured.unit)}."
    return f"{measured.text}."


def amount(value: float, unit: str) -> str:
    """A number with its unit as people write it: shares in percent."""
    if unit.startswith("share"):
        return f"{value * 100:.4g}{NO_BREAK}%"
    if unit == "band":
        return f"Band{NO_BREAK}{value:g}"
    return f"{value:.4g}{_UNIT_SIGNS.get(unit) or NO_BREAK + unit}"


def no_rule(code: str, measured: Measured, source: str = "") -> Finding:
    """A figure that no row of the tables speaks of."""
    return Finding(
        code=code,
        verdict=Verdict.NO_RULE,
        text=f"{measured.text}.",
        value=measured.value,
        unit=measured.unit,
        source=source,
    )


def not_applicable(code: str, text: str) -> Finding:
    """A check that means nothing for such an execution, with the reason."""
    return Finding(code=code, verdict=Verdict.NOT_APPLICABLE, text=text)


def not_known(code: str, text: str) -> Finding:
    """A check that lacks what it needs, with the reason."""
    return Finding(code=code, verdict=Verdict.NOT_KNOWN, text=text)
