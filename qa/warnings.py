"""What the pages warn of: an execution's figures against what was asked and the limits. Pure.

Each check answers one finding, whatever its verdict. The codes are those that limits.csv
and the API name; the limits are rows of dated tables, never numbers in here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from types import MappingProxyType

from qa.findings import (
    Bounds,
    Facts,
    Finding,
    Measured,
    judged,
    no_rule,
    not_applicable,
    not_known,
    within,
)
from qa.intents import intent_word
from qa.limits import CalibratorRule, Limit, Limits
from qa.observed import Flux, PhaseNoise

TOTAL_POWER = "TP"
CORRECTED = "AP_CORRECTED"
_BANDPASS = "CALIBRATE_BANDPASS"
_ANTENNA_TIME = "share of antenna time"
_SINGLE_DISHES = "Total power antennas observe each on their own."

# The lowest sky frequency of each receiver band in GHz (ALMA Technical Handbook).
BAND_STARTS_GHZ: Mapping[int, float] = MappingProxyType(
    {1: 35, 2: 67, 3: 84, 4: 125, 5: 158, 6: 211, 7: 275, 8: 385, 9: 602, 10: 787}
)


def findings(facts: Facts, limits: Limits) -> list[Finding]:
    """Answer one finding of each check, in the order of the page."""
    return [check(facts, limits) for check in _CHECKS.values()]


def _few_antennas(facts: Facts, limits: Limits) -> Finding:
    code = "few_antennas"
    if not facts.antennas:
        return not_known(code, facts.why_without("Antenna", "Its data set names no antenna."))
    if not (facts.cycle and facts.array):
        return not_known(code, "No source says which array observed in which cycle.")
    rule = limits.antennas(facts.cycle, facts.array)
    text = f"{facts.antennas} antennas of the {facts.array} array"
    if rule and rule.nominal is not None:
        text = f"{text}, {rule.nominal} being nominal"
    measured = Measured(text, facts.antennas, "antennas")
    if rule is None or rule.minimum is None:
        return no_rule(code, measured, rule.source if rule else "")
    return judged(code, measured, (rule.minimum, None), rule.source)


def _shadowing(facts: Facts, limits: Limits) -> Finding:
    code = "shadowing"
    if facts.antennas == 1:
        return not_applicable(code, "A single antenna stands in nobody's shadow.")
    if facts.shadowed_share is None:
        return not_known(code, facts.shadowing_unknown)
    text = f"{facts.shadowed_share:.1%} of antenna time on target in the shadow of another dish"
    return within(code, Measured(text, facts.shadowed_share, _ANTENNA_TIME), facts, limits)


def _low_elevation(facts: Facts, limits: Limits) -> Finding:
    code, lowest = "low_elevation", facts.elevation_min_deg
    if lowest is None:
        return not_known(code, "No elevation of a science target can be computed.")
    measured = Measured(f"Science targets down to {lowest:.1f}° elevation", lowest, "deg")
    return within(code, measured, facts, limits)


def _tsys(facts: Facts, limits: Limits) -> Finding:
    code, kelvin = "tsys_out_of_range", facts.tsys_k
    if kelvin is None:
        return not_known(code, facts.why_without("SysCal", "No system temperature was measured."))
    measured = Measured(f"{kelvin:.1f} K on average where measured", kelvin, "K")
    return within(code, measured, facts, limits)


def _missing_calibrator(facts: Facts, limits: Limits) -> Finding:
    code = "missing_calibrator"
    if not facts.execution.scans:
        return not_known(code, facts.why_without("Scan", "Its data set has no scans."))
    if not (facts.cycle and facts.array):
        return not_known(code, "No source says which array observed in which cycle.")
    needed = limits.calibrators(facts.cycle, facts.array)
    if not needed:
        text = f"Which calibrators the {facts.array} array needs is not on file"
        return no_rule(code, Measured(text, None, ""))
    done = {intent for scan in facts.execution.scans for intent in scan.intents}
    lacking = [rule for rule in needed if not done.intersection(rule.intents)]
    words = _lacking_words(lacking) or f"All {len(needed)} purposes have a calibrator."
    source = (lacking or needed)[0].source
    found = judged(code, Measured(words, len(lacking), "lacking"), (None, 0), source)
    return replace(found, text=words)


def _lacking_words(lacking: Sequence[CalibratorRule]) -> str:
    words = (
        " or ".join(intent_word(intent).removesuffix(" Calibrator") for intent in rule.intents)
        for rule in lacking
    )
    return " ".join(f"No {kind} Calibrator." for kind in words)


def _weak_bandpass(facts: Facts, limits: Limits) -> Finding:
    code = "weak_bandpass_calibrator"
    if facts.array == TOTAL_POWER:
        return not_applicable(code, _SINGLE_DISHES)
    names = {scan.source for scan in facts.execution.scans if _BANDPASS in scan.intents}
    if not names:
        return not_known(code, "Its data set has no bandpass calibrator.")
    known = [flux for flux in facts.execution.fluxes if flux.source in names and flux.stokes == "I"]
    if not known:
        said = facts.why_without("CalFlux", "Its data set gives fluxes of other sources only.")
        return not_known(code, f"The flux of {', '.join(sorted(names))} is not known. {said}")
    weakest: Flux = min(known, key=lambda flux: flux.flux_jy)
    text = f"{weakest.source} has {weakest.flux_jy:.3g} Jy"
    return within(code, Measured(text, weakest.flux_jy, "Jy"), facts, limits)


def _resolution(facts: Facts, limits: Limits) -> Finding:
    code, measured = "resolution_out_of_range", facts.resolution_arcsec
    if facts.array == TOTAL_POWER:
        return not_applicable(code, _SINGLE_DISHES)
    if measured is None:
        return not_known(code, "The angular resolution is not known.")
    asked, is_goals = _asked(facts, "min_resolution_arcsec", "max_resolution_arcsec")
    finest, coarsest = asked
    rule = limits.limit(code, facts.cycle, facts.array, facts.bands)
    if not (finest or coarsest):
        (coarsest,), is_goals = _asked(facts, "resolution_arcsec")
        rule = limits.limit("resolution_single", facts.cycle, facts.array, facts.bands)
    if not (finest or coarsest):
        return not_known(code, "No source says which resolution was asked for.")
    bounds = _bounds(rule, finest, coarsest)
    found = Measured(f"Resolution {measured:.3g}″", measured, "arcsec")
    return _against_asked(code, found, bounds, rule, is_goals)


def _scale(facts: Facts, limits: Limits) -> Finding:
    code, measured = "scale_out_of_range", facts.largest_scale_arcsec
    if facts.array == TOTAL_POWER:
        return not_applicable(code, _SINGLE_DISHES)
    if measured is None:
        return not_known(code, "The maximum recoverable scale is not known.")
    (wanted,), is_goals = _asked(facts, "largest_scale_arcsec")
    if not wanted:
        return not_known(code, "No source says which largest scale was asked for.")
    rule = limits.limit(code, facts.cycle, facts.array, facts.bands)
    bounds = _bounds(rule, wanted, None)
    found = Measured(f"Maximum recoverable scale {measured:.3g}″", measured, "arcsec")
    return _against_asked(code, found, bounds, rule, is_goals)


def _asked(facts: Facts, *names: str) -> tuple[list[float | None], bool]:
    """What was asked under some names, and whether it was asked of the goal as a whole."""
    own, goals = (
        [_number(asked.get(name)) for name in names] for asked in (facts.asked, facts.asked_of_goal)
    )
    return (own, False) if any(own) or not any(goals) else (goals, True)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _bounds(rule: Limit | None, least: float | None, most: float | None) -> Bounds:
    """What was asked for, widened by the rule's factors; a factor left out asks nothing."""
    low, high = (rule.least, rule.most) if rule else (None, None)
    return low and least and least * low, high and most and most * high


def _against_asked(
    code: str, measured: Measured, bounds: Bounds, rule: Limit | None, is_goals: bool
) -> Finding:
    if rule is None:
        return no_rule(code, measured)
    found = judged(code, measured, bounds, rule.source)
    if found.is_warning and is_goals:
        said = "It was asked of the whole science goal, which other arrays may serve."
        return not_known(code, f"{found.text} {said}")
    return found


def _flagged(facts: Facts, limits: Limits) -> Finding:
    code, share = "flagged_data", facts.flagged_fraction
    if share is None:
        return not_known(code, facts.why_without("Flag", "Nothing says which data were bad."))
    measured = Measured(f"{share:.1%} of antenna time marked as bad", share, _ANTENNA_TIME)
    return within(code, measured, facts, limits)


def _short(facts: Facts, limits: Limits) -> Finding:
    code, minutes = "short_observation", facts.execution.duration_min
    if not facts.planned_min:
        return not_known(code, "No source says how long an execution was planned to take.")
    share = minutes / facts.planned_min
    text = f"{minutes:.1f} min of {facts.planned_min:.1f} min planned"
    return within(code, Measured(text, share, "share of the planned time"), facts, limits)


def corrected(phases: Sequence[PhaseNoise]) -> list[PhaseNoise]:
    """The phase noise after the radiometers' correction, or all where none is corrected."""
    return [noise for noise in phases if noise.correction == CORRECTED] or list(phases)


def _phase_rms(facts: Facts, limits: Limits) -> Finding:
    code = "phase_rms"
    if facts.array == TOTAL_POWER:
        return not_applicable(code, _SINGLE_DISHES)
    phases = corrected(facts.execution.phases)
    if not phases:
        return not_known(code, facts.why_without("CalPhase", "Its data set gives no phase noise."))
    degrees = median(noise.median_deg for noise in phases)
    measured = Measured(f"Phase rms {degrees:.1f}° on calibrators", degrees, "deg")
    return within(code, measured, facts, limits)


def _band(facts: Facts, limits: Limits) -> Finding:
    code = "band_above_conditions"
    if facts.array == TOTAL_POWER:
        return not_applicable(code, _SINGLE_DISHES)
    known = [noise for noise in corrected(facts.execution.phases) if noise.frequency_ghz]
    if not known or not facts.bands:
        said = "No phase noise with its frequency, or no band, is known."
        return not_known(code, facts.why_without("CalPhase", said))
    rule = limits.limit(code, facts.cycle, facts.array)
    observed = max(facts.bands)
    if rule is None or rule.most is None:
        return no_rule(code, Measured(f"Observed in Band {observed}", observed, "band"))
    slope = median(noise.median_deg / (noise.frequency_ghz or 1) for noise in known)
    fit = [band for band, start in BAND_STARTS_GHZ.items() if slope * start <= rule.most]
    highest = max(fit, default=0)
    words = f"up to Band {highest}" if fit else "no band"
    text = f"Observed in Band {observed}; the phases would serve {words}."
    found = judged(code, Measured(text, observed, "band"), (None, highest), rule.source)
    return replace(found, text=text)


_CHECKS: Mapping[str, Callable[[Facts, Limits], Finding]] = MappingProxyType(
    {
        "few_antennas": _few_antennas,
        "shadowing": _shadowing,
        "low_elevation": _low_elevation,
        "tsys_out_of_range": _tsys,
        "missing_calibrator": _missing_calibrator,
        "weak_bandpass_calibrator": _weak_bandpass,
        "resolution_out_of_range": _resolution,
        "scale_out_of_range": _scale,
        "flagged_data": _flagged,
        "short_observation": _short,
        "phase_rms": _phase_rms,
        "band_above_conditions": _band,
    }
)
