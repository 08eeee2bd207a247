"""Scheduling block and execution block."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.urls import reverse

from projects.models.ous import COUNT_HELP, MemberOUS
from projects.models.project import Project
from projects.models.tracked import OUTSIDE_WITHIN, LivingThing, Tracked
from projects.querysets.below import ExecBlockQuerySet, SchedBlockQuerySet
from projects.states import Level, QA0Status

FRACTION_HELP = "Share of one nominal execution; empty counts as 1 when QA0 is Pass."


class SchedBlock(LivingThing):
    """A scheduling block: the program that the telescope runs, normally several times."""

    LEVEL = Level.SCHED_BLOCK

    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="sched_blocks"
    )
    member_ous = models.ForeignKey(
        MemberOUS, null=True, blank=True, on_delete=models.PROTECT, related_name="sched_blocks"
    )
    name = models.CharField(max_length=200, blank=True)
    bands = models.JSONField(default=list, blank=True, help_text="ALMA receiver bands, 1 to 10.")
    array = models.CharField(max_length=12, blank=True, help_text="12m, 7m or TP.")
    target_names = models.TextField(blank=True, help_text="One name a line.")
    ra_deg = models.FloatField("RA", null=True, blank=True, help_text="ICRS degrees, 0 to 360.")
    dec_deg = models.FloatField("Dec", null=True, blank=True, help_text="ICRS degrees.")
    rep_freq_ghz = models.FloatField(
        "representative frequency", null=True, blank=True, help_text="Sky frequency in GHz."
    )
    estimated_time_min = models.FloatField(
        null=True, blank=True, help_text="Estimated time of all executions, minutes."
    )
    asked = models.JSONField(
        default=dict, blank=True, help_text="What was asked for; units stand in the names."
    )
    executions_passed = models.DecimalField(
        max_digits=8, decimal_places=2, default=Decimal(0), help_text=COUNT_HELP
    )
    executions_count = models.PositiveIntegerField(default=0, help_text=COUNT_HELP)
    executions_expected = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="From status or plan documents; empty where none says.",
    )

    carried_to = models.CharField(
        max_length=8,
        blank=True,
        help_text="The cycle it goes on in, carried over; empty: that of its project.",
    )

    objects = SchedBlockQuerySet.as_manager()

    class Meta:
        ordering = ("project_id", "id")
        indexes: ClassVar = [
            models.Index(fields=["name"], name="sched_block_name"),
            models.Index(
                fields=["carried_to"],
                condition=~models.Q(carried_to=""),
                name="sched_block_carried_to",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=OUTSIDE_WITHIN, name="sched_block_public_version"),
            models.CheckConstraint(condition=~models.Q(uid=""), name="sched_block_uid_not_empty"),
            models.UniqueConstraint(
                fields=["member_ous", "name"],
                condition=models.Q(uid=None) & models.Q(member_ous__isnull=False),
                name="sched_block_name_unique_in_member",
            ),
            models.CheckConstraint(
                condition=models.Q(executions_expected=None) | models.Q(executions_expected__gt=0),
                name="sched_block_expected_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name or super().__str__()

    def get_absolute_url(self) -> str:
        return reverse("projects:sched-block-detail", args=[self.ref])

    def passed(self) -> Decimal:
        return self.executions_passed

    @property
    def targets(self) -> list[str]:
        """The names of its targets."""
        return self.target_names.splitlines()

    @property
    def planned_min(self) -> float | None:
        """Minutes that the plan gives one execution: the estimate of all, shared among them."""
        if not self.estimated_time_min or not self.executions_expected:
            return None
        return self.estimated_time_min / float(self.executions_expected)


class ExecBlock(Tracked):
    """An execution block: one run of a scheduling block, with one QA0 verdict."""

    LEVEL = Level.EXEC_BLOCK

    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="exec_blocks"
    )
    member_ous = models.ForeignKey(
        MemberOUS, null=True, blank=True, on_delete=models.PROTECT, related_name="exec_blocks"
    )
    sched_block = models.ForeignKey(
        SchedBlock, null=True, blank=True, on_delete=models.PROTECT, related_name="exec_blocks"
    )
    start = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    end = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    qa0 = models.CharField(
        "QA0",
        max_length=8,
        choices=[(word, word) for word in QA0Status],
        default=QA0Status.UNSET,
    )
    qa0_comment = models.TextField(blank=True)
    execution_fraction = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, help_text=FRACTION_HELP
    )
    qa0_decided_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person here last judged it; UTC."
    )
    bands = models.JSONField(default=list, blank=True, help_text="ALMA receiver bands, 1 to 10.")
    array = models.CharField(max_length=12, blank=True, help_text="12m, 7m or TP.")
    target_names = models.TextField(blank=True, help_text="One name a line, as observed.")
    ra_deg = models.FloatField("RA", null=True, blank=True, help_text="ICRS degrees, 0 to 360.")
    dec_deg = models.FloatField("Dec", null=True, blank=True, help_text="ICRS degrees.")
    rep_freq_ghz = models.FloatField(
        "representative frequency", null=True, blank=True, help_text="Sky frequency in GHz."
    )
    pwv_mm = models.FloatField(
        "PWV", null=True, blank=True, help_text="Precipitable water vapor in mm."
    )
    integration_s = models.FloatField(
        null=True, blank=True, help_text="Longest integration on one field, seconds (archive)."
    )
    antenna_names = models.TextField(blank=True, help_text="One antenna a line.")

    objects = ExecBlockQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["member_ous", "-end"], name="exec_block_member_end"),
            models.Index(fields=["sched_block", "-end"], name="exec_block_sb_end"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=OUTSIDE_WITHIN, name="exec_block_public_version"),
            models.CheckConstraint(condition=~models.Q(uid=""), name="exec_block_uid_not_empty"),
            models.CheckConstraint(
                condition=models.Q(qa0__in=[*QA0Status]), name="exec_block_qa0_known"
            ),
            models.CheckConstraint(
                condition=models.Q(start=None)
                | models.Q(end=None)
                | models.Q(end__gte=models.F("start")),
                name="exec_block_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(execution_fraction=None) | models.Q(execution_fraction__gte=0),
                name="exec_block_fraction_not_negative",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("projects:exec-block-detail", args=[self.ref])

    @property
    def duration_min(self) -> float | None:
        """Minutes from start to end, None where either is unknown."""
        if self.start is None or self.end is None:
            return None
        return (self.end - self.start).total_seconds() / 60

    @property
    def targets(self) -> list[str]:
        """The names of its targets."""
        return self.target_names.splitlines()

    @property
    def antennas(self) -> list[str]:
        """The names of its antennas."""
        return self.antenna_names.splitlines()
