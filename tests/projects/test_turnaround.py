"""The durations from observation to delivery, against a second calculation."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import quantiles

import pytest

from projects.observatory import service_goals
from projects.turnaround import (
    Course,
    ServiceGoal,
    Stage,
    burn_down,
    goal_on,
    percentile,
    sums_of,
)

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2025, 6, 1, tzinfo=UTC)
GOAL = ServiceGoal(date(2021, 1, 1), 90, 30, "default", "this test")
NAMES = ("observed", "staged", "begun", "analysed", "verified", "delivered")


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def course(*days: float | None, held_up=()) -> Course:
    moments = {name: None if it is None else day(it) for name, it in zip(NAMES, days, strict=False)}
    stretches = [(day(since), None if until is None else day(until)) for since, until in held_up]
    return Course(held_up=stretches, **moments)


def test_each_duration_lies_between_its_two_moments():
    found = course(0, 1, 3, 6, 10, 15)

    assert {stage: found.days(stage) for stage in Stage} == {
        "staging": 1,
        "assignment": 2,
        "analysis": 3,
        "review": 4,
        "delivery": 5,
        "obs-to-delivery": 15,
    }


def test_what_is_missing_or_reversed_has_no_length():
    again = course(20, 1, 3, None, None, 15)

    assert again.days(Stage.STAGING) is None
    assert again.days(Stage.WHOLE) is None
    assert again.days(Stage.REVIEW) is None
    assert again.days(Stage.ASSIGNMENT) == 2


@pytest.mark.parametrize(
    ("held_up", "days"),
    [
        ([], 0),
        ([(4, 5)], 1),
        ([(0, 4)], 1),
        ([(5, None)], 1),
        ([(0, 3), (6, 9)], 0),
        ([(0, None)], 3),
        ([(3, 4), (5, 6)], 2),
    ],
)
def test_only_what_lies_inside_a_duration_holds_it_up(held_up, days):
    assert course(0, 1, 3, 6, held_up=held_up).held_up_days(Stage.ANALYSIS) == days


@pytest.mark.parametrize("number", [2, 3, 10, 101])
def test_percentiles_are_those_of_the_standard_library(number):
    values = sorted(Random(number).uniform(0, 100) for _ in range(number))
    hundredths = quantiles(values, n=100, method="inclusive")

    assert percentile(values, 50) == pytest.approx(hundredths[49])
    assert percentile(values, 80) == pytest.approx(hundredths[79])


def test_percentiles_of_one_and_of_none():
    assert (percentile([3.5], 80), percentile([], 80)) == (3.5, None)


def test_sums_leave_out_what_has_not_come_so_far():
    courses = [course(0, 2), course(0, 4, held_up=[(1, 2)]), course(0), course()]

    sums = sums_of(courses, Stage.STAGING)

    assert (sums.number, sums.median, sums.held_up_number, sums.held_up_days) == (2, 3, 1, 1)
    assert sums.p80 == pytest.approx(3.6)
    assert sums_of([], Stage.WHOLE).median is None


def test_weeks_agree_with_a_count_day_by_day():
    random = Random(7)
    pairs: list[tuple[float, float | None]] = []
    for _ in range(200):
        observed = random.uniform(0, 150)
        delivered = observed + random.uniform(0, 60) if random.random() < 0.7 else None
        pairs.append((observed, delivered))
    courses = [course(observed, None, None, None, None, out) for observed, out in pairs]

    weeks = burn_down(courses, GOAL, NOW, 12)

    assert [week.end for week in weeks] == [NOW - timedelta(weeks=n) for n in range(11, -1, -1)]
    for week in weeks:
        end = (week.end - BEGIN) / timedelta(days=1)
        out = [(begin, at) for begin, at in pairs if at is not None and end - 7 < at <= end]
        waiting = [begin for begin, at in pairs if begin <= end and (at is None or at > end)]
        expected = (
            len(out),
            sum(at - begin <= 30 for begin, at in out),
            len(waiting),
            sum(end - begin > 30 for begin in waiting),
        )
        assert (week.delivered, week.in_time, week.open, week.late) == expected


def test_what_was_observed_again_after_its_delivery_is_open():
    assert course(20, 1, 3, 6, 10, 15).is_open(day(21))
    assert not course(0, 1, 3, 6, 10, 15).is_open(day(21))


def test_goal_of_a_day_is_the_one_that_began_last():
    later = ServiceGoal(date(2030, 1, 1), 95, 20, "default", "this test")

    assert goal_on([later, GOAL], date(2029, 12, 31)) is GOAL
    assert goal_on([later, GOAL], date(2030, 1, 1)) is later
    assert goal_on([GOAL], date(2020, 1, 1)) is None


def test_our_own_table_has_a_goal_with_its_source():
    goal = goal_on(service_goals(), date(2026, 1, 1))

    assert (goal.percent, goal.days, bool(goal.source)) == (90, 30, True)
