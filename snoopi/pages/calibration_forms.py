"""The forms of QA1: entering a calibration of the array, and correcting one."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict

from deliveries.moments import parse_moment
from qa.calibrations import (
    ARRAYS,
    HIGHEST_BAND,
    KIND_TITLES,
    LONGEST_ANTENNA,
    LONGEST_REASON,
    LONGEST_SOURCE,
    LONGEST_SUMMARY,
    LOWEST_BAND,
    CalibrationFacts,
)
from qa.errors import BadJudgement
from qa.models import Calibration

_ALL = [("", "all")]
_BANDS = [(str(band), f"Band {band}") for band in range(LOWEST_BAND, HIGHEST_BAND + 1)]


class MomentField(forms.CharField):
    """A time as people type it, in UTC where it says no other."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"placeholder": "2026-12-31 12:00:00"}))
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> datetime | None:
        """Answer the moment, None where nothing was typed."""
        text = super().clean(value)
        try:
            return parse_moment(text) if text else None
        except (ValueError, OverflowError):
            raise forms.ValidationError("It is no time: write 2026-12-31 12:00:00.") from None


class CalibrationForm(forms.Form):
    """What a calibration says; the services say what cannot be so."""

    kind = forms.ChoiceField(choices=[(kind.value, title) for kind, title in KIND_TITLES.items()])
    array = forms.ChoiceField(required=False, choices=[*_ALL, *((one, one) for one in ARRAYS)])
    antenna = forms.CharField(
        required=False,
        max_length=LONGEST_ANTENNA,
        help_text="One antenna, such as DV07; empty: all.",
    )
    band = forms.TypedChoiceField(
        required=False, choices=[*_ALL, *_BANDS], coerce=int, empty_value=None
    )
    source = forms.CharField(
        required=False,
        max_length=LONGEST_SOURCE,
        help_text="Flux monitoring: the quasar or solar-system object.",
    )
    flux_jy = forms.FloatField(required=False, label="Flux [Jy]")
    flux_error_jy = forms.FloatField(required=False, label="Error [Jy]")
    frequency_ghz = forms.FloatField(required=False, label="At [GHz]")
    measured_at = MomentField(label="Measured (UTC)")
    valid_from = MomentField(label="Valid from (UTC)")
    valid_until = MomentField(
        required=False, label="Until (UTC)", help_text="Empty: until another one holds."
    )
    summary = forms.CharField(
        required=False,
        max_length=LONGEST_SUMMARY,
        label="What was found",
        help_text="One line. Reports of execution blocks show it to people on their projects.",
    )

    def __init__(self, data: QueryDict | None = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id="calibration-%s", label_suffix="")

    def facts(self) -> CalibrationFacts:
        """What was typed."""
        names = [field for field in CalibrationForm.base_fields if field in self.cleaned_data]
        said = {name: self.cleaned_data[name] for name in names}
        return CalibrationFacts(**said, is_withdrawn=bool(self.cleaned_data.get("withdrawn")))

    def refuse(self, error: BadJudgement) -> None:
        """Say beside the field what cannot be so."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class CorrectionForm(CalibrationForm):
    """A correction: all that the record shall say from now on, and why."""

    withdrawn = forms.BooleanField(
        required=False, label="Withdrawn", help_text="It should not be used any more."
    )
    reason = forms.CharField(
        max_length=LONGEST_REASON, label="Why", help_text="For staff; it is kept."
    )

    @classmethod
    def of(cls, row: Calibration) -> "CorrectionForm":
        """The form as it starts: with what is on file."""
        initial = {name: getattr(row, name) for name in CalibrationForm.base_fields}
        for name in ("measured_at", "valid_from", "valid_until"):
            moment = initial[name]
            initial[name] = f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""
        return cls(initial={**initial, "withdrawn": row.is_withdrawn})
