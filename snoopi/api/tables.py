"""Flat tables out of the shapes of answers: the columns of CSV and VOTable alike.

A nested field is named with an underscore (``executions_passed``), a list is one cell. What
a column means stands in the shape; its unit and UCD follow from its name, here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Annotated, Any, Required, get_args, get_origin, get_type_hints, is_typeddict

# By the end of a name: the unit, as VOTable writes it.
_UNITS = {
    "_deg": "deg",
    "_ghz": "GHz",
    "_k": "K",
    "_min": "min",
    "_mm": "mm",
    "_s": "s",
    "_arcsec": "arcsec",
}

# Whole numbers that may pass two thousand million.
LONG = frozenset({"size"})

# Column: (UCD, description); a description in the shape is not repeated here.
_MEANINGS: Mapping[str, tuple[str, str]] = {
    "ref": ("meta.id", "What stands in addresses; never changes without leading on."),
    "uid": ("meta.id;meta.main", "Archive UID; empty where no source knows one."),
    "level": ("meta.code", "Level of the OUS."),
    "name": ("meta.title", "Name in the plan."),
    "project": ("meta.id;obs.proposal", "The project's ref."),
    "state": ("meta.code.status", ""),
    "state_since": ("time.epoch", "Since when the state stands, UTC."),
    "label": ("meta.note", "The state in words."),
    "qa2": ("meta.code.qual", "QA2 verdict of the round that counts."),
    "qa2_passed": ("meta.code.qual", ""),
    "executions_passed": ("meta.number;obs.exposure", ""),
    "executions_expected": ("meta.number;obs.exposure", ""),
    "executions_count": ("meta.number;obs.exposure", ""),
    "delivered_at": ("time.processing", "When it was delivered, UTC."),
    "delivery_generation": ("meta.version", "Which delivery the products are of."),
    "release_date": ("time.release", ""),
    "data_rights": ("meta.code", "Public or Proprietary."),
    "version": ("meta.version", "Grows with every change that anybody may see."),
    "bands": ("instr.bandpass", "ALMA receiver bands."),
    "array": ("meta.id;instr", "12m, 7m or TP."),
    "targets": ("meta.id;src", "Names of the targets, as observed or planned."),
    "ra_deg": ("pos.eq.ra;meta.main", "Right ascension, ICRS."),
    "dec_deg": ("pos.eq.dec;meta.main", "Declination, ICRS."),
    "rep_freq_ghz": ("em.freq", "Representative sky frequency."),
    "resolution_arcsec": ("pos.angResolution", "Angular resolution, as the archive estimates it."),
    "largest_scale_arcsec": ("phys.angSize;stat.max", "Largest scale that can be recovered."),
    "pwv_mm": ("phys.columnDensity;obs.atmos", "Precipitable water vapor."),
    "integration_s": ("time.duration;obs.exposure", "Longest integration on one field."),
    "antennas": ("meta.number;instr", "Number of antennas."),
    "tsys_k": ("phys.temperature;instr.tel", "Mean system temperature of the measured samples."),
    "elevation_deg": ("pos.az.alt;stat.min", "Lowest elevation of the science targets."),
    "angular_resolution_arcsec": (
        "pos.angResolution",
        "0.574 λ/L80 at the representative frequency; empty for total power.",
    ),
    "max_recoverable_scale_arcsec": (
        "phys.angSize;stat.max",
        "0.983 λ/L5 at the representative frequency; empty for total power.",
    ),
    "class": ("meta.code.class", "What the file is for: the folder of the package."),
    "kind": ("meta.note", "What its name says it holds."),
    "size": ("phys.size;meta.file", ""),
    "sha256": ("meta.code", "SHA-256 of its bytes, in hexadecimal digits."),
    "generation": ("meta.version", ""),
    "access_url": ("meta.ref.url", ""),
    "readable": ("meta.code", ""),
    "path": ("meta.title;meta.file", ""),
    "changed_at": ("time.processing", ""),
    "sched_block": ("meta.id;obs.sequence", ""),
    "sched_block_name": ("meta.title;obs.sequence", "Name of the scheduling block."),
    "member_ous": ("meta.id;obs", ""),
    "start": ("time.start;obs", "Start of the execution, UTC."),
    "end": ("time.end;obs", "End of the execution, UTC."),
    "duration_min": ("time.duration;obs", "From start to end."),
    "qa0": ("meta.code.qual", "QA0 verdict."),
    "execution_fraction": (
        "stat.weight;obs.exposure",
        "Share of one nominal execution; unknown counts as 1 when QA0 is Pass.",
    ),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its value stands in a document, and what it is.

    ``kind`` is str, int, float, bool, datetime or list.
    """

    name: str
    path: tuple[str, ...]
    kind: type
    unit: str = ""
    ucd: str = ""
    description: str = ""

    def value_in(self, document: Any) -> Any:
        """Answer the column's value, None where a part above it is null."""
        for step in self.path:
            document = None if document is None else document[step]
        return document


@cache
def columns_of(shape: Any) -> tuple[Column, ...]:
    """Answer the columns of a shape, in its order."""
    return tuple(_columns(shape, ()))


def row_of(document: Any, columns: tuple[Column, ...]) -> list[Any]:
    """Answer the values of one document."""
    return [column.value_in(document) for column in columns]


def _columns(shape: Any, above: tuple[str, ...]) -> list[Column]:
    found: list[Column] = []
    for name, hint in get_type_hints(shape, include_extras=True).items():
        kind, note = _kind_and_note(hint)
        path = (*above, name)
        found += _columns(kind, path) if is_typeddict(kind) else [_column(path, kind, note)]
    return found


def _column(path: tuple[str, ...], kind: type, note: str) -> Column:
    name = "_".join(path)
    unit = next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")
    ucd, meaning = _MEANINGS.get(name, ("", ""))
    return Column(name, path, kind, unit, ucd, note or meaning)


def _kind_and_note(hint: Any) -> tuple[Any, str]:
    """The type behind Annotated, Required and "or None", and what was noted of it."""
    note = ""
    while True:
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is Annotated:
            hint, *notes = arguments
            note = next((one for one in notes if isinstance(one, str)), note)
        elif origin is Required:
            (hint,) = arguments
        elif origin in (list, dict):
            return list, note
        elif arguments and NoneType in arguments:
            (hint,) = (one for one in arguments if one is not NoneType)
        else:
            return hint, note
