"""What holds work up, tickets, the journal; and who is told of each."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from projects.errors import BadWork, NotAllowed, NotNow, StaleVersion
from projects.models import Blockage, Event, JournalEntry, MemberOUS, Ticket
from projects.presentation import told, waiting
from projects.services.blockages import block_work, unblock_work
from projects.services.notes import add_ticket, take_ticket_off, write_journal
from projects.services.states import move_state
from projects.states import OUSState
from projects.work import WORKED_IN
from tests.access.world import rolled_back
from tests.factories import make_project, make_user
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db
WHAT = "a correction of the software"


@pytest.fixture
def pi(db):
    return make_user("pia")


@pytest.fixture
def drm(db):
    return make_user("dora", roles=["drm"])


@pytest.fixture
def member(pi):
    return make_project(members=[{"state": "Processing"}], pi=pi).memberous_set.get()


def versions(member):
    member.refresh_from_db()
    return member.version, member.public_version


def public_events(user):
    return Event.objects.visible_to(user).filter(kind="blocked").order_by("pk")


def test_hold_up_is_told_to_staff_alone_unless_it_is_marked(member, drm, pi):
    before, plain = versions(member), waiting(member, pi)

    block_work(member, reason="software", note="CAS-1 breaks it", actor=drm)

    assert versions(member) == (before[0] + 1, before[1])
    assert (waiting(member, drm).what, waiting(member, drm).note) == (WHAT, "CAS-1 breaks it")
    assert waiting(member, pi) == plain
    assert not public_events(pi).exists()


def test_hold_up_that_is_marked_is_told_to_the_project_with_a_version_of_its_own(member, drm, pi):
    before = versions(member)

    block_work(member, reason="pi", note="Which line?", note_public=True, actor=drm)

    assert versions(member) == (before[0] + 1, before[1] + 1)
    found = waiting(member, pi)
    assert (found.what, found.on, found.note) == ("an answer", "the PI", "Which line?")
    assert found.blocked_since == member.blocked_since
    (event,) = public_events(pi)
    line = told(event, pi)
    assert (line.to, line.actor, line.note) == ("pi", "data reduction manager", "Which line?")


def test_history_keeps_from_and_to_and_one_hold_up_at_a_time(member, drm, pi):
    start = timezone.now() - timedelta(days=9)
    block_work(member, reason="pi", note_public=True, actor=drm, at=start)
    block_work(member, reason="software", note="quietly", actor=drm)
    assert waiting(member, pi).what != WHAT
    unblock_work(member, actor=drm)
    with pytest.raises(NotNow):
        unblock_work(member, actor=drm)

    rows = Blockage.objects.order_by("pk")
    assert [(row.reason, bool(row.until), row.ended_by) for row in rows] == [
        ("pi", True, drm),
        ("software", True, drm),
    ]
    assert (rows[0].since, rows[0].state) == (start, "Processing")
    assert rows[0].until == rows[1].since
    assert member.blocked_on == ""
    # People outside read that it began and that it ended, and of nothing after.
    assert [(event.public_frm, event.public_to) for event in public_events(pi)] == [
        ("", "pi"),
        ("pi", ""),
    ]


def test_hold_up_is_taken_in_the_states_of_the_work_alone(member, drm):
    taken = set()
    for state in OUSState:
        with rolled_back():
            MemberOUS.objects.filter(pk=member.pk).update(state=state)
            try:
                block_work(member, reason="pi", actor=drm)
                taken.add(state)
            except NotNow:
                assert not Blockage.objects.exists()

    assert taken == set(WORKED_IN)


def test_hold_up_ends_where_the_work_does_and_not_before(member, drm):
    block_work(member, reason="software", actor=drm)
    move_state(member, to="ReadyForReview", actor=drm)
    member.refresh_from_db()
    assert member.blocked_on == "software"
    MemberOUS.objects.filter(pk=member.pk).update(state="ReadyForProcessing")

    move_state(member, to="PartiallyObserved", actor=drm)
    member.refresh_from_db()

    assert (member.blocked_on, member.blocked_since) == ("", None)
    assert (Blockage.objects.get().ended_by, bool(Blockage.objects.get().until)) == (None, True)


@pytest.mark.parametrize(
    ("words", "field"), [({"reason": "weather"}, "reason"), ({"reason": "other"}, "note")]
)
def test_hold_up_needs_a_reason_that_says_something(words, field, member, drm):
    with pytest.raises(BadWork) as refusal:
        block_work(member, actor=drm, **words)

    assert refusal.value.field == field


def test_hold_up_is_for_who_works_on_it(member, drm):
    people = {
        "aod": make_user("ada", roles=["aod"]),
        "arc": make_user("arno", roles=["arc"]),
        "reducer": make_user("di", roles=["reducer"]),
        "own reducer": make_user("rob", roles=["reducer"]),
        "qa": make_user("vera", roles=["qa"]),
        "drm": drm,
    }
    MemberOUS.objects.update(reducer=people["own reducer"])
    able = set()
    for name, person in people.items():
        try:
            block_work(member, reason="pi", actor=person)
            able.add(name)
        except NotAllowed:
            continue

    assert able == {"own reducer", "qa", "drm"}


def test_tickets_come_once_and_stay_on_record_when_taken_off(member, drm, pi):
    seen, logged = member.version, FromNowOn()
    add_ticket(member, reference=" PRTSPR-1 ", url="https://jira.example.org/1", actor=drm)
    with pytest.raises(NotNow):
        add_ticket(member, reference="PRTSPR-1", actor=drm)
    with pytest.raises(StaleVersion):
        add_ticket(member, reference="PRTSPR-2", actor=drm, expected_version=seen)
    bad: list[Any] = [{"reference": " "}, {"reference": "x" * 61}, {"url": "javascript:alert(1)"}]
    for words in bad:
        with pytest.raises(BadWork):
            add_ticket(member, actor=drm, **{"reference": "PRTSPR-3", **words})
    take_ticket_off(member, reference="PRTSPR-1", actor=drm)
    with pytest.raises(NotNow):
        take_ticket_off(member, reference="PRTSPR-1", actor=drm)
    add_ticket(member, reference="PRTSPR-1", actor=drm)

    rows = Ticket.objects.order_by("pk")
    assert [(row.reference, bool(row.until)) for row in rows] == [
        ("PRTSPR-1", True),
        ("PRTSPR-1", False),
    ]
    assert [(event.frm, event.to) for event in logged().order_by("pk")] == [
        ("", "PRTSPR-1"),
        ("PRTSPR-1", ""),
        ("", "PRTSPR-1"),
    ]
    assert not logged(for_public=True).exists()


def test_journal_is_appended_to_by_staff_and_kept_from_all_others(member, drm, pi):
    before, logged = versions(member), FromNowOn()

    write_journal(member, text="  phase jumps\nin DV04 ", actor=drm)
    with pytest.raises(NotAllowed):
        write_journal(member, text="me too", actor=pi)
    for text in (" ", "x" * 10_001):
        with pytest.raises(BadWork):
            write_journal(member, text=text, actor=drm)

    assert [entry.text for entry in JournalEntry.objects.all()] == ["phase jumps\nin DV04"]
    assert versions(member) == (before[0] + 1, before[1])
    (event,) = logged()
    assert (event.kind, event.note, event.for_public) == ("journal", "", False)


@pytest.mark.parametrize("model", [Blockage, Ticket, JournalEntry])
def test_rows_of_the_work_are_for_staff_who_track_the_project(model, member, drm, pi):
    block_work(member, reason="pi", actor=drm)
    add_ticket(member, reference="PRTSPR-1", actor=drm)
    write_journal(member, text="seen", actor=drm)
    scientist = make_user("cora", roles=["cs"])

    found = [model.objects.visible_to(person).count() for person in (drm, scientist, pi)]

    assert found == [1, 0, 0]
