"""Weather and water vapor against time, one panel a quantity."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from qa.observed import Execution, Sample, WeatherSample, moment
from qa.plots.plot import (
    TIME,
    Axis,
    Cell,
    Column,
    Facts,
    Panel,
    Plot,
    Points,
    Table,
    Value,
    nothing,
)
from qa.plots.stretches import numbered

_ZERO_CELSIUS_K = 273.15
_PA_A_HPA = 100.0
_NO_WEATHER = "Its data set has no weather."
_NO_WATER = "Its data set says nothing of water vapor."
_RADIOMETERS = "Radiometers"
_PANEL_HEIGHT = 150


@dataclass(frozen=True, slots=True)
class _Quantity:
    """What a weather station measures, in the unit that is shown; ``of`` one reading."""

    title: str
    unit: str
    decimals: int
    of: Callable[[WeatherSample], float | None]

    def read(self, reading: WeatherSample) -> float | None:
        value = self.of(reading)
        return value if value is not None and math.isfinite(value) else None


def _celsius(reading: WeatherSample) -> float | None:
    kelvin = reading.temperature_k
    return None if kelvin is None else kelvin - _ZERO_CELSIUS_K


def _hectopascal(reading: WeatherSample) -> float | None:
    return None if reading.pressure_pa is None else reading.pressure_pa / _PA_A_HPA


_DRAWN = (
    _Quantity("Temperature", "°C", 1, _celsius),
    _Quantity("Pressure", "hPa", 1, _hectopascal),
    _Quantity("Humidity", "%", 1, lambda reading: reading.humidity_percent),
    _Quantity("Wind", "m/s", 1, lambda reading: reading.wind_m_s),
)
_DIRECTION = _Quantity("Wind from", "°", 0, lambda reading: reading.wind_deg)
_COLUMNS = (
    *(Column("Time", "UTC"), Column("Where")),
    *(Column(each.title, each.unit, each.decimals, "–") for each in (*_DRAWN, _DIRECTION)),
    *(Column(f"PWV, {which}", "mm", 3, "–") for which in ("median", "least", "most")),
    Column("Radiometers", decimals=0, unknown="–"),
)


def weather(facts: Facts) -> Plot:
    """Answer the weather and the water vapor of the execution under one time axis."""
    execution = facts.kept.execution
    water = _water(execution.pwv_mm)
    if not execution.weather and not water:
        return nothing(execution.missing.get("Weather", _NO_WEATHER))
    stations = numbered([reading.station for reading in execution.weather])
    panels = [panel for each in _DRAWN if (panel := _panel(each, execution.weather, stations))]
    if water:
        panels.append(_water_panel(water, len(stations)))
    rows = [*map(_weather_row, execution.weather), *_water_rows(water)]
    rows.sort(key=lambda row: row[0])
    return Plot(
        TIME,
        panels,
        Table(_COLUMNS, [[moment(time_ns), *cells] for time_ns, cells in rows]),
        notes=_notes(execution, water),
        height=_PANEL_HEIGHT * len(panels),
    )


def _panel(
    quantity: _Quantity, readings: Sequence[WeatherSample], stations: Mapping[str, int]
) -> Panel | None:
    marks = [
        _curve(quantity, station, style, [one for one in readings if one.station == station])
        for station, style in stations.items()
    ]
    measured = [mark for mark in marks if any(y is not None for y in mark.ys)]
    return Panel(Axis(quantity.title, quantity.unit), measured) if measured else None


def _curve(
    quantity: _Quantity, station: str, style: int, readings: Sequence[WeatherSample]
) -> Points:
    values = [quantity.read(reading) for reading in readings]
    ys: list[Value] = [None if value is None else round(value, 3) for value in values]
    return Points(
        station or "Station without a name",
        style,
        [moment(reading.time_ns) for reading in readings],
        ys,
        is_joined=True,
        size=5,
    )


def _water(samples: Sequence[Sample]) -> dict[int, list[float]]:
    """The water vapor at each time, of all radiometers."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for sample in samples:
        if math.isfinite(sample.value):
            found[sample.time_ns].append(sample.value)
    return dict(sorted(found.items()))


def _water_panel(water: Mapping[int, Sequence[float]], style: int) -> Panel:
    middles = [median(values) for values in water.values()]
    pairs = [*zip(middles, water.values(), strict=True)]
    below = [round(middle - min(values), 4) for middle, values in pairs]
    above = [round(max(values) - middle, 4) for middle, values in pairs]
    curve = Points(
        _RADIOMETERS,
        style,
        [moment(time_ns) for time_ns in water],
        [round(middle, 4) for middle in middles],
        is_joined=True,
        size=5,
        reach=(below, above),
    )
    return Panel(Axis("PWV", "mm", starts_at_zero=True), [curve])


def _weather_row(reading: WeatherSample) -> tuple[int, list[Cell]]:
    values = [quantity.read(reading) for quantity in (*_DRAWN, _DIRECTION)]
    return reading.time_ns, [reading.station or None, *values, None, None, None, None]


def _water_rows(water: Mapping[int, Sequence[float]]) -> list[tuple[int, list[Cell]]]:
    empty: list[Cell] = [None] * (len(_DRAWN) + 1)
    return [
        (time_ns, [_RADIOMETERS, *empty, median(values), min(values), max(values), len(values)])
        for time_ns, values in water.items()
    ]


def _notes(execution: Execution, water: Mapping[int, Sequence[float]]) -> list[str]:
    if not water:
        return [f"PWV: N/A. {execution.missing.get('CalWVR', _NO_WATER)}"]
    said = "PWV is the median of the radiometers at each time; its bars go from least to most."
    if execution.weather:
        return [said]
    return [f"Weather: N/A. {execution.missing.get('Weather', _NO_WEATHER)}", said]
