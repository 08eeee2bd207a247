"""2013.1.00269.S and 2013.1.00308.S: the two projects that the talk shows, as it shows them.

The UIDs outside the reserved range, the executions of SgrB2_a_03_7M and the three news
are the talk's; the rest is made up around them.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from snoopi.demo import lives
from snoopi.demo.compose import Composer, Sketch, setup_of
from snoopi.demo.plans import Execution, ProjectPlan, Setup, Tie
from snoopi.demo.projects import Frame, project

SGRB2_CODE = "2013.1.00269.S"
W51_CODE = "2013.1.00308.S"
SEVEN_METER_UID = "uid://A001/X121/X4bc"
SEVEN_METER_BLOCK = "SgrB2_a_03_7M"

_PI = Tie(username="jsmith", role="PI")
_GOAL_TITLE = "7m observations of my most favourite objects in the whole Universe"
_RA_DEG = (17 + 47 / 60 + 19.438 / 3600) * 15
_DEC_DEG = -(28 + 23 / 60 + 29.780 / 3600)
_FREQ_GHZ = 91.28

# uid, end, minutes, precipitable water vapor in mm
_SEVEN_METER_RUNS = (
    ("uid://A002/X85b7b2/Xb3", "2014-07-01T07:02:06", "70.18", 1.61),
    ("uid://A002/X85c183/X1434", "2014-07-02T06:49:28", "70.38", 0.94),
    ("uid://A002/X85dcf7/Xc7c", "2014-07-03T04:39:10", "64.49", 0.71),
    ("uid://A002/X85dcf7/Xefe", "2014-07-03T05:59:44", "64.07", 0.68),
)
_PADS = ("J501", "J503", "J504", "J505", "N601", "N602", "N603", "N604", "N605", "N606")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _setup(array: str, configuration: str = "C-3") -> Setup:
    return setup_of(
        "SgrB2",
        3,
        array=array,
        configuration=configuration,
        rep_freq_ghz=_FREQ_GHZ,
        place=(round(_RA_DEG, 8), round(_DEC_DEG, 8)),
    )


def _seven_meter_runs() -> tuple[Execution, ...]:
    antennas = tuple((pad, f"CM{number:02d}") for number, pad in enumerate(_PADS, 1))
    return tuple(
        Execution(
            uid=uid,
            # The durations have two decimals of a minute: the start has tenths of a second.
            start=_at(end) - timedelta(milliseconds=int(Decimal(minutes) * 60_000)),
            end=_at(end),
            fraction=Decimal(1),
            pwv_mm=pwv_mm,
            antennas=antennas,
        )
        for uid, end, minutes, pwv_mm in _SEVEN_METER_RUNS
    )


def _runs(composer: Composer, setup: Setup, *ends: str) -> tuple[Execution, ...]:
    return tuple(composer.execution(setup, _at(end)) for end in ends)


def sgrb2(composer: Composer) -> ProjectPlan:
    """2013.1.00269.S with the tree that the talk shows."""
    sketches = [
        _total_power(composer),
        _compact(composer),
        Sketch(
            setup=_setup("7m"),
            path=lives.DELIVERED_2015,
            at=_at("2014-09-16T14:05:00"),
            executions=_seven_meter_runs(),
            expected=Decimal(4),
            uid=SEVEN_METER_UID,
        ),
        _QUERY,
        _extended(composer),
    ]
    group = composer.group([composer.member(s) for s in sketches], uid="uid://A001/X121/X4b7")
    name = "SG OUS (CH3CN 5-4 & isotopologues)"
    goal = composer.goal(_GOAL_TITLE, [group], uid="uid://A001/X121/X4b6", name=name)
    frame = Frame(
        code=SGRB2_CODE,
        title="Observing the centre of the galaxy with ALMA",
        state="InProgress",
        pi_name="John Smith",
        authors=("Demo Co-I",),
        contact_scientist="cs",
        ties=(_PI, Tie(username="coi", role="COI")),
    )
    return project(frame, composer, [goal])


_QUERY = Sketch(
    setup=setup_of("3c454.3", 3, array="TP", rep_freq_ghz=_FREQ_GHZ),
    path=lives.PATHS["Ready"],
    at=_at("2014-06-24T13:00:00"),
    expected=Decimal(1),
    source_name="query",
    block_name="3c454.3_SgrB2_a_03_TP",
)


def _total_power(composer: Composer) -> Sketch:
    setup = _setup("TP")
    nights = ("2015-04-18T11:00:00", "2015-05-02T10:00:00", "2015-05-03T10:00:00")
    return Sketch(
        setup=setup,
        path=lives.PATHS["PartiallyObserved"],
        at=_at(nights[0]),
        executions=_runs(composer, setup, *nights),
        expected=Decimal(8),
        uid="uid://A001/X147/X92",
    )


def _compact(composer: Composer) -> Sketch:
    setup = _setup("12m", "C-1")
    return Sketch(
        setup=setup,
        path=lives.DELIVERED_2015,
        at=_at("2015-03-10T15:24:00"),
        executions=_runs(composer, setup, "2014-12-27T15:00:00", "2014-12-28T15:00:00"),
        expected=Decimal(2),
        suffix="TC",
    )


def _extended(composer: Composer) -> Sketch:
    setup, taken = _setup("12m", "C-3"), _at("2015-07-02T09:12:00")
    return Sketch(
        setup=setup,
        path=lives.PATHS["FullyObserved"],
        at=taken,
        known={"FullyObserved": taken},
        executions=_runs(composer, setup, "2015-06-29T04:00:00", "2015-06-30T04:00:00"),
        expected=Decimal(2),
        suffix="TE",
    )


def w51(composer: Composer) -> ProjectPlan:
    """2013.1.00308.S, whose first member OUS was delivered on 2015-10-23."""
    extended = setup_of("w51", 6, configuration="C-5", place=(290.9167, 14.5180))
    compact = setup_of("w51", 6, configuration="C-2", place=(290.9167, 14.5180))
    sketches = [
        Sketch(
            setup=extended,
            path=lives.DELIVERED_WITH_QA2_2015,
            at=_at("2015-10-23T13:47:00"),
            executions=_runs(composer, extended, "2015-06-06T06:00:00", "2015-06-21T06:00:00"),
            expected=Decimal(2),
            suffix="TE",
            known={"FullyObserved": _at("2015-08-30T16:30:00")},
            notes={"FullyObserved": "The last execution passed QA0 after a second look."},
        ),
        Sketch(
            setup=compact,
            path=lives.PATHS["Ready"],
            at=_at("2014-07-08T13:00:00"),
            expected=Decimal(1),
            suffix="TC",
        ),
    ]
    group = composer.group([composer.member(sketch) for sketch in sketches])
    goal = composer.goal("H2CO in W51", [group])
    frame = Frame(
        code=W51_CODE,
        title="Formaldehyde in the W51 star-forming complex",
        state="InProgress",
        pi_name="John Smith",
        contact_scientist="cs",
        ties=(_PI,),
    )
    return project(frame, composer, [goal])
