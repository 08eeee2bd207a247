"""John Smith's other projects: the numbers on his tiles, frozen in the year 2015.

An SB is active when its project is. As PI: 5 of 8 projects and 9 of 9 SBs with the two of
``sgrb2``; as Co-I 22 of 34 and 58 of 60; as delegee 0 of 2 and 0 of 2.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from snoopi.demo import lives, sky
from snoopi.demo.compose import Composer, Sketch, setup_of
from snoopi.demo.plans import ProjectPlan, Tie
from snoopi.demo.projects import Frame, simple_project
from snoopi.demo.sgrb2 import sgrb2, w51

# Nothing else of his happens after his last visit on 2015-07-02.
_BEFORE = datetime(2015, 6, 12, 14, 30, tzinfo=UTC)
_CYCLE1_ENDED = datetime(2014, 6, 1, 15, tzinfo=UTC)

_PI = Tie(username="jsmith", role="PI")
_COI = Tie(username="jsmith", role="COI")
_DELEGEE = Tie(username="jsmith", role="DELEGEE", kind="DATA")

# code, state, states of the member OUSs (one SB each), title
_AS_PI: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("2013.1.90001.S", "Ready", ("Ready",), "Dense gas at the edge of a spiral arm"),
    (
        "2012.1.90002.S",
        "ObservingTimedOut",
        ("ObservingTimedOut",),
        "A molecular outflow in two lines",
    ),
    ("2015.1.90003.S", "Phase1Submitted", (), "Shocked gas beside a young cluster"),
    ("2011.0.90004.S", "Rejected", (), "A first look at a nearby disk"),
    ("2012.1.90005.S", "Rejected", (), "A second look at a nearby disk"),
    ("2013.1.90006.S", "Canceled", (), "Water in a cold core"),
)

_R, _P, _D, _T = "Ready", "PartiallyObserved", "Delivered", "ObservingTimedOut"
# State of the project, states of its member OUSs. None is left in processing: it would
# have waited in the queues of staff since 2015.
_ACTIVE_AS_COI: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Ready", (_R,)),
    ("InProgress", (_D, _R)),
    ("InProgress", (_D, _P, _R)),
    ("InProgress", (_D, _D, _P, _P)),
    ("ObservingTimedOut", (_T, _T)),
    ("InProgress", (_P, _P, _R)),
    ("Phase2Submitted", ("Phase2Submitted",)),
    ("InProgress", (_D, _D, _P, _P, _R)),
    ("Ready", (_R, _R)),
    ("InProgress", (_P, _D, _R)),
    ("InProgress", (_D, _D, _D, _P)),
    ("Phase2Submitted", ("Phase2Submitted", "NewPhase2")),
    ("InProgress", (_P,)),
    ("InProgress", (_D, _P, _R)),
    ("InProgress", (_D, _D, _D, _D, _P, _P)),
    ("ObservingTimedOut", (_T, _T)),
    ("InProgress", (_D, _P, _R)),
    ("Ready", (_R, _R)),
    ("InProgress", (_P,)),
    ("InProgress", (_D, _R, _R, _R)),
    ("InProgress", (_D, _P, _R)),
    ("ObservingTimedOut", (_T,)),
)
_ENDED_AS_COI: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Completed", (_D,)),
    ("DoNotObserve", ("DoNotObserve",)),
    *[("Rejected", ())] * 8,
    *[("Canceled", ())] * 2,
)
_TOPICS = (
    "The cold gas of {}",
    "Dust and continuum of {}",
    "Line survey of {}",
    "Kinematics of {} at high resolution",
    "Isotopic ratios in {}",
)


def johns_world(seed: int = 1) -> list[ProjectPlan]:
    """All projects that John Smith is tied to, newest of the talk first."""
    return [
        sgrb2(Composer(1, seed)),
        w51(Composer(2, seed)),
        *_as_pi(seed),
        *_as_other(seed, 90010, 100, _COI, [*_ACTIVE_AS_COI, *_ENDED_AS_COI]),
        *_as_other(seed, 90050, 200, _DELEGEE, [("Completed", (_D,))] * 2),
    ]


def _as_pi(seed: int) -> Iterator[ProjectPlan]:
    for serial, (code, state, members, title) in enumerate(_AS_PI, 3):
        composer = Composer(serial, seed)
        frame = Frame(code=code, title=title, state=state, pi_name="John Smith", ties=(_PI,))
        yield simple_project(frame, composer, _sketches(composer, code, members))


def _as_other(
    seed: int,
    first_number: int,
    first_serial: int,
    tie: Tie,
    contents: Sequence[tuple[str, tuple[str, ...]]],
) -> Iterator[ProjectPlan]:
    for number, (state, members) in enumerate(contents):
        composer = Composer(first_serial + number, seed)
        code = f"{_cycle(state, number)}.{first_number + number}.S"
        sketches = _sketches(composer, code, members)
        target = sketches[0].setup.target if sketches else composer.rng.choice([*sky.TARGETS])
        frame = Frame(
            code=code,
            title=composer.rng.choice(_TOPICS).format(target),
            state=state,
            pi_name=f"Demo PI {number + 1:02d}",
            authors=("John Smith",) if tie is _COI else (),
            executive=composer.rng.choice(("EU", "NA", "EA", "CL")),
            arc=composer.rng.choice(("EU", "NA", "EA")),
            grade="" if state == "Rejected" else composer.rng.choice("AABBBC"),
            ties=(tie,),
        )
        yield simple_project(frame, composer, sketches)


def _cycle(state: str, number: int) -> str:
    if state in ("ObservingTimedOut", "Completed"):
        return "2012.1"
    return ("2011.0", "2012.1")[number % 2] if state in ("Rejected", "Canceled") else "2013.1"


def _sketches(composer: Composer, code: str, states: Sequence[str]) -> list[Sketch]:
    target = composer.rng.choice([*sky.TARGETS])
    letters = "abcdefg"
    return [
        _sketch(composer, code, state, target, letters[number])
        for number, state in enumerate(states)
    ]


def _sketch(composer: Composer, code: str, state: str, target: str, letter: str) -> Sketch:
    rng = composer.rng
    array = rng.choice(("12m", "12m", "7m"))
    return Sketch(
        setup=setup_of(
            target,
            rng.choice((3, 6, 7)),
            array=array,
            configuration=rng.choice(("C-1", "C-2", "C-3")),
        ),
        path=lives.DELIVERED_2015 if state == _D else lives.PATHS[state],
        at=_latest(code, state) - timedelta(days=rng.randint(1, 60), hours=rng.randint(0, 9)),
        verdicts=_verdicts(composer, state),
        letter=letter,
        suffix="TE" if array == "12m" else "",
    )


def _latest(code: str, state: str) -> datetime:
    """The latest moment at which a member OUS of this cycle came into a state."""
    if state == _T:
        return _CYCLE1_ENDED + timedelta(days=62)
    if code.startswith("2012.1"):
        return _CYCLE1_ENDED
    early = {_R: 220, "DoNotObserve": 220, "Phase2Submitted": 30, "NewPhase2": 45}
    return _BEFORE - timedelta(days=early.get(state, 0))


def _verdicts(composer: Composer, state: str) -> tuple[str, ...]:
    if state == _P:
        return ("Pass",)
    if state == _D:
        return composer.rng.choice((("Pass",), ("Pass", "Pass"), ("Pass", "Fail", "Pass")))
    return ()
