"""What each number of an execution's report is: its unit, its formula, where it comes from.

Pure. The pages, the help and the API's schema print this one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from qa.figures import RESOLUTION_FACTOR, SCALE_FACTOR

_HANDBOOK = "ALMA Technical Handbook, ch. 7"
_PADS = "The data set's Station table: where the pads are, in geocentric meters."
_SYSCAL = (
    "The data set's SysCal table; a sample is the median over the channels of one row and receptor."
)
_WEATHER = "The data set's Weather table: all readings of all stations."


@dataclass(frozen=True, slots=True)
class Explained:
    """One number; ``unit`` is "" for a count or a word."""

    name: str
    unit: str
    formula: str
    source: str

    def __str__(self) -> str:
        unit = f" [{self.unit}]" if self.unit else ""
        return f"{self.name}{unit}: {self.formula} {self.source}"


EXPLAINED: Mapping[str, Explained] = MappingProxyType(
    {
        "duration": Explained(
            "Duration",
            "min",
            "End − start of the execution.",
            "The data set's ExecBlock table, else the archive.",
        ),
        "integration": Explained(
            "Integration",
            "s",
            "The longest integration on one field.",
            "The archive; N/A where it has not said.",
        ),
        "antennas": Explained(
            "Number of antennas",
            "",
            "How many antennas took part and stand on a known pad.",
            "The data set's ExecBlock, Antenna and Station tables, else the archive.",
        ),
        "shortest": Explained(
            "Shortest baseline", "m", "The least distance of two pads, not projected.", _PADS
        ),
        "longest": Explained(
            "Longest baseline", "m", "The greatest distance of two pads, not projected.", _PADS
        ),
        "l5": Explained(
            "L5",
            "m",
            "5th percentile of all distances of two pads, linear between the nearest two.",
            _PADS,
        ),
        "l80": Explained(
            "L80",
            "m",
            "80th percentile of all distances of two pads, linear between the nearest two.",
            _PADS,
        ),
        "resolution": Explained(
            "Angular resolution",
            "″",
            f"{RESOLUTION_FACTOR} λ / L80, λ = c / ν at the representative frequency of the "
            "scheduling block, else of the data set.",
            f"{_HANDBOOK}. Not applicable to total power.",
        ),
        "largest_scale": Explained(
            "Maximum Recoverable Scale",
            "″",
            f"{SCALE_FACTOR} λ / L5, λ as for the resolution.",
            f"{_HANDBOOK}. Not applicable to total power.",
        ),
        "nominal": Explained(
            "Nominal values",
            "″",
            "The handbook's resolution and largest scale of the configuration at 100 GHz, "
            "times 100 GHz / ν. They differ from the formulas by up to 8 %.",
            "The table array_configurations.csv; the configuration is the one that the data "
            "set names, else the scheduling block's.",
        ),
        "tsys_mean": Explained(
            "Average Tsys",
            "K",
            "Mean over all recorded samples that are numbers, zeros too.",
            _SYSCAL,
        ),
        "tsys_std": Explained(
            "σ", "K", "Population standard deviation over the same samples as the mean.", _SYSCAL
        ),
        "tsys_min": Explained(
            "Tsys,min",
            "K",
            "The least sample; N/A as soon as one is zero, negative or no number.",
            _SYSCAL,
        ),
        "tsys_max": Explained("Tsys,max", "K", "The greatest sample that is a number.", _SYSCAL),
        "tsys_measured": Explained(
            "Measured samples only",
            "K",
            "Mean ± population deviation over the samples above zero.",
            _SYSCAL,
        ),
        "source_time": Explained(
            "Time on source",
            "min",
            "Sum of the subscans on a source with an intent, else of the scans. A scan of "
            "several intents counts under each.",
            "The data set's Scan and Subscan tables.",
        ),
        "elevation": Explained(
            "Elevation of targets",
            "°",
            "Least and greatest over all scans of science targets, without refraction.",
            "The data set's Scan and Source tables and its site, else its pads, by the IAU's "
            "routines (ERFA).",
        ),
        "pwv": Explained(
            "PWV",
            "mm",
            "Median, least and greatest of the precipitable water vapor over all rows.",
            "The data set's CalWVR table, else its CalAtmosphere table.",
        ),
        "temperature": Explained(
            "Temperature", "°C", "Least to greatest, kelvin − 273.15.", _WEATHER
        ),
        "pressure": Explained("Pressure", "hPa", "Least to greatest.", _WEATHER),
        "humidity": Explained("Relative humidity", "%", "Least to greatest.", _WEATHER),
        "wind": Explained("Wind", "m/s", "Least to greatest speed.", _WEATHER),
        "flagged": Explained(
            "Flagged",
            "%",
            "Time that an antenna was marked as bad, summed over the antennas, over the antennas "
            "times the duration. Marks that overlap count once.",
            "The data set's Flag table: what the observing system itself marked.",
        ),
        "window_center": Explained(
            "Center of a window",
            "GHz",
            "Middle of the first and the last channel.",
            "The data set's SpectralWindow table.",
        ),
        "flux": Explained(
            "Flux",
            "Jy",
            "As reduced at the telescope; ± its error where one is given.",
            "The data set's CalFlux table.",
        ),
        "phase_rms": Explained(
            "Phase rms",
            "°",
            "Of each row the median over baselines and receptors, of these the median; the worst "
            "is that of any baseline.",
            "The data set's CalPhase table, as reduced at the telescope.",
        ),
        "shadowing": Explained(
            "Shadowing",
            "%",
            "Share of antenna time on target in which another antenna stood before it, closer "
            "across the line of sight than the mean of both dishes. Every two minutes.",
            "Computed from pads, dish diameters and the direction of the target.",
        ),
    }
)
