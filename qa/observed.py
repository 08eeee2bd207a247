"""What a data set says of one execution: the facts behind its report, as it wrote them.

Pure: no Django. Times are whole nanoseconds since MJD 0 (UTC). Tables that the data set
lacks stand in ``missing`` with the reason; what is built on them is then not known,
never zero. Without a Flag table ``flags`` is None: nobody said that the data were good.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_MJD_0 = datetime(1858, 11, 17, tzinfo=UTC)
NS_A_MINUTE = 60_000_000_000
_NS_A_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Antenna:
    """An antenna on its pad; x, y and z are geocentric meters (ITRF)."""

    name: str
    pad: str
    x_m: float
    y_m: float
    z_m: float
    dish_m: float | None = None


@dataclass(frozen=True, slots=True)
class Subscan:
    """The smallest stretch of observing, on one field."""

    number: int
    start_ns: int
    end_ns: int
    field: str = ""
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """A stretch of observing with its intents, ``OBSERVE_TARGET`` and the like."""

    number: int
    start_ns: int
    end_ns: int
    intents: tuple[str, ...]
    source: str = ""
    subscans: tuple[Subscan, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Where a source was looked for: ICRS degrees."""

    ra_deg: float
    dec_deg: float

    def at(self, time_ns: int) -> "Position":
        """Where it stands at a time."""
        return self


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a moving source's way: polynomials of the seconds since ``origin_ns``.

    The coefficients are in degrees, the constant one first.
    """

    start_ns: int
    end_ns: int
    origin_ns: int
    ra_deg: tuple[float, ...]
    dec_deg: tuple[float, ...]

    def at(self, time_ns: int) -> Position:
        """Where the source stands; before and after the stretch as at its ends."""
        within = min(max(time_ns, self.start_ns), self.end_ns)
        seconds = (within - self.origin_ns) / _NS_A_SECOND
        ra, dec = (
            sum(factor * seconds**power for power, factor in enumerate(factors))
            for factors in (self.ra_deg, self.dec_deg)
        )
        return Position(ra % 360, max(-90.0, min(90.0, dec)))


@dataclass(frozen=True, slots=True)
class Path:
    """The way of a moving source, its legs by time."""

    legs: tuple[Leg, ...]

    def at(self, time_ns: int) -> Position:
        """Where the source stands at a time, by the leg that is nearest."""
        return min(self.legs, key=lambda leg: _apart_ns(leg, time_ns)).at(time_ns)


def _apart_ns(leg: Leg, time_ns: int) -> int:
    return max(leg.start_ns - time_ns, time_ns - leg.end_ns, 0)


@dataclass(frozen=True, slots=True)
class Window:
    """A spectral window."""

    ref: str
    name: str
    baseband: str
    channels: int
    center_ghz: float | None
    bandwidth_mhz: float | None
    resolution_khz: float | None
    sideband: str = ""


@dataclass(slots=True)
class TsysSamples:
    """System temperatures, one a SysCal row and receptor: equally long columns.

    ``antenna`` and ``window`` index the names beside them; ``kelvin`` is the median over
    the channels, NaN where nothing was recorded.
    """

    antennas: list[str] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)
    antenna: "array[int]" = field(default_factory=lambda: array("H"))
    window: "array[int]" = field(default_factory=lambda: array("H"))
    receptor: "array[int]" = field(default_factory=lambda: array("B"))
    time_ns: "array[int]" = field(default_factory=lambda: array("q"))
    kelvin: "array[float]" = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.kelvin)


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of one thing at one time; ``where`` is an antenna or a station."""

    time_ns: int
    where: str
    value: float


@dataclass(frozen=True, slots=True)
class WeatherSample:
    """One reading of a weather station; None where it does not measure that."""

    time_ns: int
    station: str
    temperature_k: float | None = None
    pressure_pa: float | None = None
    humidity_percent: float | None = None
    wind_m_s: float | None = None
    wind_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Flagged:
    """Data that the observing system itself marked as bad."""

    start_ns: int
    end_ns: int
    antennas: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Flux:
    """A source's flux density as reduced at the telescope (CalFlux)."""

    source: str
    time_ns: int
    frequency_ghz: float | None
    flux_jy: float
    error_jy: float | None = None
    stokes: str = "I"
    method: str = ""


@dataclass(frozen=True, slots=True)
class PhaseNoise:
    """How steady the phases of a calibrator were, as reduced at the telescope (CalPhase).

    The median and the worst of all baselines and receptors; ``correction`` is the data
    set's word on the water vapor radiometers, such as ``AP_CORRECTED``.
    """

    time_ns: int
    baseband: str
    correction: str
    frequency_ghz: float | None
    baselines: int
    median_deg: float
    worst_deg: float


@dataclass(frozen=True, slots=True)
class Site:
    """Where the array stands; degrees and meters."""

    longitude_deg: float
    latitude_deg: float
    altitude_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """All that the report of one execution is computed from.

    ``paths`` are those of moving sources; ``positions`` has their places at half time.
    """

    uid: str
    start_ns: int
    end_ns: int
    telescope: str = ""
    configuration: str = ""
    array_name: str = ""
    aborted: bool | None = None
    site: Site | None = None
    project_uid: str = ""
    ous_uid: str = ""
    sched_block_uid: str = ""
    rep_freq_ghz: float | None = None
    bands: tuple[int, ...] = ()
    goals: tuple[str, ...] = ()
    antennas: tuple[Antenna, ...] = ()
    scans: tuple[Scan, ...] = ()
    positions: Mapping[str, Position] = field(default_factory=dict)
    paths: Mapping[str, Path] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    tsys: TsysSamples = field(default_factory=TsysSamples)
    pwv_mm: tuple[Sample, ...] = ()
    weather: tuple[WeatherSample, ...] = ()
    flags: tuple[Flagged, ...] | None = None
    fluxes: tuple[Flux, ...] = ()
    phases: tuple[PhaseNoise, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """When it began, UTC."""
        return moment(self.start_ns)

    @property
    def end(self) -> datetime:
        """When it ended, UTC."""
        return moment(self.end_ns)

    @property
    def duration_min(self) -> float:
        """Minutes from start to end."""
        return (self.end_ns - self.start_ns) / NS_A_MINUTE

    def place_of(self, source: str) -> Position | Path | None:
        """Where a source stood: the way of one that moves, else its position."""
        return self.paths.get(source) or self.positions.get(source)

    def why(self, *tables: str, otherwise: str) -> str:
        """Why something is not known: what the first of some tables lacks, else that."""
        return next((self.missing[name] for name in tables if name in self.missing), otherwise)


def moment(time_ns: int) -> datetime:
    """A time of a data set as a date and time, cut to the microsecond."""
    return _MJD_0 + timedelta(microseconds=time_ns // 1000)


def nanoseconds(at: datetime) -> int:
    """The inverse of ``moment``."""
    return (at - _MJD_0) // timedelta(microseconds=1) * 1000
