"""The rules that can be broken here, one error each; ``str()`` is a sentence for people."""

from collections.abc import Sequence


class ProjectError(Exception):
    """Base of the errors below."""


class IllegalMove(ProjectError):
    """A step that MOVES does not have; ``legal`` names those it has."""

    def __init__(self, frm: str | None, to: str, legal: Sequence[str], reason: str = "") -> None:
        self.frm = frm
        self.to = to
        self.legal = list(legal)
        choice = ", ".join(self.legal) or "none"
        sentence = reason or f"There is no step from {frm or 'an unknown state'} to {to}."
        super().__init__(f"{sentence} Legal steps now: {choice}.")


class NotAllowed(ProjectError):
    """A legal step that is not this person's to take."""


class NoteMissing(ProjectError):
    """A step that needs a reason, taken without one."""

    def __init__(self, to: str) -> None:
        super().__init__(f"Say in a note why: the step to {to} needs a reason.")


class NotNow(ProjectError):
    """Something that fits not as things stand, or that somebody has done already."""


class BadWork(ProjectError):
    """A field of what staff enter about their work that cannot be as it is."""

    def __init__(self, field: str, sentence: str, legal: Sequence[str] = ()) -> None:
        self.field = field
        self.legal = list(legal)
        super().__init__(sentence)


class StaleVersion(ProjectError):
    """Somebody changed the thing after the caller had read it."""

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__("It was changed by somebody else meanwhile; read it again.")


class BadMembership(ProjectError):
    """A tie that cannot be as asked."""


class BadDelegation(ProjectError):
    """Something about who has access to a project that cannot be as asked; ``field`` names it."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class TooOften(ProjectError):
    """Something done more often than anybody needs; not again for ``wait`` seconds."""

    def __init__(self, sentence: str, wait: int) -> None:
        self.wait = wait
        super().__init__(sentence)


class BadSeason(ProjectError):
    """Something about a season's end or beginning that cannot be as asked; ``field`` names it."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


class SeasonRefused(ProjectError):
    """An act on a season that fits not as things stand: nothing to do, or too late to undo."""
