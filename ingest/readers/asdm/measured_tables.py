"""What was measured beside the sky: system temperatures, water vapor, weather, flags."""

import math
from collections.abc import Mapping
from statistics import fmean, median

from ingest.readers.asdm.cells import BadCell, Row
from ingest.readers.asdm.tables import Tables
from ingest.readers.asdm.time_tables import Whole, any_span, middle, span
from qa.observed import Flagged, Sample, TsysSamples, WeatherSample

_MM_A_METER = 1000.0
# What no telescope measures: such numbers are wrong.
_MOST_K = 1e6
_MOST_WATER_M = 1.0
_MOST_RECEPTORS = 16
_MOST_TAGS = 1000
_MOST_RADIANS = 4 * math.pi


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
        if len(spectra) > _MOST_RECEPTORS:
            raise BadCell("tsysSpectrum", "an array of receptors and channels", len(spectra))
        start, end = row.spare("timeInterval", lambda name: row.interval(name) or span(row), (0, 0))
        antenna = _numbered(antennas, "antennaId", row)
        window = _numbered(windows, "spectralWindowId", row)
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


def _numbered(numbers: dict[str, int], name: str, row: Row) -> int:
    """The number of a tag in the order in which they come."""
    tag = row.tag(name)
    if tag not in numbers and len(numbers) >= _MOST_TAGS:
        raise BadCell(name, f"one of {_MOST_TAGS} tags", tag)
    return numbers.setdefault(tag, len(numbers))


def _median(spectrum: list[float]) -> float:
    # One look at the sum spares a look at each of millions of channels.
    if not abs(sum(spectrum)) <= _MOST_K:
        spectrum = [kelvin for kelvin in spectrum if abs(kelvin) <= _MOST_K]
    return median(spectrum) if spectrum else math.nan


def pwv(tables: Tables) -> tuple[Sample, ...]:
    """Answer the precipitable water vapor in mm, by time.

    From the radiometers (CalWVR) where there are any, else from the atmospheric
    calibration.
    """
    radiometers = tables.made("CalWVR", _water)
    if radiometers:
        return _by_time(radiometers)
    tables.missing.setdefault("CalWVR", "The data set's CalWVR table gives no water vapor.")
    return _by_time(tables.made("CalAtmosphere", _water))


def _water(row: Row) -> Sample:
    known = [water for water in _waters(row) if 0 <= water <= _MOST_WATER_M]
    if not known:
        raise BadCell("water", "a height of water in m", row.text("water"))
    return Sample(middle(row), row.text("antennaName"), fmean(known) * _MM_A_METER)


def _waters(row: Row) -> list[float]:
    """One number in the radiometers' table, an array in that of the atmosphere."""
    cell = row.cells.get("water")
    is_array = isinstance(cell, list) or (isinstance(cell, str) and len(cell.split()) > 1)
    one = None if is_array else row.number("water")
    return row.numbers("water") if is_array else [] if one is None else [one]


def _by_time(samples: list[Sample]) -> tuple[Sample, ...]:
    return tuple(sorted(samples, key=lambda sample: sample.time_ns))


def weather(tables: Tables, whole: Whole) -> tuple[WeatherSample, ...]:
    """Answer the readings of the weather stations, by time."""
    stations = dict(tables.made("Station", lambda row: (row.text("stationId"), row.text("name"))))

    def reading(row: Row) -> WeatherSample:
        wind = row.among("windDirection", -_MOST_RADIANS, _MOST_RADIANS, "a direction in rad")
        return WeatherSample(
            whole.near(row),
            stations.get(row.text("stationId"), row.text("stationId")),
            temperature_k=row.among("temperature", 100, 400, "a temperature of air in K"),
            pressure_pa=row.among("pressure", 1e3, 2e5, "a pressure of air in Pa"),
            humidity_percent=row.among("relHumidity", 0, 120, "a relative humidity in %"),
            wind_m_s=row.among("windSpeed", 0, 200, "a speed of wind in m/s"),
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
        return Flagged(*any_span(row), antennas=marked, reason=row.text("reason"))

    found = tuple(tables.made("Flag", flagged))
    return found if tables.has("Flag") else None
