"""The sign of life of beat, broker and worker together: the time of the latest sweep.

It lies in Redis, which may forget it; the tables hold no facts about processes.
"""

import time
from contextlib import suppress

from django.conf import settings
from redis import Redis, RedisError

KEY = "snoopi:swept"
# Beat sweeps every half minute, and a worker may be busy with one.
SILENT_AFTER_S = 120


def connect() -> Redis:
    """A connection that gives up soon."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def mark_swept() -> None:
    """Note that a worker sweeps now; without Redis, or with a lost one, nothing."""
    if settings.REDIS_URL:
        with suppress(RedisError, OSError), connect() as redis:
            redis.set(KEY, int(time.time()))


def worker_state(redis: Redis) -> str:
    """“ok”, or since when no worker has swept."""
    marked = redis.get(KEY)
    if not isinstance(marked, bytes):
        return "no sweep since the broker started"
    silent_s = int(time.time()) - int(marked)
    return "ok" if silent_s <= SILENT_AFTER_S else f"no sweep for {silent_s} s"
