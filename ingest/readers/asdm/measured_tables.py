"""What was measured beside the sky: system temperatures, water vapor, weather, flags."""

import math
from collections.abc import Mapping
from statistics import fmean, median

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.tables import Tables
from ingest.readers.asdm.time_tables import span
from qa.observed import Flagged, Sample, TsysSamples, WeatherSample

_MM_A_METER = 1000.0


def tsys(tables: Tables, names: Mapping[str, str]) -> TsysSamples:
    """Read the SysCal table; ``names`` are the antennas' by tag.

    A sample is the median over the channels of one row and receptor; of channels that
    are no numbers nothing counts, and a receptor of only such is NaN.
    """
    samples = TsysSamples()
    antennas: dict[str, int] = {}
    windows: dict[str, int] = {}

    def take(row: Row) -> None:
        spectra = row.matrix("tsysSpectrum")
        if not spectra:
            return
        start, end = row.interval("timeInterval") or span(row)
        antenna = antennas.setdefault(row.text("antennaId"), len(antennas))
        window = windows.setdefault(row.text("spectralWindowId"), len(windows))
        for receptor, spectrum in enumerate(spectra):
            samples.antenna.append(antenna)
            samples.window.append(window)
            samples.receptor.append(receptor)
            samples.time_ns.append((start + end) // 2)
            samples.kelvin.append(_median(spectrum))

    tables.made("SysCal", take)
    samples.antennas = [names.get(tag, tag) for tag in antennas]
    samples.windows = list(windows)
    return samples


def _median(spectrum: list[float]) -> float:
    # One look at the sum spares a look at each of millions of channels.
    if not math.isfinite(sum(spectrum)):
        spectrum = [kelvin for kelvin in spectrum if math.isfinite(kelvin)]
    return median(spectrum) if spectrum else math.nan


def pwv(tables: Tables) -> tuple[Sample, ...]:
    """Answer the precipitable water vapor in mm, by time.

    From the radiometers (CalWVR) where there are any, else from the atmospheric
    calibration.
    """
    radiometers = tables.made("CalWVR", lambda row: _water(row, [row.number("water")]))
    if radiometers:
        return _by_time(radiometers)
    tables.missing.setdefault("CalWVR", "The data set's CalWVR table gives no water vapor.")
    return _by_time(tables.made("CalAtmosphere", lambda row: _water(row, row.numbers("water"))))


def _water(row: Row, meters: list[float] | list[float | None]) -> Sample | None:
    known = [water for water in meters if water is not None and math.isfinite(water) and water >= 0]
    if not known:
        return None
    start, end = row.integer("startValidTime"), row.integer("endValidTime")
    if start is None or end is None:
        raise BadCell("startValidTime", "a time", "")
    return Sample((start + end) // 2, row.text("antennaName"), fmean(known) * _MM_A_METER)


def _by_time(samples: list[Sample]) -> tuple[Sample, ...]:
    return tuple(sorted(samples, key=lambda sample: sample.time_ns))


def weather(tables: Tables) -> tuple[WeatherSample, ...]:
    """Answer the readings of the weather stations, by time."""
    stations = dict(tables.made("Station", lambda row: (row.text("stationId"), row.text("name"))))

    def reading(row: Row) -> WeatherSample:
        start, end = row.interval("timeInterval") or span(row)
        wind = row.number("windDirection")
        return WeatherSample(
            (start + end) // 2,
            stations.get(row.text("stationId"), row.text("stationId")),
            temperature_k=row.number("temperature"),
            pressure_pa=row.number("pressure"),
            humidity_percent=row.number("relHumidity"),
            wind_m_s=row.number("windSpeed"),
            wind_deg=None if wind is None else math.degrees(wind) % 360,
        )

    found = tables.made("Weather", reading)
    return tuple(sorted(found, key=lambda sample: sample.time_ns))


def flags(tables: Tables, names: Mapping[str, str]) -> tuple[Flagged, ...] | None:
    """Answer what the observing system marked as bad; ``names`` are the antennas' by tag.

    An empty table says that nothing was bad, a missing one (None) says nothing.
    """

    def flagged(row: Row) -> Flagged:
        marked = tuple(names.get(tag, tag) for tag in row.texts("antennaId"))
        return Flagged(*span(row), antennas=marked, reason=row.text("reason"))

    found = tuple(tables.made("Flag", flagged))
    return found if tables.has("Flag") else None
