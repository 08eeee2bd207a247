"""An execution's facts as they are kept: JSON, small enough to read for one page.

Pure. System temperatures are kept as one cell for each antenna and window; what is
computed over all samples is computed before (``qa.figures``).
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from qa.observed import (
    Antenna,
    Execution,
    Flagged,
    Flux,
    Leg,
    Path,
    PhaseNoise,
    Position,
    Sample,
    Scan,
    Site,
    Subscan,
    TsysSamples,
    WeatherSample,
    Window,
)

_PLAIN = (
    *("uid", "start_ns", "end_ns", "telescope", "configuration", "array_name", "aborted"),
    *("project_uid", "ous_uid", "sched_block_uid", "rep_freq_ghz"),
)
_RECORDS = {
    "antennas": Antenna,
    "windows": Window,
    "pwv_mm": Sample,
    "weather": WeatherSample,
    "fluxes": Flux,
    "phases": PhaseNoise,
}


@dataclass(frozen=True, slots=True)
class TsysCell:
    """The temperatures of one antenna in one window, in K; None where none was measured."""

    n: int
    missing: int
    median_k: float | None
    min_k: float | None
    max_k: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an execution: its facts without single temperatures, and their grid.

    ``tsys`` is one row an antenna, one cell a window; None where nothing was recorded.
    """

    execution: Execution
    tsys_antennas: tuple[str, ...]
    tsys_windows: tuple[str, ...]
    tsys: tuple[tuple[TsysCell | None, ...], ...]


def as_json(execution: Execution) -> dict[str, Any]:
    """Answer what is kept of an execution, ready for a JSON column."""
    kept: dict[str, Any] = {name: getattr(execution, name) for name in _PLAIN}
    kept["site"] = asdict(execution.site) if execution.site else None
    kept["bands"], kept["goals"] = list(execution.bands), list(execution.goals)
    kept["positions"] = {name: asdict(place) for name, place in execution.positions.items()}
    if execution.paths:
        kept["paths"] = {
            name: [asdict(leg) for leg in path.legs] for name, path in execution.paths.items()
        }
    kept["missing"] = dict(execution.missing)
    for name in (*_RECORDS, "scans", "flags"):
        records = getattr(execution, name)
        kept[name] = None if records is None else [asdict(record) for record in records]
    kept["tsys"] = _tsys_as_json(execution.tsys)
    return kept


def _tsys_as_json(samples: TsysSamples) -> dict[str, Any]:
    cells: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for antenna, window, kelvin in zip(
        samples.antenna, samples.window, samples.kelvin, strict=True
    ):
        cells[antenna, window].append(kelvin)
    grid = [
        [_cell(cells.get((antenna, window), ())) for window in range(len(samples.windows))]
        for antenna in range(len(samples.antennas))
    ]
    return {"antennas": samples.antennas, "windows": samples.windows, "cells": grid}


def _cell(kelvin: Sequence[float]) -> list[float | int | None] | None:
    if not kelvin:
        return None
    measured = [value for value in kelvin if math.isfinite(value) and value > 0]
    missing = len(kelvin) - len(measured)
    if not measured:
        return [len(kelvin), missing, None, None, None]
    return [len(kelvin), missing, median(measured), min(measured), max(measured)]


def from_json(kept: Mapping[str, Any]) -> Kept:
    """Answer what ``as_json`` kept."""
    # What was kept before a kind of record was known lacks it.
    records: dict[str, Any] = {
        name: tuple(record(**values) for values in kept.get(name, ()))
        for name, record in _RECORDS.items()
    }
    execution = Execution(
        **{name: kept[name] for name in _PLAIN},
        site=Site(**kept["site"]) if kept["site"] else None,
        bands=tuple(kept["bands"]),
        goals=tuple(kept["goals"]),
        positions={name: Position(**place) for name, place in kept["positions"].items()},
        paths={name: Path(tuple(map(_leg, legs))) for name, legs in kept.get("paths", {}).items()},
        missing=kept["missing"],
        scans=tuple(map(_scan, kept["scans"])),
        flags=None if kept["flags"] is None else tuple(map(_flagged, kept["flags"])),
        **records,
    )
    tsys = kept["tsys"]
    grid = tuple(tuple(TsysCell(*cell) if cell else None for cell in row) for row in tsys["cells"])
    return Kept(execution, tuple(tsys["antennas"]), tuple(tsys["windows"]), grid)


def _leg(values: Mapping[str, Any]) -> Leg:
    factors = {name: tuple(values[name]) for name in ("ra_deg", "dec_deg")}
    return Leg(**{**values, **factors})


def _scan(values: Mapping[str, Any]) -> Scan:
    parts = tuple(Subscan(**part) for part in values["subscans"])
    return Scan(**{**values, "intents": tuple(values["intents"]), "subscans": parts})


def _flagged(values: Mapping[str, Any]) -> Flagged:
    return Flagged(**{**values, "antennas": tuple(values["antennas"])})
