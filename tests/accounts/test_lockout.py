"""Whom a failed log-in counts against."""

import pytest
from django.test import Client, RequestFactory

from accounts.lockout import client_address
from tests.factories import make_user


@pytest.mark.parametrize(
    ("proxies", "forwarded", "direct", "address"),
    [
        # Nobody is trusted: the header is the caller's own invention.
        (0, "203.0.113.9", "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9", "127.0.0.1", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "127.0.0.1", "203.0.113.9"),
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.1", "127.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.1", "198.51.100.1"),
        (1, "nonsense", "198.51.100.1", "198.51.100.1"),
        (1, "2001:db8::1", "127.0.0.1", "2001:db8::1"),
        (0, "", "", None),
    ],
)
def test_client_address(settings, proxies, forwarded, direct, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=direct, headers={"X-Forwarded-For": forwarded})

    assert client_address(request) == address


@pytest.mark.django_db
def test_invented_addresses_do_not_help_a_guesser(settings):
    settings.TRUSTED_PROXIES = 1
    make_user("ann", password="correct horse battery")
    client = Client()

    def guess(number: int) -> int:
        return client.post(
            "/login/",
            {"username": "ann", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.9"},
        ).status_code

    answers = [guess(number) for number in range(settings.AXES_FAILURE_LIMIT + 1)]

    assert answers[-2:] == [429, 429]


@pytest.mark.django_db
def test_one_caller_behind_a_proxy_locks_no_other(settings):
    settings.TRUSTED_PROXIES = 1
    make_user("ann", password="correct horse battery")
    form = {"username": "ann", "password": "wrong"}
    for _ in range(settings.AXES_FAILURE_LIMIT):
        Client().post("/login/", form, headers={"X-Forwarded-For": "203.0.113.9"})

    right = {"username": "ann", "password": "correct horse battery"}
    answers = [
        Client().post("/login/", right, headers={"X-Forwarded-For": address}).status_code
        for address in ("203.0.113.9", "203.0.113.10")
    ]

    assert answers == [429, 302]
