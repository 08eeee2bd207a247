"""Accounts: created, updated, found again, logged in."""

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from accounts.backends import AccountBackend
from accounts.models import User
from accounts.services import (
    BadAccount,
    mark_news_read,
    set_demo_password,
    set_password,
    upsert_account,
)

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk to Chajnantor"


def test_new_account_has_what_was_given_and_no_password():
    user, created = upsert_account(
        username="mpi",
        email="pi@example.org",
        name="Maria P. I.",
        executive="EU",
        arc="EU",
        roles=["qa", "aod", "qa"],
        qualifications=["WLREVIEW", "QA2APPRV"],
    )

    user.refresh_from_db()
    assert created is True
    assert (user.username, user.email, user.name) == ("mpi", "pi@example.org", "Maria P. I.")
    assert (user.executive, user.arc) == ("EU", "EU")
    assert (user.roles, user.qualifications) == (["aod", "qa"], ["QA2APPRV", "WLREVIEW"])
    assert user.has_usable_password() is False


def test_account_named_in_another_letter_case_is_the_same_account():
    first, _ = upsert_account(username="MPi", name="Maria")

    second, created = upsert_account(username="mpI", arc="NA")

    assert (second.pk, second.username, created) == (first.pk, "MPi", False)
    assert (second.name, second.arc) == ("Maria", "NA")
    assert User.objects.count() == 1


def test_what_is_not_named_stays_as_it_is():
    upsert_account(username="drm", email="d@example.org", roles=["drm"], qualifications=["MANCAL"])

    user, _ = upsert_account(username="drm", name="Dora")

    user.refresh_from_db()
    assert (user.email, user.roles, user.qualifications) == ("d@example.org", ["drm"], ["MANCAL"])


def test_roles_that_are_named_replace_the_former_ones():
    upsert_account(username="drm", roles=["drm", "qa"])

    user, _ = upsert_account(username="drm", roles=[])

    user.refresh_from_db()
    assert user.roles == []


@pytest.mark.parametrize("username", ["", "two words", "a/b", "x" * 151, "semi;colon", "tab\t"])
def test_impossible_name_is_refused_in_one_sentence(username):
    with pytest.raises(BadAccount, match="is no user name") as refusal:
        upsert_account(username=username)

    assert "\n" not in str(refusal.value)
    assert User.objects.count() == 0


def test_address_of_another_account_is_refused_whatever_its_letter_case():
    upsert_account(username="first", email="Shared@Example.org")

    with pytest.raises(BadAccount, match="belongs to another account"):
        upsert_account(username="second", email="shared@example.ORG")

    assert list(User.objects.values_list("username", flat=True)) == ["first"]


def test_own_address_again_is_no_conflict():
    upsert_account(username="first", email="one@example.org")

    user, created = upsert_account(username="FIRST", email="One@example.org")

    assert (user.email, created) == ("One@example.org", False)


def test_many_accounts_may_have_no_address():
    upsert_account(username="first", email="")
    upsert_account(username="second", email="")

    assert User.objects.filter(email="").count() == 2


@pytest.mark.parametrize("wrong", [{"roles": ["operator"]}, {"qualifications": ["QA2"]}])
def test_unknown_role_or_qualification_is_refused_and_makes_no_account(wrong):
    with pytest.raises(BadAccount):
        upsert_account(username="new", **wrong)

    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("constraint", "second"),
    [
        ("user_username_unique", {"username": "MPI"}),
        ("user_email_unique", {"username": "other", "email": "PI@Example.org"}),
    ],
)
def test_database_keeps_names_and_addresses_apart(constraint, second):
    User.objects.create_user("mpi", email="pi@example.org")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        User.objects.create_user(**second)


def test_person_logs_in_by_name_in_any_letter_case():
    user, _ = upsert_account(username="Mpi")
    set_password(user=user, password=PASSWORD)

    found = authenticate(RequestFactory().post("/"), username="mPI", password=PASSWORD)

    assert found == user


@pytest.mark.parametrize(
    ("username", "password"),
    [("mpi", "wrong"), ("nobody", PASSWORD), ("", PASSWORD), (None, None), ("mpi", "")],
)
def test_wrong_name_or_password_finds_nobody(username, password):
    user, _ = upsert_account(username="mpi")
    set_password(user=user, password=PASSWORD)

    assert AccountBackend().authenticate(None, username=username, password=password) is None


def test_account_without_password_or_out_of_use_does_not_log_in():
    upsert_account(username="script")
    former, _ = upsert_account(username="former", is_active=False)
    set_password(user=former, password=PASSWORD)

    backend = AccountBackend()
    assert backend.authenticate(None, username="script", password="") is None
    assert backend.authenticate(None, username="former", password=PASSWORD) is None


def test_session_finds_its_account_again_unless_it_is_out_of_use():
    user, _ = upsert_account(username="mpi")

    assert AccountBackend().get_user(user.pk) == user
    User.objects.update(is_active=False)
    assert AccountBackend().get_user(user.pk) is None
    assert AccountBackend().get_user(user.pk + 1) is None


def test_demo_password_is_given_to_demo_accounts_alone():
    demo, _ = upsert_account(username="demo", is_demo=True)
    real, _ = upsert_account(username="real")

    changed = set_demo_password(password=PASSWORD)

    real.refresh_from_db()
    assert changed == [demo]
    assert changed[0].check_password(PASSWORD) is True
    assert real.has_usable_password() is False


def test_news_read_are_remembered_with_their_moment(time_machine):
    user, _ = upsert_account(username="mpi")
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)

    mark_news_read(user=user)

    user.refresh_from_db()
    assert f"{user.news_seen_at:%Y-%m-%d %H:%M}" == "2026-03-01 12:00"


@pytest.mark.parametrize(
    ("name", "username", "initials"),
    [("Maria P. Iglesias", "mpi", "MI"), ("Cher", "x", "CC"), ("", "aod", "AA")],
)
def test_initials_are_those_of_first_and_last_word(name, username, initials):
    assert User(username=username, name=name).initials == initials
