"""The shapes in which the living world is told; all times are days before it is made."""

from dataclasses import dataclass, field

from projects.moves import Way
from snoopi.demo.plans import Tie

PASS = "Pass"  # noqa: S105 - ALMA's word for a good execution, no password
COI = Tie(username="coi", role="COI")
DELEGEE = Tie(username="delegee", role="DELEGEE", kind="DATA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A step that somebody takes after the files were read; without ``by`` the system."""

    to: str
    by: str = ""
    note: str = ""
    way: Way = Way.STEP
    flag: str = ""
    of_block: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A QA0 verdict of somebody's on the execution with this number, hours after its end."""

    execution: int
    outcome: str
    reasons: tuple[str, ...] = ()
    comment: str = ""
    public: bool = False
    fraction: str | None = None
    by: str = "aod"
    hours_after: float = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A member OUS with one SB; ``days`` ago it came into its state.

    ``known`` says of other states how many days ago they were entered, ``waits`` of the SB
    what it waits in, with which flag, for how many days.
    """

    state: str
    days: float
    verdicts: tuple[str, ...] = ()
    array: str = "12m"
    configuration: str = "C-3"
    path: tuple[str, ...] = ()
    expected: int | None = None
    qa2: str = ""
    reducer: str = ""
    waits: tuple[str, str, float] | None = None
    known: tuple[tuple[str, float], ...] = ()
    note: str = ""
    every_days: float = 2.0
    judgements: tuple[Judged, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A project; ``period`` and ``kind`` are parts of its code, ``seasons_ago`` its cycle."""

    number: int
    title: str
    state: str
    target: str
    band: int
    parts: tuple[Part, ...] = ()
    period: str = "1"
    kind: str = "S"
    seasons_ago: int = 0
    grade: str = "B"
    category: str = "ISM, star formation and astrochemistry"
    days: float = 6.0
    note: str = ""
    period_months: int = 12
    ties: tuple[Tie, ...] = field(default=(COI,))
    pi: str = "napi"
    pi_name: str = "Demo NA PI"
