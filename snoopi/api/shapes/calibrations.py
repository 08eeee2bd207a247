"""Calibrations of the array (QA1)."""

from datetime import datetime
from typing import Annotated, Required, TypedDict

from qa.calibrations import ARRAYS, CalibrationKind, Coverage
from snoopi.api.shapes.words import Words

KindWord = Annotated[str, Words("CalibrationKind", tuple(CalibrationKind))]
CoverageWord = Annotated[str, Words("CalibrationStanding", tuple(Coverage))]
ArrayWord = Annotated[str, Words("CalibrationArray", ARRAYS)]


class CalibrationFacts(TypedDict):
    """What a record says; null for array, antenna or band stands for all of them."""

    kind: KindWord
    array: ArrayWord | None
    antenna: str | None
    band: int | None
    source: Annotated[str | None, "Quasar or solar-system object, of a flux."]
    measured_at: datetime
    valid_from: datetime
    valid_until: Annotated[datetime | None, "Null: until another one holds."]
    flux_jy: float | None
    flux_error_jy: float | None
    frequency_ghz: float | None
    summary: Annotated[str, "What was found, in a line."]


class CalibrationCounted(CalibrationFacts):
    """A record that counts for an execution, and how it stands to it."""

    number: Annotated[int | None, "For staff."]
    recorded_at: datetime
    standing: CoverageWord
    text: str


class CalibrationHeld(TypedDict):
    """How an execution stands to the calibrations of one kind."""

    kind: KindWord
    title: str
    standing: CoverageWord
    text: Annotated[str, "For which antennas or sources, in sentences."]
    rule: Annotated[str, "How long one holds, and who says so; or that no rule is on file."]
    records: list[CalibrationCounted]


class CalibrationLine(CalibrationFacts):
    """One thing that was said of a calibration; never changed."""

    number: int
    withdrawn: bool
    supersedes: Annotated[int | None, "The record that this one corrects."]
    superseded_by: int | None
    set_aside_for: Annotated[int | None, "What staff had decided, where a source says otherwise."]
    reason: str
    by: Annotated[str, "A person, or the source."]
    recorded_at: datetime


class CalibrationRecord(CalibrationLine):
    """The newest word on a calibration, with all that was said, newest first."""

    history: list[CalibrationLine]


class CalibrationRequest(TypedDict, total=False):
    """A calibration as somebody found it; what is left out stands for all of the array."""

    kind: Required[KindWord]
    array: ArrayWord | None
    antenna: str | None
    band: int | None
    source: str | None
    measured_at: Annotated[datetime | None, "`valid_from` without it."]
    valid_from: Required[datetime]
    valid_until: datetime | None
    flux_jy: float | None
    flux_error_jy: float | None
    frequency_ghz: float | None
    summary: str


class CalibrationCorrection(CalibrationRequest, total=False):
    """All that the record shall say from now on, and why."""

    withdrawn: bool
    reason: Required[str]
