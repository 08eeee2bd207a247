"""Science goal OUS, group OUS and member OUS: ALMA's three levels of ObsUnitSets."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from projects.models.project import Project
from projects.models.tracked import OUTSIDE_WITHIN, LivingThing
from projects.public import data_rights
from projects.querysets.below import GroupOUSQuerySet, MemberOUSQuerySet, ScienceGoalQuerySet
from projects.states import Level, QA2Outcome, StateFlag

COUNT_HELP = "A copy kept by projects.services."


class ObsUnitSet(LivingThing):
    """What the three levels share."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="%(class)s_set")
    part_id = models.CharField(
        max_length=40, blank=True, help_text="Part id inside the ObsProject document."
    )
    name = models.CharField(max_length=200, blank=True)
    asked = models.JSONField(
        default=dict, blank=True, help_text="What the PI asked for; units stand in the names."
    )

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        return reverse("projects:ous-detail", args=[self.ref])


class ScienceGoal(ObsUnitSet):
    """A science goal OUS: one scientific aim with one set-up."""

    LEVEL = Level.SCIENCE_GOAL

    objects = ScienceGoalQuerySet.as_manager()

    class Meta:
        ordering = ("project_id", "id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=OUTSIDE_WITHIN, name="science_goal_public_version"),
            models.CheckConstraint(condition=~models.Q(uid=""), name="science_goal_uid_not_empty"),
            models.UniqueConstraint(
                fields=["project", "part_id"],
                condition=~models.Q(part_id=""),
                name="science_goal_part_unique",
            ),
        ]


class GroupOUS(ObsUnitSet):
    """A group OUS: member OUSs that are combined in the end."""

    LEVEL = Level.GROUP_OUS

    science_goal = models.ForeignKey(
        ScienceGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="group_ous_set"
    )

    objects = GroupOUSQuerySet.as_manager()

    class Meta:
        ordering = ("project_id", "id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=OUTSIDE_WITHIN, name="group_ous_public_version"),
            models.CheckConstraint(condition=~models.Q(uid=""), name="group_ous_uid_not_empty"),
            models.UniqueConstraint(
                fields=["project", "part_id"],
                condition=~models.Q(part_id=""),
                name="group_ous_part_unique",
            ),
        ]


class MemberOUS(ObsUnitSet):
    """A member OUS: the unit that is observed, processed, judged and delivered."""

    LEVEL = Level.MEMBER_OUS

    science_goal = models.ForeignKey(
        ScienceGoal, null=True, blank=True, on_delete=models.PROTECT, related_name="member_ous_set"
    )
    group_ous = models.ForeignKey(
        GroupOUS, null=True, blank=True, on_delete=models.PROTECT, related_name="member_ous_set"
    )
    reducer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assigned_member_ous",
        help_text="Data reducer whom it is assigned to.",
    )
    reducer_decided_at = models.DateTimeField(
        null=True, blank=True, help_text="When a person here last assigned it to reduce; UTC."
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reviewed_member_ous",
        help_text="QA2 reviewer who claimed or opened it.",
    )
    blocked_on = models.CharField(
        max_length=12, blank=True, help_text="What holds the work up; a copy of its history."
    )
    blocked_since = models.DateTimeField(null=True, blank=True, help_text="UTC.")
    blocked_told = models.BooleanField(
        default=False, help_text="Whether people on the project are told what holds it up."
    )
    blocked_note = models.TextField(blank=True)
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
    resolution_arcsec = models.FloatField(null=True, blank=True, help_text="Archive estimate.")
    largest_scale_arcsec = models.FloatField(null=True, blank=True, help_text="Archive estimate.")
    qa2 = models.CharField(  # noqa: DJ001 - null means not judged, or not known
        max_length=8, null=True, blank=True, help_text="QA2 verdict of the round that counts."
    )
    qa2_passed = models.BooleanField(
        null=True, blank=True, help_text="The archive's flag; it hides SemiPass."
    )
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="UTC; null if unknown.")
    delivery_generation = models.PositiveIntegerField(null=True, blank=True)
    release_date = models.DateTimeField(
        null=True, blank=True, help_text="End of the proprietary period, UTC; null if unknown."
    )
    clock_kept_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When the ledger here last wrote the release date; empty: sources do.",
    )
    executions_passed = models.DecimalField(
        max_digits=8, decimal_places=2, default=Decimal(0), help_text=COUNT_HELP
    )
    executions_count = models.PositiveIntegerField(default=0, help_text=COUNT_HELP)
    executions_expected = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text=COUNT_HELP
    )

    objects = MemberOUSQuerySet.as_manager()

    class Meta:
        ordering = ("project_id", "id")
        indexes: ClassVar = [
            models.Index(fields=["state", "state_since"], name="member_ous_state_since"),
            models.Index(fields=["modified_at"], name="member_ous_modified"),
            models.Index(fields=["public_modified_at"], name="member_ous_public_modified"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=OUTSIDE_WITHIN, name="member_ous_public_version"),
            models.CheckConstraint(condition=~models.Q(uid=""), name="member_ous_uid_not_empty"),
            models.UniqueConstraint(
                fields=["project", "part_id"],
                condition=~models.Q(part_id=""),
                name="member_ous_part_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(qa2=None) | models.Q(qa2__in=[*QA2Outcome]),
                name="member_ous_qa2_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    blocked_on="", blocked_since=None, blocked_told=False, blocked_note=""
                )
                | ~models.Q(blocked_on="") & models.Q(blocked_since__isnull=False),
                name="member_ous_blocked_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(ra_deg=None) | models.Q(ra_deg__gte=0, ra_deg__lt=360),
                name="member_ous_ra_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(dec_deg=None) | models.Q(dec_deg__gte=-90, dec_deg__lte=90),
                name="member_ous_dec_in_range",
            ),
        ]

    def passed(self) -> Decimal:
        return self.executions_passed

    @property
    def is_in_hold(self) -> bool:
        """Whether its QA2 verdict can still be taken back and is told to nobody outside."""
        return self.state == "Verified" and self.state_flag == StateFlag.IN_HOLD

    @property
    def targets(self) -> list[str]:
        """The names of its targets."""
        return self.target_names.splitlines()

    @property
    def data_rights(self) -> str:
        """ "Public" once the release date is past, else "Proprietary"."""
        return data_rights(self.release_date, timezone.now())
