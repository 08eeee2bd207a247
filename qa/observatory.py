"""The limits on executions as they stand: ours, or an operator's (``projects.observatory``)."""

from functools import partial
from pathlib import Path
from typing import Any

from projects import observatory
from projects.tables import read_table
from qa.calibrations import AgeRule
from qa.criteria import Criteria
from qa.fraction import NominalTsys
from qa.limits import Limits, newest
from qa.problems import WindowRule
from qa.reasons import Reasons
from qa.scores import ScoreBand
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


def criteria() -> Criteria:
    """The criteria of QA2."""
    return Criteria(rms_rules=_table("rms_tolerances.csv"), beam_rules=_table("beam_rules.csv"))


def reasons() -> Reasons:
    """The table of reasons."""
    return Reasons(_table("reasons.csv"))


def problem_windows() -> tuple[WindowRule, ...]:
    """How long after delivery problems are reported in time."""
    return _table("problem_windows.csv")


def calibration_ages() -> tuple[AgeRule, ...]:
    """How long calibrations of the array hold."""
    return _table("calibration_ages.csv")


def score_bands() -> tuple[ScoreBand, ...]:
    """What the pipeline's scores stand for."""
    return _table("pipeline_scores.csv")


def nominal_tsys(cycle: str, array: str, band: int | None) -> NominalTsys | None:
    """The system temperature that time is planned with; None where no rule is on file."""
    rows = _table("nominal_tsys.csv")
    return newest((row for row in rows if (row.array, row.band) == (array, band)), cycle)
