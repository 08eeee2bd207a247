"""Log-in, lock-out, log-out."""

import re

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def user():
    return make_user("ann", password=PASSWORD)


def log_in(client, name="ann", password=PASSWORD, **form):
    return client.post("/login/", {"username": name, "password": password, **form})


@pytest.mark.parametrize("name", ["ann", "ANN"])
def test_log_in_returns_to_the_page_that_was_asked_for(name, user):
    client = Client()
    asked = client.get("/projects/2013.1.00269.S/?node=a")
    page = client.get(asked["Location"]).content.decode()
    wanted = re.search(r'name="next" value="([^"]*)"', page)
    assert wanted is not None

    answer = log_in(client, name, next=wanted[1])

    assert answer["Location"] == "/projects/2013.1.00269.S/?node=a"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:1", ""])
def test_log_in_leads_to_no_other_site(target, user):
    assert log_in(Client(), next=target)["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_wrong_log_in_does_not_tell_what_was_wrong(name, password, user):
    answer = log_in(Client(), name, password)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "do not belong together" in page or "Give a user name" in page
    assert PASSWORD not in page


def test_log_in_is_locked_after_too_many_wrong_passwords(user, settings):
    client = Client()
    answers = [log_in(client, password="wrong") for _ in range(settings.AXES_FAILURE_LIMIT)]

    locked = log_in(client)

    assert [answer.status_code for answer in answers[:-1]] == [200] * (len(answers) - 1)
    assert (answers[-1].status_code, locked.status_code) == (429, 429)
    assert "Log-in is locked" in locked.content.decode()


def test_log_out_needs_a_post(user):
    client = Client()
    log_in(client)

    by_link, by_form = client.get("/logout/"), client.post("/logout/")

    assert (by_link.status_code, by_form.status_code) == (405, 302)
    assert client.get("/")["Location"] == "/login/?next=/"


@pytest.mark.parametrize("password", ["", "demo-1234"])
def test_demo_accounts_are_listed_only_with_their_password(password, settings):
    make_user("jsmith", name="John Smith", is_demo=True)
    make_user("real", name="Real Person")
    settings.DEMO_PASSWORD = password

    page = Client().get("/login/").content.decode()

    assert ("jsmith" in page, "demo-1234" in page) == (bool(password), bool(password))
    assert "Real Person" not in page
