"""What was read, from where, with what result; and the sources that are asked again."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from ingest.configured import KIND_WORDS


class IngestSource(models.Model):
    """A source that is asked again and again, or (``is_once``) by one command.

    ``cursor`` is how far it has been read; a poll holds a ``claim`` while it runs.
    """

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(
        max_length=6, choices=[(kind.value, words) for kind, words in KIND_WORDS.items()]
    )
    address = models.CharField(max_length=500, help_text="Without user, password and query.")
    host = models.CharField(max_length=255, blank=True, help_text="Empty for a folder.")
    every_s = models.PositiveIntegerField(help_text="Seconds between two rounds.")
    is_configured = models.BooleanField(default=True, help_text="Whether the setting names it.")
    is_once = models.BooleanField(default=False, help_text="Made by ingest --tap.")
    selection = models.CharField(max_length=64, help_text="A digest of what is read from where.")
    cursor = models.JSONField(default=dict)
    claim = models.CharField(max_length=120, blank=True, help_text="Who polls it now.")
    heartbeat_at = models.DateTimeField(null=True, help_text="When the poll last showed life.")
    tried_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True, help_text="End of the last complete round.")
    next_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True, help_text="The service asked to wait so long.")
    newest_at = models.DateTimeField(null=True, help_text="Date of the newest record it gave.")
    is_behind = models.BooleanField(default=False, help_text="More waits to be read at once.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    problem = models.TextField(blank=True, help_text="What went wrong last; empty once it is well.")
    problem_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)
        indexes: ClassVar = [
            models.Index(fields=["is_configured", "next_at"], name="ingest_source_due")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in KIND_WORDS]),
                name="ingest_source_kind_known",
            ),
            models.UniqueConstraint(
                fields=["host"],
                condition=~models.Q(claim="") & ~models.Q(host=""),
                name="ingest_source_one_poll_a_host",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def every(self) -> timedelta:
        """The time between two rounds."""
        return timedelta(seconds=self.every_s)


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
    fed_by = models.ForeignKey(
        IngestSource, null=True, on_delete=models.PROTECT, related_name="jobs"
    )
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


class DroppedFile(models.Model):
    """What became of one file or folder that somebody dropped: each is taken once."""

    source = models.ForeignKey(IngestSource, on_delete=models.CASCADE, related_name="dropped")
    name = models.CharField(max_length=500, help_text="Its name in the drop folder.")
    look = models.CharField(max_length=64, help_text="A digest of names, sizes and times.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what is in it.")
    refused = models.TextField(blank=True, help_text="Why it was not taken; empty: it was.")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index(fields=["source", "digest"], name="ingest_dropped_digest")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "name"], name="ingest_dropped_once")
        ]

    def __str__(self) -> str:
        return self.name
