"""Plausible dated histories: how a member OUS came to the state it is in. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType

_OBSERVED = ("NewPhase2", "Phase2Submitted", "Ready", "PartiallyObserved", "FullyObserved")
_PROCESSED = (*_OBSERVED, "ReadyForProcessing", "Processing")
_REVIEWED = (*_PROCESSED, "ReadyForReview", "Reviewing")
_DELIVERED = (*_REVIEWED, "Verified", "DeliveryInProgress", "Delivered")
_LONGEST = (*_DELIVERED, "QA3InProgress")

# The last state of each path is the one it leads to.
PATHS: dict[str, tuple[str, ...]] = {
    **{state: _LONGEST[: number + 1] for number, state in enumerate(_LONGEST)},
    "ProcessingProblem": (*_PROCESSED, "ProcessingProblem"),
    "ObservingTimedOut": (*_OBSERVED[:3], "ObservingTimedOut"),
    "NotObserved": (*_OBSERVED[:3], "NotObserved"),
    "DoNotObserve": (*_OBSERVED[:2], "DoNotObserve"),
    "Canceled": (*_OBSERVED[:2], "Canceled"),
    "Broken": (*_OBSERVED[:3], "Broken"),
    "Repaired": (*_OBSERVED[:3], "Broken", "Repaired"),
}
# With data taken before it ended: processed and delivered in spite of it.
TIMED_OUT_WITH_DATA = (*_OBSERVED[:4], "ObservingTimedOut")
TIMED_OUT_REVIEWED = (*TIMED_OUT_WITH_DATA, *_REVIEWED[5:])
CARRIED_OVER = (*_OBSERVED[:3], "ObservingTimedOut", "Ready")
# The words that ALMA used in 2014 and 2015.
DELIVERED_2015 = (*_OBSERVED, "ManualProcessing", "QA2InProgress", "Verified", "Delivered")
DELIVERED_WITH_QA2_2015 = (*DELIVERED_2015[:-2], "Delivered")

# Days in the state before, on average, when a state is entered.
_DAYS_BEFORE = {
    "Phase2Submitted": 21.0,
    "Ready": 17.0,
    "PartiallyObserved": 45.0,
    "ReadyForProcessing": 3.0,
    "Processing": 6.0,
    "ManualProcessing": 9.0,
    "ProcessingProblem": 3.0,
    "ReadyForReview": 3.0,
    "Reviewing": 5.0,
    "QA2InProgress": 24.0,
    "Verified": 3.0,
    "DeliveryInProgress": 2.0,
    "Delivered": 2.0,
    "QA3InProgress": 60.0,
    "ObservingTimedOut": 50.0,
    "NotObserved": 120.0,
    "DoNotObserve": 40.0,
    "Canceled": 30.0,
    "Broken": 25.0,
    "Repaired": 4.0,
}
_OF_SCHED_BLOCK = frozenset(
    {
        "NewPhase2",
        "Phase2Submitted",
        "Ready",
        "FullyObserved",
        "ObservingTimedOut",
        "NotObserved",
        "DoNotObserve",
        "Canceled",
        "Broken",
        "Repaired",
    }
)

Dated = list[tuple[str, datetime]]


def dated(
    path: Sequence[str],
    at: datetime,
    rng: Random,
    *,
    observing: timedelta = timedelta(0),
    known: Mapping[str, datetime] = MappingProxyType({}),
) -> Dated:
    """Date a path backwards from ``at``, when its last state was entered.

    ``observing`` is the time from the first execution that passed to the last; ``known``
    are dates that stand.
    """
    at = known.get(path[-1], at)
    found = [(path[-1], at)]
    for state, before in zip(path[:0:-1], path[-2::-1], strict=True):
        gap = timedelta(days=_DAYS_BEFORE.get(state, 10.0) * rng.uniform(0.7, 1.3))
        if before == "PartiallyObserved":
            gap = observing if state == "FullyObserved" else gap + observing
        at = known.get(before, (at - gap).replace(microsecond=0))
        found.append((before, at))
    return found[::-1]


def of_sched_block(steps: Dated) -> Dated:
    """The steps of a member OUS that its SB took with it."""
    return [(state, at) for state, at in steps if state in _OF_SCHED_BLOCK]


def project_path(state: str) -> tuple[str, ...]:
    """The states of a project on its way to ``state``."""
    accepted = ("Phase1Submitted", "Approved", "Phase2Submitted", "Ready", "InProgress")
    if state in accepted:
        return accepted[: accepted.index(state) + 1]
    early = {"Rejected": 1, "Canceled": 3, "DoNotObserve": 3, "NotObserved": 4, "Broken": 4}
    return (*accepted[: early.get(state, 5)], state)


def one_year_after(at: datetime, months: int = 12) -> datetime:
    """The same day of the month so many months later (the 28th where there is no such day)."""
    month = at.month - 1 + months
    return at.replace(year=at.year + month // 12, month=month % 12 + 1, day=min(at.day, 28))
