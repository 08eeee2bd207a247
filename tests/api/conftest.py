"""The cast, and clients that speak for them."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import *  # noqa: F403 - the whole cast, as its __all__ names it
from tests.factories import make_token

ClientFor = Callable[..., Client]


def api_client(user: User, scope: str = "write") -> Client:
    """A client with a token of somebody."""
    return Client(headers={"authorization": f"Token {make_token(user, scope)}"})


@pytest.fixture
def client_for() -> ClientFor:
    """Answer a client that speaks for somebody: ``client_for(pi)``."""
    return api_client
