"""The ledger in the database: who may enter what, copies, events, races, sources beside it."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections
from django.utils import timezone

from deliveries.clock import ClockKind
from deliveries.errors import BadClockEntry, ClockRefused
from deliveries.models import ClockEntry
from deliveries.services.blankets import planned_blanket
from deliveries.services.clock import (
    correct_clock,
    extend_clock,
    release_early,
    renew_clock,
    withdraw,
)
from deliveries.services.ledger import account_of, early_release_of
from projects.errors import NotAllowed, StaleVersion
from projects.models import Event, MemberOUS
from tests.cast import CAST
from tests.factories import make_project, make_user, say
from tests.log import FromNowOn

EARLY = datetime(2024, 1, 31, 12, 0, 5, tzinfo=UTC)
END = datetime(2025, 1, 31, 12, 0, 5, tzinfo=UTC)
LATER = datetime(2025, 6, 30, tzinfo=UTC)


@pytest.fixture
def member(cast_project):
    return cast_project.memberous_set.order_by("pk")[0]


@pytest.fixture
def running(member, drm):
    """A member OUS whose raw data were released early."""
    release_early(member, actor=drm, at=EARLY)
    return member


def test_early_release_starts_the_clock_and_leaves_entry_copy_and_event(member, drm):
    logged, version = FromNowOn(), member.version

    entry = release_early(member, actor=drm, at=EARLY.replace(microsecond=654321))

    assert (entry.at, entry.months, entry.role_word) == (EARLY, 12, "data reduction manager")
    assert "Helpdesk" in entry.rule
    assert (member.release_date, member.delivered_at) == (END, None)
    assert member.version > version
    event = logged(kind="clock").get()
    assert (event.frm, event.to) == ("", "2025-01-31 12:00:05 UTC")
    assert (event.public_to, event.actor, event.note_public) == (event.to, drm, True)


def test_director_s_time_has_six_months(drm):
    project = make_project("2019.A.00012.S", exec_blocks=1)
    member = project.memberous_set.get()

    release_early(member, actor=drm, at=datetime(2023, 8, 31, 1, 2, 3, tzinfo=UTC))

    assert member.release_date == datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC)


def test_early_release_happens_once_and_needs_data(running, drm):
    with pytest.raises(ClockRefused, match="started before"):
        release_early(running, actor=drm)
    bare = make_project().memberous_set.get()
    with pytest.raises(ClockRefused, match="nothing was executed"):
        release_early(bare, actor=drm)
    assert ClockEntry.objects.count() == 1


ACTS = {
    "extend": lambda member, actor: extend_clock(member, actor=actor, until=LATER, reason="x"),
    "blanket": lambda member, actor: planned_blanket(name="x", actor=actor, months=1, reason="x"),
    "withdraw": lambda member, actor: withdraw(member, actor=actor, reason="x"),
    "renew": lambda member, actor: renew_clock(member, actor=actor, reason="x"),
    "correct": lambda member, actor: correct_clock(member, actor=actor, until=LATER, reason="x"),
    "release": lambda member, actor: release_early(member, actor=actor),
}
MAY = {
    "extend": {"drm", "admin"},
    "blanket": {"drm", "admin"},
    "withdraw": {"drm", "admin"},
    "renew": {"drm", "admin", "qa"},
    "correct": {"admin"},
    "release": {"drm", "admin", "pi", "arc", "cs"},
}


@pytest.mark.parametrize("name", CAST)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_for_those_whom_the_table_names(member, somebody, act, name):
    actor = somebody(name)

    try:
        ACTS[act](member, actor)
    except NotAllowed:
        allowed = False
    except ClockRefused:
        allowed = True
    else:
        allowed = True

    assert allowed is (name in MAY[act])


def test_staff_of_another_center_acts_for_no_pi(member):
    with pytest.raises(NotAllowed):
        release_early(member, actor=make_user(roles=["arc"], arc="NA"))
    with pytest.raises(NotAllowed):
        release_early(member, actor=make_user(roles=["cs"]))


def test_extension_moves_the_end_and_another_goes_on_from_there(running, drm):
    extend_clock(running, actor=drm, until=LATER, reason="a flood", at=EARLY + timedelta(days=9))
    extend_clock(running, actor=drm, months=2, reason="again", at=EARLY + timedelta(days=10))

    assert running.release_date == datetime(2025, 8, 30, tzinfo=UTC)
    assert [line.effect for line in account_of(running).lines] == [
        *("started", "lengthened", "lengthened"),
    ]


def test_extension_that_changes_nothing_is_refused(running, drm):
    at = EARLY + timedelta(days=9)

    with pytest.raises(ClockRefused, match="ends no later"):
        extend_clock(running, actor=drm, until=END, reason="x", at=at)
    with pytest.raises(ClockRefused, match="had been public"):
        extend_clock(running, actor=drm, until=LATER, reason="x", at=END)
    assert ClockEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, "until"),
        ({"until": LATER, "months": 3}, "until"),
        ({"months": 0}, "months"),
        ({"months": 1201}, "months"),
        ({"until": datetime(3000, 1, 1, tzinfo=UTC)}, "until"),
        ({"until": LATER, "reason": "  "}, "reason"),
        ({"until": LATER, "reason": "x" * 2001}, "reason"),
    ],
)
def test_extension_that_cannot_be_so_names_what_is_wrong(running, drm, facts, field):
    with pytest.raises(BadClockEntry) as caught:
        extend_clock(running, actor=drm, **{"reason": "x", **facts})
    assert caught.value.field == field


def test_stale_version_is_refused(running, drm):
    with pytest.raises(StaleVersion):
        extend_clock(running, actor=drm, until=LATER, reason="x", expected_version=1)


def test_nothing_told_late_of_an_early_day_shortens(member, admin):
    ClockEntry.objects.create(
        member_ous=member, kind=ClockKind.DELIVERY, at=EARLY, months=12, role_word="the system"
    )

    with pytest.raises(ClockRefused, match="shorten"):
        release_early(member, actor=admin, at=EARLY - timedelta(seconds=1))
    assert ClockEntry.objects.count() == 1


def test_correction_shortens_and_says_why(running, admin):
    logged = FromNowOn()
    sooner = datetime(2024, 7, 31, 12, 0, 5, tzinfo=UTC)

    entry = correct_clock(running, actor=admin, until=sooner, reason="it is a DDT")

    assert (running.release_date, entry.reason) == (sooner, "it is a DDT")
    assert logged(kind="clock").get().to == "2024-07-31 12:00:05 UTC"


def test_what_was_public_is_withdrawn_without_a_new_period(running, drm):
    withdraw(running, actor=drm, reason="wrong source")

    assert (running.release_date, running.data_rights) == (None, "Proprietary")
    with pytest.raises(ClockRefused):
        extend_clock(running, actor=drm, months=3, reason="x")


def test_renewal_is_as_long_as_the_policy_says(running, qa):
    at = datetime(2024, 4, 30, 8, tzinfo=UTC)

    entry = renew_clock(running, actor=qa, reason="QA3", at=at)

    assert (entry.months, running.release_date) == (12, datetime(2025, 4, 30, 8, tzinfo=UTC))


@pytest.fixture
def archived(db):
    """A member OUS that the archive knows as delivered, with its release date."""
    member = make_project(exec_blocks=1).memberous_set.get()
    say(member, state="Delivered", release_date=LATER)
    member.refresh_from_db()
    return member


def test_source_s_end_is_taken_over_as_an_entry_before_the_first(archived, drm):
    at = LATER - timedelta(days=5)
    assert account_of(archived).lines == ()

    extend_clock(archived, actor=drm, months=1, reason="x", at=at)

    kinds = [line.entry.kind for line in account_of(archived).lines]
    assert kinds == ["source", "extension"]
    assert archived.release_date == datetime(2025, 7, 30, tzinfo=UTC)


def test_source_does_not_undo_what_the_ledger_says(archived, drm):
    extend_clock(archived, actor=drm, months=1, reason="x", at=LATER - timedelta(days=5))
    kept = archived.release_date

    say(archived, release_date=datetime(2024, 1, 1, tzinfo=UTC))

    archived.refresh_from_db()
    assert archived.release_date == kept
    said = [
        facts["release_date"][0] for facts in archived.facts.values() if "release_date" in facts
    ]
    assert said == ["2024-01-01T00:00:00+00:00"]


def test_delivery_known_from_a_source_opens_no_ledger(archived):
    assert (archived.release_date, archived.clock_kept_at) == (LATER, None)
    assert not ClockEntry.objects.exists()
    assert not Event.objects.filter(kind="clock").exists()


def test_early_release_can_be_tried(member, archived, drm):
    now = EARLY

    assert early_release_of(member, now).period.end == END
    assert early_release_of(archived, now).effect == "none"
    assert not ClockEntry.objects.exists()


WRONG: dict[str, dict[str, Any]] = {
    "clock_entry_kind_known": {"kind": "novel"},
    "clock_entry_says_what_it_must": {"kind": "extension"},
    "clock_entry_day_for_blankets": {"kind": "extension", "months": 1, "not_public_at": EARLY},
    "clock_entry_correction_has_reason": {"kind": "correction", "until": LATER},
    "clock_entry_one_early_release": {"kind": "early_raw", "months": 12},
    "clock_entry_one_source": {"kind": "source", "until": LATER},
    "clock_entry_blanket_has_name": {"kind": "blanket", "months": 3},
}


@pytest.mark.parametrize("name", WRONG)
def test_database_refuses_what_must_not_be(member, name):
    facts = {"member_ous": member, "at": EARLY, "role_word": "x", **WRONG[name]}
    if name.endswith(("once", "release", "source")):
        ClockEntry.objects.create(**facts)

    with pytest.raises(IntegrityError, match=name if connection.vendor != "sqlite" else ""):
        ClockEntry.objects.create(**facts)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'")
def test_many_at_once_start_the_clock_once():
    member = make_project(exec_blocks=1).memberous_set.get()
    actor, outcomes = make_user(roles=["drm"]), []

    def release():
        try:
            release_early(member_of(member.pk), actor=actor)
            outcomes.append("started")
        except ClockRefused:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=release) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused"] * 5 + ["started"]
    assert account_of(member).starts == 1
    assert Event.objects.filter(kind="clock").count() == 1
    assert member_of(member.pk).release_date > timezone.now()


def member_of(pk):
    return MemberOUS.objects.get(pk=pk)
