"""Dated histories and delivered data from archives: the past, told once, without a stir."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail

from ingest.records import ProjectBundle, ProjectRecord, StateChange
from projects.models import Event, GroupOUS, MemberOUS, Project, SchedBlock
from projects.services.memberships import tie
from tests.factories import make_user
from tests.ingest.bundles import (
    CODE,
    MEMBER,
    NIGHT,
    a_block,
    a_bundle,
    a_member,
    a_project,
    an_execution,
    everything,
    take,
    take_member,
)

pytestmark = pytest.mark.django_db
RELEASE = datetime(2015, 5, 16, tzinfo=UTC)
HISTORY = (
    StateChange(at=NIGHT - timedelta(days=30), frm="Phase2Submitted", to="Ready"),
    StateChange(at=NIGHT, frm="Ready", to="PartiallyObserved"),
    StateChange(at=NIGHT + timedelta(days=5), frm="PartiallyObserved", to="FullyObserved"),
    StateChange(at=NIGHT + timedelta(days=9), frm="FullyObserved", to="Processing", note="Run 1"),
)


def log() -> list[tuple[object, ...]]:
    """The member OUS's state events in the order of time."""
    events = Event.objects.filter(level="member_ous", kind="state").order_by("at", "pk")
    return list(events.values_list("at", "frm", "to"))


def test_history_becomes_dated_events_and_its_last_step_the_state():
    take_member(history=HISTORY)

    row = MemberOUS.objects.get()
    assert log() == [(step.at, "" if step is HISTORY[0] else step.frm, step.to) for step in HISTORY]
    assert (row.state, row.state_since) == ("Processing", HISTORY[-1].at)
    assert Event.objects.get(to="Processing", level="member_ous").note == "Run 1"


def test_history_read_again_changes_nothing():
    take_member(history=HISTORY)
    before = everything()

    take_member(history=HISTORY)

    assert everything() == before


def test_history_in_any_order_is_told_in_the_order_of_time():
    take_member(history=tuple(reversed(HISTORY)))

    assert [to for _, _, to in log()] == [step.to for step in HISTORY]


def test_history_that_grew_adds_what_is_new():
    take_member(history=HISTORY[:2])
    take_member(history=HISTORY)

    assert [to for _, _, to in log()] == [step.to for step in HISTORY]
    assert MemberOUS.objects.get().state == "Processing"


def test_step_learnt_late_goes_to_its_place_and_moves_nothing():
    take_member(history=HISTORY[2:])

    take_member(history=HISTORY)

    row = MemberOUS.objects.get()
    assert [to for _, _, to in log()] == [step.to for step in HISTORY]
    assert (row.state, row.state_since) == ("Processing", HISTORY[-1].at)


def test_record_with_both_word_and_history_takes_the_last_steps_date():
    take_member(state="Processing", history=HISTORY)

    assert MemberOUS.objects.get().state_since == HISTORY[-1].at
    assert len(log()) == len(HISTORY)


def test_unknown_word_in_a_history_is_left_out_of_the_log():
    odd = StateChange(at=NIGHT + timedelta(days=7), to="Teleported")

    report = take_member(history=(*HISTORY, odd))

    assert [to for _, _, to in log()] == [step.to for step in HISTORY]
    assert (MemberOUS.objects.get().state, report.rejected) == ("Processing", [])


def test_public_words_of_the_past_count_only_what_had_passed_then():
    history = (
        StateChange(at=NIGHT - timedelta(days=9), to="Ready"),
        StateChange(at=NIGHT + timedelta(days=9), frm="Ready", to="Running"),
        StateChange(at=NIGHT + timedelta(days=10), frm="Running", to="FullyObserved"),
    )

    take(a_bundle(sched_blocks=(a_block(history=history),)))

    events = Event.objects.filter(level="sched_block", kind="state").order_by("at", "pk")
    said = list(events.filter(for_public=True).values_list("public_frm", "public_to"))
    assert said[0] == ("", "Ready")
    assert said[-1] == ("PartiallyObserved", "FullyObserved")


@pytest.mark.parametrize("fraction", [None, Decimal("0.5")])
def test_block_that_waits_for_more_reads_as_begun_since_the_first_pass(fraction):
    ready = NIGHT - timedelta(days=9)
    runs = tuple(
        an_execution(key=uid, uid=uid, execution_fraction=share, start=night, end=night)
        for uid, share, night in (
            ("uid://A002/X9/X1", Decimal(0), NIGHT),
            ("uid://A002/X9/X2", fraction, NIGHT + timedelta(days=1)),
            ("uid://A002/X9/X3", None, NIGHT + timedelta(days=2)),
        )
    )

    take(a_bundle(sched_blocks=(a_block(state="Ready", state_at=ready),), exec_blocks=runs))

    block = SchedBlock.objects.get()
    begun = NIGHT + timedelta(days=1)
    assert (block.state_since, block.public_since) == (ready, begun)
    events = Event.objects.filter(level="sched_block", kind="state").order_by("at")
    assert list(events.values_list("at", "frm", "to", "public_frm", "public_to")) == [
        (ready, "", "Ready", "", "Ready"),
        (begun, "Ready", "Ready", "Ready", "PartiallyObserved"),
    ]


@pytest.mark.parametrize("dates", [{"end": None}, {"start": None, "end": None}])
def test_execution_without_an_end_counts_since_it_began_or_ever(dates):
    ready = NIGHT - timedelta(days=9)
    block = a_block(state="Ready", state_at=ready)

    take(a_bundle(sched_blocks=(block,), exec_blocks=(an_execution(**dates),)))

    row = SchedBlock.objects.get()
    begun = ready if "start" in dates else NIGHT
    assert (row.public_state, row.public_since) == ("PartiallyObserved", begun)


def test_state_broken_twice_is_still_told_as_the_state_before():
    words = ("Ready", "Broken", "Repaired", "Broken")
    history = tuple(
        StateChange(at=NIGHT + timedelta(days=day), to=word) for day, word in enumerate(words)
    )

    take_member(history=history)

    row = MemberOUS.objects.get()
    assert (row.state, row.public_state) == ("Broken", "Ready")


def test_project_history_is_dated_and_read_again_changes_nothing():
    history = (
        StateChange(at=NIGHT, to="Approved"),
        StateChange(at=NIGHT + timedelta(days=1), frm="Approved", to="Canceled"),
    )
    for _ in range(2):
        take(a_bundle(project=a_project(history=history)))

    project = Project.objects.get()
    events = Event.objects.filter(level="project", kind="state").order_by("at")
    assert (project.state, project.state_since) == ("Canceled", history[-1].at)
    assert list(events.values_list("to", flat=True)) == ["Approved", "Canceled"]


def test_release_date_in_an_archive_is_a_delivery_of_unknown_date():
    take_member(delivered=True, release_date=RELEASE, qa2_passed=True)

    row = MemberOUS.objects.get()
    assert (row.state, row.state_since, row.delivered_at) == ("Delivered", None, None)
    assert (row.release_date, row.data_rights) == (RELEASE, "Public")
    assert (row.qa2, row.qa2_passed) == (None, True)
    assert row.facts["archive"]["state"][0] == "Delivered"


def test_row_without_a_release_date_has_no_state():
    take_member(release_date_unknown=True)

    row = MemberOUS.objects.get()
    assert (row.state, row.public_state, row.release_date) == (None, None, None)
    assert row.data_rights == "Proprietary"
    assert Event.objects.filter(level="member_ous").count() == 0


def test_later_release_date_of_the_same_archive_counts():
    take_member(delivered=True, release_date=RELEASE)

    take_member(delivered=True, release_date=RELEASE.replace(year=2016))

    assert MemberOUS.objects.get().release_date.year == 2016
    assert len(log()) == 1


def test_delivered_from_the_json_format_keeps_its_own_date():
    take_member(delivered=True, delivered_at=NIGHT, release_date=RELEASE, origin="json")

    row = MemberOUS.objects.get()
    assert (row.state, row.delivered_at, row.state_since) == ("Delivered", NIGHT, NIGHT)


@pytest.mark.parametrize("size", [10_000])
def test_ten_thousand_deliveries_of_the_past_stir_nobody(size):
    pi = make_user("pi", email="pi@example.org")
    per_project = 500
    bundles = [a_delivered_project(number, per_project) for number in range(size // per_project)]
    take(*(ProjectBundle(project=bundle.project) for bundle in bundles))
    for project in Project.objects.all():
        tie(project=project, user=pi, role="PI")

    report = take(*bundles)

    delivered = MemberOUS.objects.filter(state="Delivered", delivered_at=None)
    assert (report.created["member_ous"], delivered.count()) == (size, size)
    assert mail.outbox == []
    assert {*Event.objects.values_list("kind", flat=True)} == {"membership", "state"}


def a_delivered_project(number: int, members: int) -> ProjectBundle:
    """One project of an archive, with everything released."""
    uids = [f"uid://A001/X{number:x}/X{member:x}" for member in range(members)]
    return ProjectBundle(
        project=ProjectRecord(code=f"2013.1.{number:05d}.S"),
        member_ous=tuple(
            a_member(key=uid, uid=uid, group="", delivered=True, release_date=RELEASE)
            for uid in uids
        ),
    )


def test_sets_above_follow_the_past_without_claiming_a_date_of_today():
    take(a_bundle(member_ous=(a_member(history=HISTORY),)))

    events = Event.objects.filter(level__in=["group_ous", "science_goal"])
    assert GroupOUS.objects.get().state == "Processing"
    assert {event.at for event in events} == {HISTORY[-1].at}


def test_executions_of_the_past_are_dated_by_their_end():
    first = an_execution(execution_fraction=Decimal("0.5"))
    second = an_execution(
        key="e2", uid="uid://A002/X9/Xb", start=NIGHT + timedelta(days=2), end=None
    )

    take(a_bundle(exec_blocks=(first, second)))

    events = Event.objects.filter(kind="execution").order_by("pk")
    assert [event.at for event in events] == [first.end, second.start]
    assert {event.project.code for event in events} == {CODE}
    assert MemberOUS.objects.get(uid=MEMBER).executions_passed == Decimal("1.5")
