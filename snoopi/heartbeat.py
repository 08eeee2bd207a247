"""The signs of life of beat, broker and each kind of worker together: when each last did a round.

They lie in Redis, which may forget them; the tables hold no facts about processes.
"""

import time
from contextlib import suppress

from django.conf import settings
from redis import Redis, RedisError

# What each worker must do again and again, and the word for it.
WORKER, DELIVERER = "worker", "deliverer"
KEYS = {WORKER: "snoopi:swept", DELIVERER: "snoopi:delivering"}
_ROUNDS = {WORKER: "sweep", DELIVERER: "round of deliveries"}
# Beat sweeps every half minute, and a worker may be busy with one.
SILENT_AFTER_S = 120


def connect() -> Redis:
    """A connection that gives up soon."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def mark_round(name: str = WORKER) -> None:
    """Note that a worker does a round now; without Redis, or with a lost one, nothing."""
    if settings.REDIS_URL:
        with suppress(RedisError, OSError), connect() as redis:
            redis.set(KEYS[name], int(time.time()))


def worker_state(redis: Redis, name: str = WORKER) -> str:
    """“ok”, or since when no worker of a name has done its round."""
    marked, what = redis.get(KEYS[name]), _ROUNDS[name]
    if not isinstance(marked, bytes):
        return f"no {what} since the broker started"
    silent_s = int(time.time()) - int(marked)
    return "ok" if silent_s <= SILENT_AFTER_S else f"no {what} for {silent_s} s"
