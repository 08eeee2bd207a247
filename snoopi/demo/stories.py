"""The living world as data: what each project of the NA PI is there to show.

All times are days before the day the demo observatory is made.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from projects.moves import Way
from snoopi.demo.lives import CARRIED_OVER, TIMED_OUT_DELIVERED, TIMED_OUT_WITH_DATA
from snoopi.demo.plans import Tie

PASS = "Pass"  # noqa: S105 - ALMA's word for a good execution, no password
_COI = Tie(username="coi", role="COI")
_DELEGEE = Tie(username="delegee", role="DELEGEE", kind="DATA")


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
class Part:
    """A member OUS with one SB; ``days`` ago it came into its state."""

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
    note: str = ""
    every_days: float = 2.0
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
    ties: tuple[Tie, ...] = field(default=(_COI,))
    pi: str = "napi"
    pi_name: str = "Demo NA PI"


_PROCESSING = Part(state="Processing", days=5, verdicts=(PASS, PASS), reducer="reducer")

STORIES: tuple[Story, ...] = (
    Story(
        number=90101,
        title="Molecular gas from the nucleus to the disk",
        state="InProgress",
        target="NGC253",
        band=6,
        category="Galaxies and galactic nuclei",
        ties=(_COI, _DELEGEE),
        parts=(
            Part(state="Ready", days=71, configuration="C-6"),
            Part(
                state="PartiallyObserved",
                days=11,
                verdicts=(PASS, "Fail", PASS),
                expected=5,
                configuration="C-4",
            ),
            Part(
                state="PartiallyObserved",
                days=16,
                verdicts=(PASS, PASS, PASS, "Pending"),
                expected=4,
                array="7m",
                decisions=(
                    Decision(
                        to="FullyObserved",
                        by="drm",
                        note="The sensitivity is reached with three executions.",
                        of_block=True,
                    ),
                    Decision(
                        to="FullyObserved",
                        by="drm",
                        note="Declared: the sensitivity is reached with three executions.",
                    ),
                ),
            ),
            Part(state="FullyObserved", days=2, verdicts=(PASS, PASS), array="TP"),
            Part(state="ReadyForProcessing", days=3, verdicts=(PASS,), configuration="C-2"),
        ),
    ),
    Story(
        number=90102,
        title="Feedback from an active nucleus",
        state="InProgress",
        target="NGC1068",
        band=7,
        grade="A",
        category="Active galaxies",
        ties=(_COI, _DELEGEE),
        parts=(
            Part(state="ReadyForReview", days=2, verdicts=(PASS,)),
            Part(state="ReadyForReview", days=4, verdicts=(PASS, PASS), configuration="C-1"),
            Part(state="ReadyForReview", days=6, verdicts=(PASS,) * 3, array="7m"),
            Part(
                state="ReadyForReview",
                days=8,
                verdicts=(PASS, PASS),
                array="TP",
                decisions=(Decision(to="Reviewing", by="qa"),),
            ),
            Part(state="Reviewing", days=3, verdicts=(PASS, "SemiPass", PASS)),
            Part(
                state="ReadyForProcessing",
                days=4,
                verdicts=(PASS, PASS),
                reducer="reducer",
                configuration="C-5",
                decisions=(Decision(to="Processing", by="reducer"),),
            ),
            Part(
                state="Processing",
                days=9,
                verdicts=(PASS, PASS),
                reducer="reducer",
                configuration="C-4",
                decisions=(
                    Decision(
                        to="ProcessingProblem",
                        by="reducer",
                        note="The phase calibrator is resolved on the longest baselines.",
                    ),
                ),
            ),
            Part(state="ProcessingProblem", days=12, verdicts=(PASS,), configuration="C-2"),
            _PROCESSING,
        ),
    ),
    Story(
        number=90103,
        title="Gaps and rings in a young disk",
        state="InProgress",
        target="HLTau",
        band=6,
        grade="A",
        category="Circumstellar disks, exoplanets and the solar system",
        ties=(_COI, _DELEGEE),
        parts=(
            Part(state="Verified", days=1, verdicts=(PASS, PASS), configuration="C-6"),
            Part(state="Verified", days=2, verdicts=(PASS,), configuration="C-5"),
            Part(
                state="Verified",
                days=3,
                verdicts=(PASS,),
                configuration="C-4",
                decisions=(Decision(to="DeliveryInProgress", way=Way.DELIVERY),),
            ),
            Part(state="DeliveryInProgress", days=1, verdicts=(PASS,), configuration="C-3"),
            Part(state="Delivered", days=20, verdicts=(PASS, PASS), configuration="C-2"),
            Part(state="Delivered", days=358, verdicts=(PASS,), array="7m"),
        ),
    ),
    Story(
        number=90104,
        title="Complex molecules around a protostar",
        state="InProgress",
        target="IRAS16293",
        band=7,
        seasons_ago=1,
        ties=(_COI, _DELEGEE),
        parts=(
            Part(state="Delivered", days=300, verdicts=(PASS, PASS)),
            Part(
                state="Delivered",
                days=45,
                verdicts=(PASS, "SemiPass"),
                qa2="SemiPass",
                note="The noise is 30 % above what was asked for; no more time is left.",
                configuration="C-4",
            ),
            Part(state="QA3InProgress", days=3, verdicts=(PASS,), array="7m"),
            Part(
                state="Delivered",
                days=62,
                verdicts=(PASS,) * 3,
                array="TP",
                decisions=(
                    Decision(
                        to="QA3InProgress",
                        by="qa",
                        note="A line appears at twice its frequency in one window.",
                        way=Way.QA3,
                    ),
                ),
            ),
        ),
    ),
    Story(
        number=90105,
        title="The nearest planet-forming disk",
        state="Phase2Submitted",
        target="TWHya",
        band=7,
        category="Circumstellar disks, exoplanets and the solar system",
        parts=(
            Part(state="NewPhase2", days=8),
            Part(state="NewPhase2", days=8, array="7m"),
            Part(state="Phase2Submitted", days=5, configuration="C-5"),
            Part(state="Phase2Submitted", days=5, configuration="C-2"),
        ),
    ),
    Story(
        number=90106,
        title="An outflow that ran out of time",
        state="InProgress",
        target="Boomerang",
        band=6,
        seasons_ago=1,
        grade="C",
        category="Stellar evolution",
        parts=(
            Part(
                state="Delivered",
                days=90,
                path=TIMED_OUT_DELIVERED,
                verdicts=(PASS, PASS),
                expected=4,
                qa2="SemiPass",
                note="Delivered as it is: half of the executions were taken.",
            ),
            Part(
                state="ObservingTimedOut",
                days=150,
                path=TIMED_OUT_WITH_DATA,
                verdicts=(PASS,),
                expected=3,
                array="7m",
            ),
            Part(
                state="Ready",
                days=240,
                configuration="C-6",
                decisions=(
                    Decision(
                        to="ObservingTimedOut",
                        by="drm",
                        note="The configuration does not come back this season.",
                        of_block=True,
                    ),
                    Decision(
                        to="ObservingTimedOut",
                        by="drm",
                        note="The configuration does not come back this season.",
                    ),
                ),
            ),
        ),
    ),
    Story(
        number=90107,
        title="A lensed galaxy, carried over",
        state="PartiallyCompleted",
        target="SPT0418",
        band=6,
        seasons_ago=1,
        grade="A",
        category="Cosmology and the high redshift universe",
        parts=(
            Part(state="Delivered", days=200, verdicts=(PASS, PASS)),
            Part(
                state="ObservingTimedOut",
                days=120,
                configuration="C-6",
                decisions=(
                    Decision(
                        to="Ready", by="drm", note="Grade A: carried over.", of_block=True
                    ),
                    Decision(to="Ready", by="drm", note="Grade A: carried over."),
                ),
            ),
        ),
    ),
    Story(
        number=90108,
        title="A nova in outburst",
        state="InProgress",
        target="EtaCar",
        band=3,
        period="A",
        period_months=6,
        category="Stellar evolution",
        parts=(
            Part(state="Delivered", days=30, verdicts=(PASS,), configuration="C-5"),
            Part(state="PartiallyObserved", days=4, verdicts=(PASS,), expected=3),
        ),
    ),
    Story(
        number=90109,
        title="The next supernova nearby",
        state="InProgress",
        target="M83",
        band=3,
        kind="T",
        grade="A",
        category="Stellar evolution",
        ties=(_COI, Tie(username="delegee", role="DELEGEE", kind="TOO")),
        parts=(
            Part(state="Ready", days=60, waits=("Waiting", "trigger", 58)),
            Part(state="PartiallyObserved", days=9, verdicts=(PASS,), expected=4),
        ),
    ),
    Story(
        number=90110,
        title="Two clouds about to collide",
        state="Ready",
        target="Serpens",
        band=3,
        parts=(
            Part(
                state="Ready",
                days=33,
                waits=("Waiting", "ForP2G", 12),
                note="The rest frequency of the second window looks wrong; please confirm.",
            ),
            Part(
                state="Ready",
                days=33,
                array="7m",
                waits=("Suspended", "", 5),
                decisions=(
                    Decision(
                        to="Waiting",
                        by="aod",
                        flag="ForP2G",
                        note="The same question as for the 12-m array.",
                        of_block=True,
                    ),
                ),
            ),
        ),
    ),
    Story(
        number=90112,
        title="All of a giant molecular cloud",
        state="InProgress",
        target="30Dor",
        band=6,
        pi="",
        pi_name="Demo PI 90",
        ties=(Tie(username="napi", role="COI"), _DELEGEE),
        parts=(
            Part(
                state="PartiallyObserved",
                days=52,
                verdicts=((PASS,) * 12 + ("Fail",)) * 7 + (PASS,) * 9,
                expected=120,
                array="TP",
                every_days=0.5,
            ),
            Part(state="Delivered", days=12, verdicts=(PASS, PASS), configuration="C-2"),
            Part(state="ReadyForProcessing", days=6, verdicts=(PASS,) * 4, array="7m"),
        ),
    ),
    Story(
        number=90113,
        title="A comet that had gone",
        state="NotObserved",
        target="Fomalhaut",
        band=8,
        seasons_ago=1,
        grade="C",
        days=70,
        parts=(
            Part(state="NotObserved", days=70, configuration="C-1"),
            Part(state="NotObserved", days=70, array="7m"),
        ),
    ),
    Story(
        number=90114,
        title="A plan with second thoughts",
        state="Ready",
        target="OrionKL",
        band=9,
        parts=(
            Part(state="DoNotObserve", days=60, configuration="C-1"),
            Part(state="DoNotObserve", days=60, array="7m"),
            Part(state="Canceled", days=45, configuration="C-2"),
            Part(state="Canceled", days=45, array="TP"),
            Part(state="Broken", days=7, configuration="C-3", note="The set-up exceeds a limit."),
            Part(
                state="Ready",
                days=30,
                configuration="C-4",
                decisions=(
                    Decision(to="Broken", by="drm", note="Two windows overlap.", of_block=True),
                    Decision(to="Broken", by="drm", note="Two windows overlap."),
                ),
            ),
            Part(state="Repaired", days=2, configuration="C-5"),
            Part(
                state="Broken",
                days=3,
                configuration="C-6",
                decisions=(
                    Decision(to="Repaired", by="drm", note="The limit is kept.", of_block=True),
                    Decision(to="Repaired", by="drm", note="The limit is kept."),
                ),
            ),
        ),
    ),
    Story(
        number=90115,
        title="An urgent look at a flaring quasar",
        state="Phase1Submitted",
        target="3c454.3",
        band=3,
        period="A",
        days=3,
        category="Active galaxies",
    ),
    Story(
        number=90116,
        title="Winds of an evolved star",
        state="Completed",
        target="IRC10216",
        band=6,
        seasons_ago=1,
        category="Stellar evolution",
        ties=(_DELEGEE,),
        parts=(
            Part(state="Delivered", days=210, verdicts=(PASS, PASS)),
            Part(state="Delivered", days=240, verdicts=(PASS,) * 3, array="7m"),
        ),
    ),
)

# The large programme: four member OUSs for each of 38 clouds, from the first to the last.
LARGE_NUMBER = 90111
LARGE_TITLE = "A census of dense cores in one cloud"
LARGE_CLOUDS = 38
LARGE_ARRAYS = (("12m", "C-4"), ("12m", "C-1"), ("7m", ""), ("TP", ""))
LARGE_TIES = (Tie(username="coi", role="COPI"), _DELEGEE)
# so many member OUSs, in this state, for about so many days
LARGE_STATES: tuple[tuple[int, str, float], ...] = (
    (48, "Delivered", 60),
    (2, "Verified", 2),
    (2, "Reviewing", 4),
    (3, "ReadyForReview", 5),
    (5, "Processing", 6),
    (1, "ProcessingProblem", 9),
    (4, "ReadyForProcessing", 4),
    (7, "FullyObserved", 2),
    (20, "PartiallyObserved", 12),
    (60, "Ready", 60),
)


def expected_of(part: Part) -> Decimal | None:
    """How many executions the observatory's books expect of a part, None for what passed."""
    return None if part.expected is None else Decimal(part.expected)
