"""What the telescope's own quick reduction found: fluxes and phase noise of calibrators."""

import math
from statistics import fmean, median

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.tables import Tables
from ingest.readers.asdm.time_tables import middle
from qa.observed import Flux, PhaseNoise

_HZ_A_GHZ = 1e9
# What nobody measures: such numbers are wrong.
_MOST_HZ = 1e14
_MOST_JY = 1e9
_MOST_RADIANS = 1e3
_MOST_BASELINES = 1e6


def fluxes(tables: Tables) -> tuple[Flux, ...]:
    """Answer the flux densities in Jy, one a row, Stokes parameter and frequency, by time.

    Values that are no number above zero were not measured and are left out.
    """
    rows = tables.made("CalFlux", _fluxes)
    return tuple(sorted((flux for row in rows for flux in row), key=lambda flux: flux.time_ns))


def _fluxes(row: Row) -> list[Flux]:
    centers = [_center_ghz(edges) for edges in row.matrix("frequencyRanges")]
    stokes = row.texts("stokes") or ["I"]
    sizes = len(stokes), len(centers)
    values = _by_stokes(row, "flux", *sizes)
    errors = row.spare_all("fluxError", lambda name: _by_stokes(row, name, *sizes))
    found = []
    for name, each, wrong in zip(stokes, values, errors or values, strict=False):
        for place, jansky in enumerate(each):
            if abs(jansky) <= _MOST_JY and (jansky > 0 or name != "I"):
                found.append(
                    Flux(
                        source=row.text("sourceName"),
                        time_ns=middle(row),
                        frequency_ghz=centers[place] if place < len(centers) else None,
                        flux_jy=jansky,
                        error_jy=_measured(wrong[place]) if errors else None,
                        stokes=name,
                        method=row.text("fluxMethod"),
                    )
                )
    return found


def _by_stokes(row: Row, name: str, stokes: int, frequencies: int) -> list[list[float]]:
    """An array as one list a Stokes parameter. Writers differ in which axis comes first."""
    values = row.matrix(name)
    if not values:
        return []
    if (len(values), len(values[0])) == (stokes, frequencies):
        return values
    if (len(values), len(values[0])) == (frequencies, stokes):
        return [list(each) for each in zip(*values, strict=True)]
    raise BadCell(name, "an array of Stokes parameters and frequencies", row.text(name))


def _measured(value: float) -> float | None:
    return value if 0 < value <= _MOST_JY else None


def phases(tables: Tables) -> tuple[PhaseNoise, ...]:
    """Answer the phase noise in degrees, one a row, by time."""
    return tuple(sorted(tables.made("CalPhase", _phase), key=lambda noise: noise.time_ns))


def _phase(row: Row) -> PhaseNoise | None:
    said = row.numbers("phaseRMS")
    radians = [rms for rms in said if 0 < rms <= _MOST_RADIANS]
    if not radians:
        if said and all(math.isnan(rms) or rms == 0 for rms in said):
            return None
        raise BadCell("phaseRMS", "an array of angles in rad", row.text("phaseRMS"))
    pairs = row.among("numBaseline", 0, _MOST_BASELINES, "a number of baselines")
    edges = row.spare_all("frequencyRange", row.numbers)
    return PhaseNoise(
        time_ns=middle(row),
        baseband=row.text("basebandName"),
        correction=row.text("atmPhaseCorrection"),
        frequency_ghz=_center_ghz(edges),
        baselines=int(pairs or len(row.matrix("phaseRMS"))),
        median_deg=math.degrees(median(radians)),
        worst_deg=math.degrees(max(radians)),
    )


def _center_ghz(edges_hz: list[float]) -> float | None:
    """The middle of a range of frequencies, None where it is not given."""
    known = edges_hz and all(0 < edge <= _MOST_HZ for edge in edges_hz)
    return fmean(edges_hz) / _HZ_A_GHZ if known else None
