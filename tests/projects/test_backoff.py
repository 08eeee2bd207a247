"""What keeps failing is left alone for longer and longer."""

from datetime import timedelta

import pytest

from projects.backoff import backoff

FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 30), (1, 30), (2, 60), (3, 120), (10, 900), (10_000, 900)]
)
def test_wait_doubles_and_is_bounded(failures, seconds):
    wait = backoff(failures, first=FIRST, longest=LONGEST)

    assert 0.8 * seconds <= wait.total_seconds() <= 1.2 * seconds


def test_those_that_failed_together_do_not_come_back_together():
    assert len({backoff(3, first=FIRST, longest=LONGEST) for _ in range(5)}) > 1
