"""The report's blocks beside the seed's three: weather, water, windows, flags, quick results.

Pure. None and "" mean that the data set does not say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from qa.figures import flagged_by_antenna, flagged_by_reason
from qa.limits import Limits, Nominal
from qa.observed import Execution, PhaseNoise, WeatherSample
from qa.warnings import CORRECTED

ZERO_CELSIUS_K = 273.15
_PA_A_HPA = 100.0


@dataclass(frozen=True, slots=True)
class Range:
    """The least, the median and the most of some readings."""

    n: int
    least: float
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class Weather:
    """The readings of the weather stations; a thing that none of them measured is None."""

    n: int
    stations: tuple[str, ...]
    temperature_c: Range | None
    pressure_hpa: Range | None
    humidity_percent: Range | None
    wind_m_s: Range | None


@dataclass(frozen=True, slots=True)
class Water:
    """Precipitable water vapor in mm, and the table of the data set that it is from."""

    range: Range
    table: str


@dataclass(frozen=True, slots=True)
class Flags:
    """Shares of antenna time that were marked as bad, 0 to 1, the largest first."""

    by_antenna: tuple[tuple[str, float], ...]
    by_reason: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Phases:
    """Phase rms in degrees over the calibrators: the median row's, and the worst baseline's."""

    correction: str
    n: int
    median_deg: float
    worst_deg: float


@dataclass(frozen=True, slots=True)
class NominalAngles:
    """The handbook's values of a configuration at the execution's frequency, in arcsec."""

    configuration: str
    resolution_arcsec: float
    scale_arcsec: float
    frequency_ghz: float
    source: str


def value_range(values: Iterable[float | None]) -> Range | None:
    """Answer the range of the values that are known, None where there are none."""
    known = [value for value in values if value is not None]
    return Range(len(known), min(known), median(known), max(known)) if known else None


def weather(samples: tuple[WeatherSample, ...]) -> Weather | None:
    """Answer the range of the weather, None without readings."""
    if not samples:
        return None
    kelvin = (sample.temperature_k for sample in samples)
    pascal = (sample.pressure_pa for sample in samples)
    return Weather(
        n=len(samples),
        stations=tuple(dict.fromkeys(sample.station for sample in samples if sample.station)),
        temperature_c=value_range(k if k is None else k - ZERO_CELSIUS_K for k in kelvin),
        pressure_hpa=value_range(pa if pa is None else pa / _PA_A_HPA for pa in pascal),
        humidity_percent=value_range(sample.humidity_percent for sample in samples),
        wind_m_s=value_range(sample.wind_m_s for sample in samples),
    )


def water(execution: Execution) -> Water | None:
    """Answer the range of the water vapor, None where nothing measured it."""
    found = value_range(sample.value for sample in execution.pwv_mm)
    table = "CalAtmosphere" if "CalWVR" in execution.missing else "CalWVR"
    return Water(found, table) if found else None


def flags(execution: Execution) -> Flags | None:
    """Answer what was marked as bad by antenna and by reason, None: nobody says."""
    shares = flagged_by_antenna(execution)
    if shares is None:
        return None
    marked = sorted(
        ((name, share) for name, share in shares.items() if share),
        key=lambda row: (-row[1], row[0]),
    )
    return Flags(tuple(marked), tuple(flagged_by_reason(execution).items()))


def phases(noises: tuple[PhaseNoise, ...]) -> list[Phases]:
    """Answer the phase noise by correction, the corrected first."""
    kinds = sorted({noise.correction for noise in noises}, key=lambda kind: kind != CORRECTED)
    return [
        _phases(kind, [noise for noise in noises if noise.correction == kind]) for kind in kinds
    ]


def _phases(correction: str, noises: list[PhaseNoise]) -> Phases:
    return Phases(
        correction=correction,
        n=len(noises),
        median_deg=median(noise.median_deg for noise in noises),
        worst_deg=max(noise.worst_deg for noise in noises),
    )


def nominal_angles(
    limits: Limits, cycle: str, names: Iterable[str], frequency_ghz: float | None
) -> list[NominalAngles]:
    """Answer the handbook's values of the configurations that it knows, at a frequency."""
    rows = (limits.nominal(cycle, name) for name in names)
    known: dict[str, Nominal] = {row.configuration: row for row in rows if row}
    if not frequency_ghz:
        return []
    return [
        NominalAngles(
            row.configuration,
            row.resolution_at(frequency_ghz),
            row.scale_at(frequency_ghz),
            frequency_ghz,
            row.source,
        )
        for row in known.values()
    ]
