"""What pages keep in the cache; never a fact, so a lost cache only costs time."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

Value = TypeVar("Value")


def remembered(key: str, seconds: int, make: Callable[[], Value]) -> Value:
    """Answer what ``make`` answered under ``key`` within the last ``seconds``.

    A cache that cannot be reached is no reason to show no page.
    """
    try:
        return cache.get_or_set(key, make, seconds)  # type: ignore[return-value]
    except RedisError:
        return make()
