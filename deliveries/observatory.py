"""The rules on proprietary periods as they stand: ours, or an operator's."""

from datetime import datetime
from functools import partial
from pathlib import Path

from deliveries.policy import MonthsRule, PeriodKind, category_of, rule_on
from deliveries.tables import DELIVERY_READERS
from projects import observatory
from projects.models import Project
from projects.tables import read_table

OWN_TABLES = Path(__file__).parent / "data"
_read = partial(read_table, readers=DELIVERY_READERS)


def months_rule(project: Project | None, period: PeriodKind, at: datetime) -> MonthsRule | None:
    """Answer how long a period of a project's data is that starts at a moment."""
    rules = observatory.table("proprietary_months.csv", ours=OWN_TABLES, read=_read)
    code, is_ddt = (project.code or "", project.is_ddt) if project else ("", False)
    return rule_on(rules, period, category_of(code, is_ddt=is_ddt), at.date())
