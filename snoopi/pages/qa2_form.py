"""The form that member OUSs are decided on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.http import QueryDict

from projects.models import SchedBlock
from qa.asked_got import KINDS, NUMBERS, Compared, Got
from qa.checks import CHECKS, LONGEST_NOTE, Ticked
from qa.errors import BadJudgement
from qa.observatory import reasons
from qa.reasons import QALevel
from qa.reviewing import GIVES_REASONS, LONGEST_COMMENT, LONGEST_NAME
from snoopi.pages.qa0_form import Family, families_of, plain_sentence

FIGURES_TYPED = 40
BLANK_ROWS = 2
_FIELDS = ("outcome", "reasons", "comment", "extra_executions", "sched_block")


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of an image to type: its field, title and what stands in it."""

    name: str
    title: str
    told: float | None
    typed: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One image with what was typed of it; ``compared`` is None in a blank row."""

    prefix: str
    compared: Compared | None
    source: str
    window: str
    kind: str
    cells: list[Cell]
    note: str

    @property
    def is_typed(self) -> bool:
        """Whether anything stands in it that nobody told."""
        return bool(self.note) or any(cell.typed for cell in self.cells)


_TITLES = {
    "sensitivity_mjy": "rms [mJy/beam]",
    "bandwidth_mhz": "Bandwidth [MHz]",
    "beam_major_arcsec": "Beam, major [″]",
    "beam_minor_arcsec": "Beam, minor [″]",
    "beam_angle_deg": "Beam, angle [°]",
}


class QA2Form(forms.Form):
    """A decision as it is typed; ``decide_qa2`` says what cannot be so."""

    outcome = forms.CharField(required=False)
    reasons = forms.MultipleChoiceField(required=False)
    comment = forms.CharField(
        required=False,
        label="Comment",
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    public = forms.BooleanField(required=False)
    extra_executions = forms.DecimalField(
        required=False, label="Executions more, for Fail", localize=False
    )
    sched_block = forms.ChoiceField(required=False, label="of the scheduling block")

    release_reducer = forms.BooleanField(required=False)

    def __init__(
        self, data: QueryDict | None, *, rows: Sequence[Compared], blocks: Sequence[SchedBlock]
    ) -> None:
        super().__init__(data, auto_id="qa2-%s", label_suffix="")
        self.rows, self.blocks = rows, blocks
        choices: Any = self.fields["reasons"]
        choices.choices = [(row.code, row.name) for row in reasons().on(QALevel.QA2)]
        offered: Any = self.fields["sched_block"]
        offered.choices = [(block.ref, str(block)) for block in blocks]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        values["achieved"] = [self._got(row) for row in self.figures if row.is_typed]
        values["checks"] = self.checks
        return values

    def decision(self) -> dict[str, Any]:
        """The decision in the words of ``decide_qa2``."""
        values = self.cleaned_data
        is_fail = values["outcome"] == "Fail"
        return {
            "outcome": values["outcome"],
            # What is ticked for another outcome stays on the page and goes nowhere.
            "reasons": values["reasons"] if values["outcome"] in GIVES_REASONS else (),
            "comment": values["comment"],
            "comment_public": values["public"],
            "achieved": values["achieved"],
            "checks": values["checks"],
            "extra_executions": values["extra_executions"] if is_fail else None,
            "sched_block": values["sched_block"] if is_fail else "",
            "release_reducer": is_fail and values["release_reducer"],
        }

    def refuse(self, error: BadJudgement) -> None:
        """Say beside the field what cannot be so."""
        self.add_error(error.field if error.field in _FIELDS else None, plain_sentence(error))

    @property
    def families(self) -> list[Family]:
        """The reasons by family, in the table's order."""
        chosen = {*map(str, self["reasons"].value() or ())}
        return families_of(reasons().on(QALevel.QA2), chosen, GIVES_REASONS)

    @property
    def checks(self) -> list[Ticked]:
        """The checks as they are ticked."""
        return [
            Ticked(
                check,
                f"check-{check.code}" in self.data,
                self._said(f"check-{check.code}-comment", LONGEST_NOTE),
            )
            for check in CHECKS
        ]

    @property
    def check_groups(self) -> list[tuple[str, list[Ticked]]]:
        """The checks by what they are about."""
        groups = groupby(self.checks, key=lambda row: row.check.group)
        return [(name, list(rows)) for name, rows in groups]

    @property
    def figures(self) -> list[FigureRow]:
        """The images whose figures can be typed over, and blank rows for others."""
        told = [
            self._row(f"f{number}", row) for number, row in enumerate(self.rows[:FIGURES_TYPED])
        ]
        return [*told, *(self._row(f"n{number}", None) for number in range(BLANK_ROWS))]

    def _row(self, prefix: str, row: Compared | None) -> FigureRow:
        got = row.got if row else Got()
        said = {name: self._said(f"{prefix}-{name}", LONGEST_NAME) for name in _NAMES}
        return FigureRow(
            prefix,
            row,
            # The address of a told image comes from the form: its order may have changed.
            said["source"] or got.source,
            said["window"] or got.window,
            said["kind"] or got.kind,
            [
                Cell(name, _TITLES[name], getattr(got, name), self._said(f"{prefix}-{name}"))
                for name in NUMBERS
            ],
            self._said(f"{prefix}-note", LONGEST_NOTE),
        )

    def _said(self, name: str, most: int = 40) -> str:
        return str(self.data.get(name, "")).replace("\0", "").strip()[:most]

    def _got(self, row: FigureRow) -> Got:
        numbers: dict[str, Any] = {cell.name: self._number(cell) for cell in row.cells}
        kind = row.kind if row.kind in KINDS else ""
        return Got(source=row.source, window=row.window, kind=kind, note=row.note, **numbers)

    def _number(self, cell: Cell) -> float | None:
        if not cell.typed:
            return None
        least = -360 if cell.name == "beam_angle_deg" else 1e-12
        field = forms.FloatField(min_value=least, max_value=1e12)
        try:
            return float(field.clean(cell.typed))
        except forms.ValidationError:
            self.add_error(None, f"{cell.title}: “{cell.typed}” is no number that it can be.")
            return None


_NAMES = ("source", "window", "kind")
