"""What the quick reduction of a demo execution found: fluxes and phase noise, seeded."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from qa.observed import Execution, Flux, PhaseNoise, Scan

_FLUX_INTENTS = ("CALIBRATE_FLUX", "CALIBRATE_BANDPASS", "CALIBRATE_PHASE")
_LEAST_ANTENNAS = 3


def reduced(execution: Execution) -> Execution:
    """Answer an execution with its quick reduction, as of an array of some antennas."""
    if len(execution.antennas) < _LEAST_ANTENNAS:
        return execution
    rng = Random(f"reduced:{execution.uid}")
    return replace(
        execution,
        fluxes=tuple(sorted(_fluxes(rng, execution), key=lambda flux: flux.time_ns)),
        phases=tuple(_phases(rng, execution)),
    )


def _fluxes(rng: Random, execution: Execution) -> Iterator[Flux]:
    """One flux of each calibrator, at the representative frequency."""
    for intent in _FLUX_INTENTS:
        scan = next(_scans(execution, intent), None)
        if scan:
            jansky = round(rng.uniform(0.8, 3.5), 3)
            yield Flux(
                source=scan.source,
                time_ns=scan.end_ns,
                frequency_ghz=execution.rep_freq_ghz,
                flux_jy=jansky,
                error_jy=round(jansky * 0.05, 4),
                method="RELATIVE",
            )


def _phases(rng: Random, execution: Execution) -> Iterator[PhaseNoise]:
    """The phase noise of each phase calibrator scan, before and after the correction."""
    for scan in _scans(execution, "CALIBRATE_PHASE"):
        degrees = rng.uniform(9.0, 14.0)
        for correction, factor in (("AP_UNCORRECTED", 1.8), ("AP_CORRECTED", 1.0)):
            yield PhaseNoise(
                time_ns=scan.end_ns,
                baseband="BB_1",
                correction=correction,
                frequency_ghz=execution.rep_freq_ghz,
                baselines=3,
                median_deg=round(degrees * factor, 2),
                worst_deg=round(degrees * factor * 1.4, 2),
            )


def _scans(execution: Execution, intent: str) -> Iterator[Scan]:
    return (scan for scan in execution.scans if intent in scan.intents)
