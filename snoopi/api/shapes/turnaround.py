"""How long things take from observation to delivery."""

from datetime import date, datetime
from typing import Annotated, TypedDict

from projects.turnaround import Stage
from projects.work import WorkRole
from snoopi.api.shapes.words import Words
from snoopi.turnaround import GROUPINGS, REDUCTIONS, UNKNOWN

StageWord = Annotated[str, Words("TurnaroundStage", tuple(Stage))]
GroupingWord = Annotated[str, Words("TurnaroundGrouping", tuple(GROUPINGS))]
ReductionWord = Annotated[str, Words("Reduction", (*REDUCTIONS, UNKNOWN))]
RoleWord = Annotated[str, Words("WorkRole", tuple(WorkRole))]
Days = Annotated[float | None, "Days; null where one of its ends is missing."]


class ServiceGoal(TypedDict):
    """So many percent are to be delivered within so many days of their observation."""

    percent: float
    days: float
    first_day: date
    confidence: str
    source: str


class TurnaroundWeek(TypedDict):
    """Seven days: what was delivered in them, and what was open at their end."""

    end: datetime
    delivered: int
    in_time: Annotated[int, "How many of them within the goal."]
    in_time_percent: Annotated[float | None, "Null where nothing was delivered."]
    open: int
    late: Annotated[int, "How many of the open ones wait for longer than the goal allows."]


class Duration(TypedDict):
    """One duration summed up over one group."""

    group: Annotated[str, "The cycle, ARC, band, array or reduction; `all` together at the end."]
    member_ous: Annotated[int, "How many member OUSs the group has."]
    stage: StageWord
    number: Annotated[int, "How many of them have come through it with both its ends dated."]
    median_days: Annotated[float | None, "Null of nothing."]
    p80_days: Annotated[float | None, "80th percentile, linear between neighbors."]
    held_up_number: Annotated[int, "How many of them something held up on the way."]
    held_up_days: Annotated[float, "Days in which something did, together."]


class Load(TypedDict):
    """What somebody has of the work in one role."""

    person: Annotated[str, "User name."]
    role: RoleWord
    number: int
    held_up: int
    oldest: Annotated[datetime | None, "Since when the oldest has stood in its state."]


class Turnaround(TypedDict):
    """The turnaround board: counted is what the caller may track."""

    goal: ServiceGoal | None
    weeks: Annotated[list[TurnaroundWeek], "The last twelve, newest last; empty without a goal."]
    by: GroupingWord
    durations: list[Duration]
    loads: list[Load]


class Lengths(TypedDict):
    """Of the six durations of a member OUS, in days."""

    staging: Days
    assignment: Days
    analysis: Days
    review: Days
    delivery: Days
    obs_to_delivery: Days


class TurnaroundRow(TypedDict):
    """A member OUS on its way from observation to delivery."""

    ref: str
    uid: str | None
    name: str
    project: Annotated[str, "The project's ref."]
    cycle: str
    arc: str
    bands: list[int]
    array: str
    reduction: ReductionWord
    state: str | None
    state_since: datetime | None
    blocked_on: Annotated[str | None, "What holds it up, a reason's code."]
    reducer: Annotated[str | None, "User name; null where nobody has it."]
    reviewer: Annotated[str | None, "User name; null where nobody has it."]
    observed: Annotated[datetime | None, "End of the last execution that passed QA0."]
    staged: Annotated[datetime | None, "First ready for processing."]
    begun: Annotated[datetime | None, "First processing."]
    analysed: Annotated[datetime | None, "Last ready for review."]
    verified: Annotated[datetime | None, "Last verified."]
    delivered: Annotated[datetime | None, "Last delivered."]
    days: Lengths
    held_up_days: Annotated[Lengths, "How much of each something held up."]
