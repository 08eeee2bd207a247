"""How a session finds its account again."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.querysets import the_one


class AccountBackend(BaseBackend):
    """Log-in by user name and password, whatever the name's letter case."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        """Answer the account, None for a wrong name or password.

        An unknown name costs as much time as a wrong password.
        """
        user = the_one(User.objects.filter(username__iexact=username or ""))
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password or "") and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return the_one(User.objects.filter(pk=user_id, is_active=True))
