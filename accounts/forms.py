"""Forms of log-in and settings."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.http import QueryDict
from django.utils import timezone

from accounts.models import TokenScope, User
from accounts.services import BadAccount, upsert_account


class LoginForm(AuthenticationForm):
    """User name and password; the answer does not tell which of them was wrong."""

    error_messages = {
        "invalid_login": "User name and password do not belong together.",
        "inactive": "User name and password do not belong together.",
    }


class ProfileForm(forms.Form):
    """What a person may change about their own account.

    Not the ARC: how far ARC staff see hangs on it.
    """

    name = forms.CharField(max_length=200, label="Full name", help_text="As mail greets you.")
    email = forms.EmailField(required=False, label="E-mail")

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        initial = {"name": user.name, "email": user.email}
        super().__init__(data, initial=initial, auto_id="profile-%s", label_suffix="")
        self.user = user

    def save(self) -> bool:
        """Write the changes; False, with the reason on the form, where that cannot be."""
        try:
            upsert_account(username=self.user.username, **self.cleaned_data)
        except BadAccount as error:
            self.add_error("email", str(error))
        return not self.errors


_FAR = 3000


class LastDayField(forms.DateField):
    """The last day on which something holds; it gives the first moment at which it does not."""

    widget = forms.DateInput({"type": "date"})

    def clean(self, value: Any) -> datetime | None:
        """Answer midnight after the day, UTC; None where no day is named."""
        day = super().clean(value)
        if day is None:
            return None
        if day.year >= _FAR:
            raise forms.ValidationError("Leave it empty where there is no end.")
        ends = datetime.combine(day, time(), UTC) + timedelta(days=1)
        if ends <= timezone.now():
            raise forms.ValidationError("This day is over.")
        return ends


class TokenForm(forms.Form):
    """A new API token."""

    label = forms.CharField(max_length=80, label="What it is for")
    scope = forms.ChoiceField(choices=TokenScope.choices, label="May")
    expires_on = LastDayField(
        required=False, label="Last day", help_text="UTC; empty: until it is revoked."
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id="token-%s", label_suffix="")


class ViewAsForm(forms.Form):
    """Whom to see the site as, and why."""

    person = forms.CharField(max_length=150, widget=forms.HiddenInput)
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500,
        label="Why",
        help_text="It is kept with every page that you look at; a ticket number is a good reason.",
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial=initial, auto_id="as-%s", label_suffix="")

    def clean_person(self) -> User:
        """The account; raises ValidationError where there is none."""
        found = User.objects.filter(username__iexact=self.cleaned_data["person"]).first()
        if found is None:
            raise forms.ValidationError("There is no such account.")
        return found
