"""The fields of a calibration of the array in the ``json`` format."""

from ingest.readers.native_fields import Field, boolean, number, text, time, whole, word
from qa.calibrations import ARRAYS, CalibrationKind

_TEXT, _NUMBER, _TIME = "text", "number", "time"
_KINDS = ", ".join(CalibrationKind)
CALIBRATION = {
    "key": Field(text, _TEXT, "", "the source's own name of it (required)"),
    "kind": Field(word(*CalibrationKind), _TEXT, "", f"{_KINDS} (required)"),
    "array": Field(word(*ARRAYS), _TEXT, "", "12m, 7m or TP; all without it"),
    "antenna": Field(text, _TEXT, "", "antenna, such as DV07; all without it"),
    "band": Field(whole(1, 10), _NUMBER, "", "receiver band; all without it"),
    "source": Field(text, _TEXT, "", "quasar or solar-system object, of a flux (required there)"),
    "measured_at": Field(time, _TIME, "UTC", "when it was measured; `valid_from` without it"),
    "valid_from": Field(time, _TIME, "UTC", "from when on it holds (required)"),
    "valid_until": Field(time, _TIME, "UTC", "until when; until another one without it"),
    "flux_jy": Field(number(0, 1e6), _NUMBER, "Jy", "flux density (required of a flux)"),
    "flux_error_jy": Field(number(0, 1e6), _NUMBER, "Jy", "its error"),
    "frequency_ghz": Field(
        number(1, 2000), _NUMBER, "GHz", "frequency of the flux (required there)"
    ),
    "summary": Field(text, _TEXT, "", "what was found, in a line (required but of a flux)"),
    "withdrawn": Field(boolean, "boolean", "", "whether it should not be used any more"),
}
