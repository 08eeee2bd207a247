"""The report of an execution block as a sheet: what its page shows, in the same words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from projects.models import ExecBlock
from projects.presentation import format_count
from qa.blocks import Range
from qa.calibrations import KindHeld
from qa.observed import Window
from qa.presentation import ReportTold, array_told
from qa.verdicts import VerdictTold
from qa.whole import Whole
from snoopi.coordinates import format_dec, format_ra
from snoopi.pages.glossary import ARRAY_WORDS
from snoopi.sheet import Column, Facts, Sheet, Table

_NOT_KNOWN = "N/A"
_NOT_APPLICABLE = "not applicable"
_GAP = "\N{NO-BREAK SPACE}"
_UNREAD = (
    "No ASDM has been read for this execution block. "
    "Temperatures, baselines and sources come from it."
)
_FORMULAS = (
    "Resolution is 0.574 λ/L80 and the largest scale 0.983 λ/L5 (ALMA Technical Handbook, ch. 7), "
    "on distances between pads. Tsys is over all recorded samples, each the median of one row of "
    "the data set's SysCal table and receptor."
)


def exec_block_sheet(panel: Mapping[str, Any]) -> Sheet:
    """Answer the sheet of what ``exec_block_panel`` tells its reader."""
    block: ExecBlock = panel["exec_block"]
    told: ReportTold | None = panel["told"]
    whole: Whole | None = panel["whole"]
    verdict: VerdictTold = panel["verdict"]
    facts = [_execution(block), _set_up(block, panel), _array(block, told), _temperatures(told)]
    tables = [_sources(told), _calibrations(panel["calibrations"]())]
    if told and whole:
        facts.append(_conditions(told, whole))
        tables = [_warnings(whole), *tables, _windows(whole), _fluxes(whole), _phases(whole)]
        tables.append(_flags(whole))
    if verdict.earlier:
        tables.append(_earlier(verdict))
    return Sheet(
        title=f"Execution block {block}",
        lines=_lines(block),
        parts=[_verdict(verdict), *facts, *tables],
        notes=_notes(told, whole),
    )


def _lines(block: ExecBlock) -> list[str]:
    project, member = block.project, block.member_ous
    named = [f"{project.ref} · {project.title}" if project else "Its project is not known."]
    if project and project.pi_name:
        named.append(f"PI {project.pi_name}")
    return [*named, f"Member OUS {member}"] if member else named


def _verdict(verdict: VerdictTold) -> Facts:
    rows = [("Verdict", str(verdict.outcome))]
    if verdict.latest:
        rows.append(("Judged", f"{verdict.latest.at:%Y-%m-%d %H:%M} UTC by {verdict.latest.by}"))
    reasons = "; ".join(reason.name for reason in verdict.reasons)
    rows.append(("Reasons", reasons or "none given"))
    if verdict.comment:
        rows.append(("Comment", verdict.comment))
    rows.append(("Execution fraction", _fraction(verdict.fraction)))
    return Facts("QA0", rows)


def _fraction(fraction: Decimal | None) -> str:
    return "not recorded" if fraction is None else format_count(fraction)


def _earlier(verdict: VerdictTold) -> Table:
    rows = [
        [
            f"{told.at:%Y-%m-%d %H:%M}",
            told.outcome,
            told.by,
            "; ".join(reason.name for reason in told.reasons),
            _fraction(told.fraction),
        ]
        for told in verdict.earlier
    ]
    columns = [Column("When [UTC]"), Column("Verdict"), Column("By"), Column("Reasons", wide=True)]
    return Table("Earlier verdicts", [*columns, Column("Fraction", number=True)], rows)


def _execution(block: ExecBlock) -> Facts:
    start, end = (f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "" for at in (block.start, block.end))
    return Facts(
        "Execution",
        [
            ("Start", start or _NOT_KNOWN),
            ("End", end or _NOT_KNOWN),
            ("Duration", _amount(block.duration_min, "min")),
            ("Integration", _amount(block.integration_s, "s")),
        ],
    )


def _set_up(block: ExecBlock, panel: Mapping[str, Any]) -> Facts:
    sched_block = panel["sched_block"]
    return Facts(
        "Set-up",
        [
            ("Scheduling Block", str(sched_block) if sched_block else "unknown"),
            ("Targets", ", ".join(block.targets) or _NOT_KNOWN),
            ("Band", ", ".join(map(str, block.bands)) or _NOT_KNOWN),
            ("Frequency", _amount(block.rep_freq_ghz, "GHz")),
            ("RA", _NOT_KNOWN if block.ra_deg is None else format_ra(block.ra_deg)),
            ("Dec", _NOT_KNOWN if block.dec_deg is None else format_dec(block.dec_deg)),
        ],
    )


def _array(block: ExecBlock, told: ReportTold | None) -> Facts:
    array = told.array if told else array_told(block, None)
    rows = [("Array", ARRAY_WORDS.get(array, array) or _NOT_KNOWN)]
    if told is None:
        return Facts("Array", [*rows, ("Number of antennas", _whole_number(len(block.antennas)))])
    report = told.report
    lengths = (
        ("Shortest baseline", report.shortest_m),
        ("Longest baseline", report.longest_m),
        ("L5", report.l5_m),
        ("L80", report.l80_m),
    )
    rows.append(("Number of antennas", _whole_number(report.antenna_count)))
    rows += [(name, _amount(length, "m")) for name, length in lengths]
    scales = (
        ("Angular resolution", told.resolution_arcsec),
        ("Maximum recoverable scale", told.largest_scale_arcsec),
    )
    unknown = _NOT_APPLICABLE if array == "TP" else _NOT_KNOWN
    rows += [(name, unknown if scale is None else f"{scale:.2f}″") for name, scale in scales]
    return Facts("Array", rows)


def _temperatures(told: ReportTold | None) -> Facts:
    report = told.report if told else None
    rows = [
        ("Average Tsys", _fixed(report.tsys_mean_k if report else None)),
        ("σ", _fixed(report.tsys_std_k if report else None)),
        ("Tsys, min", _fixed(report.tsys_min_k if report else None)),
        ("Tsys, max", _fixed(report.tsys_max_k if report else None)),
    ]
    if told and told.measured.missing:
        spread = f"{_fixed(told.measured.mean)} ± {_fixed(told.measured.std)}"
        rows.append(("Measured samples only", spread))
    return Facts("Temperatures [K]", rows)


def _conditions(told: ReportTold, whole: Whole) -> Facts:
    report, weather = told.report, whole.weather
    elevation = _NOT_KNOWN
    if report.elevation_min_deg is not None and report.elevation_max_deg is not None:
        elevation = f"{report.elevation_min_deg:.1f}° to {report.elevation_max_deg:.1f}°"
    water = f"{whole.water.range.median:.2f}{_GAP}mm" if whole.water else _NOT_KNOWN
    flagged = report.flagged_fraction
    return Facts(
        "Conditions",
        [
            ("Elevation of the targets", elevation),
            ("PWV, median", water),
            ("Temperature", _spread(weather.temperature_c if weather else None, "°C")),
            ("Pressure", _spread(weather.pressure_hpa if weather else None, "hPa")),
            ("Humidity", _spread(weather.humidity_percent if weather else None, "%")),
            ("Wind", _spread(weather.wind_m_s if weather else None, "m/s")),
            ("Flagged", _NOT_KNOWN if flagged is None else _percent(flagged)),
        ],
    )


def _warnings(whole: Whole) -> Table:
    rows = [[found.title, found.text, found.limit_words] for found in whole.warnings]
    columns = [Column("Check"), Column("What was found", wide=True), Column("Limit")]
    return Table("Warnings", columns, rows, f"None. Other checks: {whole.others_words}.")


def _sources(told: ReportTold | None) -> Table:
    rows = [
        [
            source.intent,
            source.name,
            _NOT_KNOWN if source.ra_deg is None else format_ra(source.ra_deg, 1),
            _NOT_KNOWN if source.dec_deg is None else format_dec(source.dec_deg, 1),
            _fixed(source.minutes),
        ]
        for source in (told.sources if told else [])
    ]
    columns = [
        Column("Intent"),
        Column("Object", wide=True),
        Column("RA"),
        Column("Dec"),
        Column("Time [min]", number=True),
    ]
    return Table("Sources", columns, rows, _NOT_KNOWN)


def _calibrations(held: Sequence[KindHeld]) -> Table:
    rows = [[one.title, one.standing.value, one.text, one.rule] for one in held]
    columns = [Column("Kind"), Column("Stands"), Column("What is on file", wide=True)]
    return Table("Calibrations of the array (QA1)", [*columns, Column("Rule")], rows)


def _windows(whole: Whole) -> Table:
    columns = [
        Column("Window", wide=True),
        Column("Baseband"),
        Column("Center [GHz]", number=True),
        Column("Bandwidth [MHz]", number=True),
        Column("Channels", number=True),
        Column("Resolution [kHz]", number=True),
    ]
    return Table("Spectral windows", columns, [*map(_window, whole.windows)], _NOT_KNOWN)


def _window(window: Window) -> list[str]:
    return [
        window.name or window.ref,
        window.baseband or _NOT_KNOWN,
        _fixed(window.center_ghz, 4),
        _fixed(window.bandwidth_mhz, 3),
        _whole_number(window.channels),
        _fixed(window.resolution_khz, 3),
    ]


def _fluxes(whole: Whole) -> Table:
    rows = [
        [flux.source, _fixed(flux.frequency_ghz), _fixed(flux.flux_jy, 3), flux.stokes]
        for flux in whole.fluxes
    ]
    columns = [
        Column("Source", wide=True),
        Column("At [GHz]", number=True),
        Column("Flux [Jy]", number=True),
        Column("Stokes"),
    ]
    return Table("Fluxes of the quick reduction", columns, rows, _NOT_KNOWN)


def _phases(whole: Whole) -> Table:
    rows = [
        [row.correction or _NOT_KNOWN, _fixed(row.median_deg, 1), _fixed(row.worst_deg, 1)]
        for row in whole.phases
    ]
    columns = [
        Column("Correction", wide=True),
        Column("Median [°]", number=True),
        Column("Worst [°]", number=True),
    ]
    return Table("Phase rms of the quick reduction", columns, rows, _NOT_KNOWN)


def _flags(whole: Whole) -> Table:
    shares = whole.flags.by_reason if whole.flags else ()
    rows = [[reason or "none given", _percent(share)] for reason, share in shares]
    columns = [Column("Reason", wide=True), Column("Antenna time", number=True)]
    empty = _NOT_KNOWN if whole.flags is None else "Nothing is marked as bad."
    return Table("Flags", columns, rows, empty)


def _notes(told: ReportTold | None, whole: Whole | None) -> list[str]:
    if told is None:
        return [_UNREAD]
    further = whole.reasons.values() if whole else ()
    return [*told.reason_lines, *(f"N/A: {reason}" for reason in further), _FORMULAS]


def _amount(value: float | None, unit: str) -> str:
    return _NOT_KNOWN if value is None else f"{value:.2f}{_GAP}{unit}"


def _fixed(value: float | None, decimals: int = 2) -> str:
    return _NOT_KNOWN if value is None else f"{value:.{decimals}f}"


def _whole_number(value: int | None) -> str:
    return str(value) if value else _NOT_KNOWN


def _percent(share: float) -> str:
    return f"{100 * share:.1f}{_GAP}%"


def _spread(found: Range | None, unit: str) -> str:
    return _NOT_KNOWN if found is None else f"{found.least:.1f} to {found.most:.1f}{_GAP}{unit}"
