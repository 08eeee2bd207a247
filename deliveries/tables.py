"""Reading the tables of this room: CSV to rows. Pure; see ``projects.tables``."""

from collections.abc import Mapping
from datetime import date

from deliveries.policy import Category, MonthsRule, PeriodKind
from projects.tables import Cells, Reader, confidence_of, csv_rows, filled, one_of

LONGEST_MONTHS = 1200


def read_months(name: str, text: str) -> list[MonthsRule]:
    """The lengths of proprietary periods of a CSV table."""
    return csv_rows(name, text, _months_rule)


def _months_rule(cells: Cells) -> MonthsRule:
    text = cells["months"]
    if not (text.isascii() and text.isdigit()) or int(text[:9]) > LONGEST_MONTHS:
        raise ValueError(f"months is no whole number from 0 to {LONGEST_MONTHS}: “{text}”")
    return MonthsRule(
        period=one_of(cells, "period", tuple(PeriodKind)),
        category=one_of(cells, "category", tuple(Category)),
        first_day=date.fromisoformat(cells["first_day"]),
        months=int(text),
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


DELIVERY_READERS: Mapping[str, Reader] = {"proprietary_months.csv": read_months}
