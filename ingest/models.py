"""What was read, from where, with what result."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class IngestJob(models.Model):
    """One source that was, or will be, read into the observatory's tables."""

    source = models.CharField(max_length=500, help_text="What people call the source.")
    format = models.CharField(max_length=20, blank=True, help_text="Asked for, or recognized.")
    body = models.BinaryField(null=True, help_text="What was posted, until it has been read.")
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(
        null=True, help_text="When its worker last showed life; long ago: it was killed."
    )
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often it was claimed.")
    projects_total = models.PositiveIntegerField(null=True)
    projects_done = models.PositiveIntegerField(default=0)
    report = models.JSONField(
        default=dict, help_text="created, updated, unchanged, superseded: {kind: count}."
    )
    failure = models.TextField(blank=True, help_text="Why nothing of the source was taken.")

    class Meta:
        ordering = ("-pk",)
        indexes: ClassVar = [
            models.Index(fields=["state", "id"], name="ingest_job_queue"),
            models.Index(fields=["finished_at"], name="ingest_job_finished"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=JobState.values), name="ingest_job_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.state})"


class IngestProblem(models.Model):
    """One record (or a whole source) that was refused, and why."""

    job = models.ForeignKey(IngestJob, on_delete=models.CASCADE, related_name="problems")
    record = models.CharField(max_length=300, blank=True, help_text="Empty: the whole source.")
    reason = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.record or self.job.source}: {self.reason}"
