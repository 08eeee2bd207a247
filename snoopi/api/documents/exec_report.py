"""The blocks of an execution's report beside temperatures, array and sources."""

from qa.blocks import Flags, NominalAngles, Phases, Range, Water, Weather
from qa.findings import Finding
from qa.models import ExecReport
from qa.observed import Flux, Window
from qa.whole import Whole
from snoopi.api.shapes.exec_report import (
    CheckFound,
    ElevationBlock,
    FlaggedAntenna,
    FlagReason,
    FlagsBlock,
    FluxFound,
    FurtherReport,
    NominalConfiguration,
    PhaseRms,
    ReadingRange,
    SpectralWindow,
    WaterBlock,
    WeatherBlock,
)

_UNKNOWN = FurtherReport(
    warnings=[],
    elevation=ElevationBlock(min_deg=None, max_deg=None),
    weather=None,
    pwv=None,
    windows=[],
    flags=None,
    fluxes=[],
    phase_rms=[],
    nominal=[],
)


def further_report(report: ExecReport | None, whole: Whole | None) -> FurtherReport:
    """The further blocks; all unknown before the data set has been read."""
    if report is None or whole is None:
        return _UNKNOWN
    return FurtherReport(
        warnings=[_check(finding) for finding in (*whole.warnings, *whole.others)],
        elevation=ElevationBlock(
            min_deg=report.elevation_min_deg, max_deg=report.elevation_max_deg
        ),
        weather=_weather(whole.weather) if whole.weather else None,
        pwv=_water(whole.water) if whole.water else None,
        windows=[_window(window) for window in whole.windows],
        flags=_flags(report.flagged_fraction, whole.flags) if whole.flags else None,
        fluxes=[_flux(flux) for flux in whole.fluxes],
        phase_rms=[_phases(row) for row in whole.phases],
        nominal=[_nominal(row) for row in whole.nominal],
    )


def _check(finding: Finding) -> CheckFound:
    return CheckFound(
        code=finding.code,
        title=finding.title,
        verdict=finding.verdict.value,
        text=finding.text,
        value=finding.value,
        unit=finding.unit or None,
        least=finding.least,
        most=finding.most,
        limit_source=finding.source or None,
    )


def _range(found: Range | None) -> ReadingRange | None:
    if found is None:
        return None
    return ReadingRange(n=found.n, min=found.least, median=found.median, max=found.most)


def _weather(weather: Weather) -> WeatherBlock:
    return WeatherBlock(
        n=weather.n,
        stations=[*weather.stations],
        temperature_c=_range(weather.temperature_c),
        pressure_hpa=_range(weather.pressure_hpa),
        humidity_percent=_range(weather.humidity_percent),
        wind_m_s=_range(weather.wind_m_s),
    )


def _water(water: Water) -> WaterBlock:
    found = water.range
    return WaterBlock(
        n=found.n,
        min_mm=found.least,
        median_mm=found.median,
        max_mm=found.most,
        table=water.table,
    )


def _window(window: Window) -> SpectralWindow:
    return SpectralWindow(
        name=window.name or window.ref,
        baseband=window.baseband or None,
        center_ghz=window.center_ghz,
        bandwidth_mhz=window.bandwidth_mhz,
        channels=window.channels or None,
        resolution_khz=window.resolution_khz,
        sideband=window.sideband or None,
    )


def _flags(fraction: float | None, flags: Flags) -> FlagsBlock:
    return FlagsBlock(
        fraction=fraction,
        by_antenna=[FlaggedAntenna(antenna=name, fraction=part) for name, part in flags.by_antenna],
        by_reason=[FlagReason(reason=word, fraction=part) for word, part in flags.by_reason],
    )


def _flux(flux: Flux) -> FluxFound:
    return FluxFound(
        source=flux.source,
        frequency_ghz=flux.frequency_ghz,
        flux_jy=flux.flux_jy,
        error_jy=flux.error_jy,
        stokes=flux.stokes,
        method=flux.method or None,
    )


def _phases(row: Phases) -> PhaseRms:
    return PhaseRms(
        correction=row.correction or None,
        n=row.n,
        median_deg=row.median_deg,
        worst_deg=row.worst_deg,
    )


def _nominal(row: NominalAngles) -> NominalConfiguration:
    return NominalConfiguration(
        configuration=row.configuration,
        frequency_ghz=row.frequency_ghz,
        angular_resolution_arcsec=row.resolution_arcsec,
        max_recoverable_scale_arcsec=row.scale_arcsec,
        source=row.source,
    )
