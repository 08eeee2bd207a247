"""Blanket extensions: tried, decided under a name, carried out once for each, and explained."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.utils import timezone

from deliveries.clock import told
from deliveries.errors import BadClockEntry, ClockRefused
from deliveries.models import BlanketExtension, ClockEntry
from deliveries.reading import for_reading, reader_of
from deliveries.services.blankets import (
    carry_on,
    carry_on_blankets,
    changes_of,
    open_blanket,
    planned_blanket,
)
from deliveries.services.clock import correct_clock, release_early, withdraw
from deliveries.services.ledger import account_of
from projects.models import Event, MemberOUS
from projects.months import add_months
from tests.deliveries.packages import manifest
from tests.factories import make_project, make_user, say

pytestmark = pytest.mark.django_db

DECIDED = datetime(2020, 5, 15, 12, tzinfo=UTC)
CLOSED = datetime(2020, 3, 19, tzinfo=UTC)


@pytest.fixture
def drm(db):
    return make_user("drm", roles=["drm"])


def started(code, at, drm):
    """A member OUS whose clock began at a moment."""
    member = make_project(code, exec_blocks=1).memberous_set.get()
    release_early(member, actor=drm, at=at)
    return member


@pytest.fixture
def members(drm):
    """One for every way of standing to a blanket extension."""
    moments = {
        "runs": ("2019.1.90001.S", datetime(2019, 8, 31, 1, 2, 3, tzinfo=UTC)),
        "became public": ("2018.1.90002.S", datetime(2019, 4, 30, tzinfo=UTC)),
        "in the last second": ("2018.1.90003.S", CLOSED.replace(year=2019, second=1)),
        "public in the very second": ("2018.1.90004.S", CLOSED.replace(year=2019)),
        "director's time": ("2019.A.90005.S", datetime(2019, 11, 30, tzinfo=UTC)),
        "observatory's": ("2019.1.90006.CAL", datetime(2020, 4, 1, tzinfo=UTC)),
        "begun after": ("2019.1.90007.S", datetime(2020, 5, 15, 12, 0, 1, tzinfo=UTC)),
    }
    found = {name: started(code, at, drm) for name, (code, at) in moments.items()}
    found["never begun"] = make_project("2019.1.90008.S", exec_blocks=1).memberous_set.get()
    found["archived"] = make_project("2019.1.90009.S", exec_blocks=1).memberous_set.get()
    say(found["archived"], state="Delivered", release_date=datetime(2020, 12, 24, tzinfo=UTC))
    return found


def planned(actor, **facts):
    asked = {"name": "closure", "reason": "the telescope is closed", "months": 3, "at": DECIDED}
    return planned_blanket(actor=actor, **{**asked, "not_public_at": CLOSED, **facts})


def ends(members):
    rows = MemberOUS.objects.in_bulk([member.pk for member in members.values()])
    return {name: rows[member.pk].release_date for name, member in members.items()}


AFTER = {
    "runs": datetime(2020, 11, 30, 1, 2, 3, tzinfo=UTC),
    "became public": datetime(2020, 7, 30, tzinfo=UTC),
    "in the last second": datetime(2020, 6, 19, 0, 0, 1, tzinfo=UTC),
    "director's time": datetime(2020, 8, 30, tzinfo=UTC),
    "archived": datetime(2021, 3, 24, tzinfo=UTC),
}


def test_preview_says_what_is_done_then_and_writes_nothing(members, drm):
    before = ends(members)

    plan = list(changes_of(planned(drm)))

    assert {change.member_ous.pk: change.new_end for change in plan} == {
        members[name].pk: end for name, end in AFTER.items()
    }
    assert [change.end for change in plan] == [before[name] for name in _in_order(members, AFTER)]
    again = {change.member_ous.pk for change in plan if change.closes_again}
    assert again == {members[name].pk for name in ("became public", "in the last second")}
    assert ends(members) == before
    assert not BlanketExtension.objects.exists()


def _in_order(members, names):
    return sorted(names, key=lambda name: members[name].pk)


def test_it_lengthens_what_it_is_for_each_with_entry_copy_and_event(members, drm):
    before = ends(members)
    versions = {name: member.version for name, member in members.items()}

    kept = open_blanket(planned(drm))
    made = carry_on(kept)

    assert len(made) == len(AFTER)
    assert ends(members) == {**before, **AFTER}
    assert kept.done_at is not None
    runs = MemberOUS.objects.get(pk=members["runs"].pk)
    assert runs.version > versions["runs"]
    line = account_of(runs).lines[-1]
    assert line.sentence == (
        "Blanket extension “closure” of 2020-05-15 12:00:00 UTC: the end moves by 3 months from "
        "2020-08-31 01:02:03 UTC to 2020-11-30 01:02:03 UTC."
    )
    events = Event.objects.filter(kind="clock", note=line.sentence)
    assert [(event.public_to, event.note_public, event.actor) for event in events] == [
        ("2020-11-30 01:02:03 UTC", True, drm)
    ]


def test_same_name_again_changes_nothing_twice_and_finds_what_came_late(members, drm):
    carry_on(open_blanket(planned(drm)))
    entries, kept = ClockEntry.objects.count(), BlanketExtension.objects.get()
    late = started("2019.1.90010.S", DECIDED - timedelta(days=9), drm)

    again = planned(drm, at=None, not_public_at=CLOSED)

    assert again == kept
    assert [change.member_ous for change in changes_of(again)] == [late]
    assert len(carry_on(open_blanket(again))) == 1
    assert carry_on(open_blanket(planned(drm))) == []
    assert ClockEntry.objects.count() == entries + 2
    assert BlanketExtension.objects.count() == 1


@pytest.mark.parametrize(
    "other", [{"months": 4}, {"not_public_at": None}, {"cycles": ["2019.1"]}], ids=str
)
def test_name_stands_for_one_decision(members, drm, other):
    open_blanket(planned(drm))

    with pytest.raises(ClockRefused, match="another blanket extension"):
        planned(drm, **other)


def test_without_a_day_nothing_is_closed_again(members, drm):
    plan = list(changes_of(planned(drm, not_public_at=None)))

    assert {change.member_ous.pk for change in plan} == {
        members[name].pk for name in ("runs", "director's time", "archived")
    }


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ({"cycles": ["2019.A"]}, {"director's time"}),
        ({"projects": ["2019.1.90001.S", "2019.1.90008.S"]}, {"runs"}),
        ({"cycles": ["2018.1"], "projects": ["2019.1.90001.S"]}, set()),
    ],
    ids=str,
)
def test_scope_narrows_it(members, drm, scope, names):
    plan = changes_of(planned(drm, **scope))

    assert {change.member_ous.pk for change in plan} == {members[name].pk for name in names}


def test_end_that_all_shall_reach_shortens_none(members, drm):
    until = datetime(2020, 10, 1, tzinfo=UTC)
    before = ends(members)

    carry_on(open_blanket(planned(drm, months=None, until=until)))

    lengthened = {"runs", "became public", "in the last second", "director's time"}
    assert ends(members) == {**before, **dict.fromkeys(lengthened, until)}


def test_what_was_withdrawn_or_corrected_stays_so(members, drm):
    admin = make_user("admin", roles=["admin"])
    withdraw(members["became public"], actor=drm, reason="x", at=DECIDED - timedelta(days=1))
    members["runs"].refresh_from_db()
    sooner = datetime(2020, 3, 1, tzinfo=UTC)
    correct_clock(members["runs"], actor=admin, until=sooner, reason="x", at=CLOSED)

    carry_on(open_blanket(planned(drm)))

    after = ends(members)
    assert (after["became public"], after["runs"]) == (None, sooner)


def test_files_are_closed_to_everybody_again(members, drm):
    member = members["became public"]
    manifest(member)
    say(member, state="Delivered")

    def is_read_at(moment):
        rows = for_reading(member.product_files.all())
        reader = reader_of(make_user(), [member.project_id], moment)
        return all(reader.access(row).may for row in rows)

    assert is_read_at(DECIDED)
    carry_on(open_blanket(planned(drm)))
    assert not is_read_at(AFTER["became public"] - timedelta(seconds=1))
    assert is_read_at(AFTER["became public"])


def test_it_goes_on_bit_by_bit_whoever_else_does(members, drm):
    kept = open_blanket(planned(drm))

    first = carry_on(kept, most=2)
    kept.reached = 0
    carry_on(kept, most=2)
    while BlanketExtension.objects.under_way().exists():
        carry_on(kept, most=2)

    assert len(first) == 2
    assert ClockEntry.objects.filter(blanket=kept).count() == len(AFTER)
    assert carry_on_blankets() == 0


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": "  "}, "name"),
    ({"name": "x" * 81}, "name"),
    ({"name": "a\x07b"}, "name"),
    ({"reason": " "}, "reason"),
    ({"months": 0}, "months"),
    ({"months": None}, "until"),
    ({"until": DECIDED}, "until"),
    ({"not_public_at": DECIDED + timedelta(seconds=1)}, "not_public_at"),
    ({"cycles": ["2099.1"]}, "cycles"),
    ({"projects": ["2019.1.90001.S", "nonsense"]}, "projects"),
]


@pytest.mark.parametrize(("facts", "field"), WRONG, ids=str)
def test_decision_that_cannot_be_names_what_is_wrong(members, drm, facts, field):
    with pytest.raises(BadClockEntry) as caught:
        planned(drm, **facts)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("blanket_has_name", {"name": ""}),
        ("blanket_has_reason", {"reason": ""}),
        ("blanket_months_or_until", {"until": DECIDED}),
        ("blanket_day_not_after_it", {"not_public_at": DECIDED + timedelta(seconds=1)}),
    ],
)
def test_database_refuses_what_must_not_be(drm, name, facts):
    good = {"name": "x", "reason": "x", "months": 3, "at": DECIDED, "not_public_at": CLOSED}

    with pytest.raises(IntegrityError, match=name if connection.vendor != "sqlite" else ""):
        BlanketExtension.objects.create(decided_by=drm, **{**good, **facts})


def command(*words):
    out = StringIO()
    call_command("blanket", *words, stdout=out)
    return out.getvalue().splitlines()


ASKED = ("closure", "--by", "drm", "--reason", "closed", "--months", "3")


def test_command_tries_it_then_does_it_once(members, drm):
    member = started("2019.1.90011.S", timezone.now() - timedelta(days=400), drm)
    end = member.release_date
    asked = (*ASKED, "--not-public-at", f"{end - timedelta(days=1)}", "--cycle", "2019.1")
    row = f"2019.1.90011.S {member}: {told(end)} -> {told(add_months(end, 3))}, closed again"

    tried, done, again = command(*asked, "--dry-run"), command(*asked), command(*asked)

    assert tried == [row, "1 would be lengthened, 1 of them closed again"]
    assert done == [row, "1 lengthened, 1 of them closed again"]
    assert again == ["0 lengthened, 0 of them closed again"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--by", "nobody"), "There is no account nobody."),
        (("--by", "stranger"), "Extending proprietary periods is not yours."),
        (("--project", "2099.1.00001.S"), "No project has the code"),
    ],
)
def test_command_says_what_cannot_be(members, words, said):
    make_user("stranger")

    with pytest.raises(CommandError, match=said):
        command(*ASKED, *words)
    assert not BlanketExtension.objects.exists()
