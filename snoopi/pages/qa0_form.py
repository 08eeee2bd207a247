"""The form that executions are judged with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.http import QueryDict

from projects.models import ExecBlock
from projects.states import Meaning, QA0Status
from qa.errors import BadJudgement
from qa.fraction import Proposal
from qa.observatory import reasons
from qa.reasons import QALevel, Reason, family_words
from qa.services.judgements import GIVES_REASONS, LONGEST_COMMENT
from qa.verdicts import VerdictTold
from snoopi.pages.glossary import QA0_MEANINGS

_FIELDS = ("outcome", "reasons", "comment", "execution_fraction")


@dataclass(frozen=True, slots=True)
class OutcomeChoice:
    """One verdict to choose."""

    word: str
    meaning: Meaning
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ReasonChoice:
    """One reason to tick; ``only_for`` names the verdicts that it is confined to."""

    reason: Reason
    only_for: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Family:
    """The reasons of one family."""

    words: str
    choices: list[ReasonChoice]


class QA0Form(forms.Form):
    """A verdict as it is typed; ``decide_qa0`` says what cannot be so."""

    outcome = forms.CharField(required=False)
    reasons = forms.MultipleChoiceField(required=False)
    comment = forms.CharField(
        required=False,
        label="Comment",
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    public = forms.BooleanField(required=False)
    execution_fraction = forms.DecimalField(
        required=False, label="Execution fraction", localize=False
    )

    def __init__(self, data: QueryDict | None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial, auto_id="qa0-%s", label_suffix="")
        choices: Any = self.fields["reasons"]
        choices.choices = [(row.code, row.name) for row in reasons().on(QALevel.QA0)]

    def judgement(self) -> dict[str, Any]:
        """The verdict in the words of ``decide_qa0``."""
        values = self.cleaned_data
        return {
            **{name: values[name] for name in _FIELDS},
            "comment_public": values["public"],
        }

    def refuse(self, error: BadJudgement) -> None:
        """Say beside the field what cannot be so."""
        self.add_error(error.field if error.field in _FIELDS else None, plain_sentence(error))

    @property
    def outcomes(self) -> list[OutcomeChoice]:
        """The five verdicts."""
        chosen = self["outcome"].value()
        return [OutcomeChoice(word, QA0_MEANINGS[word], word == chosen) for word in QA0Status]

    @property
    def families(self) -> list[Family]:
        """The reasons by family, in the table's order."""
        chosen = {*map(str, self["reasons"].value() or ())}
        return families_of(reasons().on(QALevel.QA0), chosen, GIVES_REASONS)


def families_of(rows: Iterable[Reason], chosen: set[str], outcomes: Sequence[str]) -> list[Family]:
    """Reasons by family, in the table's order; ``outcomes`` are those that give reasons."""
    return [
        Family(
            family_words(family),
            [ReasonChoice(row, _only_for(row, outcomes), row.code in chosen) for row in members],
        )
        for family, members in groupby(rows, key=lambda row: row.family)
    ]


def _only_for(row: Reason, outcomes: Sequence[str]) -> str:
    fits = [word for word in outcomes if row.fits(word)]
    return "" if len(fits) == len(outcomes) else " and ".join(fits)


def plain_sentence(error: BadJudgement) -> str:
    """The sentence without the legal choices: the form shows them."""
    return str(error).partition(" Legal: ")[0]


def present(exec_block: ExecBlock, verdict: VerdictTold, proposal: Proposal) -> dict[str, Any]:
    """What the form starts with: the verdict that counts, and the proposal where none is."""
    latest = verdict.latest
    recorded = exec_block.execution_fraction
    return {
        "outcome": exec_block.qa0,
        "reasons": [reason.code for reason in verdict.reasons],
        "comment": exec_block.qa0_comment,
        "public": bool(latest and latest.comment_public),
        "execution_fraction": proposal.fraction if recorded is None else recorded,
    }
