"""The forms of QA3: reporting a problem, and deciding what becomes of a report."""

from typing import Any

from django import forms
from django.http import QueryDict

from projects.models import MemberOUS
from qa.errors import BadJudgement
from qa.observatory import reasons
from qa.problems import LONGEST_DESCRIPTION, LONGEST_NOTE, LONGEST_SUBJECT, Act
from qa.reasons import QALevel
from qa.services.weighing import counted_blocks
from snoopi.pages.qa0_form import Family, families_of, plain_sentence

_WITH_REASONS = (Act.DISMISS, Act.ABORT)


class ReportForm(forms.Form):
    """A problem as somebody words it; ``report_problem`` says what cannot be so."""

    subject = forms.CharField(
        required=False, label="What is wrong, in a few words", max_length=LONGEST_SUBJECT
    )
    description = forms.CharField(
        required=False,
        label="What you see, where, and what you expected",
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 7}),
    )

    def __init__(self, data: QueryDict | None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="problem-%s", label_suffix="")

    def refuse(self, error: BadJudgement) -> None:
        """Say beside the field what cannot be so."""
        self.add_error(error.field if error.field in self.fields else None, plain_sentence(error))


class TriageForm(forms.Form):
    """What staff decide about a report; the services say what cannot be so."""

    comment = forms.CharField(required=False, max_length=LONGEST_NOTE, widget=forms.Textarea)
    public = forms.BooleanField(required=False)
    reasons = forms.MultipleChoiceField(required=False)
    withhold = forms.CharField(required=False, max_length=LONGEST_NOTE)
    withdraw = forms.BooleanField(required=False)
    extra_executions = forms.DecimalField(required=False, localize=False)
    sched_block = forms.ChoiceField(required=False)

    def __init__(self, data: QueryDict | None, *, member_ous: MemberOUS) -> None:
        super().__init__(data, auto_id="triage-%s", label_suffix="")
        choices: Any = self.fields["reasons"]
        choices.choices = [(row.code, row.name) for row in reasons().on(QALevel.QA3)]
        self.blocks = list(counted_blocks(member_ous))
        offered: Any = self.fields["sched_block"]
        offered.choices = [(block.ref, str(block)) for block in self.blocks]

    def words(self, act: Act) -> dict[str, Any]:
        """What was typed for an act, in the words of its service."""
        values = self.cleaned_data
        if act == Act.ANSWER:
            return {"text": values["comment"]}
        said = {"comment": values["comment"], "comment_public": values["public"]}
        if act in _WITH_REASONS:
            return {**said, "reasons": values["reasons"]}
        if act == Act.INVESTIGATE:
            return {**said, "withhold": values["withhold"], "withdraw": values["withdraw"]}
        if act == Act.FAIL:
            more = {name: values[name] for name in ("extra_executions", "sched_block")}
            return {**said, **more}
        return said

    def refuse(self, error: BadJudgement) -> None:
        """Say beside the field what cannot be so."""
        field = "comment" if error.field == "text" else error.field
        self.add_error(field if field in self.fields else None, plain_sentence(error))

    @property
    def families(self) -> list[Family]:
        """The reasons by family, in the table's order."""
        chosen = {*map(str, self["reasons"].value() or ())}
        return families_of(reasons().on(QALevel.QA3), chosen, ())

    @property
    def sentences(self) -> list[str]:
        """All that cannot be so, one sentence each."""
        return [str(sentence) for found in self.errors.values() for sentence in found]
