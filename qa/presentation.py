"""The report of an execution block as pages, JSON and PDF tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from projects.identity import array_of_antennas
from projects.models import ExecBlock
from qa.figures import largest_scale_arcsec, resolution_arcsec, source_times
from qa.intents import intent_word, report_order
from qa.models import ExecReport
from qa.observed import Execution

_NO_TSYS = "Its data set recorded no system temperature."
_REASON_TITLES = MappingProxyType(
    {
        "tsys": "Tsys",
        "tsys_min": "Tsys, min",
        "baselines": "Baselines",
        "resolution": "Resolution and scale",
        "sources": "Sources",
    }
)
_TOTAL_POWER = "Not applicable: a total power antenna is an array of its own."
_NO_FREQUENCY = "Neither the scheduling block nor the data set names a frequency."
_NO_PADS = "Its data set gives no two antennas with positions."


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A line of the sources table; positions in ICRS degrees, None where unknown."""

    intent: str
    name: str
    ra_deg: float | None
    dec_deg: float | None
    minutes: float


@dataclass(frozen=True, slots=True)
class Measured:
    """System temperatures in K over the samples above zero; None where there are none."""

    n: int | None = None
    mean: float | None = None
    std: float | None = None
    min: float | None = None
    max: float | None = None
    missing: int | None = None


@dataclass(frozen=True, slots=True)
class ReportTold:
    """What is told of one execution's report; ``reasons`` say why a figure is not known.

    ``array`` is 12m, 7m or TP, "" where nothing tells.
    """

    report: ExecReport
    execution: Execution
    array: str
    frequency_ghz: float | None
    resolution_arcsec: float | None
    largest_scale_arcsec: float | None
    sources: list[SourceRow]
    reasons: Mapping[str, str]

    @property
    def reason_lines(self) -> list[str]:
        """Why figures are not known, a sentence for each."""
        return [f"{_REASON_TITLES[name]}: {reason}" for name, reason in self.reasons.items()]

    @property
    def measured(self) -> Measured:
        """The temperatures over samples above zero."""
        return Measured(**(self.report.tsys_measured or {}))


def report_of(exec_block: ExecBlock) -> ReportTold | None:
    """Answer the report of an execution block, None before its data set has been read.

    Read the block with its ``report`` and ``sched_block``.
    """
    report: ExecReport | None = getattr(exec_block, "report", None)
    if report is None:
        return None
    execution = report.kept().execution
    frequency = frequency_ghz(exec_block, execution.rep_freq_ghz)
    array = array_told(exec_block, execution)
    is_total_power = array == "TP"
    return ReportTold(
        report=report,
        execution=execution,
        array=array,
        frequency_ghz=frequency,
        resolution_arcsec=None if is_total_power else resolution_arcsec(report.l80_m, frequency),
        largest_scale_arcsec=None
        if is_total_power
        else largest_scale_arcsec(report.l5_m, frequency),
        sources=_sources(execution),
        reasons=_reasons(report, execution, frequency, is_total_power),
    )


def frequency_ghz(exec_block: ExecBlock, of_data_set: float | None) -> float | None:
    """The frequency that scales are told at: the SB's representative one, else the data set's."""
    block = exec_block.sched_block
    return (block.rep_freq_ghz if block else None) or of_data_set


def array_told(exec_block: ExecBlock, execution: Execution | None) -> str:
    """Answer the array that sources name, else the one that such antennas make up.

    Without the data set's own antennas those count that other sources name.
    """
    block = exec_block.sched_block
    named = exec_block.array or (block.array if block else "")
    own = [antenna.name for antenna in execution.antennas] if execution else []
    return named or array_of_antennas(own or exec_block.antennas)


def _sources(execution: Execution) -> list[SourceRow]:
    times = sorted(
        source_times(execution.scans), key=lambda time: report_order(time.intent, time.source)
    )
    rows = []
    for time in times:
        place = execution.positions.get(time.source)
        ra_deg, dec_deg = (place.ra_deg, place.dec_deg) if place else (None, None)
        rows.append(SourceRow(intent_word(time.intent), time.source, ra_deg, dec_deg, time.minutes))
    return rows


def _reasons(
    report: ExecReport, execution: Execution, frequency: float | None, is_total_power: bool
) -> dict[str, str]:
    found = {}
    if report.tsys_mean_k is None:
        found["tsys"] = execution.missing.get("SysCal", _NO_TSYS)
    elif report.tsys_min_k is None:
        missing = (report.tsys_measured or {}).get("missing", 0)
        found["tsys_min"] = f"{missing} samples are zero or no number: not measured."
    if report.l80_m is None:
        found["baselines"] = execution.why("Antenna", "Station", otherwise=_NO_PADS)
    if is_total_power:
        found["resolution"] = _TOTAL_POWER
    elif frequency is None:
        found["resolution"] = _NO_FREQUENCY
    if not execution.scans:
        found["sources"] = execution.missing.get("Scan", "Its data set has no scans.")
    return found
