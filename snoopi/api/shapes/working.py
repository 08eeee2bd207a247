"""The work of staff: queues, who has what, what holds it up, tickets, the journal."""

from datetime import datetime
from typing import Annotated, Required, TypedDict

from projects.work import HINDRANCES, WorkRole
from snoopi.api.shapes.projects import Executions
from snoopi.api.shapes.words import Words
from snoopi.queues import QUEUES

QueueWord = Annotated[str, Words("Queue", tuple(QUEUES))]
RoleWord = Annotated[str, Words("WorkRole", tuple(WorkRole))]
ReasonWord = Annotated[str, Words("Hindrance", tuple(HINDRANCES))]
ASSIGNMENT_ACTS = ("claim", "hand_over", "release")
TICKET_ACTS = ("add", "remove")
UserName = Annotated[str | None, "User name; null where nobody has it."]


class QueueLine(TypedDict):
    """A queue and how much stands in it."""

    name: QueueWord
    title: str
    count: int
    unclaimed: Annotated[int, "How many of them nobody has."]
    blocked: Annotated[int, "How many of them something holds up."]
    oldest: Annotated[datetime | None, "Since when the oldest has stood in its state."]


class Queues(TypedDict):
    """All queues, in the order of the work."""

    queues: list[QueueLine]


class QueueRow(TypedDict):
    """A member OUS in a queue."""

    ref: str
    uid: str | None
    name: str
    project: Annotated[str | None, "The project's ref."]
    pi: str
    arc: str
    cycle: str
    array: str
    bands: list[int]
    state: str
    state_since: datetime | None
    executions: Executions
    reducer: UserName
    reviewer: UserName
    blocked_on: Annotated[str | None, "What holds it up, a reason's code."]
    blocked_since: datetime | None
    blocked_note: str
    tickets: list[str]
    hold_until: Annotated[datetime | None, "Until when its verdict can be taken back."]
    hindered_by: Annotated[str, "What its delivery waits for."]
    problem: Annotated[str, "Subject of the oldest problem report that is not settled."]
    version: int


class WorkAssignment(TypedDict):
    """A stretch of time in which somebody had a member OUS."""

    role: RoleWord
    person: Annotated[str, "User name."]
    since: Annotated[datetime | None, "Null where only a source has told of it."]
    until: datetime | None
    reduced_at: Annotated[datetime | None, "Since when the data were processed in these hands."]
    by: Annotated[str | None, "Who said so; null for the system and for sources."]
    note: str


class WorkBlockage(TypedDict):
    """A stretch of time in which something held the work up."""

    reason: ReasonWord
    note: str
    public: Annotated[bool, "Whether people on the project are told."]
    state: Annotated[str, "Where the member OUS stood when it began."]
    since: datetime
    until: datetime | None
    by: str
    ended_by: Annotated[str | None, "Null while it lasts, and where the work went on by itself."]


class WorkTicket(TypedDict):
    """A ticket elsewhere."""

    reference: str
    url: str
    by: str
    since: datetime


class Work(TypedDict):
    """The work on a member OUS, for staff; histories newest first."""

    ref: str
    uid: str | None
    state: str | None
    reducer: UserName
    reviewer: UserName
    may_claim: Annotated[str | None, "The role that the caller may claim it in now."]
    blocked: WorkBlockage | None
    assignments: list[WorkAssignment]
    blockages: list[WorkBlockage]
    tickets: list[WorkTicket]
    version: int


class WorkEntry(TypedDict):
    """An entry of the journal."""

    id: int
    at: datetime
    by: Annotated[str, "User name."]
    text: str


class AssignmentRequest(TypedDict, total=False):
    """Who has a member OUS: `claim` takes it, `hand_over` needs `to`, `release` frees it."""

    act: Required[Annotated[str, Words("AssignmentAct", ASSIGNMENT_ACTS)]]
    role: Annotated[str, Words("WorkRole", tuple(WorkRole)), "The state's own if left out."]
    to: Annotated[str, "User name."]
    note: str


class BlockedRequest(TypedDict, total=False):
    """What holds a member OUS up; `null` for nothing any more."""

    reason: Required[Annotated[str | None, "The code of a reason."]]
    note: str
    public: bool


class TicketRequest(TypedDict, total=False):
    """A ticket to note, or to take off."""

    act: Annotated[str, Words("TicketAct", TICKET_ACTS)]
    reference: Required[str]
    url: str


class JournalRequest(TypedDict):
    """An entry of the journal."""

    text: str
