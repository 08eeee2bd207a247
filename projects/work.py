"""Who works on a member OUS in which states, and what may hold the work up. Pure data."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from projects.states import OUSState

_O = OUSState


class WorkRole(StrEnum):
    """What somebody does with a member OUS that they have claimed or were handed."""

    REDUCER = "reducer"
    REVIEWER = "reviewer"


ROLE_WORDS = MappingProxyType(
    {WorkRole.REDUCER: "data reducer", WorkRole.REVIEWER: "reviewer"},
)
# While each may be claimed, handed over and given back. Who reduced the data stays on record
# from the end of processing on: the rule that somebody else reviews them asks for it.
ASSIGNED_IN = MappingProxyType(
    {
        WorkRole.REDUCER: frozenset(
            {_O.FULLY_OBSERVED, _O.READY_FOR_PROCESSING, _O.PROCESSING, _O.PROCESSING_PROBLEM}
        ),
        WorkRole.REVIEWER: frozenset({_O.READY_FOR_REVIEW, _O.REVIEWING}),
    }
)
# Where whoever has the data in hand reduces them.
REDUCED_IN = frozenset({_O.PROCESSING, _O.PROCESSING_PROBLEM})
# Where the observatory works on a member OUS, and may be held up.
WORKED_IN = frozenset().union(*ASSIGNED_IN.values(), {_O.VERIFIED, _O.DELIVERY_IN_PROGRESS})


def role_in(state: str | None) -> WorkRole | None:
    """Whose work it is in a state, None where nobody has it by name."""
    return next((role for role, states in ASSIGNED_IN.items() if state in states), None)


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What holds work up, and on whom it waits; ``code`` is kept in rows."""

    code: str
    what: str
    on: str


OTHER = "other"
HINDRANCES = MappingProxyType(
    {
        row.code: row
        for row in (
            Hindrance("pi", "an answer", "the PI"),
            Hindrance("data", "data that are missing or damaged", "the observatory"),
            Hindrance("calibration", "calibration that is still to come", "the observatory"),
            Hindrance("software", "a correction of the software", "the software's developers"),
            Hindrance("computing", "computers or disks", "their operators"),
            Hindrance("archive", "the archives", "the archives"),
            Hindrance("decision", "a decision", "the observatory's management"),
            Hindrance(OTHER, "something out of the ordinary", "the observatory"),
        )
    }
)
LONGEST_NOTE = 2000
LONGEST_ENTRY = 10_000
LONGEST_TICKET = 60
