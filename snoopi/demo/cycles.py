"""ALMA's observing cycles: the code's first part, deadline, results, season. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle; the season's end is the first moment that no longer belongs to it."""

    name: str
    deadline: datetime
    results: datetime
    begins: datetime
    ends: datetime


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=15, tzinfo=UTC)


CYCLES: dict[str, Cycle] = {
    name: Cycle(name, *map(_day, dates))
    for name, dates in {
        "2011.0": ("2011-06-30", "2011-08-30", "2011-09-30", "2013-01-01"),
        "2012.1": ("2012-07-12", "2012-11-20", "2013-01-01", "2014-06-01"),
        "2013.1": ("2013-12-05", "2014-04-08", "2014-06-03", "2015-10-01"),
        "2015.1": ("2015-04-23", "2015-08-13", "2015-10-01", "2016-10-01"),
        "2016.1": ("2016-04-21", "2016-08-11", "2016-10-01", "2017-10-01"),
        "2017.1": ("2017-04-20", "2017-08-10", "2017-10-01", "2018-10-01"),
        "2018.1": ("2018-04-19", "2018-08-09", "2018-10-01", "2019-10-01"),
        "2019.1": ("2019-04-17", "2019-08-08", "2019-10-01", "2021-10-01"),
        "2021.1": ("2021-04-21", "2021-08-12", "2021-10-01", "2022-10-01"),
        "2022.1": ("2022-04-21", "2022-08-11", "2022-10-01", "2023-10-01"),
        "2023.1": ("2023-05-10", "2023-08-17", "2023-10-01", "2024-10-01"),
        "2024.1": ("2024-04-25", "2024-08-15", "2024-10-01", "2025-10-01"),
        "2025.1": ("2025-04-24", "2025-08-14", "2025-10-01", "2026-10-01"),
    }.items()
}


def cycle_named(name: str) -> Cycle:
    """Answer a cycle; one that is not in the table follows the usual calendar."""
    if name in CYCLES:
        return CYCLES[name]
    year = int(name[:4])
    days = (f"{year}-04-24", f"{year}-08-14", f"{year}-10-01", f"{year + 1}-10-01")
    return Cycle(name, *map(_day, days))


def season_year(at: datetime) -> int:
    """The year in which the observing season of a moment began: seasons begin in October."""
    return at.year if at.month >= 10 else at.year - 1
