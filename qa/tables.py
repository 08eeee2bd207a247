"""Reading the tables of limits: CSV to rows. Pure; see ``projects.tables``."""

import math
import re
from collections.abc import Mapping

from projects.tables import Cells, Reader, confidence_of, csv_rows, filled, one_of
from qa.criteria_tables import CRITERIA_READERS
from qa.judging_tables import JUDGING_READERS
from qa.limits import AntennaRule, CalibratorRule, Limit, Nominal, plain_configuration

ARRAYS = ("12m", "7m", "TP")
CODES = (
    *("shadowing", "low_elevation", "tsys_out_of_range", "weak_bandpass_calibrator"),
    *("resolution_out_of_range", "resolution_single", "scale_out_of_range", "flagged_data"),
    *("short_observation", "band_above_conditions", "phase_rms"),
)
_INTENT = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
_HIGHEST_BAND = 10


def read_antenna_rules(name: str, text: str) -> list[AntennaRule]:
    """The numbers of antennas of a CSV table."""
    return csv_rows(name, text, _antenna_rule)


def read_limits(name: str, text: str) -> list[Limit]:
    """The limits of a CSV table."""
    return csv_rows(name, text, _limit)


def read_calibrator_rules(name: str, text: str) -> list[CalibratorRule]:
    """The calibrators that executions need, of a CSV table."""
    return csv_rows(name, text, _calibrator_rule)


def read_nominals(name: str, text: str) -> list[Nominal]:
    """The handbook's values for configurations, of a CSV table."""
    return csv_rows(name, text, _nominal)


def _antenna_rule(cells: Cells) -> AntennaRule:
    nominal, minimum = _count(cells, "nominal"), _count(cells, "minimum")
    if nominal is not None and minimum is not None and minimum > nominal:
        raise ValueError(f"the minimum {minimum} is above the nominal {nominal}")
    return AntennaRule(
        first_cycle=filled(cells, "first_cycle"),
        array=one_of(cells, "array", ARRAYS),
        nominal=nominal,
        minimum=minimum,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _limit(cells: Cells) -> Limit:
    least, most = _number(cells, "least"), _number(cells, "most")
    if least is None and most is None:
        raise ValueError("least and most are both empty")
    if least is not None and most is not None and least > most:
        raise ValueError(f"least {least:g} is above most {most:g}")
    return Limit(
        code=one_of(cells, "code", CODES),
        first_cycle=filled(cells, "first_cycle"),
        array=one_of(cells, "array", ("", *ARRAYS)),
        band=_band(cells),
        least=least,
        most=most,
        unit=filled(cells, "unit"),
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _calibrator_rule(cells: Cells) -> CalibratorRule:
    intents = tuple(cells["intents"].split())
    if wrong := [intent for intent in intents if not _INTENT.fullmatch(intent)]:
        raise ValueError(f"intents are written as CALIBRATE_PHASE: “{wrong[0]}”")
    return CalibratorRule(
        first_cycle=filled(cells, "first_cycle"),
        array=one_of(cells, "array", ARRAYS),
        intents=intents,
        words=filled(cells, "words"),
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _nominal(cells: Cells) -> Nominal:
    return Nominal(
        first_cycle=filled(cells, "first_cycle"),
        configuration=plain_configuration(filled(cells, "configuration")),
        longest_m=_length(cells, "longest_m"),
        l80_m=_length(cells, "l80_m"),
        l5_m=_length(cells, "l5_m"),
        frequency_ghz=_length(cells, "frequency_ghz"),
        resolution_arcsec=_length(cells, "resolution_arcsec"),
        scale_arcsec=_length(cells, "scale_arcsec"),
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _count(cells: Cells, column: str) -> int | None:
    text = cells[column]
    if text and not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{column} is no whole number above zero: “{text}”")
    return int(text) if text else None


def _band(cells: Cells) -> int | None:
    band = _count(cells, "band")
    if band is not None and band > _HIGHEST_BAND:
        raise ValueError(f"there is no band {band}")
    return band


def _number(cells: Cells, column: str) -> float | None:
    text = cells[column]
    try:
        number = float(text) if text else None
    except ValueError:
        number = math.nan
    if number is not None and not (math.isfinite(number) and number >= 0):
        raise ValueError(f"{column} is no number of 0 or more: “{text}”")
    return number


def _length(cells: Cells, column: str) -> float:
    number = _number(cells, column)
    if not number:
        raise ValueError(f"{column} is no number above zero")
    return number


QA_READERS: Mapping[str, Reader] = {
    "antennas.csv": read_antenna_rules,
    "limits.csv": read_limits,
    "calibrators.csv": read_calibrator_rules,
    "array_configurations.csv": read_nominals,
    **JUDGING_READERS,
    **CRITERIA_READERS,
}
