"""The fields of files and pipeline runs in the ``json`` format."""

from deliveries.naming import FileClass
from ingest.readers.native_fields import (
    Field,
    boolean,
    file_path,
    identity,
    long_text,
    many,
    number,
    sha256,
    text,
    time,
    whole,
    word,
)
from qa.pipeline import FigureKind

_TEXT, _NUMBER, _TIME = "text", "number", "time"
_LARGEST = 2**63 - 1
_GENERATION = Field(
    whole(1, 999_999), _NUMBER, "", "which delivery it is of; left out where that is not known"
)
_STAGE_NUMBER = whole(0, 100_000)
_KINDS = [kind.value for kind in FigureKind if kind]
_ANY = number(-1e18, 1e18)
_POSITIVE = number(0, 1e18)

PRODUCT_FILE = {
    "path": Field(file_path, _TEXT, "", "place below the member OUS's folder (required)"),
    "name": Field(text, _TEXT, "", "name; the last part of the path without it"),
    "class": Field(
        word(*FileClass), _TEXT, "", f"{', '.join(FileClass)}; by path and name without it"
    ),
    "kind": Field(text, _TEXT, "", "what it holds; by its name without it"),
    "size": Field(whole(0, _LARGEST), _NUMBER, "byte", "size"),
    "sha256": Field(sha256, _TEXT, "", "SHA-256 of its bytes, 64 hexadecimal digits"),
    "generation": _GENERATION,
}

PIPELINE_RUN = {
    "generation": _GENERATION,
    "recipe": Field(text, _TEXT, "", "such as hifa_calimage"),
    "casa_version": Field(text, _TEXT, "", "version of CASA"),
    "pipeline_version": Field(text, _TEXT, "", "version of the pipeline"),
    "request_uid": Field(identity, "UID", "", "the processing request"),
    "started_at": Field(time, _TIME, "UTC", "start of the run"),
    "ended_at": Field(time, _TIME, "UTC", "its end; tells one run from another"),
    "processing_s": Field(whole(0, 10**10), _NUMBER, "s", "how long it took"),
    "executions": Field(many(identity), "list of UIDs", "", "execution blocks that it took"),
}

PIPELINE_STAGE = {
    "number": Field(_STAGE_NUMBER, _NUMBER, "", "number in the run (required)"),
    "name": Field(text, _TEXT, "", "task"),
    "score": Field(number(-1, 1), _NUMBER, "", "score; left out where there is none"),
    "reason": Field(long_text, _TEXT, "", "why it is not higher"),
}

PIPELINE_TOPIC = {
    "name": Field(text, _TEXT, "", "Dataset, Flagging, Calibration, Imaging (required)"),
    "score": PIPELINE_STAGE["score"],
}

ACHIEVED = {
    "source": Field(text, _TEXT, "", "source (required)"),
    "windows": Field(many(text), "list of texts", "", "spectral windows"),
    "kind": Field(word(*_KINDS), _TEXT, "", ", ".join(_KINDS)),
    "is_representative": Field(boolean, "boolean", "", "whether it is what was asked about"),
    "is_estimate": Field(boolean, "boolean", "", "whether it was foreseen, not measured"),
    "intent": Field(text, _TEXT, "", "TARGET, CHECK, PHASE, …; TARGET without it"),
    "sensitivity_mjy": Field(_POSITIVE, _NUMBER, "mJy/beam", "rms measured"),
    "theoretical_mjy": Field(_POSITIVE, _NUMBER, "mJy/beam", "rms computed"),
    "bandwidth_mhz": Field(_POSITIVE, _NUMBER, "MHz", "bandwidth that the rms is of"),
    "effective_bandwidth_mhz": Field(_POSITIVE, _NUMBER, "MHz", "the same without gaps"),
    "frequency_ghz": Field(number(1, 2000), _NUMBER, "GHz", "center frequency"),
    "beam_major_arcsec": Field(number(0, 1e6), _NUMBER, "arcsec", "major axis of the beam"),
    "beam_minor_arcsec": Field(number(0, 1e6), _NUMBER, "arcsec", "minor axis of the beam"),
    "beam_angle_deg": Field(number(-360, 360), _NUMBER, "deg", "position angle of the beam"),
    "array": Field(text, _TEXT, "", "array"),
    "robust": Field(text, _TEXT, "", "weighting"),
    "uv_taper": Field(text, _TEXT, "", "taper"),
    "data_type": Field(text, _TEXT, "", "such as SELFCAL"),
    "image": Field(text, _TEXT, "", "name of the image"),
    "origin": Field(text, _TEXT, "", "task that says so"),
    "stage": Field(_STAGE_NUMBER, _NUMBER, "", "its stage"),
}

PIPELINE_FLUX = {
    "source": Field(text, _TEXT, "", "calibrator (required)"),
    "window": Field(text, _TEXT, "", "spectral window"),
    "frequency_ghz": ACHIEVED["frequency_ghz"],
    "flux_jy": Field(_ANY, _NUMBER, "Jy", "flux"),
    "error_jy": Field(_ANY, _NUMBER, "Jy", "its error"),
    "execution": Field(text, _TEXT, "", "execution it was derived from"),
}

PACKAGE_TABLES = {
    "product file": PRODUCT_FILE,
    "pipeline run": PIPELINE_RUN,
    "stage": PIPELINE_STAGE,
    "topic": PIPELINE_TOPIC,
    "achieved": ACHIEVED,
    "flux": PIPELINE_FLUX,
}
