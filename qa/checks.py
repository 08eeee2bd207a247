"""What a reviewer of QA2 goes through by eye: the checks of calibration and of images. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Check:
    """One check; talk on ALMA's data products, "After Observations – QA2"."""

    code: str
    group: str
    name: str


_CALIBRATION, _IMAGING = "Calibration", "Imaging products"
CHECKS = (
    Check("gains", _CALIBRATION, "RMS of complex antenna-based gains"),
    Check("flux_scale", _CALIBRATION, "Absolute flux calibration scale"),
    Check("tsys", _CALIBRATION, "Tsys within acceptable range"),
    Check("phase_transfer", _CALIBRATION, "Proper phase transfer cadence"),
    Check("bandpass", _CALIBRATION, "Proper bandpass corrections"),
    Check("signal_to_noise", _IMAGING, "Signal-to-noise and angular resolution"),
    Check("artifacts", _IMAGING, "No strong artifacts"),
    Check("reference", _IMAGING, "Performed on the reference source and spectra"),
)
CODES = tuple(check.code for check in CHECKS)


@dataclass(frozen=True, slots=True)
class Ticked:
    """One check as a reviewer left it: ``ok`` where it was ticked."""

    check: Check
    ok: bool
    comment: str = ""


def ticked(given: Iterable[Mapping[str, Any]]) -> list[Ticked]:
    """Answer all checks in their order, with what was ticked and said of each."""
    told = {row.get("code"): row for row in given}
    rows = [(check, told.get(check.code, {})) for check in CHECKS]
    return [Ticked(c, bool(row.get("ok")), str(row.get("comment") or "")) for c, row in rows]


def as_json(rows: Iterable[Ticked]) -> list[dict[str, Any]]:
    """The checks ready for a JSON column."""
    return [{"code": row.check.code, "ok": row.ok, "comment": row.comment} for row in rows]
