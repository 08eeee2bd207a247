"""How long proprietary periods are, by dated rules with their sources. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Category(StrEnum):
    """Whose data they are, as far as the length of their period goes."""

    REGULAR = "regular"
    DDT = "ddt"
    OBSERVATORY = "observatory"


class PeriodKind(StrEnum):
    """Which period a rule is on."""

    EXCLUSIVE = "exclusive"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsRule:
    """So many months from a day on, until a later rule; no months: public at once."""

    period: str
    category: str
    first_day: date
    months: int
    confidence: str
    source: str


_OBSERVATORY_SUFFIXES = frozenset({"CAL", "CSV", "E", "SIM", "SV"})


def category_of(code: str, *, is_ddt: bool) -> Category:
    """Answer whose data a project's are: the code's last part names the observatory's own."""
    if code.rpartition(".")[2] in _OBSERVATORY_SUFFIXES:
        return Category.OBSERVATORY
    return Category.DDT if is_ddt else Category.REGULAR


def rule_on(
    rules: Iterable[MonthsRule], period: PeriodKind, category: Category, day: date
) -> MonthsRule | None:
    """Answer the rule of a day, the one that began last; None where none is on file."""
    found = [
        rule
        for rule in rules
        if (rule.period, rule.category) == (period, category) and rule.first_day <= day
    ]
    return max(found, key=lambda rule: rule.first_day, default=None)
