"""The calibrations of the demo array (QA1): one of each kind for each quarter that observed.

The talk's execution has no beam patterns, and its focus curves ended the day before it.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from qa.calibrations import CalibrationKind
from snoopi.demo.observing import calibrators_near
from snoopi.demo.plans import ORIGIN, Block, Execution, ProjectPlan

SEED_RUN = "uid://A002/X85dcf7/Xefe"
_SEED_FLUX = "J1733-130"
_FOUND = {
    CalibrationKind.BASELINES: "Antenna positions of all pads in use, residuals below 0.1 mm",
    CalibrationKind.DELAYS: "Delays of all basebands, residuals below 10 ps",
    CalibrationKind.POINTING: "All-sky pointing of all antennas, rms 1.6 arcsec",
    CalibrationKind.FOCUS: "Focus curves against elevation and temperature, rms 20 um",
    CalibrationKind.BEAMS: "Beam patterns, widths within 2 % of 1.13 wavelengths a diameter",
}
Written = dict[str, Any]
Run = tuple[Block, Execution]


def write_calibrations(path: Path, projects: Iterable[ProjectPlan]) -> Path:
    """Write the calibrations that cover the executions of some projects; answer the path."""
    runs = [
        (block, execution)
        for plan in projects
        for member in plan.members
        for block in member.blocks
        for execution in block.executions
    ]
    found: dict[str, Written] = {}
    for said in (one for run in runs for one in _of_run(*run)):
        found.setdefault(said["key"], said)
    _spoil(found, runs)
    records = [found[key] for key in sorted(found)]
    document = {"snoopi": 1, "origin": ORIGIN, "calibrations": records}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def _of_run(block: Block, run: Execution) -> Iterator[Written]:
    start, end = _quarter(run.start)
    name, array = f"{start:%Y-%m}", block.setup.array
    # A day over its end: an execution may go on past midnight.
    until = {"valid_until": _said(end + timedelta(days=1))}
    for kind, summary in _FOUND.items():
        yield {
            "key": f"{kind}-{array}-{name}",
            "kind": kind.value,
            "array": array,
            "measured_at": _said(start - timedelta(days=3)),
            "valid_from": _said(start),
            **until,
            "summary": summary,
        }
    source = _SEED_FLUX if run.uid == SEED_RUN else calibrators_near(block.setup).flux
    yield {
        "key": f"flux-{source}-{name}",
        "kind": CalibrationKind.FLUXES.value,
        "source": source,
        "measured_at": _said(start),
        "valid_from": _said(start),
        **until,
        "flux_jy": round(1 + sum(map(ord, source + name)) % 300 / 100, 2),
        "flux_error_jy": 0.08,
        "frequency_ghz": 91.5,
    }


def _spoil(found: dict[str, Written], runs: Iterable[Run]) -> None:
    """Let one calibration be missing and one be over for the talk's execution."""
    for block, run in runs:
        if run.uid == SEED_RUN:
            name = f"{block.setup.array}-{_quarter(run.start)[0]:%Y-%m}"
            del found[f"{CalibrationKind.BEAMS}-{name}"]
            focus = found[f"{CalibrationKind.FOCUS}-{name}"]
            focus["valid_until"] = _said(run.start - timedelta(days=1))


def _quarter(moment: datetime) -> tuple[datetime, datetime]:
    first = moment.month - (moment.month - 1) % 3
    start = datetime(moment.year, first, 1, tzinfo=UTC)
    end = datetime(moment.year + first // 10, (first + 3 - 1) % 12 + 1, 1, tzinfo=UTC)
    return start, end


def _said(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")
