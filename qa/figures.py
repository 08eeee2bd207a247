"""The numbers of an execution's report, computed from what its data set says.

Pure. Formulas: temperatures and percentiles as SEMANTICS "Executions" has them; angular
resolution 0.574 λ/L80 and maximum recoverable scale 0.983 λ/L5 (ALMA Technical Handbook,
ch. 7), on unprojected distances between pads.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from qa.observed import NS_A_MINUTE, Antenna, Execution, Flagged, Scan, TsysSamples

SPEED_OF_LIGHT_M_S = 299_792_458.0
ARCSEC_A_RADIAN = math.degrees(3600.0)
RESOLUTION_FACTOR = 0.574
SCALE_FACTOR = 0.983
RESOLUTION_PERCENTILE = 80.0
SCALE_PERCENTILE = 5.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, population deviation and extremes of some samples; None where there are none."""

    n: int = 0
    mean: float | None = None
    std: float | None = None
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Temperatures:
    """System temperatures in K.

    ``recorded`` is over all finite samples, zeros too, and its minimum is None when any
    sample is not above zero or not finite; ``measured`` is over those above zero, and
    ``missing`` counts the others.
    """

    recorded: Spread
    measured: Spread
    missing: int


@dataclass(frozen=True, slots=True)
class Baselines:
    """Distances between the pads of an array, in meters."""

    antennas: int
    number: int
    shortest_m: float | None
    longest_m: float | None
    rms_m: float | None
    l5_m: float | None
    l80_m: float | None


@dataclass(frozen=True, slots=True)
class SourceTime:
    """How long a source was observed with one intent."""

    intent: str
    source: str
    minutes: float


def spread(samples: Iterable[float]) -> Spread:
    """Answer the statistics of finite samples."""
    values = list(samples)
    if not values:
        return Spread()
    mean = math.fsum(values) / len(values)
    variance = math.fsum((value - mean) ** 2 for value in values) / len(values)
    return Spread(len(values), mean, math.sqrt(variance), min(values), max(values))


def temperatures(samples: TsysSamples) -> Temperatures | None:
    """Answer the statistics of the system temperatures, None where none was recorded."""
    finite = [kelvin for kelvin in samples.kelvin if math.isfinite(kelvin)]
    if not finite:
        return None
    positive = [kelvin for kelvin in finite if kelvin > 0]
    recorded = spread(finite)
    if len(positive) < len(samples):
        recorded = Spread(recorded.n, recorded.mean, recorded.std, None, recorded.max)
    return Temperatures(recorded, spread(positive), len(samples) - len(positive))


def lengths_m(antennas: Sequence[Antenna]) -> list[float]:
    """Answer the distances between all pairs of pads, shortest first."""
    places = [(antenna.x_m, antenna.y_m, antenna.z_m) for antenna in antennas]
    return sorted(math.dist(one, other) for one, other in combinations(places, 2))


def baselines(antennas: Sequence[Antenna]) -> Baselines:
    """Answer what the report says of an array; lengths are None below two antennas."""
    lengths = lengths_m(antennas)
    if not lengths:
        return Baselines(len(antennas), 0, None, None, None, None, None)
    return Baselines(
        antennas=len(antennas),
        number=len(lengths),
        shortest_m=lengths[0],
        longest_m=lengths[-1],
        rms_m=math.sqrt(math.fsum(length**2 for length in lengths) / len(lengths)),
        l5_m=percentile(lengths, SCALE_PERCENTILE),
        l80_m=percentile(lengths, RESOLUTION_PERCENTILE),
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Answer a percentile of ordered values, linear between the two nearest."""
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def wavelength_m(frequency_ghz: float) -> float:
    """Answer the wavelength of a frequency."""
    return SPEED_OF_LIGHT_M_S / (frequency_ghz * 1e9)


def resolution_arcsec(l80_m: float | None, frequency_ghz: float | None) -> float | None:
    """Answer the angular resolution, 0.574 λ/L80; None where either is not known."""
    return _angle_arcsec(RESOLUTION_FACTOR, l80_m, frequency_ghz)


def largest_scale_arcsec(l5_m: float | None, frequency_ghz: float | None) -> float | None:
    """Answer the maximum recoverable scale, 0.983 λ/L5; None where either is not known."""
    return _angle_arcsec(SCALE_FACTOR, l5_m, frequency_ghz)


def _angle_arcsec(
    factor: float, length_m: float | None, frequency_ghz: float | None
) -> float | None:
    if not length_m or not frequency_ghz or frequency_ghz <= 0:
        return None
    return factor * wavelength_m(frequency_ghz) / length_m * ARCSEC_A_RADIAN


def source_times(scans: Iterable[Scan]) -> list[SourceTime]:
    """Answer the time on each source by intent, in the order of the scans.

    A scan of several intents counts under each of them. Its subscans are summed where it
    has any, else its own length counts.
    """
    total_ns: dict[tuple[str, str], int] = {}
    for scan in scans:
        for source, length_ns in on_source_ns(scan):
            for intent in dict.fromkeys(scan.intents):
                total_ns[intent, source] = total_ns.get((intent, source), 0) + length_ns
    return [
        SourceTime(intent, source, length_ns / NS_A_MINUTE)
        for (intent, source), length_ns in total_ns.items()
    ]


def on_source_ns(scan: Scan) -> list[tuple[str, int]]:
    """Answer what a scan counts, part by part: the source and its nanoseconds."""
    if not scan.subscans:
        return [(scan.source, scan.end_ns - scan.start_ns)]
    return [(scan.source or part.field, part.end_ns - part.start_ns) for part in scan.subscans]


def flagged_fraction(execution: Execution) -> float | None:
    """Answer the share of antenna time that was marked as bad, None where nobody says.

    Overlapping marks of one antenna count once, and only while the execution lasted.
    """
    shares = flagged_by_antenna(execution)
    return None if shares is None else math.fsum(shares.values()) / len(shares)


def flagged_by_antenna(execution: Execution) -> dict[str, float] | None:
    """Answer the share of each antenna's time that was marked as bad, None: nobody says."""
    if execution.flags is None or not _can_share(execution):
        return None
    return {name: _share(execution, flags) for name, flags in _by_antenna(execution).items()}


def flagged_by_reason(execution: Execution) -> dict[str, float]:
    """Answer the share of antenna time that each reason marked as bad, the largest first."""
    found: dict[str, float] = {}
    if not _can_share(execution):
        return found
    for flags in _by_antenna(execution).values():
        for reason in {flag.reason: None for flag in flags}:
            share = _share(execution, [flag for flag in flags if flag.reason == reason])
            found[reason] = found.get(reason, 0.0) + share / len(execution.antennas)
    return dict(sorted(found.items(), key=lambda row: (-row[1], row[0])))


def _can_share(execution: Execution) -> bool:
    return bool(execution.antennas) and execution.end_ns > execution.start_ns


def _by_antenna(execution: Execution) -> dict[str, list[Flagged]]:
    found: dict[str, list[Flagged]] = {antenna.name: [] for antenna in execution.antennas}
    for flag in execution.flags or ():
        for name in set(flag.antennas).intersection(found):
            found[name].append(flag)
    return found


def _share(execution: Execution, flags: list[Flagged]) -> float:
    return _covered_ns(execution, flags) / (execution.end_ns - execution.start_ns)


def _covered_ns(execution: Execution, flags: list[Flagged]) -> int:
    covered, reached = 0, execution.start_ns
    for flag in sorted(flags, key=lambda flag: flag.start_ns):
        start, end = max(flag.start_ns, reached), min(flag.end_ns, execution.end_ns)
        if end > start:
            covered, reached = covered + end - start, end
    return covered
