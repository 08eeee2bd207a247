"""One ring: a message that wakes a worker, and a line in the log where the broker is away."""

import logging
from typing import Any

from celery import Task
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring(task: "Task[Any, Any]", *args: Any, **options: Any) -> None:
    """Wake a worker for a task; without Redis the server's own thread looks by itself."""
    if not settings.REDIS_URL:
        return
    try:
        task.apply_async(args, retry=False, **options)
    except OperationalError:
        logger.warning("the broker is away; %s waits for the next beat", task.name)
