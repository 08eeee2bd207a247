"""The blocks of an execution's report beside temperatures, array and sources."""

from typing import Annotated, TypedDict

from qa.explained import EXPLAINED
from qa.findings import TITLES, Verdict
from snoopi.api.shapes.words import Words

CheckCode = Annotated[str, Words("CheckCode", tuple(TITLES))]
VerdictWord = Annotated[str, Words("Verdict", tuple(Verdict))]


class CheckFound(TypedDict):
    """What a check of an execution found; its numbers are null where there are none."""

    code: CheckCode
    title: str
    verdict: VerdictWord
    text: Annotated[str, "One sentence: what was found, or why nothing can be said."]
    value: float | None
    unit: str | None
    least: Annotated[float | None, "The lower limit; itself it is fine."]
    most: Annotated[float | None, "The upper limit; itself it is fine."]
    limit_source: str | None


class ReadingRange(TypedDict):
    """The range of some readings."""

    n: int
    min: float
    median: float
    max: float


class WeatherBlock(TypedDict):
    """The weather during an execution; a thing that no station measured is null."""

    n: int
    stations: list[str]
    temperature_c: Annotated[ReadingRange | None, str(EXPLAINED["temperature"])]
    pressure_hpa: Annotated[ReadingRange | None, str(EXPLAINED["pressure"])]
    humidity_percent: Annotated[ReadingRange | None, str(EXPLAINED["humidity"])]
    wind_m_s: Annotated[ReadingRange | None, str(EXPLAINED["wind"])]


class WaterBlock(TypedDict):
    """The precipitable water vapor."""

    n: int
    min_mm: float
    median_mm: float
    max_mm: float
    table: Annotated[str, "The table of the data set that it is from."]


class ElevationBlock(TypedDict):
    """Where the science targets stood."""

    min_deg: float | None
    max_deg: float | None


class SpectralWindow(TypedDict):
    """A spectral window."""

    name: str
    baseband: str | None
    center_ghz: Annotated[float | None, str(EXPLAINED["window_center"])]
    bandwidth_mhz: float | None
    channels: int | None
    resolution_khz: float | None
    sideband: str | None


class FlaggedAntenna(TypedDict):
    """An antenna that was marked as bad for a while."""

    antenna: str
    fraction: Annotated[float, "Of its own time."]


class FlagReason(TypedDict):
    """Why data were marked as bad."""

    reason: str
    fraction: Annotated[float, "Of the time of all antennas."]


class FlagsBlock(TypedDict):
    """What the observing system marked as bad."""

    fraction: Annotated[float | None, str(EXPLAINED["flagged"])]
    by_antenna: list[FlaggedAntenna]
    by_reason: list[FlagReason]


class FluxFound(TypedDict):
    """A flux density as reduced at the telescope."""

    source: str
    frequency_ghz: float | None
    flux_jy: float
    error_jy: float | None
    stokes: str
    method: str | None


class PhaseRms(TypedDict):
    """The phase rms of the calibrators as reduced at the telescope."""

    correction: str | None
    n: int
    median_deg: Annotated[float, str(EXPLAINED["phase_rms"])]
    worst_deg: float


class NominalConfiguration(TypedDict):
    """The handbook's values of a configuration at the execution's frequency."""

    configuration: str
    frequency_ghz: float
    angular_resolution_arcsec: float
    max_recoverable_scale_arcsec: float
    source: str


class FurtherReport(TypedDict):
    """What the report holds beside temperatures, array and sources; null where unknown."""

    warnings: Annotated[list[CheckFound], "All checks; those with the verdict “warning” first."]
    elevation: ElevationBlock
    weather: WeatherBlock | None
    pwv: Annotated[WaterBlock | None, str(EXPLAINED["pwv"])]
    windows: list[SpectralWindow]
    flags: FlagsBlock | None
    fluxes: Annotated[list[FluxFound], str(EXPLAINED["flux"])]
    phase_rms: list[PhaseRms]
    nominal: Annotated[list[NominalConfiguration], str(EXPLAINED["nominal"])]
