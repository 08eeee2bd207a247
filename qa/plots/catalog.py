"""The plots that there are, in the order of their tabs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from qa.plots.antenna_map import antenna_map
from qa.plots.baseline_lengths import baseline_lengths
from qa.plots.plot import Facts, Plot
from qa.plots.sky_tracks import sky_tracks
from qa.plots.timeline import timeline
from qa.plots.tsys import tsys_map
from qa.plots.uv import uv_coverage
from qa.plots.weather import weather

NOT_OF_TOTAL_POWER = "Not applicable: a total power antenna is an array of its own."


@dataclass(frozen=True, slots=True)
class PlotKind:
    """A plot by name: its title, what it shows, and how it is had from the facts.

    ``of_total_power`` tells whether total power data have it.
    """

    name: str
    title: str
    shows: str
    draw: Callable[[Facts], Plot]
    of_total_power: bool = True


_ALL = (
    PlotKind(
        "scans",
        "Scans",
        "What was observed when: one lane an intent, one bar a scan, hatched by source.",
        timeline,
    ),
    PlotKind(
        "sky",
        "Elevation and azimuth",
        "Where each source stood in the sky while it was observed.",
        sky_tracks,
    ),
    PlotKind(
        "uv",
        "uv coverage",
        "The baselines as the science targets saw them.",
        uv_coverage,
        of_total_power=False,
    ),
    PlotKind(
        "baselines",
        "Baseline lengths",
        "How many baselines of which length there were, with the 5th and 80th percentiles.",
        baseline_lengths,
        of_total_power=False,
    ),
    PlotKind(
        "antennas",
        "Antenna map",
        "Where the antennas stood, as seen from above.",
        antenna_map,
    ),
    PlotKind(
        "tsys",
        "Tsys",
        "The system temperature of each antenna in each spectral window.",
        tsys_map,
    ),
    PlotKind(
        "weather",
        "Weather and PWV",
        "Temperature, pressure, humidity, wind and precipitable water vapor during the execution.",
        weather,
    ),
)
PLOTS: Mapping[str, PlotKind] = MappingProxyType({kind.name: kind for kind in _ALL})


def plot_of(kind: PlotKind, facts: Facts, *, is_total_power: bool) -> Plot:
    """Answer a plot of an execution, or the reason why it has none."""
    if is_total_power and not kind.of_total_power:
        return Plot(reason=NOT_OF_TOTAL_POWER)
    return kind.draw(facts)
