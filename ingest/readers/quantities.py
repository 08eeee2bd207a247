"""Numbers with units in APDM documents, in the units that records name."""

import math
from xml.etree.ElementTree import Element

from ingest.readers.apdm import child

_FACTORS: dict[str, dict[str, float]] = {
    "mjy": {"Jy": 1e3, "mJy": 1.0, "uJy": 1e-3, "µJy": 1e-3, "nJy": 1e-6},
    "mhz": {"Hz": 1e-6, "kHz": 1e-3, "MHz": 1.0, "GHz": 1e3, "THz": 1e6},
    "ghz": {"Hz": 1e-9, "kHz": 1e-6, "MHz": 1e-3, "GHz": 1.0, "THz": 1e3},
    "arcsec": {
        "mas": 1e-3,
        "arcsec": 1.0,
        "arcmin": 60.0,
        "deg": 3600.0,
        "rad": math.degrees(3600.0),
    },
    "deg": {
        "mas": 1 / 3.6e6,
        "arcsec": 1 / 3600,
        "arcmin": 1 / 60,
        "deg": 1.0,
        "rad": math.degrees(1.0),
        "h": 15.0,
    },
    "min": {"ms": 1 / 60_000, "s": 1 / 60, "min": 1.0, "h": 60.0, "d": 1440.0},
}


def quantity(element: Element | None, unit: str, *path: str) -> float | None:
    """Answer a finite number in the wanted unit, None where that is not to be had.

    Templates write ``_FREQ_`` for a number: that is no number, and no error.
    """
    found = child(element, *path)
    if found is None:
        return None
    factor = _FACTORS[unit].get(found.get("unit", "").strip())
    value = plain_number(found.text)
    if factor is None or value is None:
        return None
    if factor == 1:
        return value
    # Twelve digits undo what the change of unit does to 0.2 mJy, and keep all that is meant.
    return float(f"{value * factor:.12g}")


def amount(element: Element | None, unit: str, *path: str) -> float | None:
    """Answer a quantity above zero: the Observing Tool writes 0 for "not filled in"."""
    value = quantity(element, unit, *path)
    return value if value is not None and value > 0 else None


def plain_number(text: str | None) -> float | None:
    """Answer a finite number, None for anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
