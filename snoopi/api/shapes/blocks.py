"""Scheduling blocks and execution blocks."""

from datetime import date, datetime
from typing import Annotated, Any, TypedDict

from qa.explained import EXPLAINED
from snoopi.api.shapes.calibrations import CalibrationHeld
from snoopi.api.shapes.exec_report import FurtherReport
from snoopi.api.shapes.judgements import FractionProposal, QA0DecisionLine, ReasonGiven
from snoopi.api.shapes.projects import Executions, Named
from snoopi.api.shapes.words import Degrees, QA0Word, State


class SchedBlockLine(TypedDict):
    """A scheduling block."""

    ref: str
    uid: str | None
    name: str
    project: str | None
    state: State
    state_since: datetime | None
    label: str
    science_goal: Named | None
    member_ous: Named | None
    archive_query: str | None
    array: str | None
    bands: list[int]
    band: Annotated[int | None, "The one band, null where there are several or none."]
    targets: list[str]
    ra: Annotated[str | None, "Hours, minutes and seconds."]
    dec: Annotated[str | None, "Degrees, arcminutes and arcseconds."]
    ra_deg: Degrees
    dec_deg: Degrees
    rep_freq_ghz: float | None
    estimated_time_min: float | None
    executions: Executions
    version: int


class ExecBlockLine(TypedDict):
    """An execution block in a list."""

    ref: str
    uid: str | None
    project: str | None
    sched_block: Annotated[str | None, "Its UID, or its ref where no source knows a UID."]
    sched_block_name: str | None
    member_ous: Annotated[str | None, "Its UID, or its ref where no source knows a UID."]
    start: datetime | None
    end: datetime | None
    duration_min: float | None
    qa0: QA0Word
    execution_fraction: float | None
    version: int


class Window(TypedDict):
    """Days on which the array serves some configurations; both belong to it."""

    cycle: str
    configurations: list[str]
    first_day: date
    last_day: date
    confidence: str
    source: str


class Season(TypedDict):
    """When a scheduling block can be observed, and what becomes of it at the end."""

    cycle: Annotated[str | None, "As the project's code has it."]
    cycle_name: Annotated[str | None, "Null where no dates are on file."]
    first_day: date | None
    last_day: date | None
    is_over: bool
    allowed_configurations: list[str]
    any_time: Annotated[bool, "The 7-m and total power arrays do not move."]
    windows: list[Window]
    now: Window | None
    next: Window | None
    carried_over: Annotated[bool | None, "Null where no rule is on file."]
    carried_over_to: Annotated[
        str | None, "The cycle it goes on in, or `next`; null while it is not carried over."
    ]
    when_text: str
    ends_text: str
    carry_over_text: str


class ExecBlockRow(ExecBlockLine):
    """An execution block as a row of a file."""

    bands: list[int]
    array: str | None
    targets: list[str]
    ra_deg: Degrees
    dec_deg: Degrees
    rep_freq_ghz: float | None
    pwv_mm: float | None
    integration_s: float | None
    antennas: int | None
    tsys_k: float | None
    elevation_deg: float | None
    angular_resolution_arcsec: float | None
    max_recoverable_scale_arcsec: float | None


class SchedBlockDetail(SchedBlockLine):
    """The panel of a scheduling block as data."""

    asked: dict[str, Any]
    grade: str | None
    season: Season
    exec_blocks: list[ExecBlockLine]


class Measured(TypedDict):
    """System temperatures over the samples that were really measured, in K."""

    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    n: int | None
    missing: int | None


class Tsys(TypedDict):
    """System temperatures over all recorded samples, in K; null where unknown."""

    mean: Annotated[float | None, str(EXPLAINED["tsys_mean"])]
    std: Annotated[float | None, str(EXPLAINED["tsys_std"])]
    min: Annotated[float | None, str(EXPLAINED["tsys_min"])]
    max: Annotated[float | None, str(EXPLAINED["tsys_max"])]
    measured: Measured


class Array(TypedDict):
    """The array that observed; null where unknown."""

    name: str | None
    antennas: Annotated[int | None, str(EXPLAINED["antennas"])]
    antenna_names: list[str]
    shortest_m: Annotated[float | None, str(EXPLAINED["shortest"])]
    longest_m: Annotated[float | None, str(EXPLAINED["longest"])]
    l5_m: Annotated[float | None, str(EXPLAINED["l5"])]
    l80_m: Annotated[float | None, str(EXPLAINED["l80"])]
    angular_resolution_arcsec: Annotated[float | None, str(EXPLAINED["resolution"])]
    max_recoverable_scale_arcsec: Annotated[float | None, str(EXPLAINED["largest_scale"])]


class SourceTime(TypedDict):
    """Time spent on one source for one purpose."""

    intent: str
    name: str
    ra: str | None
    dec: str | None
    time_min: Annotated[float | None, str(EXPLAINED["source_time"])]


class ExecBlockReport(ExecBlockLine, FurtherReport):
    """The report of an execution block: what sources have said so far."""

    qa0_comment: Annotated[str | None, "For staff, and for all where the judge said so."]
    qa0_reasons: Annotated[list[ReasonGiven], "Of the decision that counts."]
    qa0_history: Annotated[list[QA0DecisionLine], "Decisions taken here, newest first."]
    fraction_proposal: Annotated[FractionProposal | None, "For who may judge it."]
    bands: list[int]
    targets: list[str]
    ra_deg: Degrees
    dec_deg: Degrees
    rep_freq_ghz: float | None
    pwv_mm: float | None
    integration_s: float | None
    tsys: Tsys
    array: Array
    sources: list[SourceTime]
    calibrations: Annotated[list[CalibrationHeld], "QA1, kind by kind."]
    reasons: Annotated[dict[str, str], "Why a figure of the report is not known, by figure."]
