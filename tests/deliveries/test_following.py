"""Notices that follow from the event log: to whom, of what, once, and never of history."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from deliveries.models import LogPlace, Notice
from deliveries.services.following import follow_log
from deliveries.services.wishes import set_wish, stop_optional
from projects.models import Event, MemberOUS
from projects.services.delegations import delegate, let_cois_download, revoke_delegation
from projects.services.memberships import tie
from projects.services.states import move_state
from qa.services.judgements import decide_qa0
from qa.services.reviews import decide_qa2, release_verdicts, undo_qa2
from tests.deliveries.mails import make_pi
from tests.factories import make_exec_block, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Who may ask, and their wishes: PI and delegee do, the others cannot."""
    pi = make_pi()
    others = {
        "delegee": ("DELEGEE", "PHASE2"),
        "silent": ("DELEGEE", "DATA"),
        "coi": ("COI", ""),
    }
    named = {name: make_user(name, email=f"{name}@example.org") for name in others}
    for name in ("delegee", "coi"):
        set_wish(user=named[name], wish="now")
    set_wish(user=pi, wish="now")
    return {"pi": pi, **named}, others


@pytest.fixture
def member(people):
    """A member OUS with one block that one execution completes."""
    named, ties = people
    project = make_project(members=[{"state": "Ready"}], pi=named["pi"])
    for name, (role, kind) in ties.items():
        tie(project=project, user=named[name], role=role, kind=kind)
    block = project.memberous_set.get().sched_blocks.get()
    block.executions_expected = 1
    block.save(update_fields=["executions_expected"])
    follow_log()
    return project.memberous_set.get()


def _observe(member, outcome="Pass"):
    run = make_exec_block(member.sched_blocks.get(), qa0="Unset")
    aod = User.objects.filter(username="aod").first() or make_user("aod", roles=["aod"])
    reasons = ["pointing"] if outcome == "Fail" else []
    decide_qa0(run, outcome=outcome, reasons=reasons, actor=aod)


def _review(member, **facts):
    qa = User.objects.filter(username="qa").first() or make_user(
        "qa", roles=["qa"], qualifications=["QA2APPRV"]
    )
    MemberOUS.objects.filter(pk=member.pk).update(state="ReadyForReview", reviewer=None)
    member.refresh_from_db()
    move_state(member, to="Reviewing", actor=qa)
    member.refresh_from_db()
    return decide_qa2(member, actor=qa, **facts) if facts else qa


def _told(*kinds):
    rows = Notice.objects.order_by("pk")
    rows = rows.filter(kind__in=kinds) if kinds else rows
    return [(row.kind, row.recipient.username) for row in rows]


def test_first_and_last_data_are_told_to_who_asked(member):
    _observe(member)

    follow_log()

    assert sorted(_told()) == [
        ("first_observed", "delegee"),
        ("first_observed", "pi"),
        ("fully_observed", "delegee"),
        ("fully_observed", "pi"),
    ]
    roles = dict(Notice.objects.values_list("recipient__username", "facts__role"))
    assert roles == {"pi": "the PI", "delegee": "a delegee"}


def test_log_is_read_once(member):
    _observe(member)
    assert follow_log() > 0

    assert follow_log() == 0
    LogPlace.objects.update(event_id=0)
    before = _told()
    follow_log()

    assert _told() == before


def test_failed_execution_is_told_to_nobody(member):
    _observe(member, outcome="Fail")

    follow_log()

    assert _told() == []


def test_first_data_are_told_once_for_all(member):
    _observe(member)
    follow_log()
    Event.objects.filter(member_ous=member, kind="state").update(public_frm="Ready")
    LogPlace.objects.update(event_id=0)

    follow_log()

    assert len(_told("first_observed")) == 2


def test_what_sources_tell_is_history(people):
    named, _ = people
    make_project(members=[{"state": "FullyObserved"}], exec_blocks=2, pi=named["pi"])
    project = make_project(members=[{"state": "Ready"}], pi=named["pi"])
    make_exec_block(project.memberous_set.get().sched_blocks.get(), qa0="Pass")

    follow_log()

    assert project.memberous_set.get().public_state == "PartiallyObserved"
    assert _told() == []


def test_what_happened_long_ago_is_history(member):
    _observe(member)
    Event.objects.update(at=timezone.now() - timedelta(days=30))

    follow_log()

    assert _told() == []


@pytest.mark.parametrize(
    ("default", "own", "is_told"),
    [
        ("now", "", True),
        ("now", "never", False),
        ("never", "now", True),
        ("never", "", False),
        ("", "now", True),
        ("", "", False),
    ],
)
def test_rule_of_the_project_goes_before_the_default(member, people, default, own, is_told):
    pi = people[0]["pi"]
    set_wish(user=pi, wish=default)
    set_wish(user=pi, wish=own, project=member.project)
    set_wish(user=pi, wish="never", project=make_project())

    _observe(member)
    follow_log()

    assert (("fully_observed", "pi") in _told()) == is_told


def test_who_ends_optional_mails_gets_none(member, people):
    pi = people[0]["pi"]
    set_wish(user=pi, wish="now", project=member.project)

    stop_optional(user=pi)
    stop_optional(user=pi)
    _observe(member)
    follow_log()

    assert _told("fully_observed") == [("fully_observed", "delegee")]


def test_passed_review_is_told_after_the_hold(member, settings):
    settings.DELIVERY_HOLD_SECONDS = 600
    decision = _review(member, outcome="Pass")
    follow_log()
    assert _told("processed_and_reviewed") == []

    decision.hold_until = timezone.now()
    decision.save(update_fields=["hold_until"])
    release_verdicts()
    follow_log()

    assert sorted(_told("processed_and_reviewed")) == [
        ("processed_and_reviewed", "delegee"),
        ("processed_and_reviewed", "pi"),
    ]
    assert {row.facts["qa2"] for row in Notice.objects.filter(kind="processed_and_reviewed")} == {
        "Pass"
    }


def test_undone_decision_is_told_to_staff_alone(member, settings):
    settings.DELIVERY_HOLD_SECONDS = 600
    drm, reducer = make_user("drm", roles=["drm"], email="drm@example.org"), make_user("red")
    MemberOUS.objects.filter(pk=member.pk).update(reducer=reducer)
    _review(member, outcome="SemiPass", reasons=["other"], comment="two\nlines")
    undo_qa2(member, actor=User.objects.get(username="qa"))

    follow_log()

    assert sorted(_told()) == [("qa2", "drm"), ("qa2", "drm"), ("qa2", "red"), ("qa2", "red")]
    first, last = Notice.objects.filter(recipient=drm).order_by("pk")
    assert (first.facts["outcome"], first.facts["comment"]) == ("SemiPass", ["two", "lines"])
    assert (first.facts["reducer"], first.facts["managers"]) == ("Red", ["Drm"])
    assert last.facts["what"] == "decision taken back"


def test_review_that_is_given_back_is_told_to_staff(member):
    make_user("drm", roles=["drm"], email="drm@example.org")
    qa = _review(member)
    move_state(member, to="ReadyForReview", actor=qa, note="needs another eye")

    follow_log()

    assert _told() == [("review_canceled", "drm")]
    assert Notice.objects.get().facts["comment"] == ["needs another eye"]


def test_delegee_is_told_of_each_change_whatever_they_wish(people):
    named, _ = people
    pi, student = named["pi"], make_user("student", email="student@example.org")
    project = make_project(pi=pi)
    follow_log()
    made, _ = delegate(project, to="student", kind="DATA", actor=pi)
    delegate(project, to="student", kind="DATA", actor=pi)
    delegate(project, to="student", kind="DATA", actor=pi, ends_at=datetime(2999, 1, 1, tzinfo=UTC))
    let_cois_download(project, may=True, actor=pi)
    revoke_delegation(made, actor=pi)

    follow_log()

    rows = Notice.objects.filter(project=project).order_by("pk")
    assert {(row.kind, row.recipient) for row in rows} == {("delegation", student)}
    told = [(row.facts["is_over"], row.facts["delegation"], row.facts["until"]) for row in rows]
    assert told == [
        (False, "DATA", ""),
        (False, "DATA", "2999-01-01 00:00:00 UTC"),
        (True, "DATA", ""),
    ]
    assert {row.facts["actor"] for row in rows} == {str(pi)}


def test_ties_of_sources_and_commands_are_told_to_nobody(people):
    named, _ = people
    project = make_project(pi=named["pi"])
    tie(project=project, user=make_user("one", email="one@example.org"), role="COI")
    tie(project=project, user=named["silent"], role="DELEGEE", kind="TOO")

    follow_log()

    assert _told() == []
