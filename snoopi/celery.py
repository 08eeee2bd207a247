"""The Celery application: only a bell, the tables are the queue (docs/architecture.md)."""

import os
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from snoopi.logs import keep_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoopi.settings")
# The only way that Celery has to be kept from setting up logs of its own.
setup_logging.connect(keep_logging)


class SiteTask(Task):  # type: ignore[type-arg]  # generic for types only
    """A task whose log lines name it, and the request that rang for it."""

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Ring, and take the name of the request along."""
        ring = _named(get_contextvars().get("request_id"))
        ring |= options.pop("headers", None) or {}
        return super().apply_async(*args, headers=ring, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run, under the names that the logs shall show."""
        if not self.request.called_directly:
            # Bound until the next task: Celery itself writes about this one afterwards.
            clear_contextvars()
            bind_contextvars(task=self.name, task_id=self.request.id)
            bind_contextvars(**_named((self.request.headers or {}).get("request_id")))
        return super().__call__(*args, **kwargs)


def _named(request_id: str | None) -> dict[str, str]:
    return {"request_id": request_id} if request_id else {}


app: Celery = Celery("snoopi", task_cls=SiteTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["snoopi"])
