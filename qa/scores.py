"""What the pipeline's scores stand for: bands of a dated table, each with its source. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from qa.limits import newest


class ScoreWord(StrEnum):
    """What a score stands for; the last two are no bands."""

    NOT_COMPUTED = "not computed"
    ERROR = "error"
    WARNING = "warning"
    SUB_OPTIMAL = "sub-optimal"
    GOOD = "good"
    NO_SCORE = "no QA"
    NO_RULE = "no rule on file"


BANDS = tuple(word for word in ScoreWord if word not in (ScoreWord.NO_SCORE, ScoreWord.NO_RULE))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBand:
    """Scores up to ``most``, above those of the band below, stand for ``word``."""

    first_cycle: str
    word: ScoreWord
    most: float
    confidence: str
    source: str


def word_of(score: float | None, bands: Iterable[ScoreBand], cycle: str) -> ScoreWord:
    """Answer what a score stands for in a cycle; a stage without a score has no QA."""
    if score is None:
        return ScoreWord.NO_SCORE
    rows = list(bands)
    held = [newest((row for row in rows if row.word == word), cycle) for word in BANDS]
    fitting = [row for row in held if row is not None and score <= row.most]
    lowest = min(fitting, key=lambda row: row.most, default=None)
    return lowest.word if lowest else ScoreWord.NO_RULE
