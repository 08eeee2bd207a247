"""The observing project."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from accounts.models import ARC, Executive
from projects.identity import cycle_of
from projects.models.tracked import OUTSIDE_WITHIN, LivingThing
from projects.querysets.project import ProjectQuerySet
from projects.states import Level


class Project(LivingThing):
    """An observing project (ALMA ObsProject) with its proposal, such as 2013.1.00269.S."""

    LEVEL = Level.PROJECT

    code = models.CharField(  # noqa: DJ001 - unique when present
        max_length=24, null=True, unique=True, help_text="Project code; empty for a draft plan."
    )
    title = models.CharField(max_length=500, blank=True)
    abstract = models.TextField(blank=True)
    pi_name = models.CharField(
        "PI", max_length=200, blank=True, help_text="The PI as sources write the name."
    )
    authors = models.TextField(blank=True, help_text="Co-Is as the archive lists them.")
    executive = models.CharField(max_length=8, choices=Executive, blank=True)
    arc = models.CharField("ARC", max_length=8, choices=ARC, blank=True)
    cycle = models.CharField(max_length=8, blank=True, help_text="First part of the code.")
    grade = models.CharField(max_length=2, blank=True, help_text="Letter grade of the review.")
    science_category = models.CharField(max_length=120, blank=True)
    science_keywords = models.TextField(blank=True)
    contact_scientist = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="named_on",
    )
    cois_download = models.BooleanField(
        "Co-Is may download",
        default=False,
        help_text="Whether Co-PIs, Co-Is and project tokens read proprietary files: the PI says.",
    )
    is_demo = models.BooleanField(default=False, help_text="Part of the demo observatory.")
    members_total = models.PositiveIntegerField(
        default=0, help_text="Member OUSs that count; a copy kept by projects.services."
    )
    members_delivered = models.PositiveIntegerField(
        default=0, help_text="Those of them that are delivered; likewise."
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("-ref",)
        indexes: ClassVar = [models.Index(fields=["state"], name="project_state")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=OUTSIDE_WITHIN, name="project_public_version"),
            models.CheckConstraint(
                condition=~models.Q(code="") & ~models.Q(uid=""), name="project_keys_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("projects:project-detail", args=[self.ref])

    @property
    def is_ddt(self) -> bool:
        """Whether this is Director's discretionary time: the letter in the code says so."""
        return cycle_of(self.code or "").split(".")[-1].isalpha()
