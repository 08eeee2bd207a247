"""The Celery application: only a bell, the tables are the queue (docs/architecture.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoopi.settings")

app = Celery("snoopi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["snoopi"])
