"""The life cycles' own words, as ALMA spells them, and what each means.

Pure. ``MEANINGS`` feeds badges, the help page and the "waiting for" line: what people
read beside a state is what the code enforces.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """The six levels of a project, from the top."""

    PROJECT = "project"
    SCIENCE_GOAL = "science_goal"
    GROUP_OUS = "group_ous"
    MEMBER_OUS = "member_ous"
    SCHED_BLOCK = "sched_block"
    EXEC_BLOCK = "exec_block"


OUS_LEVELS = (Level.SCIENCE_GOAL, Level.GROUP_OUS, Level.MEMBER_OUS)


class ProjectState(StrEnum):
    """Life cycle of an observing project (DOMAIN 2.2)."""

    NEW_PHASE1 = "NewPhase1"
    PHASE1_SUBMITTED = "Phase1Submitted"
    REVIEWED = "Reviewed"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    NEW_PHASE2 = "NewPhase2"
    PHASE2_SUBMITTED = "Phase2Submitted"
    READY = "Ready"
    PARTIALLY_OBSERVED = "PartiallyObserved"
    IN_PROGRESS = "InProgress"
    OBSERVING_TIMED_OUT = "ObservingTimedOut"
    COMPLETED = "Completed"
    PARTIALLY_COMPLETED = "PartiallyCompleted"
    NOT_OBSERVED = "NotObserved"
    DO_NOT_OBSERVE = "DoNotObserve"
    CANCELED = "Canceled"
    BROKEN = "Broken"
    REPAIRED = "Repaired"
    DELETED = "Deleted"
    CSV_READY = "CSVReady"


class OUSState(StrEnum):
    """Life cycle of an ObsUnitSet (DOMAIN 2.3), the words of 2014 included."""

    NEW_PHASE1 = "NewPhase1"
    PHASE1_SUBMITTED = "Phase1Submitted"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    NEW_PHASE2 = "NewPhase2"
    PHASE2_SUBMITTED = "Phase2Submitted"
    READY = "Ready"
    CSV_READY = "CSVReady"
    PARTIALLY_OBSERVED = "PartiallyObserved"
    FULLY_OBSERVED = "FullyObserved"
    OBSERVING_TIMED_OUT = "ObservingTimedOut"
    READY_FOR_PROCESSING = "ReadyForProcessing"
    PROCESSING = "Processing"
    PROCESSING_PROBLEM = "ProcessingProblem"
    READY_FOR_REVIEW = "ReadyForReview"
    REVIEWING = "Reviewing"
    VERIFIED = "Verified"
    DELIVERY_IN_PROGRESS = "DeliveryInProgress"
    DELIVERED = "Delivered"
    QA3_IN_PROGRESS = "QA3InProgress"
    NOT_OBSERVED = "NotObserved"
    DO_NOT_OBSERVE = "DoNotObserve"
    CANCELED = "Canceled"
    BROKEN = "Broken"
    REPAIRED = "Repaired"
    DELETED = "Deleted"
    PIPELINE_PROCESSING = "PipelineProcessing"
    PIPELINE_ERROR = "PipelineError"
    MANUAL_PROCESSING = "ManualProcessing"
    PROCESSED = "Processed"
    QA2_IN_PROGRESS = "QA2InProgress"
    REPROCESSING_REQUIRED = "ReprocessingRequired"
    READY_TO_DELIVER = "ReadyToDeliver"


class SchedBlockState(StrEnum):
    """Life cycle of a scheduling block (DOMAIN 2.4)."""

    NEW_PHASE1 = "NewPhase1"
    PHASE1_SUBMITTED = "Phase1Submitted"
    NEW_PHASE2 = "NewPhase2"
    PHASE2_SUBMITTED = "Phase2Submitted"
    READY = "Ready"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    WAITING = "Waiting"
    CALIBRATOR_CHECK = "CalibratorCheck"
    PARTIALLY_OBSERVED = "PartiallyObserved"
    FULLY_OBSERVED = "FullyObserved"
    OBSERVING_TIMED_OUT = "ObservingTimedOut"
    NOT_OBSERVED = "NotObserved"
    DO_NOT_OBSERVE = "DoNotObserve"
    CANCELED = "Canceled"
    BROKEN = "Broken"
    REPAIRED = "Repaired"
    DELETED = "Deleted"
    CSV_READY = "CSVReady"
    CSV_RUNNING = "CSVRunning"
    CSV_SUSPENDED = "CSVSuspended"


State = ProjectState | OUSState | SchedBlockState

STATES_OF: MappingProxyType[Level, type[ProjectState | OUSState | SchedBlockState]] = (
    MappingProxyType(
        {
            Level.PROJECT: ProjectState,
            Level.SCIENCE_GOAL: OUSState,
            Level.GROUP_OUS: OUSState,
            Level.MEMBER_OUS: OUSState,
            Level.SCHED_BLOCK: SchedBlockState,
        }
    )
)


class StateFlag(StrEnum):
    """Sub-states that change what people outside are told."""

    FOR_P2G = "ForP2G"
    TRIGGER = "trigger"
    IN_HOLD = "InHold"


# Those with which a scheduling block waits for the PI, or for whom the PI asked to act.
WAITING_FLAGS = (StateFlag.FOR_P2G, StateFlag.TRIGGER)


class QA0Status(StrEnum):
    """Verdict on one execution block."""

    UNSET = "Unset"
    PENDING = "Pending"
    PASS = "Pass"  # noqa: S105 - ALMA's word for a good execution, no password
    SEMI_PASS = "SemiPass"  # noqa: S105 - likewise
    FAIL = "Fail"


class QA2Outcome(StrEnum):
    """Verdict on the products of a member OUS."""

    PASS = "Pass"  # noqa: S105 - ALMA's word for a good data set, no password
    SEMI_PASS = "SemiPass"  # noqa: S105 - likewise
    FAIL = "Fail"


ACTIVE_PROJECT_STATES = frozenset(
    {
        ProjectState.NEW_PHASE1,
        ProjectState.PHASE1_SUBMITTED,
        ProjectState.REVIEWED,
        ProjectState.APPROVED,
        ProjectState.NEW_PHASE2,
        ProjectState.PHASE2_SUBMITTED,
        ProjectState.READY,
        ProjectState.PARTIALLY_OBSERVED,
        ProjectState.IN_PROGRESS,
        ProjectState.OBSERVING_TIMED_OUT,
        ProjectState.BROKEN,
        ProjectState.REPAIRED,
        ProjectState.CSV_READY,
    }
)


def known_state(level: Level, word: str | None) -> State | None:
    """Answer the state that ``word`` names on this level, None for any other word."""
    try:
        return STATES_OF[level](word or "")
    except ValueError:
        return None


class Family(StrEnum):
    """Families of states that share a shape and a hue (LOOK, States)."""

    NOTHING_YET = "nothing-yet"
    IN_PROGRESS = "in-progress"
    OBSERVED = "observed"
    JUDGED = "judged"
    GOOD = "good"
    HALF_GOOD = "half-good"
    WAITS_FOR_YOU = "waits-for-you"
    STOPPED = "stopped"
    BAD = "bad"
    QUESTION = "question"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a public state says to people: meaning, what comes next, who acts.

    ``waits_for`` and ``on`` are empty where nothing is waited for.
    """

    family: Family
    means: str
    next: str
    waits_for: str = ""
    on: str = ""
