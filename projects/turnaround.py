"""How long a member OUS takes from its last good execution to its delivery. Pure.

The six durations that the observatory counts: from the end of the last execution that passed
QA0 over staging, assignment, analysis and review to the last delivery. Where a stage was gone
through again, its first beginning and its last end count. Whatever held the work up is part
of a duration and told beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from projects.states import OUSState

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class Stage(StrEnum):
    """A duration on the way."""

    STAGING = "staging"
    ASSIGNMENT = "assignment"
    ANALYSIS = "analysis"
    REVIEW = "review"
    DELIVERY = "delivery"
    WHOLE = "obs-to-delivery"


@dataclass(frozen=True, slots=True)
class Way:
    """The title of a duration, and where it begins and ends, in words."""

    title: str
    begins: str
    ends: str


_OBSERVED = "end of the last execution that passed QA0"
_DELIVERED = "last delivery"
WAYS = {
    Stage.STAGING: Way("Staging", _OBSERVED, "first ready for processing"),
    Stage.ASSIGNMENT: Way("Assignment", "first ready for processing", "first processing"),
    Stage.ANALYSIS: Way("Analysis", "first processing", "last ready for review"),
    Stage.REVIEW: Way("Review", "last ready for review", "last verified"),
    Stage.DELIVERY: Way("Delivery", "last verified", _DELIVERED),
    Stage.WHOLE: Way("Observation to delivery", _OBSERVED, _DELIVERED),
}
# Of the moments that the log tells, whether the first or the last one counts.
FIRST = {"staged": OUSState.READY_FOR_PROCESSING, "begun": OUSState.PROCESSING}
LAST = {
    "analysed": OUSState.READY_FOR_REVIEW,
    "verified": OUSState.VERIFIED,
    "delivered": OUSState.DELIVERED,
}


@dataclass(frozen=True, slots=True)
class Course:
    """The moments of one member OUS, UTC; None where it has not come so far, or without a date.

    ``held_up`` are the stretches in which something held the work up; the last may go on.
    """

    observed: datetime | None = None
    staged: datetime | None = None
    begun: datetime | None = None
    analysed: datetime | None = None
    verified: datetime | None = None
    delivered: datetime | None = None
    held_up: Sequence[tuple[datetime, datetime | None]] = ()

    def ends_of(self, stage: Stage) -> tuple[datetime, datetime] | None:
        """Beginning and end of a duration; None where one is missing or they are reversed.

        They are reversed where a later round is under way: its end is still to come.
        """
        begin, end = {
            Stage.STAGING: (self.observed, self.staged),
            Stage.ASSIGNMENT: (self.staged, self.begun),
            Stage.ANALYSIS: (self.begun, self.analysed),
            Stage.REVIEW: (self.analysed, self.verified),
            Stage.DELIVERY: (self.verified, self.delivered),
            Stage.WHOLE: (self.observed, self.delivered),
        }[stage]
        return (begin, end) if begin and end and begin <= end else None

    def days(self, stage: Stage) -> float | None:
        """A duration in days."""
        ends = self.ends_of(stage)
        return (ends[1] - ends[0]) / _DAY if ends else None

    def held_up_days(self, stage: Stage) -> float | None:
        """How much of it was held up, in days."""
        ends = self.ends_of(stage)
        if ends is None:
            return None
        begin, end = ends
        inside = (
            min(until or end, end) - max(since, begin)
            for since, until in self.held_up
            if since < end and (until is None or until > begin)
        )
        return sum((part for part in inside), timedelta()) / _DAY

    def is_open(self, moment: datetime) -> bool:
        """Whether its data were taken and not delivered at a moment."""
        if self.observed is None or self.observed > moment:
            return False
        return self.delivered is None or self.delivered > moment or self.delivered < self.observed


@dataclass(frozen=True, slots=True)
class Sums:
    """Some durations: how many, the median and the 80th percentile in days, and held up."""

    number: int
    median: float | None
    p80: float | None
    held_up_number: int
    held_up_days: float


def sums_of(courses: Iterable[Course], stage: Stage) -> Sums:
    """Sum one duration up over the courses that have it."""
    days, held_up = [], []
    for course in courses:
        found = course.days(stage)
        if found is not None:
            days.append(found)
            held_up.append(course.held_up_days(stage) or 0.0)
    days.sort()
    stopped = [part for part in held_up if part > 0]
    return Sums(len(days), percentile(days, 50), percentile(days, 80), len(stopped), sum(stopped))


def percentile(ordered: Sequence[float], part: float) -> float | None:
    """Answer a percentile (0 to 100), linear between neighbors; None of nothing."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * part / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@dataclass(frozen=True, slots=True)
class ServiceGoal:
    """So many percent are to be delivered within so many days of their observation."""

    first_day: date
    percent: float
    days: float
    confidence: str
    source: str


def goal_on(goals: Iterable[ServiceGoal], day: date) -> ServiceGoal | None:
    """Answer the goal of a day, the one that began last; None where none is on file."""
    found = [goal for goal in goals if goal.first_day <= day]
    return max(found, key=lambda goal: goal.first_day, default=None)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days up to ``end``: what was delivered, what of it in time; what was open at the end.

    ``late`` are those of the open ones that wait for longer than the goal allows.
    """

    end: datetime
    delivered: int
    in_time: int
    open: int
    late: int

    @property
    def percent(self) -> float | None:
        """The share that was delivered in time; None of nothing."""
        return 100 * self.in_time / self.delivered if self.delivered else None


def burn_down(
    courses: Sequence[Course], goal: ServiceGoal, now: datetime, weeks: int
) -> list[Week]:
    """Answer so many weeks up to ``now``, the newest last."""
    return [_week(courses, goal, now - number * _WEEK) for number in range(weeks - 1, -1, -1)]


def _week(courses: Sequence[Course], goal: ServiceGoal, end: datetime) -> Week:
    allowed = goal.days * _DAY
    waiting = [
        end - course.observed for course in courses if course.observed and course.is_open(end)
    ]
    took = [
        ends[1] - ends[0]
        for course in courses
        if (ends := course.ends_of(Stage.WHOLE)) and end - _WEEK < ends[1] <= end
    ]
    return Week(
        end,
        len(took),
        sum(one <= allowed for one in took),
        len(waiting),
        sum(one > allowed for one in waiting),
    )
