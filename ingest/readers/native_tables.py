"""Every field of the ``json`` format, per kind of record."""

from ingest.readers.native_calibration_tables import CALIBRATION
from ingest.readers.native_fields import (
    Field,
    array,
    bands,
    boolean,
    code,
    count,
    identity,
    last_day_or_time,
    link,
    long_text,
    many,
    number,
    right_ascension,
    text,
    time,
    time_or_date,
    word,
)
from ingest.readers.native_package_tables import PACKAGE_TABLES

_TEXT, _NUMBER, _TIME = "text", "number", "time"
_UIDS = Field(
    many(identity), "list of UIDs", "", "other UIDs of the same thing, e.g. its domain UID"
)
_NAME = Field(text, _TEXT, "", "name as people know it")

_IDENTITY = {
    "uid": Field(identity, "UID", "", "archive identifier, in any spelling"),
    "other_uids": _UIDS,
}
_STATE = {
    "state": Field(text, _TEXT, "", "life-cycle state, in ALMA's words"),
    "state_flag": Field(text, _TEXT, "", "sub-state, such as ForP2G"),
    "state_at": Field(time, _TIME, "UTC", "since when the state holds"),
}
_SKY = {
    "bands": Field(bands, "list of integers", "", "receiver bands, 1 to 10"),
    "array": Field(array, _TEXT, "", "12m, 7m, TP, or several joined by +"),
    "target_names": Field(many(text), "list of texts", "", "science targets"),
    "ra_deg": Field(right_ascension, _NUMBER, "deg", "right ascension (ICRS), 0 to 360"),
    "dec_deg": Field(number(-90, 90), _NUMBER, "deg", "declination (ICRS), -90 to 90"),
    "rep_freq_ghz": Field(number(1, 2000), _NUMBER, "GHz", "representative frequency, on the sky"),
}
_PWV = {"pwv_mm": Field(number(0, 1000), _NUMBER, "mm", "precipitable water vapor")}
_ANGLES = {
    "resolution_arcsec": Field(number(0, 1e6), _NUMBER, "arcsec", "angular resolution"),
    "largest_scale_arcsec": Field(number(0, 1e6), _NUMBER, "arcsec", "largest angular scale"),
}

ASKED = {
    "sensitivity_mjy": Field(number(0, 1e9), _NUMBER, "mJy/beam", "sensitivity asked for"),
    "sensitivity_bandwidth_mhz": Field(
        number(0, 1e6), _NUMBER, "MHz", "bandwidth that the sensitivity is meant for"
    ),
    "sensitivity_measure": Field(text, _TEXT, "", "kind of bandwidth, e.g. AggregateBandWidth"),
    **_ANGLES,
    "min_resolution_arcsec": Field(number(0, 1e6), _NUMBER, "arcsec", "finest resolution accepted"),
    "max_resolution_arcsec": Field(
        number(0, 1e6), _NUMBER, "arcsec", "coarsest resolution accepted"
    ),
    "rep_freq_ghz": _SKY["rep_freq_ghz"],
    "rep_source": Field(text, _TEXT, "", "representative source"),
    "rep_window": Field(text, _TEXT, "", "representative spectral window"),
    "configurations": Field(many(text), "list of texts", "", "array configurations"),
    "goal": Field(text, _TEXT, "", "name of the science goal"),
}

HISTORY = {
    "at": Field(time, _TIME, "UTC", "when it happened (required)"),
    "to": Field(text, _TEXT, "", "the state after (required)"),
    "from": Field(text, _TEXT, "", "the state before"),
    "note": Field(long_text, _TEXT, "", "what upstream remarked"),
}

MEMBERSHIP = {
    "user": Field(text, _TEXT, "", "user name of the account (required)"),
    "role": Field(word("PI", "COPI", "COI", "DELEGEE"), _TEXT, "", "PI, COPI, COI or DELEGEE"),
    "kind": Field(
        word("DATA", "PHASE2", "TOO"), _TEXT, "", "DATA, PHASE2 or TOO, for a DELEGEE only"
    ),
    "ends": Field(last_day_or_time, "time or date", "UTC", "its end; a date is the last day"),
}

PROJECT = {
    "code": Field(code, _TEXT, "", "project code"),
    **_IDENTITY,
    "draft_key": Field(text, _TEXT, "", "what tells a plan without code and UID from others"),
    "title": Field(long_text, _TEXT, "", "title of the proposal"),
    "abstract": Field(long_text, _TEXT, "", "abstract of the proposal"),
    "pi_name": Field(text, _TEXT, "", "name of the PI, as text"),
    "authors": Field(long_text, _TEXT, "", "names of the co-authors, as text"),
    "executive": Field(word("NA", "EU", "EA", "CL", "OTHER"), _TEXT, "", "NA, EU, EA, CL or OTHER"),
    "arc": Field(word("NA", "EU", "EA"), _TEXT, "", "ARC of the PI: NA, EU or EA"),
    "grade": Field(word("A", "B", "C", "D", "U"), _TEXT, "", "A, B, C, D or U"),
    "science_category": Field(text, _TEXT, "", "scientific category"),
    "science_keywords": Field(long_text, _TEXT, "", "scientific keywords"),
    "contact_scientist": Field(text, _TEXT, "", "name of the contact scientist, as text"),
    **_STATE,
}

OUS = {
    **_IDENTITY,
    "part_id": Field(text, _TEXT, "", "part id in the project document"),
    "name": _NAME,
    "state": _STATE["state"],
}

MEMBER_OUS = {
    **_IDENTITY,
    "part_id": OUS["part_id"],
    "name": _NAME,
    **_STATE,
    "qa2": Field(word("Pass", "SemiPass", "Fail"), _TEXT, "", "Pass, SemiPass or Fail"),
    "qa2_passed": Field(boolean, "boolean", "", "the archive's flag, which hides SemiPass"),
    "delivered": Field(boolean, "boolean", "", "whether it has been delivered"),
    "delivered_at": Field(time, _TIME, "UTC", "when it was delivered last"),
    "release_date": Field(time_or_date, "time or date", "UTC", "end of the proprietary period"),
    "release_date_unknown": Field(
        boolean, "boolean", "", "delivered, but the end is not known yet"
    ),
    **_SKY,
    **_PWV,
    **_ANGLES,
    "reducer": Field(text, _TEXT, "", "who reduces the data, as text"),
}

ADDED_VALUE = {
    "calibrated_ms": Field(link, _TEXT, "", "where the calibrated measurement sets are"),
    "weblog": Field(link, _TEXT, "", "where the weblog is"),
    "admit": Field(link, _TEXT, "", "where the ADMIT products are"),
    "article": Field(link, _TEXT, "", "the knowledge-base article about them"),
}

SCHED_BLOCK = {
    **_IDENTITY,
    "name": _NAME,
    **_STATE,
    "executions_expected": Field(count, _NUMBER, "", "executions that complete it"),
    **_SKY,
    "estimated_time_min": Field(number(0, 1e7), _NUMBER, "min", "estimated time, all executions"),
}

EXEC_BLOCK = {
    **_IDENTITY,
    "start": Field(time, _TIME, "UTC", "start of the execution"),
    "end": Field(time, _TIME, "UTC", "end of the execution"),
    "qa0": Field(
        word("Unset", "Pending", "Pass", "SemiPass", "Fail"),
        _TEXT,
        "",
        "Unset, Pending, Pass, SemiPass or Fail",
    ),
    "qa0_comment": Field(long_text, _TEXT, "", "comment of the astronomer on duty"),
    "execution_fraction": Field(count, _NUMBER, "", "how much of an execution it counts"),
    **_SKY,
    **_PWV,
    "integration_s": Field(number(0, 1e7), _NUMBER, "s", "time on the science targets"),
    "antenna_names": Field(many(text), "list of texts", "", "antennas that took part"),
}

TABLES = {
    "project": PROJECT,
    "science goal, group OUS": OUS,
    "member OUS": MEMBER_OUS,
    "scheduling block": SCHED_BLOCK,
    "execution block": EXEC_BLOCK,
    "asked": ASKED,
    "history": HISTORY,
    "membership": MEMBERSHIP,
    "added value": ADDED_VALUE,
    **PACKAGE_TABLES,
    "calibration": CALIBRATION,
}
