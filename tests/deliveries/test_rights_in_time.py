"""Every member of the cast before every class of file, before, at and after each clock event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deliveries.models import ProductFile
from deliveries.naming import FileClass
from deliveries.reading import for_reading, reader_of
from deliveries.services.access import lift_hold, withhold_files
from deliveries.services.blankets import carry_on, open_blanket, planned_blanket
from deliveries.services.clock import (
    correct_clock,
    extend_clock,
    release_early,
    renew_clock,
    withdraw,
)
from projects.models import MemberOUS
from tests.cast import CAST

SECOND = timedelta(seconds=1)
CLASSES = (*FileClass, "")
GENERATIONS = (1, 2, 3)
OWNERS = ("pi", "data_delegee")
Files = frozenset[tuple[str, int]]

NONE: Files = frozenset()
RAW: Files = frozenset(("raw", number) for number in GENERATIONS)


def delivered(number: int) -> Files:
    """All files up to a generation: what was superseded stays with its readers."""
    return frozenset((word, each) for word in CLASSES for each in range(1, number + 1))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def member(cast_project):
    """The member OUS of the cast, with a file of every class in each of three generations."""
    found = cast_project.memberous_set.order_by("pk")[0]
    ProductFile.objects.bulk_create(
        ProductFile(
            project_id=found.project_id,
            member_ous=found,
            path=f"{number}/{word or 'none'}.dat",
            name=f"{word or 'none'}.dat",
            file_class=word,
            generation=number,
            source="test",
        )
        for word in CLASSES
        for number in GENERATIONS
    )
    return found


@dataclass
class Probe:
    """What owners, and everybody, may read at a moment."""

    at: str
    owners: Files
    everybody: Files


Step = tuple[str, Callable[[MemberOUS, Any], object], list[Probe]]


def put(**facts: Any) -> Callable[[MemberOUS, Any], object]:
    def change(member: MemberOUS, _admin: Any) -> object:
        return MemberOUS.objects.filter(pk=member.pk).update(**facts)

    return change


def act(service: Any, at: str, **facts: Any) -> Callable[[MemberOUS, Any], object]:
    def enter(member: MemberOUS, admin: Any) -> object:
        return service(member, actor=admin, reason="x", at=utc(at), **facts)

    return enter


def blanket(member: MemberOUS, admin: Any) -> object:
    planned = planned_blanket(
        name="a",
        actor=admin,
        reason="x",
        at=utc("2023-01-10"),
        months=3,
        not_public_at=utc("2022-12-01"),
    )
    return carry_on(open_blanket(planned))


ONE, TWO, THREE = delivered(1), delivered(2), delivered(3)
STEPS: list[Step] = [
    ("nothing has happened", put(), [Probe("2021-01-31 12:00:00", NONE, NONE)]),
    (
        "early raw",
        act(release_early, "2021-01-31 12:00:00"),
        [
            Probe("2021-01-31 12:00:00", RAW, NONE),
            Probe("2022-01-31 11:59:59", RAW, NONE),
            Probe("2022-01-31 12:00:00", RAW, RAW),
        ],
    ),
    ("verified", put(state="Verified"), [Probe("2021-06-01", RAW, NONE)]),
    (
        "delivery",
        put(state="Delivered", delivery_generation=1, delivered_at=utc("2021-07-01")),
        [
            Probe("2021-07-01", ONE | RAW, NONE),
            Probe("2022-01-31 11:59:59", ONE | RAW, NONE),
            Probe("2022-01-31 12:00:00", ONE | RAW, ONE | RAW),
        ],
    ),
    (
        "extension",
        act(extend_clock, "2021-08-01", months=6),
        [
            Probe("2022-01-31 12:00:00", ONE | RAW, NONE),
            Probe("2022-07-31 11:59:59", ONE | RAW, NONE),
            Probe("2022-07-31 12:00:00", ONE | RAW, ONE | RAW),
        ],
    ),
    (
        "extension over extension",
        act(extend_clock, "2021-09-01", until=utc("2022-08-15")),
        [
            Probe("2022-08-14 23:59:59", ONE | RAW, NONE),
            Probe("2022-08-15", ONE | RAW, ONE | RAW),
        ],
    ),
    (
        "renewal",
        act(renew_clock, "2021-12-31"),
        [
            Probe("2022-08-15", ONE | RAW, NONE),
            Probe("2022-12-30 23:59:59", ONE | RAW, NONE),
            Probe("2022-12-31", ONE | RAW, ONE | RAW),
        ],
    ),
    (
        "blanket extension that closes again",
        blanket,
        [
            Probe("2023-01-10", ONE | RAW, NONE),
            Probe("2023-03-30 23:59:59", ONE | RAW, NONE),
            Probe("2023-03-31", ONE | RAW, ONE | RAW),
        ],
    ),
    (
        "redelivery under way",
        put(state="Verified"),
        [Probe("2023-03-30", ONE | RAW, NONE), Probe("2023-04-01", ONE | RAW, ONE | RAW)],
    ),
    (
        "second generation",
        put(state="Delivered", delivery_generation=2),
        [Probe("2023-03-30", TWO | RAW, NONE), Probe("2023-04-01", TWO | RAW, TWO | RAW)],
    ),
    (
        "withdrawal",
        act(withdraw, "2023-04-02"),
        [Probe("2023-04-02", TWO | RAW, NONE), Probe("2033-04-02", TWO | RAW, NONE)],
    ),
    (
        "correction",
        act(correct_clock, "2023-05-01", until=utc("2024-02-29")),
        [
            Probe("2024-02-28 23:59:59", TWO | RAW, NONE),
            Probe("2024-02-29", TWO | RAW, TWO | RAW),
        ],
    ),
    (
        "third generation under QA3",
        put(state="QA3InProgress", delivery_generation=3),
        [Probe("2024-02-28", THREE, NONE), Probe("2024-02-29", THREE, THREE)],
    ),
    (
        "withheld",
        lambda member, admin: withhold_files(member, actor=admin.reviewer, reason="x"),
        [Probe("2024-02-28", NONE, NONE), Probe("2030-01-01", NONE, NONE)],
    ),
    (
        "given back",
        lambda member, admin: lift_hold(member, actor=admin.reviewer),
        [Probe("2024-02-28", THREE, NONE), Probe("2024-02-29", THREE, THREE)],
    ),
    (
        "deleted",
        put(state="Deleted"),
        [Probe("2024-02-28", NONE, NONE), Probe("2030-01-01", NONE, NONE)],
    ),
]


def test_everybody_reads_what_each_event_leaves_them_to_the_second(
    member, somebody, admin, qa, anonymous
):
    cast = {name: somebody(name) for name in CAST} | {"anonymous": anonymous}
    admin.reviewer = qa
    every = THREE
    for name, change, probes in STEPS:
        change(member, admin)
        member.refresh_from_db()
        rows = list(for_reading(ProductFile.objects.filter(member_ous=member)))
        for probe in probes:
            found = {word: _readable(user, rows, probe) for word, user in cast.items()}

            expected = dict.fromkeys(cast, probe.everybody)
            expected |= dict.fromkeys(OWNERS, probe.owners)
            # What is assigned is read at any time; with a reason these three do so too.
            assert found == {**expected, "reducer": every}, (name, probe.at)
            for word in ("arc", "cs", "admin"):
                assert _readable(cast[word], rows, probe, "asked by the PI") == every


def _readable(user: Any, rows: list[ProductFile], probe: Probe, reason: str = "") -> Files:
    reader = reader_of(user, {row.project_id for row in rows}, utc(probe.at))
    return frozenset(
        (row.file_class, row.generation or 0) for row in rows if reader.access(row, reason).may
    )
