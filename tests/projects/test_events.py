"""The event log: appended in order, told to those it is a change for."""

from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from projects.models import Event, ExecBlock, Project
from projects.services.entering import Account, state_event, subject_of
from projects.services.events import append_events, touch
from tests.factories import make_project, make_user
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db


def an_event(project: Project, note: str = "", **facts: object) -> Event:
    """An unsaved event of a project."""
    given = {"kind": "state", "at": timezone.now(), "actor_word": "the system", **facts}
    return Event(**subject_of(project), note=note, **given)


def test_events_are_kept_in_the_order_given_with_the_moment_we_learnt_them(time_machine):
    project = make_project()
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    long_ago = timezone.now().replace(year=2014)

    logged = FromNowOn()

    saved = append_events([an_event(project, note, at=long_ago) for note in "abc"])

    feed = logged().in_feed_order()
    assert [event.note for event in feed] == ["a", "b", "c"]
    assert [event.pk for event in feed] == sorted(event.pk for event in saved)
    assert {(event.at.year, event.recorded_at.year) for event in feed} == {(2014, 2026)}


def test_no_events_cost_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert append_events([]) == []


@pytest.mark.parametrize(
    ("frm", "to", "passed", "for_staff", "for_public"),
    [
        ("Ready", "Running", 0, True, False),
        ("Ready", "FullyObserved", 0, True, True),
        ("Running", "Suspended", 2, True, False),
        (None, "Ready", 0, True, True),
        (None, "Broken", 0, True, False),
        ("Ready", "Deleted", 0, True, False),
    ],
)
def test_step_is_an_event_for_those_who_see_a_change(frm, to, passed, for_staff, for_public):
    block = make_project().sched_blocks.get()
    block.executions_passed = passed
    block.state = frm
    before = block.public_state
    block.state = to

    event = state_event(
        block, frm=frm, public_frm=before, at=timezone.now(), account=Account(word="x")
    )

    assert (event.for_staff, event.for_public) == (for_staff, for_public)


def test_viewers_read_the_events_that_exist_in_their_words():
    project = make_project()
    pi, staff = make_user("pi"), make_user("drm", roles=["drm"])
    logged = FromNowOn()
    append_events(
        [
            an_event(project, "both"),
            an_event(project, "staff", for_public=False),
            an_event(project, "public", for_staff=False),
        ]
    )

    notes = {
        user: [event.note for event in logged().for_viewer(user).in_feed_order()]
        for user in (pi, staff)
    }
    assert notes == {pi: ["both", "public"], staff: ["both", "staff"]}


def test_event_knows_its_subject_without_another_query(django_assert_num_queries):
    project = make_project(exec_blocks=1)
    things = [
        project,
        project.memberous_set.get(),
        project.sched_blocks.get(),
        ExecBlock.objects.get(),
    ]
    logged = FromNowOn()
    append_events(
        [
            Event(**subject_of(thing), kind="state", at=timezone.now(), actor_word="x")
            for thing in things
        ]
    )

    with django_assert_num_queries(1):
        events = list(logged().with_subjects().in_feed_order())
        assert [event.subject for event in events] == things
        assert {event.project for event in events} == {project}


def test_touch_renews_all_levels_above_and_nothing_beside():
    project, other = make_project(members=2), make_project()
    first, second = project.memberous_set.order_by("pk")
    block = first.sched_blocks.get()
    rows = (project, first.science_goal, first.group_ous, first, block, second, other)
    before = [row.version for row in rows]

    touch([block])

    for row in rows:
        row.refresh_from_db()
    grown = [row.version - version for row, version in zip(rows, before, strict=True)]
    assert grown == [1, 1, 1, 1, 0, 0, 0]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_reader_under_eight_writers_misses_none_and_repeats_none():
    project = make_project()
    logged = FromNowOn()

    def write(writer: int) -> None:
        for number in range(15):
            with transaction.atomic():
                append_events([an_event(project, f"{writer}/{number}")])
        connection.close()

    writers = [Thread(target=write, args=[number]) for number in range(8)]
    for writer in writers:
        writer.start()
    read: list[str] = []
    cursor = 0
    running = True
    while running:
        # What is committed before a look at the threads is read after it.
        running = any(writer.is_alive() for writer in writers)
        page = list(logged().filter(pk__gt=cursor).in_feed_order())
        read += [event.note for event in page]
        cursor = page[-1].pk if page else cursor

    expected = [f"{writer}/{number}" for writer in range(8) for number in range(15)]
    assert sorted(read) == sorted(expected)
