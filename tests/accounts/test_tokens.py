"""API tokens: only their hash is kept; they end by expiry, revocation or with the account."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.querysets import token_digest
from accounts.services import issue_token, mark_token_used, revoke_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("scripter")


def test_text_is_safe_to_paste_and_long_enough_and_never_twice_the_same(user):
    texts = [issue_token(user=user)[1] for _ in range(50)]

    assert len(set(texts)) == 50
    assert [text for text in texts if not re.fullmatch(r"[A-Za-z0-9_-]{32,}", text)] == []
    assert [text for text in texts if text.startswith("-")] == []


def test_row_holds_the_hash_and_never_the_text(user):
    token, text = issue_token(user=user, label="laptop")

    stored = ApiToken.objects.values().get(pk=token.pk)
    assert stored["digest"] == token_digest(text)
    assert len(stored["digest"]) == 64
    assert text not in map(str, stored.values())
    assert stored["hint"] == text[:6]


def test_text_finds_its_token_and_person_in_one_query(user, django_assert_num_queries):
    token, text = issue_token(user=user)
    issue_token(user=user)

    with django_assert_num_queries(1):
        found = ApiToken.objects.for_text(text).get()
        assert (found.pk, found.user.username) == (token.pk, "scripter")


def test_hash_hint_or_other_text_finds_no_token(user):
    token, text = issue_token(user=user)

    for wrong in (token.digest, token.hint, text[:-1], text + "x", text.swapcase(), ""):
        assert list(ApiToken.objects.for_text(wrong)) == []


@pytest.mark.parametrize(("scope", "may_write"), [("read", False), ("write", True)])
def test_scope_says_whether_it_may_write(user, scope, may_write):
    token, _ = issue_token(user=user, scope=scope)

    assert token.may_write is may_write


def test_token_reads_only_unless_asked_for_more(user):
    assert issue_token(user=user)[0].scope == "read"


def test_unknown_scope_is_refused(user):
    with pytest.raises(ValueError, match="admin"):
        issue_token(user=user, scope="admin")


def test_token_works_until_the_moment_it_expires(user, time_machine):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    token, text = issue_token(user=user, expires_at=timezone.now() + timedelta(hours=1))

    assert [token.is_usable(), ApiToken.objects.for_text(text).count()] == [True, 1]
    time_machine.move_to("2026-03-01T12:59:59Z", tick=False)
    assert [token.is_usable(), ApiToken.objects.for_text(text).count()] == [True, 1]
    time_machine.move_to("2026-03-01T13:00:00Z", tick=False)
    assert [token.is_usable(), ApiToken.objects.for_text(text).count()] == [False, 0]


def test_revoked_token_is_useless_and_stays_revoked_at_the_first_moment(user):
    token, text = issue_token(user=user)

    first = revoke_token(token=token).revoked_at
    second = revoke_token(token=token).revoked_at

    assert first == second
    assert token.is_usable() is False
    assert ApiToken.objects.for_text(text).count() == 0


def test_revoking_one_token_leaves_the_others(user):
    token, _ = issue_token(user=user)
    _, other = issue_token(user=user)

    revoke_token(token=token)

    assert ApiToken.objects.for_text(other).count() == 1


def test_token_of_an_account_out_of_use_is_useless(user):
    _, text = issue_token(user=user)

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert ApiToken.objects.for_text(text).count() == 0


def test_last_use_is_kept_to_ten_minutes(user, time_machine):
    token, text = issue_token(user=user)
    noted = []

    for minute in ("00", "09", "10", "11", "21"):
        time_machine.move_to(f"2126-03-01T12:{minute}:00Z", tick=False)
        mark_token_used(token=ApiToken.objects.for_text(text).get())
        token.refresh_from_db()
        noted.append(f"{token.last_used_at:%H:%M}")

    assert noted == ["12:00", "12:00", "12:00", "12:11", "12:11"]


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("api_token_scope_known", {"scope": "all"}),
        ("api_token_expires_later", {"expires_at": timezone.now() - timedelta(days=1)}),
        ("digest", {"digest": token_digest("taken")}),
    ],
)
def test_database_refuses_what_no_token_can_be(user, constraint, fields):
    ApiToken.objects.create(user=user, digest=token_digest("taken"), hint="taken")

    with pytest.raises(IntegrityError, match=constraint):
        ApiToken.objects.create(user=user, **{"digest": "0" * 64, "hint": "x", **fields})
