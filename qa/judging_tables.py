"""Reading the tables that judging needs: reasons, planned temperatures. Pure; see ``qa.tables``."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from math import inf

from projects.states import QA0Status, QA2Outcome
from projects.tables import BadTable, Cells, Reader, confidence_of, csv_rows, filled, one_of
from qa.calibrations import ARRAYS, AgeRule, CalibrationKind
from qa.fraction import NominalTsys
from qa.problems import WindowRule
from qa.reasons import QALevel, Reason, missing_other
from qa.scores import BANDS as BANDS_OF_SCORES
from qa.scores import ScoreBand, ScoreWord

BANDS = tuple(str(band) for band in range(1, 11))
LONGEST_CODE, LONGEST_NAME = 40, 200
MOST_MONTHS = 120


def read_nominal_tsys(name: str, text: str) -> list[NominalTsys]:
    """The planned system temperatures of a CSV table."""
    return csv_rows(name, text, _nominal_tsys)


def _nominal_tsys(cells: Cells) -> NominalTsys:
    tsys_k = float(filled(cells, "tsys_k"))
    if not 0 < tsys_k < inf:
        raise ValueError(f"tsys_k is no temperature above zero: {tsys_k}")
    return NominalTsys(
        first_cycle=filled(cells, "first_cycle"),
        array=one_of(cells, "array", ARRAYS),
        band=int(one_of(cells, "band", BANDS)),
        tsys_k=tsys_k,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


_OUTCOMES: Mapping[QALevel, tuple[str, ...]] = {
    QALevel.QA0: tuple(QA0Status),
    QALevel.QA2: tuple(QA2Outcome),
    QALevel.QA3: (),
}


def read_reasons(name: str, text: str) -> list[Reason]:
    """The reasons of a CSV table; each level has the reason ``other``."""
    rows = csv_rows(name, text, _reason)
    for level in missing_other(rows):
        raise BadTable(f"{name}: the reasons of {level} lack “other”")
    given = Counter((row.level, row.code) for row in rows)
    for level, code in (key for key, times in given.items() if times > 1):
        raise BadTable(f"{name}: {level} has the reason “{code}” more than once")
    return rows


def _reason(cells: Cells) -> Reason:
    level = QALevel(one_of(cells, "level", tuple(QALevel)))
    outcomes = tuple(cells["outcomes"].split())
    for word in outcomes:
        if word not in _OUTCOMES[level]:
            raise ValueError(f"“{word}” is no outcome of {level}")
    return Reason(
        level=level,
        code=_code(cells, "code"),
        family=_code(cells, "family"),
        outcomes=outcomes,
        name=_name(cells),
        text=filled(cells, "text"),
        source=filled(cells, "source"),
    )


def _name(cells: Cells) -> str:
    name = filled(cells, "name")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"name has more than {LONGEST_NAME} characters")
    return name


def _code(cells: Cells, column: str) -> str:
    """A word that programs and old decisions name it by."""
    word = filled(cells, column)
    if not (word.isascii() and word.isidentifier() and len(word) <= LONGEST_CODE):
        raise ValueError(f"{column} “{word}” is no word of letters, digits and underscores")
    return word


def read_score_bands(name: str, text: str) -> list[ScoreBand]:
    """The bands of the pipeline's scores of a CSV table."""
    return csv_rows(name, text, _score_band)


def _score_band(cells: Cells) -> ScoreBand:
    most = float(filled(cells, "most"))
    if not -1 <= most <= 1:
        raise ValueError(f"most lies outside -1 to 1: {most}")
    return ScoreBand(
        first_cycle=filled(cells, "first_cycle"),
        word=ScoreWord(one_of(cells, "word", tuple(BANDS_OF_SCORES))),
        most=most,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def read_windows(name: str, text: str) -> list[WindowRule]:
    """How long after delivery problems are reported in time, of a CSV table."""
    return csv_rows(name, text, _window)


def _window(cells: Cells) -> WindowRule:
    months = cells["months"]
    if not (months.isascii() and months.isdigit()) or int(months[:4]) > MOST_MONTHS:
        raise ValueError(f"months is no whole number from 0 to {MOST_MONTHS}: “{months}”")
    return WindowRule(
        first_day=date.fromisoformat(cells["first_day"]),
        months=int(months),
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def read_calibration_ages(name: str, text: str) -> list[AgeRule]:
    """How long calibrations of the array hold, of a CSV table."""
    return csv_rows(name, text, _age_rule)


def _age_rule(cells: Cells) -> AgeRule:
    days = float(filled(cells, "days"))
    if not 0 < days < inf:
        raise ValueError(f"days is no number above 0: “{cells['days']}”")
    return AgeRule(
        first_day=date.fromisoformat(cells["first_day"]),
        kind=CalibrationKind(one_of(cells, "kind", tuple(CalibrationKind))),
        array=one_of(cells, "array", ("", *ARRAYS)),
        days=days,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


JUDGING_READERS: Mapping[str, Reader] = {
    "calibration_ages.csv": read_calibration_ages,
    "nominal_tsys.csv": read_nominal_tsys,
    "pipeline_scores.csv": read_score_bands,
    "problem_windows.csv": read_windows,
    "reasons.csv": read_reasons,
}
