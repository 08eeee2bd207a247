"""The calibrations of the array in the ``json`` format, to records."""

from typing import Any

from ingest.readers.native_calibration_tables import CALIBRATION
from ingest.readers.native_records import BadRecord, fields_of, listed
from ingest.records import CalibrationRecord, Rejected
from qa.calibrations import CalibrationFacts, Misfit, refuse_misfits

_NEEDED = ("key", "kind", "valid_from")


def calibrations(value: Any, path: str, rejected: list[Rejected]) -> tuple[CalibrationRecord, ...]:
    """Read calibrations of the array; a bad one is reported and left out."""
    found: dict[str, CalibrationRecord] = {}
    places: dict[str, str] = {}
    for one_path, one in listed(value, path, rejected):
        try:
            record = _record(fields_of(one, CALIBRATION, one_path), one_path)
            if record.key in places:
                raise BadRecord(f"The key “{record.key}” is given already at {places[record.key]}.")
        except BadRecord as problem:
            rejected.append(Rejected(one_path, str(problem)))
            continue
        found[record.key], places[record.key] = record, one_path
    return tuple(found.values())


def _record(given: dict[str, Any], path: str) -> CalibrationRecord:
    for name in _NEEDED:
        if not given.get(name):
            raise BadRecord(f"A calibration needs “{name}”.")
    key, withdrawn = given.pop("key"), given.pop("withdrawn", False)
    said = {"measured_at": given["valid_from"], **given, "is_withdrawn": withdrawn}
    facts = CalibrationFacts(**said)
    try:
        refuse_misfits(facts)
    except Misfit as problem:
        raise BadRecord(f"Field {path}.{problem.field}: {problem}") from None
    return CalibrationRecord(key, facts)
