"""Deliveries, and the account of a proprietary period."""

from datetime import datetime
from typing import Annotated, Required, TypedDict

from deliveries.clock import ClockKind
from deliveries.models import DeliveryState
from snoopi.api.shapes.words import DataRights, Words

DeliveryWord = Annotated[str, Words("DeliveryState", tuple(DeliveryState.values))]
ClockKindWord = Annotated[str, Words("ClockKind", tuple(ClockKind))]
ACTS = ("extend", "renew", "release_early", "withdraw", "correct")


class DeliveryLine(TypedDict):
    """One delivery of a member OUS."""

    ous: Annotated[str, "The member OUS's ref."]
    uid: str | None
    name: str
    project: Annotated[str, "The project's ref."]
    generation: int | None
    state: DeliveryWord
    opened_at: datetime
    delivered_at: datetime | None
    release_date: Annotated[datetime | None, "End of the proprietary period."]
    attempts: Annotated[int | None, "Checks in vain; for staff."]
    next_at: Annotated[datetime | None, "The next check while there is one; for staff."]
    hindered_by: Annotated[str | None, "What is missing where, in a sentence; for staff."]


class ClockLine(TypedDict):
    """One entry of the ledger, and what it did."""

    kind: ClockKindWord
    name: Annotated[str | None, "Of a blanket extension."]
    at: datetime
    by: Annotated[str, "A name for staff, a role for all others."]
    sentence: str
    release_date: Annotated[datetime | None, "The end after this entry."]
    changed: Annotated[bool, "Whether it changed anything."]
    reason: Annotated[str | None, "For staff."]


class Clock(TypedDict):
    """The proprietary period of a member OUS, line by line, oldest first."""

    release_date: datetime | None
    data_rights: DataRights
    withdrawn: bool
    held_open: Annotated[bool, "Whether QA3 goes on, which the period lasts at least as long as."]
    sourced: Annotated[bool, "Whether only a source has told of its end."]
    entries: list[ClockLine]
    if_released_now: Annotated[
        datetime | None, "The end if the raw data were released now, for who may ask for that."
    ]
    if_renewed_now: Annotated[
        datetime | None, "The end if it were renewed now by the rule, for who may renew it."
    ]


class ClockRequest(TypedDict, total=False):
    """An entry: an extension takes `until` or `months`, a correction `until`.

    A renewal takes `until`; without it the rule on file says how long it is.
    """

    act: Required[Annotated[str, Words("ClockAct", ACTS)]]
    until: datetime | None
    months: int | None
    reason: str
