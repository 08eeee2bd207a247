"""The forms of a project's access page."""

from django import forms
from django.http import QueryDict

from accounts.forms import LastDayField
from projects.models import DelegationKind
from projects.services.delegations import LONGEST_NAME


class DelegationForm(forms.Form):
    """Whom to make a delegee."""

    to = forms.CharField(
        max_length=254, label="User name or mail address", help_text="Whole, as the account has it."
    )
    kind = forms.ChoiceField(
        choices=DelegationKind.choices,
        label="For",
        help_text="All of them follow the project; only “Data” gives its files.",
    )
    ends_at = LastDayField(
        required=False, label="Last day", help_text="UTC; empty: until you revoke it."
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="delegate-%s", label_suffix="")


class ProjectTokenForm(forms.Form):
    """A new token of the project."""

    name = forms.CharField(max_length=LONGEST_NAME, label="What it is for")
    expires_at = LastDayField(
        required=False, label="Last day", help_text="UTC; empty: until it is revoked."
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="key-%s", label_suffix="")
