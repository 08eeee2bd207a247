"""The whole report of an execution block: its blocks, its warnings, the handbook's values."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from projects.models import ExecBlock
from qa.blocks import (
    Flags,
    NominalAngles,
    Phases,
    Water,
    Weather,
    flags,
    nominal_angles,
    phases,
    water,
    weather,
)
from qa.findings import Finding, Verdict
from qa.limits import plain_configuration
from qa.observatory import limits
from qa.observed import Flux, Window
from qa.presentation import ReportTold
from qa.warned import cycle_of, findings_of


@dataclass(frozen=True, slots=True)
class Whole:
    """What is told beside ``ReportTold``; ``reasons`` say why a block is not known."""

    findings: list[Finding]
    weather: Weather | None
    water: Water | None
    windows: tuple[Window, ...]
    flags: Flags | None
    fluxes: tuple[Flux, ...]
    phases: list[Phases]
    nominal: list[NominalAngles]
    reasons: Mapping[str, str]

    @property
    def warnings(self) -> list[Finding]:
        """What somebody should look at."""
        return [finding for finding in self.findings if finding.is_warning]

    @property
    def others(self) -> list[Finding]:
        """The checks that raised no warning."""
        return [finding for finding in self.findings if not finding.is_warning]

    @property
    def reasons_of_conditions(self) -> list[str]:
        """Why parts of the conditions are not known."""
        wanted = ("elevation", "pwv", "weather")
        return [self.reasons[name] for name in wanted if name in self.reasons]

    @property
    def others_words(self) -> str:
        """How many of them are fine, without a rule, and so on."""
        counts = Counter(finding.verdict for finding in self.others)
        return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])


def whole_report(exec_block: ExecBlock, told: ReportTold | None) -> Whole | None:
    """Answer the further blocks of a report, None before the data set has been read.

    Read the block with its parents and report; it costs no query.
    """
    if told is None:
        return None
    execution = told.execution
    nominal, why_not = _nominal(exec_block, told)
    return Whole(
        findings=findings_of(exec_block, told),
        weather=weather(execution.weather),
        water=water(execution),
        windows=execution.windows,
        flags=flags(execution),
        fluxes=execution.fluxes,
        phases=phases(execution.phases),
        nominal=nominal,
        reasons=_reasons(told) | ({"nominal": why_not} if why_not else {}),
    )


def _nominal(exec_block: ExecBlock, told: ReportTold) -> tuple[list[NominalAngles], str]:
    """The handbook's values of the configuration, or why there are none."""
    if told.array == "TP":
        return [], "Total power antennas have no configuration."
    if told.frequency_ghz is None:
        return [], "Nominal values go with the frequency, which is not known."
    cycle = cycle_of(exec_block, told.execution.start.date())
    named = _configurations(exec_block, told)
    for names in named:
        if found := nominal_angles(limits(), cycle, names, told.frequency_ghz):
            return found, ""
    if not named:
        return [], "Neither the data set nor the scheduling block names the configuration."
    words = ", ".join(dict.fromkeys(name for names in named for name in names))
    return [], f"No nominal values are on file for {words} in cycle {cycle or 'unknown'}."


def _configurations(exec_block: ExecBlock, told: ReportTold) -> list[list[str]]:
    """The configurations that the data set names, the SB's, and that of an array that stays."""
    block = exec_block.sched_block
    asked = block.asked.get("configurations", []) if block else []
    stays = ["7M"] if told.array == "7m" else []
    named = ([told.execution.configuration], [str(name) for name in asked], stays)
    return [names for group in named if (names := [*filter(None, map(plain_configuration, group))])]


def _reasons(told: ReportTold) -> dict[str, str]:
    execution = told.execution
    wanted = {
        "weather": (execution.weather, "Weather", "Its data set has no readings of the weather."),
        "pwv": (execution.pwv_mm, "CalAtmosphere", "Its data set gives no water vapor."),
        "windows": (execution.windows, "SpectralWindow", "Its data set has no spectral windows."),
        "flags": (execution.flags is not None, "Flag", "Nothing says which data were bad."),
        "fluxes": (execution.fluxes, "CalFlux", "Its data set gives no fluxes."),
        "phases": (execution.phases, "CalPhase", "Its data set gives no phase rms."),
        "elevation": (
            told.report.elevation_min_deg is not None,
            "Ephemeris Source",
            "Its data set does not say where the targets or the array are.",
        ),
    }
    return {
        name: execution.why(*tables.split(), otherwise=otherwise)
        for name, (known, tables, otherwise) in wanted.items()
        if not known
    }
