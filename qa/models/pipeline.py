"""Runs of the pipeline on member OUSs."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from projects.models import MemberOUS
from projects.querysets.handed_out import handed_out
from projects.querysets.project import Viewer, is_staff_viewer
from qa.pipeline import COLUMNS, PipelineFacts, facts_of


class PipelineRunQuerySet(models.QuerySet["PipelineRun"]):
    """Runs of the pipeline; who may see the member OUS is asked before."""

    def shown_to(self, user: Viewer) -> Self:
        """Keep what a viewer may read: people outside only what was handed out."""
        return self if is_staff_viewer(user) else self.filter(handed_out())

    def newest_first(self) -> Self:
        """The newest generation first, in it the run that ended last."""
        return self.order_by(
            models.F("generation").desc(nulls_last=True),
            Coalesce("ended_at", "recorded_at").desc(),
            "-pk",
        )


class PipelineRun(models.Model):
    """One run of the pipeline on a member OUS, as its report and manifest tell it."""

    member_ous = models.ForeignKey(
        MemberOUS, on_delete=models.PROTECT, related_name="pipeline_runs"
    )
    generation = models.PositiveIntegerField(
        null=True, blank=True, help_text="Which products it made; null where no source says."
    )
    recipe = models.CharField(max_length=200, blank=True, help_text="Such as hifa_calimage.")
    casa_version = models.CharField(max_length=200, blank=True)
    pipeline_version = models.CharField(max_length=200, blank=True)
    request_uid = models.CharField(
        max_length=120, blank=True, help_text="The processing request that asked for it."
    )
    started_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="UTC; where no source says so, the report's date less the processing time.",
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="The report's date, UTC.")
    processing_s = models.PositiveBigIntegerField(null=True, blank=True, help_text="Seconds.")
    told = models.JSONField(
        default=dict, blank=True, help_text="Stages, topics, fluxes, figures: qa.pipeline."
    )
    source = models.CharField(max_length=40, help_text="Which source last said so.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what is told.")
    recorded_at = models.DateTimeField(default=timezone.now, help_text="When it was learnt, UTC.")
    modified_at = models.DateTimeField(default=timezone.now, help_text="UTC.")

    objects = PipelineRunQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index(fields=["member_ous", "generation"], name="pipeline_run_of"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member_ous", "ended_at"],
                condition=models.Q(ended_at__isnull=False),
                name="pipeline_run_once",
            ),
            models.CheckConstraint(
                condition=models.Q(started_at=None)
                | models.Q(ended_at=None)
                | models.Q(started_at__lte=models.F("ended_at")),
                name="pipeline_run_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipe or 'Pipeline run'} of {self.member_ous_id}"

    def facts(self) -> PipelineFacts:
        """What is told of it, as records."""
        told: dict[str, Any] = self.told
        return facts_of({name: getattr(self, name) for name in COLUMNS}, told)
