"""Who may read which delivered file when: the table of SEMANTICS "Roles and rights". Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How a person stands to a member OUS, as far as its files go."""

    OWNER = "owner"
    ASSIGNED = "assigned"
    WITH_REASON = "with_reason"
    LOOKER = "looker"
    OUTSIDER = "outsider"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What decides on a file.

    ``is_delivered`` is that its generation was; ``is_released_early`` that the raw data were
    before any delivery.
    """

    is_raw: bool = False
    is_delivered: bool = False
    is_released_early: bool = False
    is_public: bool = False
    is_withheld: bool = False

    @property
    def is_out(self) -> bool:
        """Whether the file has left the observatory at all."""
        return self.is_delivered or (self.is_raw and self.is_released_early)


@dataclass(frozen=True, slots=True)
class Access:
    """Whether a file may be read, whether that is logged, and why not."""

    may: bool
    is_logged: bool = False
    needs_reason: bool = False
    is_hidden: bool = False
    why_not: str = ""


_YES = Access(may=True)
_LOGGED = Access(may=True, is_logged=True)
_HIDDEN = Access(may=False, is_hidden=True)
_SAY_WHY = Access(
    may=False,
    needs_reason=True,
    why_not="It is proprietary: say why you need it. The reason is logged.",
)
_NOT_OUT = Access(may=False, why_not="It is not delivered yet.")
_WITHHELD = Access(
    may=False, why_not="It is withheld while a problem with it is being investigated (QA3)."
)
_NOT_YOURS = Access(
    may=False,
    why_not="It is proprietary: the PI and those with a delegation for data may read it, "
    "and Co-Is where the PI lets them.",
)


def file_access(standings: Collection[Standing], facts: FileFacts, reason: str = "") -> Access:
    """Answer whether somebody who stands so may read a file; ``reason`` is what they gave.

    Of several standings the first that lets the person read counts.
    """
    if facts.is_public and facts.is_out and not facts.is_withheld:
        return _YES
    asked = [standing for standing in Standing if standing in standings]
    answers = [_answer(standing, facts, reason) for standing in asked] or [_HIDDEN]
    granted = next((answer for answer in answers if answer.may), None)
    wanted = next((answer for answer in answers if answer.needs_reason), None)
    return granted or wanted or answers[0]


def _answer(standing: Standing, facts: FileFacts, reason: str) -> Access:
    if standing == Standing.OUTSIDER:
        return _HIDDEN
    if standing == Standing.ASSIGNED:
        return _LOGGED
    if standing == Standing.WITH_REASON:
        return _LOGGED if reason.strip() else _SAY_WHY
    if not facts.is_out:
        return _NOT_OUT
    if facts.is_withheld:
        return _WITHHELD
    return _YES if standing == Standing.OWNER else _NOT_YOURS
