"""Reading the tables of limits: CSV to rows. Pure; see ``projects.tables``."""

from collections.abc import Mapping

from projects.tables import Cells, Reader, confidence_of, csv_rows, filled, one_of
from qa.limits import AntennaRule

ARRAYS = ("12m", "7m", "TP")


def read_antenna_rules(name: str, text: str) -> list[AntennaRule]:
    """The numbers of antennas of a CSV table."""
    return csv_rows(name, text, _antenna_rule)


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


def _count(cells: Cells, column: str) -> int | None:
    text = cells[column]
    if text and not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{column} is no whole number above zero: “{text}”")
    return int(text) if text else None


QA_READERS: Mapping[str, Reader] = {"antennas.csv": read_antenna_rules}
