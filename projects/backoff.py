"""How long to leave alone what keeps failing. Pure but for chance."""

import random
from datetime import timedelta

_MOST_DOUBLINGS = 16


def backoff(failures: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Answer how long to wait after so many failures: doubling, bounded, never in step.

    A fifth of chance either way keeps those that failed together from coming back together.
    """
    doublings = min(max(failures, 1) - 1, _MOST_DOUBLINGS)
    doubled: timedelta = first * 2**doublings
    jitter = random.uniform(0.8, 1.2)  # noqa: S311 - chance, not a secret
    return min(doubled, longest) * jitter
