"""One thing and one event as staff and as everybody else are told of them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import User
from projects.models import Event, GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal
from projects.presentation import executions, format_count, standing, told, waiting, waits_for_pi
from projects.services.entering import Account, state_event
from projects.services.events import append_events
from projects.services.memberships import tie
from projects.states import Family
from tests.factories import make_project, make_sched_block, make_user

SINCE = datetime(2026, 3, 1, 12, tzinfo=UTC)
OUTSIDE = User(pk=1, username="pi")
STAFF = User(pk=2, username="drm", roles=["drm"])


@pytest.mark.parametrize(
    ("thing", "outside", "staff"),
    [
        (
            MemberOUS(state="Reviewing", state_since=SINCE, public_since=SINCE),
            ("BeingProcessed", "Being processed"),
            ("Reviewing", "Reviewing"),
        ),
        (
            MemberOUS(state="DeliveryInProgress", qa2="SemiPass"),
            ("Verified", "Verified, QA2 SemiPass"),
            ("DeliveryInProgress", "Delivery in progress, QA2 SemiPass"),
        ),
        (
            MemberOUS(state="Delivered", qa2="Pass"),
            ("Delivered", "Delivered, QA2 Pass"),
            ("Delivered", "Delivered, QA2 Pass"),
        ),
        (
            SchedBlock(state="Suspended", executions_passed=Decimal("0.5")),
            ("PartiallyObserved", "Some data taken"),
            ("Suspended", "Suspended"),
        ),
        (
            SchedBlock(state="Waiting", state_flag="ForP2G"),
            ("WaitingForPI", "Waiting for PI"),
            ("Waiting", "Waiting (ForP2G)"),
        ),
        (
            MemberOUS(state="Broken", resume_state="Ready"),
            ("Ready", "Ready"),
            ("Broken", "Broken"),
        ),
        (Project(state="Reviewed"), ("Phase1Submitted", "Phase 1 Submitted"), ("Reviewed",) * 2),
        (MemberOUS(), (None, "N/A"), (None, "N/A")),
        (GroupOUS(state="Deleted"), (None, "N/A"), ("Deleted", "Deleted")),
    ],
)
def test_standing_is_told_in_the_viewers_vocabulary(thing, outside, staff):
    for_pi, for_staff = standing(thing, OUTSIDE), standing(thing, STAFF)

    assert (for_pi.state, for_pi.label) == outside
    assert (for_staff.state, for_staff.label) == staff
    assert for_pi.public == for_staff.public == outside[0]
    assert for_pi.meaning == for_staff.meaning
    assert for_pi.since == for_staff.since == thing.state_since


def test_thing_without_state_has_the_meaning_unknown():
    assert standing(MemberOUS(), OUTSIDE).meaning.family == Family.UNKNOWN


@pytest.mark.parametrize(
    ("thing", "outside", "staff"),
    [
        (
            MemberOUS(state="Ready"),
            ("an opportunity to observe", "weather and array configuration"),
            ("an opportunity to observe", "weather and array configuration"),
        ),
        (
            SchedBlock(state="Waiting", state_flag="ForP2G"),
            ("an answer", "the PI"),
            ("an answer", "the PI"),
        ),
        (
            MemberOUS(state="ProcessingProblem"),
            ("processing and QA2 review", "data reduction"),
            ("a way round the processing problem", "the data reducer"),
        ),
        (
            MemberOUS(state="DeliveryInProgress"),
            ("delivery to the archives", "the archives"),
            ("all files at all mirrors", "the archives"),
        ),
        (MemberOUS(state="Delivered"), None, None),
        (Project(state="Completed"), None, None),
        (MemberOUS(state="Canceled"), None, None),
        (MemberOUS(), None, None),
    ],
)
def test_waiting_says_for_what_and_on_whom_or_nothing(thing, outside, staff):
    thing.state_since = thing.public_since = SINCE
    found = [waiting(thing, viewer) for viewer in (OUTSIDE, STAFF)]

    assert [row and (row.what, row.on) for row in found] == [outside, staff]
    assert {row.since for row in found if row} <= {SINCE}


@pytest.mark.parametrize(
    ("thing", "waits"),
    [
        (SchedBlock(state="Waiting", state_flag="ForP2G"), True),
        (SchedBlock(state="Waiting", state_flag="trigger"), True),
        (SchedBlock(state="Waiting"), False),
        (SchedBlock(state="Suspended", state_flag="ForP2G"), False),
        (MemberOUS(state="Ready"), False),
    ],
)
def test_pi_has_to_act_where_a_flag_says_so(thing, waits):
    assert waits_for_pi(thing) is waits


@pytest.mark.parametrize(
    ("number", "text"),
    [("4", "4"), ("4.00", "4"), ("1.50", "1.5"), ("0.05", "0.05"), ("10", "10"), ("0.00", "0")],
)
def test_count_is_written_without_idle_zeros(number, text):
    assert format_count(Decimal(number)) == text


def test_unknown_count_is_a_question_mark():
    thing = SchedBlock(executions_passed=Decimal("3.80"), executions_count=4)

    assert str(executions(thing)) == "3.8 / ?"
    assert (executions(thing).expected, executions(thing).count) == (None, 4)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [GroupOUS, ScienceGoal])
def test_set_counts_the_executions_of_the_members_that_count(model):
    project = make_project(
        members=[{"state": "Delivered"}, {"state": "Ready"}, {"state": "Deleted"}], exec_blocks=2
    )

    found = model.objects.with_progress().get(project=project)

    assert str(executions(found)) == "4 / 8"
    assert (found.executions_count, found.members_total, found.members_delivered) == (4, 2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [GroupOUS, ScienceGoal])
def test_set_with_an_unknown_part_expects_nobody_knows_what(model):
    project = make_project(members=2, exec_blocks=1)
    first = project.memberous_set.all()[0]
    make_sched_block(first, number=1)
    MemberOUS.objects.filter(pk=first.pk).update(executions_expected=None)

    assert str(executions(model.objects.with_progress().get())) == "2 / ?"


@pytest.fixture
def step(db: None) -> Event:
    """A step that a named reviewer took, with a note for staff."""
    reviewer = make_user("vera", name="Vera Reviewer", roles=["qa"])
    member_ous = make_project(
        members=[{"state": "Verified", "qa2": "SemiPass"}]
    ).memberous_set.get()
    event = state_event(
        member_ous,
        frm="Reviewing",
        public_frm="BeingProcessed",
        at=SINCE,
        account=Account.of(reviewer, note="Beam a little large"),
    )
    return append_events([event])[0]


def test_staff_are_told_the_whole_step(step):
    said = told(Event.objects.with_subjects().get(pk=step.pk), STAFF)

    assert (said.at, said.frm, said.to) == (SINCE, "Reviewing", "Verified")
    assert said.label == "Verified, QA2 SemiPass"
    assert (said.actor, said.note) == ("Vera Reviewer", "Beam a little large")


def test_others_are_told_public_words_a_role_and_no_note(step):
    said = told(Event.objects.with_subjects().get(pk=step.pk), OUTSIDE)

    assert (said.frm, said.to, said.label) == (
        "BeingProcessed",
        "Verified",
        "Verified, QA2 SemiPass",
    )
    assert (said.actor, said.note) == ("QA reviewer", None)


def test_public_note_is_told_to_everybody_and_the_name_is_not(step):
    step.note_public = True

    assert (told(step, OUTSIDE).note, told(step, OUTSIDE).actor) == (
        "Beam a little large",
        "QA reviewer",
    )


def test_step_to_nothing_is_told_as_such(step):
    step.to = step.public_to = step.qa2 = ""

    assert [(told(step, who).to, told(step, who).label) for who in (OUTSIDE, STAFF)] == [
        (None, "N/A"),
        (None, "N/A"),
    ]


@pytest.mark.django_db
def test_membership_is_told_in_its_own_words():
    tie(project=make_project(), user=make_user("new", name="New Person"), role="COI")

    said = told(Event.objects.with_subjects().get(kind="membership"), OUTSIDE)

    assert (said.frm, said.to, said.label, said.note) == (None, "Co-I", "Co-I", "New Person")
    assert said.at <= timezone.now()
