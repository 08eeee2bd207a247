"""What everybody outside the observatory's staff is told of a state.

Pure functions over the tables of SEMANTICS "States"; pages, REST, feeds, filters and
mail all come through here.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from projects.states import Family, Level, Meaning, StateFlag, known_state


class PublicState(StrEnum):
    """The public vocabulary."""

    PHASE1_SUBMITTED = "Phase1Submitted"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    PHASE2_SUBMITTED = "Phase2Submitted"
    READY = "Ready"
    IN_PROGRESS = "InProgress"
    PARTIALLY_OBSERVED = "PartiallyObserved"
    WAITING_FOR_PI = "WaitingForPI"
    WAITING_FOR_TRIGGER = "WaitingForTrigger"
    FULLY_OBSERVED = "FullyObserved"
    READY_FOR_PROCESSING = "ReadyForProcessing"
    BEING_PROCESSED = "BeingProcessed"
    VERIFIED = "Verified"
    DELIVERED = "Delivered"
    QA3_IN_PROGRESS = "QA3InProgress"
    OBSERVING_TIMED_OUT = "ObservingTimedOut"
    COMPLETED = "Completed"
    PARTIALLY_COMPLETED = "PartiallyCompleted"
    NOT_OBSERVED = "NotObserved"
    DO_NOT_OBSERVE = "DoNotObserve"
    CANCELED = "Canceled"


_FIXED: Mapping[str, PublicState] = MappingProxyType(
    {
        "NewPhase1": PublicState.PHASE1_SUBMITTED,
        "Reviewed": PublicState.PHASE1_SUBMITTED,
        "NewPhase2": PublicState.PHASE2_SUBMITTED,
        "DeliveryInProgress": PublicState.VERIFIED,
        "ReadyToDeliver": PublicState.VERIFIED,
        **dict.fromkeys(
            (
                "Processing",
                "ProcessingProblem",
                "ReadyForReview",
                "Reviewing",
                "PipelineProcessing",
                "PipelineError",
                "ManualProcessing",
                "Processed",
                "QA2InProgress",
                "ReprocessingRequired",
            ),
            PublicState.BEING_PROCESSED,
        ),
    }
)
_OPERATIONAL = frozenset(
    {
        "Ready",
        "Running",
        "Suspended",
        "CalibratorCheck",
        "Waiting",
        "CSVReady",
        "CSVRunning",
        "CSVSuspended",
    }
)
_WAITING = MappingProxyType(
    {
        StateFlag.FOR_P2G: PublicState.WAITING_FOR_PI,
        StateFlag.TRIGGER: PublicState.WAITING_FOR_TRIGGER,
    }
)
_MENDED = frozenset({"Broken", "Repaired"})


def public_state(
    level: Level,
    state: str | None,
    *,
    flag: str = "",
    passed: Decimal | int = 0,
    resume_state: str | None = None,
) -> PublicState | None:
    """Answer the public word for a state, None where nothing can be said.

    ``passed`` is the sum of execution fractions that passed QA0; ``resume_state`` the
    state before Broken, which is what people outside go on seeing.
    """
    if known_state(level, state) is None or state is None or state == "Deleted":
        return None
    if state in _MENDED:
        return public_state(level, resume_state, flag=flag, passed=passed)
    if state == "Waiting" and flag in _WAITING:
        return _WAITING[StateFlag(flag)]
    if state == "Verified" and flag == StateFlag.IN_HOLD:
        return PublicState.BEING_PROCESSED
    if state in _OPERATIONAL:
        taken = level != Level.PROJECT and passed > 0
        return PublicState.PARTIALLY_OBSERVED if taken else PublicState.READY
    if level == Level.PROJECT and state == "PartiallyObserved":
        return PublicState.IN_PROGRESS
    return _FIXED.get(state) or PublicState(state)


def data_rights(release_date: datetime | None, now: datetime) -> str:
    """Answer "Public" from the release date on, else "Proprietary"; unknown is not yet."""
    return "Public" if release_date is not None and release_date <= now else "Proprietary"


_LABELS: Mapping[str, str] = MappingProxyType(
    {
        PublicState.PHASE1_SUBMITTED: "Phase 1 Submitted",
        PublicState.PHASE2_SUBMITTED: "Phase 2 Submitted",
        PublicState.IN_PROGRESS: "In Progress",
        PublicState.PARTIALLY_OBSERVED: "Partly observed",
        PublicState.WAITING_FOR_PI: "Waiting for PI",
        PublicState.WAITING_FOR_TRIGGER: "Waiting for Trigger",
        PublicState.FULLY_OBSERVED: "All data taken",
        PublicState.READY_FOR_PROCESSING: "Ready for Processing",
        PublicState.BEING_PROCESSED: "Being processed",
        PublicState.QA3_IN_PROGRESS: "QA3 in Progress",
        PublicState.OBSERVING_TIMED_OUT: "Timed out",
        PublicState.COMPLETED: "Completed, all data delivered",
        PublicState.PARTIALLY_COMPLETED: "Partially completed",
        PublicState.NOT_OBSERVED: "Not observed",
        PublicState.DO_NOT_OBSERVE: "Will not be observed",
    }
)
_SCHED_BLOCK_LABELS: Mapping[str, str] = MappingProxyType(
    {
        PublicState.READY: "Ready, no data taken",
        PublicState.PARTIALLY_OBSERVED: "Some data taken",
    }
)
NO_LABEL = "N/A"


def public_label(level: Level, state: str | None, *, qa2: str | None = None) -> str:
    """The words people outside read for a public state, QA2's verdict included."""
    if state is None:
        return NO_LABEL
    if level == Level.SCHED_BLOCK and state in _SCHED_BLOCK_LABELS:
        return _SCHED_BLOCK_LABELS[state]
    label = _LABELS.get(state, state)
    if qa2 and state in {PublicState.VERIFIED, PublicState.DELIVERED}:
        return f"{label}, QA2 {qa2}"
    return label


_STAFF_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "NewPhase1": "New Phase 1",
        "Phase1Submitted": "Phase 1 submitted",
        "NewPhase2": "New Phase 2",
        "Phase2Submitted": "Phase 2 submitted",
        "CSVReady": "CSV ready",
        "QA3InProgress": "QA3 in progress",
        "QA2InProgress": "QA2 in progress",
        "ObservingTimedOut": "Observing timed out",
    }
)
_FLAG_WORDS: Mapping[str, str] = MappingProxyType({StateFlag.IN_HOLD: "in hold"})


def staff_label(state: str | None, *, flag: str = "", qa2: str | None = None) -> str:
    """ALMA's own state name as words, with its flag and QA2's verdict."""
    if state is None:
        return NO_LABEL
    words = _STAFF_LABELS.get(state) or _spaced(state)
    if flag:
        words = f"{words} ({_FLAG_WORDS.get(flag, flag)})"
    if qa2 and state in {"Verified", "DeliveryInProgress", "Delivered"}:
        words = f"{words}, QA2 {qa2}"
    return words


def _spaced(state: str) -> str:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in state)
    return spaced.strip().capitalize()


UNKNOWN_MEANING = Meaning(
    Family.UNKNOWN,
    "No source has said what state this is in.",
    "The state appears as soon as a source that knows it has been read.",
)

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        PublicState.PHASE1_SUBMITTED: Meaning(
            Family.NOTHING_YET,
            "The proposal was submitted and is being reviewed.",
            "The review panels rank it; the PI is told the result.",
            "the outcome of the proposal review",
            "the observatory",
        ),
        PublicState.APPROVED: Meaning(
            Family.NOTHING_YET,
            "The proposal was accepted.",
            "The PI and the contact scientist prepare the scheduling blocks (Phase 2).",
            "Phase 2 material",
            "the PI",
        ),
        PublicState.REJECTED: Meaning(
            Family.STOPPED, "The proposal was not accepted.", "Nothing follows in this cycle."
        ),
        PublicState.PHASE2_SUBMITTED: Meaning(
            Family.NOTHING_YET,
            "The scheduling blocks were handed in.",
            "The observatory checks them and makes them ready to observe.",
            "the check of the scheduling blocks",
            "the observatory",
        ),
        PublicState.READY: Meaning(
            Family.NOTHING_YET,
            "Everything is prepared; no data have been taken.",
            "It is observed when weather, array configuration and sky position allow.",
            "an opportunity to observe",
            "weather and array configuration",
        ),
        PublicState.IN_PROGRESS: Meaning(
            Family.IN_PROGRESS,
            "Observations or their processing are under way.",
            "Each member OUS is delivered by itself as soon as it is ready.",
            "its member OUSs",
            "the observatory",
        ),
        PublicState.PARTIALLY_OBSERVED: Meaning(
            Family.IN_PROGRESS,
            "Some of the executions asked for have passed QA0.",
            "Observing goes on until the executions that passed reach those expected.",
            "further executions",
            "weather and array configuration",
        ),
        PublicState.WAITING_FOR_PI: Meaning(
            Family.WAITS_FOR_YOU,
            "The observatory needs an answer from the PI.",
            "Observing goes on as soon as the PI has answered.",
            "an answer",
            "the PI",
        ),
        PublicState.WAITING_FOR_TRIGGER: Meaning(
            Family.WAITS_FOR_YOU,
            "A target of opportunity that has not been triggered.",
            "The PI or a trigger delegee triggers it when the event happens.",
            "a trigger",
            "the PI",
        ),
        PublicState.FULLY_OBSERVED: Meaning(
            Family.OBSERVED,
            "All data have been taken.",
            "The data are staged for processing.",
            "staging of the data",
            "the observatory",
        ),
        PublicState.READY_FOR_PROCESSING: Meaning(
            Family.JUDGED,
            "The data wait to be calibrated and imaged.",
            "The pipeline or a data reducer takes them up.",
            "the start of processing",
            "data reduction",
        ),
        PublicState.BEING_PROCESSED: Meaning(
            Family.JUDGED,
            "The data are being calibrated, imaged and reviewed (QA2).",
            "A reviewer compares the result with what was asked for.",
            "processing and QA2 review",
            "data reduction",
        ),
        PublicState.VERIFIED: Meaning(
            Family.GOOD,
            "The products passed QA2.",
            "They are copied to the archives; then the PI gets a mail.",
            "delivery to the archives",
            "the archives",
        ),
        PublicState.DELIVERED: Meaning(
            Family.GOOD,
            "The data are in the archives and can be downloaded by those entitled.",
            "The proprietary period runs; problems can be reported (QA3).",
        ),
        PublicState.QA3_IN_PROGRESS: Meaning(
            Family.QUESTION,
            "A problem with the delivered data is being investigated.",
            "The data are confirmed, or corrected and delivered again.",
            "the QA3 investigation",
            "the observatory",
        ),
        PublicState.OBSERVING_TIMED_OUT: Meaning(
            Family.STOPPED,
            "No opportunity to observe is left this season.",
            "Data already taken are still processed and delivered; grade A is carried over.",
        ),
        PublicState.COMPLETED: Meaning(
            Family.GOOD, "All data have been delivered.", "Nothing more is to come."
        ),
        PublicState.PARTIALLY_COMPLETED: Meaning(
            Family.HALF_GOOD,
            "Part of the data was delivered; the rest timed out.",
            "Nothing more is to come.",
        ),
        PublicState.NOT_OBSERVED: Meaning(
            Family.STOPPED, "The cycle ended without data.", "Nothing more is to come."
        ),
        PublicState.DO_NOT_OBSERVE: Meaning(
            Family.STOPPED, "It was decided not to observe this.", "Nothing more is to come."
        ),
        PublicState.CANCELED: Meaning(
            Family.STOPPED, "The project was canceled.", "Nothing more is to come."
        ),
    }
)


def meaning_of(state: str | None) -> Meaning:
    """What a public state means, for badges, help and the "waiting for" line."""
    return MEANINGS.get(state or "", UNKNOWN_MEANING)
