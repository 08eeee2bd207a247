"""QA1: the array's slowly varying calibrations, as records that are corrected by newer ones."""

from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from projects.querysets.project import Viewer, is_staff_viewer
from qa.calibrations import (
    ARRAYS,
    HIGHEST_BAND,
    KIND_TITLES,
    LONGEST_ANTENNA,
    LONGEST_SOURCE,
    LONGEST_SUMMARY,
    LOWEST_BAND,
    CalibrationFacts,
    CalibrationKind,
)

LONGEST_ORIGIN, LONGEST_KEY = 400, 400
_IS_FLUX = models.Q(kind=CalibrationKind.FLUXES)
_ENTERED = models.Q(origin="", key="", entered_by__isnull=False)
_SAID = ~models.Q(origin="") & ~models.Q(key="") & models.Q(entered_by=None)
_FIRST = models.Q(first=None, supersedes=None, set_aside_for=None)
_CORRECTS = models.Q(first__isnull=False, supersedes__isnull=False, set_aside_for=None)
_SET_ASIDE = models.Q(first__isnull=False, supersedes=None, set_aside_for__isnull=False)


class Shown(StrEnum):
    """What a list of calibrations shows."""

    VALID = "valid"
    ENDING = "ending"
    ENDED = "ended"
    ALL = "all"


SHOWN = MappingProxyType(
    {
        Shown.VALID: "what is valid",
        Shown.ENDING: "what ends within 14 days",
        Shown.ENDED: "what has ended",
        Shown.ALL: "all that was ever said",
    }
)
_SOON = timedelta(days=14)


def _valid_at(moment: datetime) -> models.Q:
    runs = models.Q(valid_until=None) | models.Q(valid_until__gt=moment)
    return models.Q(valid_from__lte=moment) & runs


def _ending(moment: datetime) -> models.Q:
    return models.Q(valid_until__lte=moment + _SOON)


class CalibrationQuerySet(models.QuerySet["Calibration"]):
    """Calibrations of the array."""

    def visible_to(self, user: Viewer) -> Self:
        """All for staff, none for others: they read of them in their executions' reports."""
        return self.all() if is_staff_viewer(user) else self.none()

    def newest(self) -> Self:
        """Keep the newest word of each, withdrawn ones too."""
        return self.filter(superseded_by=None, set_aside_for=None)

    def in_force(self) -> Self:
        """Keep what counts: neither superseded nor withdrawn, nor set aside."""
        return self.newest().filter(is_withdrawn=False)

    def of_band(self, band: int) -> Self:
        """Keep what may count for a band."""
        return self.filter(models.Q(band=None) | models.Q(band=band))

    def line_of(self, row: "Calibration") -> Self:
        """Keep all that was ever said on the same, newest first."""
        first = row.first_id_of_line
        return self.filter(models.Q(pk=first) | models.Q(first_id=first)).order_by("-pk")

    def shown(self, word: str, moment: datetime) -> Self:
        """Keep what one of the words of ``Shown`` asks for, as of a moment."""
        if word == Shown.ALL:
            return self
        rows = self.in_force()
        if word == Shown.ENDED:
            return rows.filter(valid_until__lte=moment)
        rows = rows.filter(_valid_at(moment))
        return rows.filter(_ending(moment)) if word == Shown.ENDING else rows

    def counted(self, moment: datetime) -> list[dict[str, Any]]:
        """How many of each kind are valid, and end soon, and when one was measured last."""
        valid = _valid_at(moment)
        rows = self.in_force().order_by().values("kind")
        found = rows.annotate(
            valid=models.Count("pk", filter=valid),
            ending=models.Count("pk", filter=valid & _ending(moment)),
            measured=models.Max("measured_at", filter=models.Q(measured_at__lte=moment)),
        )
        by_kind = {row["kind"]: row for row in found}
        nothing = {"valid": 0, "ending": 0, "measured": None}
        return [
            {"title": title, **by_kind.get(kind.value, nothing)}
            for kind, title in KIND_TITLES.items()
        ]

    def with_things(self) -> Self:
        """With persons, and what came before and after."""
        return self.select_related("entered_by", "superseded_by")


class Calibration(models.Model):
    """One calibration as somebody entered it or a source said; never changed, never deleted.

    A correction is a row of its own that supersedes the one before; all of them share
    ``first``. What a source says after staff had corrected it is set aside, for staff to see.
    """

    kind = models.CharField(
        max_length=12, choices=[(kind.value, title) for kind, title in KIND_TITLES.items()]
    )
    array = models.CharField(
        max_length=4, blank=True, help_text="12m, 7m or TP; empty: it holds for all of them."
    )
    antenna = models.CharField(
        max_length=LONGEST_ANTENNA, blank=True, help_text="Empty: it holds for all of them."
    )
    band = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="1 to 10; empty: it holds for all of them."
    )
    source = models.CharField(
        max_length=LONGEST_SOURCE, blank=True, help_text="Quasar or solar-system object."
    )
    measured_at = models.DateTimeField(help_text="When it was measured, UTC.")
    valid_from = models.DateTimeField(help_text="From when on it holds, UTC.")
    valid_until = models.DateTimeField(
        null=True, blank=True, help_text="Until when it holds, UTC; empty: until another one does."
    )
    flux_jy = models.FloatField(null=True, blank=True, help_text="Flux density, Jy.")
    flux_error_jy = models.FloatField(null=True, blank=True, help_text="Its error, Jy.")
    frequency_ghz = models.FloatField(null=True, blank=True, help_text="Of the flux, GHz.")
    summary = models.CharField(
        max_length=LONGEST_SUMMARY, blank=True, help_text="What was found, in a line."
    )
    is_withdrawn = models.BooleanField(default=False, help_text="Whether it should not be used.")
    first = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="later"
    )
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    set_aside_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="set_aside"
    )
    reason = models.TextField(blank=True, help_text="Why it was corrected; for staff.")
    origin = models.CharField(
        max_length=LONGEST_ORIGIN, blank=True, help_text="The source that said it."
    )
    key = models.CharField(max_length=LONGEST_KEY, blank=True, help_text="The source's name of it.")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    role_word = models.CharField(max_length=40, blank=True, help_text="Who it was, in a role.")
    recorded_at = models.DateTimeField(default=timezone.now, help_text="UTC.")

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["kind", "valid_from"], name="calibration_kind_from"),
            models.Index(fields=["kind", "antenna", "-id"], name="calibration_of_antenna"),
            models.Index(fields=["origin", "key"], name="calibration_said"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[*CalibrationKind]), name="calibration_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(array__in=["", *ARRAYS]), name="calibration_array_known"
            ),
            models.CheckConstraint(
                condition=models.Q(band=None)
                | models.Q(band__gte=LOWEST_BAND, band__lte=HIGHEST_BAND),
                name="calibration_band_known",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until=None)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="calibration_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=(_IS_FLUX & models.Q(flux_jy__gt=0, antenna="") & ~models.Q(source=""))
                | (~_IS_FLUX & models.Q(flux_jy=None, source="") & ~models.Q(summary="")),
                name="calibration_flux_of_a_source",
            ),
            models.CheckConstraint(
                condition=_ENTERED | _SAID, name="calibration_by_a_person_or_a_source"
            ),
            models.CheckConstraint(
                condition=_FIRST | _CORRECTS | _SET_ASIDE, name="calibration_place_in_its_line"
            ),
            models.CheckConstraint(
                condition=~(_ENTERED & _CORRECTS & models.Q(reason="")),
                name="calibration_corrected_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["origin", "key"],
                condition=models.Q(first=None) & ~models.Q(origin=""),
                name="calibration_begun_once_by_a_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} of {self.scope_words}"

    def get_absolute_url(self) -> str:
        return reverse("qa-calibration", args=[self.pk])

    @property
    def title(self) -> str:
        """The kind in words."""
        return KIND_TITLES[CalibrationKind(self.kind)]

    @property
    def scope_words(self) -> str:
        """What it holds for, in words."""
        words = [self.source, self.antenna, self.array and f"{self.array} array"]
        words.append(f"Band {self.band}" if self.band else "")
        return ", ".join(word for word in words if word) or "the whole array"

    @property
    def found_words(self) -> str:
        """What was found, a flux first."""
        if self.flux_jy is None:
            return self.summary
        error = "" if self.flux_error_jy is None else f" ± {self.flux_error_jy:g}"
        flux = f"{self.flux_jy:g}{error} Jy at {self.frequency_ghz:g} GHz"
        return f"{flux}; {self.summary}" if self.summary else flux

    @property
    def place_words(self) -> str:
        """Why it does not count any more, "" where it does. Read it ``with_things``."""
        later: Calibration | None = getattr(self, "superseded_by", None)
        if later is not None:
            return f"superseded by {later.pk}"
        if self.set_aside_for_id is not None:
            return "set aside"
        return "withdrawn" if self.is_withdrawn else ""

    @property
    def first_id_of_line(self) -> int:
        """The id of the record that its line of corrections began with."""
        return self.first_id or self.pk

    @property
    def facts(self) -> CalibrationFacts:
        """What it says."""
        values: dict[str, Any] = {
            field.name: getattr(self, field.name) for field in fields(CalibrationFacts)
        }
        return CalibrationFacts(**values)

    @property
    def by(self) -> str:
        """Who said so."""
        return str(self.entered_by) if self.entered_by else self.origin
