"""The rules of judging that can be broken, one error each; ``str()`` is a sentence for people."""

from collections.abc import Sequence


class QAError(Exception):
    """Base of the errors below."""


class BadJudgement(QAError):
    """A judgement that cannot be as given; ``field`` names what is wrong with it."""

    def __init__(self, field: str, sentence: str, legal: Sequence[str] = ()) -> None:
        self.field = field
        self.legal = list(legal)
        choice = f" Legal: {', '.join(self.legal)}." if self.legal else ""
        super().__init__(f"{sentence}{choice}")


class AlreadySettled(QAError):
    """A late verdict that somebody else has looked after already."""
