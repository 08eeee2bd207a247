"""The tables of a demo data set that hold what was reduced at the telescope."""

import math
from collections.abc import Iterable

from qa.observed import Execution
from snoopi.demo.asdm_xml import RowOf, matrix, numbers, words

_BASELINES = ((0, 1), (0, 2), (1, 2))


def flux_rows(execution: Execution) -> Iterable[RowOf]:
    """Yield the rows of CalFlux."""
    for flux in execution.fluxes:
        center_hz = (flux.frequency_ghz or 0.0) * 1e9
        yield {
            "sourceName": flux.source,
            "startValidTime": str(flux.time_ns),
            "endValidTime": str(flux.time_ns),
            "numFrequencyRanges": "1",
            "numStokes": "1",
            "frequencyRanges": matrix([[center_hz - 1e9, center_hz + 1e9]]),
            "fluxMethod": flux.method,
            "flux": matrix([[flux.flux_jy]]),
            "fluxError": matrix([[flux.error_jy or 0.0]]),
            "stokes": words([flux.stokes]),
            "calDataId": "CalData_0",
            "calReductionId": "CalReduction_0",
        }


def phase_rows(execution: Execution) -> Iterable[RowOf]:
    """Yield the rows of CalPhase: three baselines whose median and worst are as said."""
    names = [antenna.name for antenna in execution.antennas][:3]
    for noise in execution.phases:
        better = 2 * noise.median_deg - noise.worst_deg
        rms = [better, noise.median_deg, noise.worst_deg]
        center_hz = (noise.frequency_ghz or 0.0) * 1e9
        yield {
            "basebandName": noise.baseband,
            "receiverBand": f"ALMA_RB_{execution.bands[0]:02d}",
            "atmPhaseCorrection": noise.correction,
            "startValidTime": str(noise.time_ns),
            "endValidTime": str(noise.time_ns),
            "numBaseline": str(len(rms)),
            "numReceptor": "1",
            "ampli": matrix([[1.0]] * len(rms)),
            "antennaNames": f"2 3 2 {' '.join(names[a] + ' ' + names[b] for a, b in _BASELINES)}",
            "baselineLengths": numbers([0.0] * len(rms)),
            "decorrelationFactor": matrix([[1.0]] * len(rms)),
            "direction": numbers([0.0, 0.0]),
            "frequencyRange": numbers([center_hz - 1e9, center_hz + 1e9]),
            "integrationTime": "0",
            "phase": matrix([[0.0]] * len(rms)),
            "polarizationTypes": words(["X"]),
            "phaseRMS": matrix([[math.radians(degrees)] for degrees in rms]),
            "statPhaseRMS": matrix([[0.0]] * len(rms)),
            "calDataId": "CalData_0",
            "calReductionId": "CalReduction_0",
        }
