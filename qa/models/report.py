"""The report of an execution."""

from typing import Any, ClassVar

from django.db import models

from projects.models import ExecBlock
from qa.stored import Kept, from_json

_SOURCE = "From the data set; empty where it does not say."


class ExecReportQuerySet(models.QuerySet["ExecReport"]):
    """Reports of executions."""

    def figures_only(self) -> "ExecReportQuerySet":
        """Leave out what only the report's own page shows: it is large."""
        return self.defer("observed")


class ExecReport(models.Model):
    """The report of one execution block: its data set's facts, and figures to compare.

    Angular resolution and largest scale are not kept: they follow from ``l80_m``, ``l5_m``
    and the SB's representative frequency.
    """

    exec_block = models.OneToOneField(ExecBlock, on_delete=models.PROTECT, related_name="report")
    sched_block_uid = models.CharField(
        max_length=120, blank=True, help_text="The SB that the data set names."
    )
    rep_freq_ghz = models.FloatField(
        null=True, help_text=f"Representative sky frequency, GHz. {_SOURCE}"
    )
    tsys_mean_k = models.FloatField(null=True, help_text="Mean Tsys over all samples, K.")
    tsys_std_k = models.FloatField(null=True, help_text="Population deviation, K.")
    tsys_min_k = models.FloatField(
        null=True, help_text="K; empty where a sample is zero or no number."
    )
    tsys_max_k = models.FloatField(null=True, help_text="K.")
    tsys_measured = models.JSONField(
        null=True, help_text="mean, std, min, max in K, n, missing: over samples above zero."
    )
    antenna_count = models.PositiveSmallIntegerField(default=0)
    shortest_m = models.FloatField(null=True, help_text="Shortest distance of two pads, m.")
    longest_m = models.FloatField(null=True, help_text="Longest distance of two pads, m.")
    l5_m = models.FloatField(null=True, help_text="5th percentile of the distances, m.")
    l80_m = models.FloatField(null=True, help_text="80th percentile of the distances, m.")
    pwv_mm = models.FloatField(null=True, help_text=f"Median water vapor, mm. {_SOURCE}")
    elevation_min_deg = models.FloatField(null=True, help_text="Of the science targets, degrees.")
    elevation_max_deg = models.FloatField(null=True, help_text="Of the science targets, degrees.")
    on_target_min = models.FloatField(null=True, help_text="Time on science targets, minutes.")
    flagged_fraction = models.FloatField(
        null=True, help_text="Share of antenna time marked as bad, 0 to 1."
    )
    observed = models.JSONField(help_text="The facts behind the figures: qa.stored.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what the data set says.")
    recorded_at = models.DateTimeField(help_text="When it was read, UTC.")

    objects = ExecReportQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index(fields=["sched_block_uid"], name="exec_report_sb_uid"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(flagged_fraction=None)
                | models.Q(flagged_fraction__gte=0, flagged_fraction__lte=1),
                name="exec_report_flagged_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"Report of {self.exec_block_id}"

    def kept(self) -> Kept:
        """The facts as records."""
        observed: dict[str, Any] = self.observed
        return from_json(observed)
