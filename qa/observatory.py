"""The limits on executions as they stand: ours, or an operator's (``projects.observatory``)."""

from functools import partial
from pathlib import Path
from typing import Any

from projects import observatory
from projects.tables import read_table
from qa.limits import Limits
from qa.tables import QA_READERS

OWN_TABLES = Path(__file__).parent / "data"
_read = partial(read_table, readers=QA_READERS)


def _table(name: str) -> tuple[Any, ...]:
    return observatory.table(name, ours=OWN_TABLES, read=_read)


def limits() -> Limits:
    """The tables of limits."""
    return Limits(
        antenna_rules=_table("antennas.csv"),
        limits=_table("limits.csv"),
        calibrator_rules=_table("calibrators.csv"),
        nominals=_table("array_configurations.csv"),
    )
