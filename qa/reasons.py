"""The reasons that a verdict may have: rows of the observatory's table. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

OTHER = "other"


class QALevel(StrEnum):
    """The levels of quality assurance that give reasons."""

    QA0 = "qa0"
    QA2 = "qa2"
    QA3 = "qa3"


def family_words(family: str) -> str:
    """A family of reasons as a heading."""
    return family.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason: when it is offered, and what it says.

    ``outcomes`` are the verdicts that it may be given for; none of them: whatever the
    verdict is.
    """

    level: QALevel
    code: str
    family: str
    outcomes: tuple[str, ...]
    name: str
    text: str
    source: str

    @property
    def family_words(self) -> str:
        """The family as a heading."""
        return family_words(self.family)

    def fits(self, outcome: str) -> bool:
        """Whether it may be given for a verdict."""
        return not self.outcomes or outcome in self.outcomes


@dataclass(frozen=True, slots=True)
class Reasons:
    """The observatory's table of reasons."""

    rows: Sequence[Reason] = ()

    def on(self, level: QALevel) -> list[Reason]:
        """The reasons of one level, in the table's order."""
        return [row for row in self.rows if row.level == level]

    def named(self, level: QALevel, codes: Iterable[str]) -> list[Reason]:
        """The reasons with these codes, each once, in the table's order."""
        wanted = {*codes}
        return [row for row in self.on(level) if row.code in wanted]


def missing_other(rows: Iterable[Reason]) -> list[QALevel]:
    """The levels of which a table lacks ``other``: every list must have a way out."""
    having = {row.level for row in rows if row.code == OTHER}
    return [level for level in QALevel if level not in having]
