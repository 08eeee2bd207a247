"""OUSs, what happened to things, and steps."""

from datetime import datetime
from typing import Annotated, Any, Literal, Required, TypedDict

from snoopi.api.shapes.projects import Citation, Contact, Executions, Named, Waiting
from snoopi.api.shapes.words import AnyLevel, DataRights, Degrees, OUSLevel, QA2Word, State


class Status(TypedDict):
    """Where an OUS stands."""

    ref: str
    uid: str | None
    level: OUSLevel
    name: str
    project: Annotated[str, "The project's ref."]
    state: State
    state_since: datetime | None
    label: str
    qa2: QA2Word | None
    qa2_passed: Annotated[bool | None, "The archive's flag; it hides SemiPass."]
    executions: Executions
    delivered_at: datetime | None
    delivery_generation: int | None
    release_date: Annotated[datetime | None, "End of the proprietary period."]
    data_rights: DataRights
    version: Annotated[
        int | None, "Grows with every change that anybody may see; null where it is of the past."
    ]


class OUSRow(Status):
    """An OUS as a row of a file; what only member OUSs have is empty above them."""

    bands: list[int]
    array: str | None
    targets: list[str]
    ra_deg: Degrees
    dec_deg: Degrees
    rep_freq_ghz: float | None
    resolution_arcsec: float | None
    largest_scale_arcsec: float | None


class Unknown(TypedDict):
    """A UID of a batch that names nothing that the caller may see."""

    uid: str
    error: Literal["not found"]


class Batch(TypedDict):
    """Statuses in the order asked."""

    results: list[Status | Unknown]


class BatchRequest(TypedDict):
    """UIDs in any spelling; the same one may stand there twice."""

    uids: list[str]


class OUSDetail(Status):
    """An OUS with what stands around it."""

    science_goal: Named | None
    group: Named | None
    waiting: Waiting | None
    asked: Annotated[dict[str, Any], "What the PI asked for; units stand in the names."]
    bands: list[int]
    array: str | None
    targets: list[str]
    ra_deg: Degrees
    dec_deg: Degrees
    rep_freq_ghz: float | None
    resolution_arcsec: float | None
    largest_scale_arcsec: float | None
    archive_query: Annotated[str | None, "Where the science archive shows it."]
    contact: Contact
    citation: Citation | None


HistoryLine = TypedDict(
    "HistoryLine",
    {
        "at": Annotated[datetime, "When it happened."],
        "kind": str,
        "from": State,
        "to": State,
        "label": str,
        "actor": Annotated[str, "A role's word; staff read the name."],
        "note": str | None,
    },
)
HistoryLine.__doc__ = "One thing that happened."


EventLine = TypedDict(
    "EventLine",
    {
        "cursor": Annotated[str, "Give it back as `after` to read on from here."],
        "at": Annotated[datetime, "When it happened."],
        "recorded_at": Annotated[datetime, "When the observatory's tables learnt it."],
        "project": Annotated[str | None, "The project's ref."],
        "ref": str,
        "uid": str | None,
        "level": AnyLevel,
        "kind": str,
        "from": State,
        "to": State,
        "label": str,
        "actor": str,
        "note": str | None,
    },
)
EventLine.__doc__ = "One change that the caller may see."


class StateRequest(TypedDict, total=False):
    """One step; a note is internal unless `public` is true."""

    to: Required[str]
    note: str
    public: bool
