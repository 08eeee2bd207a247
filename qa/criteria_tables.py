"""Reading the tables of QA2's criteria: CSV to rows. Pure; see ``qa.tables``."""

from collections.abc import Mapping
from math import inf

from projects.tables import Cells, Reader, confidence_of, csv_rows, filled, one_of
from qa.criteria import BeamMeasure, BeamRule, RmsRule
from qa.judging_tables import BANDS


def read_rms_rules(name: str, text: str) -> list[RmsRule]:
    """The tolerances on noise of a CSV table."""
    return csv_rows(name, text, _rms_rule)


def read_beam_rules(name: str, text: str) -> list[BeamRule]:
    """The rules on beams of a CSV table."""
    return csv_rows(name, text, _beam_rule)


def _rms_rule(cells: Cells) -> RmsRule:
    passes, judged = _ratios(cells)
    if passes is None:
        raise ValueError("pass_ratio is empty")
    return RmsRule(
        first_cycle=filled(cells, "first_cycle"),
        band=int(one_of(cells, "band", BANDS)),
        pass_ratio=passes,
        judged_ratio=judged,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _beam_rule(cells: Cells) -> BeamRule:
    measure = BeamMeasure(one_of(cells, "measure", tuple(BeamMeasure)))
    passes, judged = _ratios(cells)
    if (passes is not None) != (measure == BeamMeasure.AREA):
        raise ValueError(f"pass_ratio belongs to {BeamMeasure.AREA}, and to nothing else")
    return BeamRule(
        first_cycle=filled(cells, "first_cycle"),
        measure=measure,
        pass_ratio=passes,
        judged_ratio=judged,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _ratios(cells: Cells) -> tuple[float | None, float | None]:
    passes, judged = _ratio(cells, "pass_ratio"), _ratio(cells, "judged_ratio")
    if judged is not None and (passes is None or judged <= passes):
        raise ValueError("judged_ratio is not above pass_ratio")
    return passes, judged


def _ratio(cells: Cells, column: str) -> float | None:
    text = cells[column]
    if not text:
        return None
    ratio = float(text)
    if not 1 <= ratio < inf:
        raise ValueError(f"{column} is no ratio of 1 or more: “{text}”")
    return ratio


CRITERIA_READERS: Mapping[str, Reader] = {
    "rms_tolerances.csv": read_rms_rules,
    "beam_rules.csv": read_beam_rules,
}
