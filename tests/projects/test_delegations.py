"""What a PI says of access: delegees, the Co-Is' downloads, tokens; to the second, and logged."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from projects.errors import BadDelegation, NotAllowed, StaleVersion, TooOften
from projects.models import DelegationMiss, Event, Membership, Project, ProjectToken
from projects.permissions import can_delegate, can_issue_token
from projects.services.delegations import (
    MOST_MISSES,
    NOBODY,
    delegate,
    issue_project_token,
    let_cois_download,
    mark_project_token_used,
    revoke_delegation,
    revoke_project_token,
)
from projects.services.endings import tell_ended
from projects.services.entering import SYSTEM_WORD
from projects.services.memberships import tie
from projects.visitors import ProjectVisitor
from snoopi.audit.access import access_agrees
from snoopi.audit.faults import Tally
from tests.cast import CAST
from tests.factories import make_user
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db
END = datetime(2031, 3, 2, tzinfo=UTC)


@pytest.fixture
def student(db: None) -> User:
    return make_user("student", email="Student@example.org", name="S. Tudent")


def told(*fields):
    rows = Event.objects.filter(kind="membership").order_by("pk")
    return list(rows.values_list(*fields))


def test_who_may_delegate_is_as_the_table_says(cast_project, somebody):
    may = {word: can_delegate(somebody(word), cast_project) for word in CAST}
    may_issue = {word: can_issue_token(somebody(word), cast_project) for word in CAST}

    assert [word for word in CAST if may[word]] == ["pi", "arc", "cs"]
    assert [word for word in CAST if may_issue[word]] == ["pi"]
    other = make_user(roles=["arc"], arc="NA"), make_user(roles=["cs"]), make_user(arc="EU")
    assert [can_delegate(user, cast_project) for user in other] == [False] * 3


def test_arc_of_a_pi_acts_for_them_whatever_the_projects_own_is(foreign_project, arc):
    assert not can_delegate(arc, foreign_project)

    tie(project=foreign_project, user=make_user(arc="EU"), role="PI")

    assert can_delegate(arc, foreign_project)


def test_delegation_holds_at_once_and_is_logged(cast_project, pi, student):
    cast_project.refresh_from_db()
    version, before = cast_project.version, len(told("pk"))

    made, is_new = delegate(cast_project, to="student", kind="DATA", actor=pi, ends_at=END)

    cast_project.refresh_from_db()
    assert (made.user, made.kind, made.ends_at, made.given_by) == (student, "DATA", END, pi)
    assert is_new
    assert list(Project.objects.visible_to(student)) == [cast_project]
    assert cast_project.version == version + 1
    assert told("to", "person__username", "actor__username", "note")[before:] == [
        ("Delegee DATA", "student", "pi", "S. Tudent, until 2031-03-02 00:00:00 UTC")
    ]


def test_whole_name_or_address_finds_the_person_a_name_first(cast_project, pi, student):
    make_user("other", email="two@example.org")
    named = make_user("two@example.org")

    for name in ("student", "STUDENT", " student ", "student@example.org", "STUDENT@EXAMPLE.ORG"):
        assert delegate(cast_project, to=name, kind="DATA", actor=pi)[0].user == student, name
    assert delegate(cast_project, to="two@example.org", kind="TOO", actor=pi)[0].user == named


NOT_FOUND = ("stud", "tudent", "S. Tudent", "%", "student%", "gone", "gone@example.org", "nobody")


def test_one_sentence_answers_for_all_who_cannot_be_found(cast_project, pi, student):
    gone = make_user("gone", email="gone@example.org")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    logged = FromNowOn()

    for name in NOT_FOUND:
        with pytest.raises(BadDelegation) as refused:
            delegate(cast_project, to=name, kind="DATA", actor=pi)
        assert (refused.value.field, str(refused.value)) == ("to", NOBODY), name

    assert logged().count() == 0
    assert DelegationMiss.objects.filter(by=pi).count() == len(NOT_FOUND)


def test_who_tries_name_after_name_is_stopped_for_an_hour(cast_project, pi, student, time_machine):
    time_machine.move_to("2030-01-01T12:00:00Z", tick=False)
    for number in range(MOST_MISSES):
        with pytest.raises(BadDelegation):
            delegate(cast_project, to=f"no{number}", kind="DATA", actor=pi)

    with pytest.raises(TooOften) as stopped:
        delegate(cast_project, to="student", kind="DATA", actor=pi)

    assert 3600 <= stopped.value.wait <= 3601
    time_machine.move_to("2030-01-01T13:00:00Z", tick=False)
    assert delegate(cast_project, to="student", kind="DATA", actor=pi)[1]


def test_what_cannot_be_is_refused_by_its_field(cast_project, pi, student):
    for asked, field in (
        ({"to": ""}, "to"),
        ({"to": "pi"}, "to"),
        ({"kind": "FILES"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"ends_at": timezone.now() - timedelta(seconds=1)}, "ends_at"),
    ):
        with pytest.raises(BadDelegation) as refused:
            delegate(cast_project, **{"to": "student", "kind": "DATA", "actor": pi, **asked})
        assert refused.value.field == field, asked

    assert Membership.objects.filter(user=student).count() == 0


def test_others_delegate_nothing(cast_project, student, somebody):
    for user in map(somebody, ["coi", "data_delegee", "drm", "admin", "stranger"]):
        with pytest.raises(NotAllowed):
            delegate(cast_project, to="student", kind="DATA", actor=user)
        with pytest.raises(NotAllowed):
            let_cois_download(cast_project, may=True, actor=user)
        with pytest.raises(NotAllowed):
            issue_project_token(cast_project, name="x", actor=user)
    assert not DelegationMiss.objects.exists()


def test_delegation_given_again_takes_over_the_end_and_ends_when_revoked(cast_project, pi, student):
    first, _ = delegate(cast_project, to="student", kind="DATA", actor=pi)
    again, is_new = delegate(cast_project, to="student", kind="DATA", actor=pi)
    longer, changed = delegate(cast_project, to="student", kind="DATA", actor=pi, ends_at=END)
    before = len(told("pk"))

    ended = [revoke_delegation(longer, actor=pi), revoke_delegation(longer, actor=pi)]

    assert (first.pk, is_new, again.pk, changed, longer.pk) == (
        first.pk,
        False,
        first.pk,
        True,
        first.pk,
    )
    assert ended == [True, False]
    assert not Project.objects.visible_to(student).exists()
    assert told("frm", "to", "person__username", "note")[before:] == [
        ("Delegee DATA", "", "student", "S. Tudent")
    ]


def test_end_that_comes_by_itself_is_told_once_at_that_end(cast_project, pi, student, time_machine):
    time_machine.move_to(END - timedelta(days=9), tick=False)
    tie = delegate(cast_project, to="student", kind="DATA", actor=pi, ends_at=END)[0]
    delegate(cast_project, to="student", kind="TOO", actor=pi, ends_at=END + timedelta(days=1))
    before = len(told("pk"))
    version = Project.objects.get(pk=cast_project.pk).version

    done = []
    for moment in (-1, 0, 0, 3600):
        time_machine.move_to(END + timedelta(seconds=moment), tick=False)
        done.append(tell_ended())

    assert done == [0, 1, 0, 0]
    found = told("frm", "to", "at", "person__username", "actor", "actor_word", "note")[before:]
    assert found == [
        ("Delegee DATA", "", END, "student", None, SYSTEM_WORD, "S. Tudent"),
    ]
    assert Project.objects.get(pk=cast_project.pk).version == version + 1
    assert revoke_delegation(tie, actor=pi) is False
    audited = list(access_agrees(Tally()))
    assert audited == []


def test_end_is_told_of_no_tie_that_was_lengthened_or_revoked(
    cast_project, pi, student, time_machine
):
    time_machine.move_to(END - timedelta(days=9), tick=False)
    for kind in ("DATA", "TOO"):
        delegate(cast_project, to="student", kind=kind, actor=pi, ends_at=END)
    longer = END + timedelta(days=1)
    delegate(cast_project, to="student", kind="DATA", actor=pi, ends_at=longer)
    revoke_delegation(cast_project.memberships.get(kind="TOO", user=student), actor=pi)
    time_machine.move_to(END, tick=False)

    assert tell_ended() == 0
    time_machine.move_to(END + timedelta(days=2), tick=False)
    assert list(access_agrees(Tally())) != []
    assert tell_ended() == 1
    assert list(access_agrees(Tally())) == []
    ends = [(at, frm) for at, frm, to in told("at", "frm", "to") if not to]
    assert ends[-2:] == [(END - timedelta(days=9), "Delegee TOO"), (longer, "Delegee DATA")]


def test_only_delegations_are_revoked(cast_project, pi, coi):
    with pytest.raises(NotAllowed):
        revoke_delegation(cast_project.memberships.get(user=coi), actor=pi)

    assert Project.objects.visible_to(coi).exists()


def test_older_reading_changes_nothing(cast_project, pi, student):
    cast_project.refresh_from_db()
    seen = cast_project.version
    delegate(cast_project, to="student", kind="TOO", actor=pi, expected_version=seen)

    for act in (
        lambda: delegate(cast_project, to="student", kind="DATA", actor=pi, expected_version=seen),
        lambda: let_cois_download(cast_project, may=True, actor=pi, expected_version=seen),
    ):
        with pytest.raises(StaleVersion):
            act()


def test_switch_is_logged_once_each_way(cast_project, pi):
    before = len(told("pk"))
    turns = [let_cois_download(cast_project, may=may, actor=pi) for may in (True, True, False)]

    cast_project.refresh_from_db()
    assert (turns, cast_project.cois_download) == ([True, False, True], False)
    assert told("frm", "to", "actor__username")[before:] == [
        ("Co-Is may not download", "Co-Is may download", "pi"),
        ("Co-Is may download", "Co-Is may not download", "pi"),
    ]


@pytest.mark.parametrize("may", [False, True])
def test_tie_gives_files_as_the_question_to_the_database_does(cast_project, somebody, may):
    Project.objects.update(cois_download=may)
    words = ("pi", "data_delegee", *(("copi", "coi") if may else ()))

    for word in ("pi", "copi", "coi", "data_delegee", "phase2_delegee"):
        ties = Membership.objects.of(somebody(word))

        assert ties.select_related("project").get().gives_files is (word in words), word
        assert ties.giving_files().exists() is (word in words), word


def test_token_is_kept_as_a_hash_and_found_until_its_end(cast_project, pi, time_machine):
    time_machine.move_to("2030-01-01T12:00:00Z", tick=False)
    ends = datetime(2030, 1, 2, tzinfo=UTC)

    token, text = issue_project_token(
        cast_project, name="  nightly \n table ", actor=pi, expires_at=ends
    )

    assert (token.name, token.hint, text[0], len(text) >= 32) == (
        "nightly table",
        text[:6],
        "p",
        True,
    )
    assert text not in str(ProjectToken.objects.values())
    found = []
    for moment in ("2030-01-01T23:59:59.999999Z", "2030-01-02T00:00:00Z"):
        time_machine.move_to(moment, tick=False)
        found.append((ProjectToken.objects.for_text(text).exists(), token.is_usable()))
    assert found == [(True, True), (False, False)]
    assert told("to", "note")[-1] == ("Project token", "nightly table")


def test_token_outlives_its_pi_and_ends_when_staff_revoke_it(cast_project, pi, arc):
    token, text = issue_project_token(cast_project, name="x", actor=pi)
    tie(project=cast_project, user=make_user(), role="PI")
    pi.is_active = False
    pi.save(update_fields=["is_active"])

    assert ProjectToken.objects.for_text(text).exists()
    assert [revoke_project_token(token, actor=arc) for _ in range(2)] == [True, False]
    assert not ProjectToken.objects.for_text(text).exists()
    assert told("frm", "actor_word", "note")[-1] == ("Project token", "ARC staff", "x")


def test_token_needs_a_name(cast_project, pi):
    for name in ("", "  ", "x" * 81):
        with pytest.raises(BadDelegation, match="what it is for"):
            issue_project_token(cast_project, name=name, actor=pi)


def test_use_is_noted_every_ten_minutes_at_most(cast_project, pi, time_machine):
    token, _ = issue_project_token(cast_project, name="x", actor=pi)
    used = []
    for minute in (0, 9, 11):
        time_machine.move_to(datetime(2030, 1, 1, 12, minute, tzinfo=UTC), tick=False)
        token.refresh_from_db()
        mark_project_token_used(token=token)
        token.refresh_from_db()
        used.append(token.last_used_at.minute)

    assert used == [0, 0, 11]


def test_database_refuses_a_token_that_cannot_be(cast_project, pi):
    token, _ = issue_project_token(cast_project, name="x", actor=pi)

    for spoiled in ({"name": ""}, {"expires_at": datetime(2001, 1, 1, tzinfo=UTC)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProjectToken.objects.filter(pk=token.pk).update(**spoiled)


def test_visitor_sees_the_one_project_and_nothing_of_drafts(cast_project, foreign_project):
    visitor = ProjectVisitor(cast_project.pk)

    assert list(Project.objects.visible_to(visitor)) == [cast_project]
    Project.objects.filter(pk=cast_project.pk).update(state="Deleted")
    assert not Project.objects.visible_to(visitor).exists()
