"""What the data set of a demo execution says: scans, temperatures, weather, all seeded."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random

from qa.observed import (
    Execution,
    Flagged,
    Position,
    Sample,
    Scan,
    Subscan,
    TsysSamples,
    WeatherSample,
    Window,
    nanoseconds,
)
from snoopi.demo import plans, sky
from snoopi.demo.pads import SITE, antennas_on

_SECOND_NS = 1_000_000_000
_SUBSCAN_S = 30.24
_ATMOSPHERE_S = 17.28
_WINDOWS = 4
_RECEPTORS = 2
_TYPICAL_TSYS_K = {3: 65.0, 4: 70.0, 6: 90.0, 7: 160.0, 8: 420.0, 9: 900.0}
_WEATHER_READINGS = 12


@dataclass(frozen=True, slots=True)
class Turn:
    """Something done in one go: so many subscans of so many seconds on one source."""

    intents: tuple[str, ...]
    source: str
    subscans: int
    seconds: float = _SUBSCAN_S


@dataclass(frozen=True, slots=True)
class Calibrators:
    """The quasars that an execution uses, with their places in degrees."""

    flux: str
    bandpass: str
    phase: str
    places: dict[str, tuple[float, float]]


def observed(
    member: plans.Member,
    block: plans.Block,
    execution: plans.Execution,
    *,
    turns: Sequence[Turn] = (),
    kelvin: Sequence[float] = (),
    places: dict[str, tuple[float, float]] | None = None,
) -> Execution:
    """Answer all that the data set of one execution of a demo plan says.

    ``turns`` are what was done in order, ``kelvin`` each antenna's system temperature and
    ``places`` the positions of sources; what is not given is made up from the set-up.
    """
    rng = Random(execution.uid)
    setup = block.setup
    start, end = nanoseconds(execution.start), nanoseconds(execution.end)
    calibrators = calibrators_near(setup)
    scans = tuple(_scans(turns or usual_turns(setup, calibrators), start, end))
    windows = _windows(setup)
    antennas = antennas_on(execution.antennas, _l80_m(setup))
    names = [antenna.name for antenna in antennas]
    return Execution(
        uid=execution.uid,
        start_ns=start,
        end_ns=end,
        telescope="ALMA",
        configuration=setup.configurations[0] if setup.configurations else setup.array,
        aborted=False,
        site=SITE,
        ous_uid=member.uid,
        sched_block_uid=block.uid,
        rep_freq_ghz=setup.rep_freq_ghz,
        bands=(setup.band,),
        goals=(f"representativeFrequency = {setup.rep_freq_ghz} GHz",),
        antennas=antennas,
        scans=scans,
        positions=_positions(setup, places or calibrators.places),
        windows=windows,
        tsys=_tsys(scans, names, windows, _kelvin(rng, setup, kelvin)),
        pwv_mm=tuple(_water(rng, execution, names, start, end)),
        weather=tuple(_weather(rng, start, end)),
        flags=tuple(_flags(rng, names, start, end)),
    )


def _l80_m(setup: plans.Setup) -> float:
    name = setup.configurations[0] if setup.configurations else "7m"
    return sky.CONFIGURATIONS_M.get(name, sky.CONFIGURATIONS_M["C-3"])[0]


def calibrators_near(setup: plans.Setup) -> Calibrators:
    """Make up calibrators around a target, named after their places as quasars are."""
    ra_deg, dec_deg = setup.ra_deg, setup.dec_deg
    offsets = {"flux": (-12.0, 9.0), "bandpass": (11.0, -6.0), "phase": (1.6, -1.9)}
    found: dict[str, str] = {}
    places: dict[str, tuple[float, float]] = {}
    for use, (east, north) in offsets.items():
        place = (round((ra_deg + east) % 360, 4), round(max(-88.0, min(60.0, dec_deg + north)), 4))
        found[use] = _quasar(*place)
        places[found[use]] = place
    return Calibrators(**found, places=places)


def _quasar(ra_deg: float, dec_deg: float) -> str:
    minutes = int(ra_deg / 15 * 60)
    arcminutes = int(abs(dec_deg) * 60)
    sign = "-" if dec_deg < 0 else "+"
    return (
        f"J{minutes // 60:02d}{minutes % 60:02d}{sign}{arcminutes // 60:02d}{arcminutes % 60:02d}"
    )


def usual_turns(setup: plans.Setup, use: Calibrators) -> list[Turn]:
    """What a typical execution does: calibrators first, then the target between phases."""
    target = setup.target
    if setup.array == "TP":
        return [
            Turn(("CALIBRATE_POINTING",), use.phase, 3),
            *(_atmosphere(target), Turn(("OBSERVE_TARGET",), target, 14)) * 3,
        ]
    loops = [
        _atmosphere(target),
        *(Turn(("CALIBRATE_PHASE",), use.phase, 2), Turn(("OBSERVE_TARGET",), target, 14)) * 4,
    ]
    return [
        Turn(("CALIBRATE_POINTING",), use.bandpass, 3),
        _atmosphere(use.bandpass),
        Turn(("CALIBRATE_BANDPASS",), use.bandpass, 10),
        Turn(("CALIBRATE_AMPLI", "CALIBRATE_FLUX"), use.flux, 5),
        *loops,
        Turn(("CALIBRATE_PHASE",), use.phase, 2),
    ]


def _atmosphere(source: str) -> Turn:
    return Turn(("CALIBRATE_ATMOSPHERE",), source, 1, _ATMOSPHERE_S)


def _scans(turns: Sequence[Turn], start_ns: int, end_ns: int) -> Iterator[Scan]:
    """Place what was done within the execution, with equal slews between."""
    busy = sum(_length_ns(turn) for turn in turns)
    slew = max(0, (end_ns - start_ns - busy) // (len(turns) + 1))
    at = start_ns + slew
    for number, turn in enumerate(turns, 1):
        length = round(turn.seconds * _SECOND_NS)
        parts = tuple(
            Subscan(n + 1, at + n * length, at + (n + 1) * length, turn.source, "ON_SOURCE")
            for n in range(turn.subscans)
        )
        yield Scan(number, at, at + _length_ns(turn), turn.intents, turn.source, parts)
        at += _length_ns(turn) + slew


def _length_ns(turn: Turn) -> int:
    return turn.subscans * round(turn.seconds * _SECOND_NS)


def _positions(setup: plans.Setup, places: dict[str, tuple[float, float]]) -> dict[str, Position]:
    all_places = {setup.target: (setup.ra_deg, setup.dec_deg), **places}
    return {name: Position(*place) for name, place in all_places.items()}


def _windows(setup: plans.Setup) -> tuple[Window, ...]:
    return tuple(
        Window(
            ref=f"SpectralWindow_{n}",
            name=f"X{n}#ALMA_RB_{setup.band:02d}#BB_{n + 1}#SW-01#FULL_RES",
            baseband=f"BB_{n + 1}",
            channels=128,
            center_ghz=round(setup.rep_freq_ghz + (n % 2) * 2.0 + (n // 2) * 12.0, 6),
            bandwidth_mhz=2000.0,
            resolution_khz=31250.0,
            sideband="LSB" if n < 2 else "USB",
        )
        for n in range(_WINDOWS)
    )


def _kelvin(rng: Random, setup: plans.Setup, exact: Sequence[float]) -> Callable[[int], float]:
    """Answer how warm an antenna is on each call: as told, else around the band's usual."""
    usual = _TYPICAL_TSYS_K.get(setup.band, 100.0)
    own: defaultdict[int, float] = defaultdict(lambda: usual * rng.uniform(0.92, 1.1))

    def measure(antenna: int) -> float:
        return exact[antenna] if exact else round(own[antenna] * rng.uniform(0.97, 1.03), 2)

    return measure


def _tsys(
    scans: Sequence[Scan],
    antennas: Sequence[str],
    windows: Sequence[Window],
    kelvin: Callable[[int], float],
) -> TsysSamples:
    """Temperatures of every antenna, window and receptor at each atmospheric calibration."""
    found = TsysSamples([*antennas], [window.ref for window in windows])
    times = [
        (scan.start_ns + scan.end_ns) // 2
        for scan in scans
        if "CALIBRATE_ATMOSPHERE" in scan.intents
    ]
    receptors = range(_RECEPTORS)
    for at, antenna, window, receptor in product(
        times, range(len(antennas)), range(len(windows)), receptors
    ):
        found.time_ns.append(at)
        found.antenna.append(antenna)
        found.window.append(window)
        found.receptor.append(receptor)
        found.kelvin.append(kelvin(antenna))
    return found


def _water(
    rng: Random, execution: plans.Execution, antennas: Sequence[str], start_ns: int, end_ns: int
) -> Iterator[Sample]:
    if execution.pwv_mm is None:
        return
    for n in range(_WEATHER_READINGS):
        at = start_ns + (end_ns - start_ns) * n // _WEATHER_READINGS
        for name in antennas[:3]:
            yield Sample(at, name, round(execution.pwv_mm * rng.uniform(0.96, 1.04), 4))


def _weather(rng: Random, start_ns: int, end_ns: int) -> Iterator[WeatherSample]:
    temperature, humidity = rng.uniform(264, 276), rng.uniform(8, 30)
    wind_deg = rng.uniform(250, 310)
    for n in range(_WEATHER_READINGS):
        yield WeatherSample(
            start_ns + (end_ns - start_ns) * n // _WEATHER_READINGS,
            "MeteoTB2",
            temperature_k=round(temperature + rng.uniform(-0.4, 0.4), 2),
            pressure_pa=round(55_500 + rng.uniform(-40, 40), 1),
            humidity_percent=round(humidity + rng.uniform(-2, 2), 2),
            wind_m_s=round(rng.uniform(2, 9), 2),
            wind_deg=round(wind_deg + rng.uniform(-15, 15), 1),
        )


def _flags(rng: Random, antennas: Sequence[str], start_ns: int, end_ns: int) -> Iterator[Flagged]:
    """A few antennas that were late on their first source."""
    for name in rng.sample(list(antennas), k=min(2, len(antennas))):
        late = int((end_ns - start_ns) * rng.uniform(0.01, 0.05))
        yield Flagged(start_ns, start_ns + late, (name,), "ANTENNA_NOT_ON_SOURCE")
