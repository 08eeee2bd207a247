"""QA2: rounds, decisions, and what is posted to decide."""

from datetime import datetime
from typing import Annotated, Required, TypedDict

from qa.asked_got import KINDS
from qa.checks import CODES
from qa.criteria import Answer
from snoopi.api.shapes.judgements import ReasonGiven
from snoopi.api.shapes.words import QA2Word, Words

AnswerWord = Annotated[str, Words("QA2Answer", tuple(Answer))]
ImageKind = Annotated[str, Words("ImageKind", KINDS)]
CheckCode = Annotated[str, Words("QA2Check", CODES)]


class QA2Asked(TypedDict):
    """What was asked for; null where no source says so."""

    sensitivity_mjy: float | None
    sensitivity_bandwidth_mhz: float | None
    resolution_arcsec: float | None
    min_resolution_arcsec: float | None
    max_resolution_arcsec: float | None


class QA2Comparison(TypedDict):
    """One figure held against the request; `source` is that of the rule."""

    answer: AnswerWord
    sentence: str
    source: str


class QA2Image(TypedDict):
    """What one image reaches, and how that compares; null where nothing says so."""

    source: str
    window: str
    kind: ImageKind
    is_representative: bool | None
    sensitivity_mjy: Annotated[float | None, "mJy/beam."]
    bandwidth_mhz: float | None
    beam_major_arcsec: float | None
    beam_minor_arcsec: float | None
    beam_angle_deg: float | None
    note: Annotated[str, "Why a figure stands in place of the pipeline's; for staff."]
    rms: QA2Comparison
    beam: Annotated[QA2Comparison | None, "Null for total power."]


class QA2CheckLine(TypedDict):
    """One check as it was ticked; the comment is for staff."""

    code: CheckCode
    group: str
    name: str
    ok: bool
    comment: str


class QA2Suggestion(TypedDict):
    """An outcome to consider; null where a person has to judge."""

    outcome: QA2Word | None
    reasons: Annotated[list[str], "Codes of reasons."]
    sentences: list[str]


class QA2DecisionLine(TypedDict):
    """One decision."""

    outcome: QA2Word
    at: datetime
    by: Annotated[str, "A name for staff, a role for all others."]
    reasons: list[ReasonGiven]
    comment: Annotated[str | None, "For staff, and for all where the reviewer said so."]
    extra_executions: float | None
    asked: QA2Asked
    got: list[QA2Image]
    checks: list[QA2CheckLine]
    suggestion: Annotated[QA2Suggestion | None, "What was suggested then, for staff."]
    hold_until: Annotated[datetime | None, "Until when it can be taken back, for staff."]
    undone_at: Annotated[datetime | None, "When it was taken back, for staff."]


class QA2RoundLine(TypedDict):
    """A round of review: the decision that stands, and all of them, newest first."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    outcome: QA2Word | None
    reasons: list[ReasonGiven]
    asked: QA2Asked | None
    got: list[QA2Image]
    decisions: list[QA2DecisionLine]


class QA2Document(TypedDict):
    """QA2 of a member OUS: all rounds, newest first; for staff also what a review would see."""

    ref: str
    uid: str | None
    project: str
    qa2: QA2Word | None
    version: int
    asked: QA2Asked
    got: Annotated[list[QA2Image], "What is told of the images now, for staff."]
    suggestion: Annotated[QA2Suggestion | None, "For staff."]
    rounds: list[QA2RoundLine]


class QA2Figure(TypedDict, total=False):
    """A figure that a reviewer gives; one that is left out stays as the pipeline told it.

    Source, window and kind name the image; a note is needed in place of a told figure.
    """

    source: str
    window: str
    kind: ImageKind
    sensitivity_mjy: float | None
    bandwidth_mhz: float | None
    beam_major_arcsec: float | None
    beam_minor_arcsec: float | None
    beam_angle_deg: float | None
    note: str


class QA2CheckGiven(TypedDict, total=False):
    """One check as a reviewer leaves it."""

    code: Required[CheckCode]
    ok: bool
    comment: str


class QA2Request(TypedDict, total=False):
    """A decision; a comment is internal unless `public` is true.

    `extra_executions` belongs to Fail, which sends `sched_block` (a ref; the first one where
    it is left out) back for more; the data reducer stays assigned unless `release_reducer`.
    """

    outcome: Required[QA2Word]
    reasons: list[str]
    comment: str
    public: bool
    achieved: list[QA2Figure]
    checks: list[QA2CheckGiven]
    extra_executions: float | None
    sched_block: str
    release_reducer: bool


class QA2Undo(TypedDict, total=False):
    """Why a decision is taken back."""

    note: str
