"""The observatory's dated tables as they stand: ours, an operator's, the demonstration's.

A file of an operator's folder (``OBSERVATORY_DATA``) replaces ours of the same name. The
demonstration only adds rows on cycles that no other row knows, and says so in each.
Changed files are read anew; unchanged ones cost a look at their dates.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from projects.season import Calendar
from projects.tables import Acknowledgement, Centre, read_table
from projects.turnaround import ServiceGoal

ReadTable = Callable[[Path], list[Any]]
OWN_TABLES = Path(__file__).parent / "data"


@lru_cache(maxsize=64)
def _kept(path: Path, read: ReadTable, modified_ns: int, size: int) -> tuple[Any, ...]:  # noqa: ARG001 - the cache's key
    return tuple(read(path))


def _rows(path: Path, read: ReadTable) -> tuple[Any, ...]:
    stat = path.stat()
    return _kept(path, read, stat.st_mtime_ns, stat.st_size)


def table(name: str, *, ours: Path = OWN_TABLES, read: ReadTable = read_table) -> tuple[Any, ...]:
    """The rows of a table: the operator's where there is one, else those in ``ours``."""
    theirs = settings.OBSERVATORY_DATA
    given = theirs / name if theirs else None
    return _rows(given if given and given.exists() else ours / name, read)


def _with_demonstration(name: str) -> list[Any]:
    rows = [*table(name)]
    invented = settings.DEMO_DIR / name
    if invented.exists():
        known = {row.cycle for row in rows}
        rows += [row for row in _rows(invented, read_table) if row.cycle not in known]
    return rows


def calendar() -> Calendar:
    """The cycles, the configuration schedule and the carry-over rules."""
    return Calendar(
        _with_demonstration("cycles.csv"),
        _with_demonstration("configurations.csv"),
        table("carry_over.csv"),
    )


def service_goals() -> tuple[ServiceGoal, ...]:
    """How soon after their observation data are to be delivered."""
    return table("service_goals.csv")


def centre(arc: str) -> Centre | None:
    """The regional center that a project names; None where none is on file."""
    return next((row for row in table("centres.toml") if row.arc == arc), None)


def acknowledgement(today: date) -> Acknowledgement | None:
    """The observatory's words for papers as of a day; None where none is on file."""
    texts = [row for row in table("acknowledgements.toml") if row.first_day <= today]
    return texts[-1] if texts else None
