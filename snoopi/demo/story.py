"""The shapes in which the living world is told; all times are days before it is made."""

from dataclasses import dataclass, field

from projects.moves import Way
from projects.work import WorkRole
from snoopi.demo.plans import Tie

PASS = "Pass"  # noqa: S105 - ALMA's word for a good execution, no password
COI = Tie(username="coi", role="COI")
DELEGEE = Tie(username="delegee", role="DELEGEE", kind="DATA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A step that somebody takes after the files were read; without ``by`` the system.

    It is taken now, or so many ``days`` ago.
    """

    to: str
    by: str = ""
    note: str = ""
    way: Way = Way.STEP
    flag: str = ""
    of_block: bool = False
    days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A package that comes in: the pipeline made it ``days`` ago.

    ``noise`` and ``beam`` are over those asked for; ``score`` is its lowest, with ``reason``.
    A mirror is left without the file whose name ends in ``lacks``.
    """

    days: float
    generation: int = 1
    noise: float = 0.95
    beam: float = 1.0
    score: float = 0.97
    reason: str = "Flagging of the target"
    lacks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A QA2 decision; the hold lasts ten minutes unless ``hold_days`` says otherwise."""

    outcome: str
    days: float
    by: str = "qa"
    reasons: tuple[str, ...] = ()
    comment: str = ""
    public: bool = False
    extra: str | None = None
    hold_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Whatever may be delivered is, ``days`` ago; or a year before the clock has so many left."""

    days: float = 0.0
    days_left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """The Director lengthens the period by some months."""

    months: int
    reason: str
    days: float
    by: str = "drm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Somebody enters where the added-value products are."""

    days: float
    by: str = "arc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Somebody takes what nobody has."""

    days: float
    by: str
    role: WorkRole = WorkRole.REVIEWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Somebody is handed a member OUS by another."""

    days: float
    to: str
    note: str
    by: str = "drm"
    role: WorkRole = WorkRole.REVIEWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Something holds the work up, so many days ago or from now on; ``public`` tells the PI."""

    reason: str
    note: str
    by: str
    days: float | None = None
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """What held the work up is over."""

    days: float
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticketed:
    """A ticket elsewhere is noted."""

    days: float
    number: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated:
    """The PI delegates the project ``days`` ago, until so many days from now."""

    days: float
    to: str
    kind: str
    for_days: float
    by: str = "napi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Somebody of the staff writes into the journal."""

    days: float
    text: str
    by: str


OfWork = Claimed | Assigned | Blocked | Freed | Ticketed | Noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A problem with delivered data, reported ``days`` ago; ``run`` is an execution's number."""

    subject: str
    description: str
    days: float
    by: str = "napi"
    run: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Triaged:
    """What staff decide about the newest report of a member OUS, for all to read."""

    what: str
    days: float
    by: str = "qa"
    comment: str = ""
    reasons: tuple[str, ...] = ()
    withhold: str = ""


OfQA3 = Reported | Triaged
Act = Decision | Packed | Reviewed | Handed | Extended | Linked | Delegated | OfWork | OfQA3


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
    decisions: tuple[Act, ...] = ()


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
