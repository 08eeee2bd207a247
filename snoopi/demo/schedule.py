"""An invented configuration schedule, so that the living world has a season to look at.

Written beside the other files of the demonstration; every row says that it is invented,
and none of them is used for a cycle that the observatory's own tables know.
"""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from snoopi.demo.cycles import cycle_named, season_year

_SOURCE = "invented for the demonstration"
# The array grows from the compact to the long configurations and back, as in a usual year;
# nothing is observed in February.
_STEPS = (
    ("C-3", "10-01", "10-24"),
    ("C-2", "10-25", "11-14"),
    ("C-1", "11-15", "12-19"),
    ("C-2", "12-20", "01-31"),
    ("C-3", "03-01", "04-04"),
    ("C-4", "04-05", "05-16"),
    ("C-5", "05-17", "06-20"),
    ("C-6", "06-21", "07-31"),
    ("C-5", "08-01", "08-29"),
    ("C-4", "08-30", "09-30"),
)


def write_schedule(folder: Path, today: datetime) -> None:
    """Write the cycles and the schedule of the years around ``today``."""
    folder.mkdir(parents=True, exist_ok=True)
    years = range(season_year(today) - 2, season_year(today) + 2)
    _write(folder / "cycles.csv", ("cycle", "name"), map(_cycle, years))
    rows = (row for year in years for row in _windows(year))
    _write(folder / "configurations.csv", ("cycle", "configurations"), rows)


def _write(path: Path, head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*head, "first_day", "last_day", "confidence", "source"])
        writer.writerows([*row, "demonstration", _SOURCE] for row in rows)


def _cycle(year: int) -> tuple[str, ...]:
    cycle = cycle_named(f"{year}.1")
    last = cycle.ends - timedelta(days=1)
    days = (cycle.begins.date().isoformat(), last.date().isoformat())
    return (cycle.name, f"Cycle of {year}", *days)


def _windows(year: int) -> Iterator[tuple[str, ...]]:
    for name, first, last in _STEPS:
        first_day, last_day = (
            f"{year if day >= '10' else year + 1}-{day}" for day in (first, last)
        )
        yield (f"{year}.1", name, first_day, last_day)
