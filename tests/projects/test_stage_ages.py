"""How long things stay in a stage: the SQL against plain Python, on both databases."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from projects.models import Event, MemberOUS, Project, SchedBlock, StageAge
from projects.querysets.stage_ages import stays_of
from projects.services.stage_ages import refresh_stage_ages
from projects.services.states import move_state
from projects.states import Level
from tests import factories
from tests.factories import make_user

pytestmark = pytest.mark.django_db
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PUBLIC = {"Processing": "BeingProcessed", "Reviewing": "BeingProcessed"}
STATES = ["Ready", "PartiallyObserved", "Processing", "Reviewing", "Delivered"]


def make_project(*args, **facts):
    """A project whose log is still empty: the tests write what happened."""
    project = factories.make_project(*args, **facts)
    Event.objects.filter(project=project).delete()
    return project


def make_member_ous(*args, **facts):
    """A member OUS whose log is still empty."""
    member = factories.make_member_ous(*args, **facts)
    Event.objects.filter(member_ous=member).delete()
    return member


def log(thing, steps, *, recorded_at=None):
    """Write steps (state, days after the beginning) as the log keeps them."""
    frm = ""
    for state, days in steps:
        public_frm, public_to = PUBLIC.get(frm, frm), PUBLIC.get(state, state)
        Event.objects.create(
            level=thing.LEVEL,
            project=thing.project,
            kind="state",
            at=BEGIN + timedelta(days=days),
            recorded_at=recorded_at or NOW,
            frm=frm,
            to=state,
            public_frm=public_frm,
            public_to=public_to,
            for_staff=frm != state,
            for_public=public_frm != public_to or frm == state,
            actor_word="the system",
            **{thing.LEVEL.value: thing},
        )
        frm = state


def members(number, code="2024.1.00001.S"):
    project = make_project(code, members=number)
    return list(project.memberous_set.order_by("pk"))


def found(level=Level.MEMBER_OUS, vocabulary="public"):
    return {(row.cycle, row.stage): row for row in stays_of(level, vocabulary, NOW)}


def plainly(vocabulary):
    """The same by lists: ended stays with median, and those that go on."""
    ended, going_on = defaultdict(list), defaultdict(list)
    for member in MemberOUS.objects.select_related("project"):
        events = Event.objects.filter(member_ous=member, kind="state").order_by("at", "pk")
        told = [
            (event.at, event.public_to if vocabulary == "public" else event.to)
            for event in events
            if (event.for_public if vocabulary == "public" else event.for_staff)
        ]
        stays = [step for n, step in enumerate(told) if n == 0 or told[n - 1][1] != step[1]]
        for n, (at, stage) in enumerate(stays):
            key = (member.project.cycle, stage)
            if n + 1 < len(stays):
                ended[key].append((stays[n + 1][0] - at).total_seconds() / 86400)
            else:
                going_on[key].append((NOW - at).total_seconds() / 86400)
    return {
        key: (
            len(days),
            median(days),
            len(going_on[key]),
            sum(age > median(days) for age in going_on[key]),
        )
        for key, days in ended.items()
    }


@pytest.mark.parametrize("vocabulary", ["public", "staff"])
@pytest.mark.parametrize("seed", range(3))
def test_numbers_are_those_of_an_independent_calculation(vocabulary, seed):
    rng = Random(seed)
    for code in ("2024.1.00001.S", "2024.1.00002.S", "2025.1.00003.S"):
        for member in members(12, code):
            days, steps = rng.uniform(0, 30), []
            for _ in range(rng.randint(1, 8)):
                steps.append((rng.choice(STATES), days))
                # Some steps fall on the same moment.
                days += rng.choice([0, 0.25, rng.uniform(0, 90)])
            rng.shuffle(steps)
            log(member, steps)

    rows = found(vocabulary=vocabulary)

    expected = plainly(vocabulary)
    assert rows.keys() == expected.keys()
    for key, row in rows.items():
        ended, half, going_on, longer = expected[key]
        assert (row.ended, row.going_on, row.longer) == (ended, going_on, longer), key
        # julianday() is good to about a tenth of a millisecond.
        assert row.median_days == pytest.approx(half, abs=1e-6), key


def test_stay_is_counted_from_when_it_happened_not_from_when_it_was_learnt():
    (member,) = members(1)
    # Learnt in the wrong order.
    log(member, [("Delivered", 50), ("Ready", 0), ("Processing", 20)])

    rows = found()

    assert {key[1]: row.median_days for key, row in rows.items()} == {
        "Ready": pytest.approx(20),
        "BeingProcessed": pytest.approx(30),
    }


def test_outside_processing_and_review_are_one_stay():
    (member,) = members(1)
    log(member, [("Processing", 0), ("Reviewing", 10), ("Delivered", 25)])

    assert found()["2024.1", "BeingProcessed"].median_days == pytest.approx(25)
    staff = found(vocabulary="staff")
    assert staff["2024.1", "Processing"].median_days == pytest.approx(10)
    assert staff["2024.1", "Reviewing"].median_days == pytest.approx(15)
    assert ("2024.1", "BeingProcessed") not in staff


def test_what_goes_on_is_counted_beside_the_median():
    done, short, long = members(3)
    log(done, [("Ready", 0), ("Delivered", 100)])
    log(short, [("Ready", (NOW - BEGIN).days - 5)])
    log(long, [("Ready", 0)])

    row = found()["2024.1", "Ready"]

    assert (row.ended, row.going_on, row.longer) == (1, 2, 1)


def test_deleted_drafts_and_first_sights_without_a_date_do_not_count():
    kept, deleted, undated = members(3)
    for member in (kept, deleted):
        log(member, [("Ready", 0), ("Delivered", 10)])
    MemberOUS.objects.filter(pk=deleted.pk).update(state="Deleted")
    log(undated, [("Ready", 0)], recorded_at=BEGIN + timedelta(minutes=5))
    log(undated, [("Delivered", 3)])
    (draft,) = members(1, "2024.1.00009.S")
    log(draft, [("Ready", 0), ("Delivered", 10)])
    Project.objects.filter(pk=draft.project_id).update(code=None, cycle="")

    assert found()["2024.1", "Ready"].ended == 1


def test_levels_do_not_mix():
    (member,) = members(1)
    log(member, [("Ready", 0), ("Delivered", 10)])
    log(SchedBlock.objects.get(), [("Ready", 0), ("Running", 2)])

    assert [*found()] == [("2024.1", "Ready")]
    assert found(Level.SCHED_BLOCK, "staff")["2024.1", "Ready"].median_days == pytest.approx(2)


def test_steps_taken_here_count_as_well():
    (member,) = members(1)
    drm = make_user("drm", roles=["drm"])
    for state in ("ObservingTimedOut", "Ready"):
        move_state(member, to=state, actor=drm)

    rows = found(vocabulary="staff")

    # Since when it had been Ready at first the log does not say.
    assert {stage for _, stage in rows} == {"ObservingTimedOut"}


def test_refreshing_writes_overwrites_and_forgets():
    first, second = members(2)
    log(first, [("Ready", 0), ("Delivered", 10)])
    assert refresh_stage_ages() == StageAge.objects.count() == 2
    keys = set(StageAge.objects.values_list("pk", flat=True))

    log(second, [("Ready", 0), ("Delivered", 20)])
    assert refresh_stage_ages() == 2
    again = StageAge.objects.get(vocabulary="public")
    assert (again.ended, round(again.median_days, 3)) == (2, 15)
    assert set(StageAge.objects.values_list("pk", flat=True)) == keys

    Event.objects.all().delete()
    assert refresh_stage_ages() == StageAge.objects.count() == 0


def test_command_says_how_many_lines_there_are(capsys):
    (member,) = members(1)
    log(member, [("Ready", 0), ("Delivered", 10)])

    call_command("stage_ages")

    assert capsys.readouterr().out == "2 stages of cycles, from the event log\n"


@pytest.mark.parametrize(
    "wrong",
    [{"median_days": -1}, {"going_on": 1, "longer": 2}, {}],
    ids=["negative", "more longer than go on", "twice"],
)
def test_table_refuses_what_cannot_be(wrong):
    line = {
        "level": "member_ous",
        "vocabulary": "public",
        "cycle": "2024.1",
        "stage": "Ready",
        "ended": 30,
        "median_days": 3.0,
        "going_on": 2,
        "longer": 1,
        "refreshed_at": timezone.now(),
    }
    if not wrong:
        StageAge.objects.create(**line)

    with pytest.raises(IntegrityError), transaction.atomic():
        StageAge.objects.create(**line | wrong)


@pytest.mark.parametrize(("ended", "is_shown"), [(19, False), (20, True)])
def test_fewer_than_twenty_say_nothing(ended, is_shown):
    StageAge.objects.create(
        level="member_ous",
        vocabulary="public",
        cycle="2024.1",
        stage="Ready",
        ended=ended,
        median_days=3,
        going_on=0,
        longer=0,
        refreshed_at=timezone.now(),
    )

    assert StageAge.objects.worth_showing().exists() == is_shown


def test_levels_of_a_group_are_not_asked_for():
    make_member_ous(make_project(members=0))

    assert stays_of(Level.MEMBER_OUS, "public", NOW) == []
