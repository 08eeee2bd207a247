"""The clock: calendar months, the ledger line by line, and what holds for any ledger."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliveries.clock import (
    ClockKind,
    Effect,
    Entry,
    account,
    if_released_early,
    is_public_at,
)
from projects.months import add_months

SECOND = timedelta(seconds=1)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONTHS = [
    ("2023-01-15 10:11:12", 12, "2024-01-15 10:11:12"),
    ("2024-02-29 23:59:59", 12, "2025-02-28 23:59:59"),
    ("2023-02-28 00:00:00", 12, "2024-02-28 00:00:00"),
    ("2024-02-29 12:00:00", 48, "2028-02-29 12:00:00"),
    ("2096-02-29 12:00:00", 48, "2100-02-28 12:00:00"),
    ("2023-08-31 06:00:00", 6, "2024-02-29 06:00:00"),
    ("2022-08-31 06:00:00", 6, "2023-02-28 06:00:00"),
    ("2023-08-30 06:00:00", 6, "2024-02-29 06:00:00"),
    ("2023-08-29 06:00:00", 6, "2024-02-29 06:00:00"),
    ("2023-03-31 06:00:00", 1, "2023-04-30 06:00:00"),
    ("2023-12-31 23:59:59", 2, "2024-02-29 23:59:59"),
    ("2023-12-01 00:00:00", 1, "2024-01-01 00:00:00"),
    ("2023-11-30 00:00:00", 13, "2024-12-30 00:00:00"),
    ("2023-05-05 05:05:05", 0, "2023-05-05 05:05:05"),
]


@pytest.mark.parametrize(("start", "months", "end"), MONTHS)
def test_months_are_calendar_months_with_the_end_clipped(start, months, end):
    assert add_months(utc(start), months) == utc(end)


def test_months_beyond_the_calendar_are_refused():
    with pytest.raises(OverflowError, match="10000"):
        add_months(utc("9999-06-01"), 12)


def delivery(at="2024-01-31 12:00:00", months=12):
    return Entry(kind=ClockKind.DELIVERY, at=utc(at), months=months)


def early(at, months=12):
    return Entry(kind=ClockKind.EARLY_RAW, at=utc(at), months=months)


def entry(kind, at, until=None, **facts):
    moments = {"until": utc(until)} if until else {}
    if since := facts.pop("since", None):
        moments["not_public_at"] = utc(since)
    return Entry(kind=ClockKind(kind), at=utc(at), **moments, **facts)


# Entries, the effect of each, and the end after all of them.
LEDGERS = {
    "nothing": ([], [], None),
    "delivery": ([delivery()], ["started"], "2025-01-31 12:00:00"),
    "delivery of director's time": (
        [delivery("2023-08-31 08:00:00", 6)],
        ["started"],
        "2024-02-29 08:00:00",
    ),
    "observatory data are public at once": (
        [delivery(months=0)],
        ["started"],
        "2024-01-31 12:00:00",
    ),
    "no rule on file": ([delivery(months=None)], ["started"], None),
    "a second delivery starts nothing": (
        [delivery(), delivery("2024-05-01")],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "early raw data start the clock": (
        [early("2023-10-31 01:02:03"), delivery()],
        ["started", "none"],
        "2024-10-31 01:02:03",
    ),
    "early raw data after delivery change nothing": (
        [delivery(), early("2024-06-01")],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "early raw data stay released though nothing is delivered": (
        [early("2023-01-01")],
        ["started"],
        "2024-01-01",
    ),
    "extension until a day": (
        [delivery(), entry("extension", "2024-06-01", "2025-06-30")],
        ["started", "lengthened"],
        "2025-06-30",
    ),
    "extension that ends sooner": (
        [delivery(), entry("extension", "2024-06-01", "2024-12-31")],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "extension that ends at the same second": (
        [delivery(), entry("extension", "2024-06-01", "2025-01-31 12:00:00")],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "extension by months over one until a day": (
        [
            delivery(),
            entry("extension", "2024-06-01", "2025-06-30"),
            entry("extension", "2024-07-01", months=8),
        ],
        ["started", "lengthened", "lengthened"],
        "2026-02-28",
    ),
    "months are added to months, not to a clipped end": (
        [delivery("2023-08-31", 6), entry("extension", "2023-12-01", months=3)],
        ["started", "lengthened"],
        "2024-05-31",
    ),
    "extension before anything": (
        [entry("extension", "2023-06-01", "2025-06-30"), delivery()],
        ["none", "started"],
        "2025-01-31 12:00:00",
    ),
    "extension in the last second": (
        [delivery(), entry("extension", "2025-01-31 11:59:59", "2025-06-30")],
        ["started", "lengthened"],
        "2025-06-30",
    ),
    "extension once public": (
        [delivery(), entry("extension", "2025-01-31 12:00:00", "2025-06-30")],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "blanket extension": (
        [delivery(), entry("blanket", "2024-03-19", months=3)],
        ["started", "lengthened"],
        "2025-04-30 12:00:00",
    ),
    "blanket extension closes again": (
        [delivery(), entry("blanket", "2025-02-10", months=3, since="2025-01-19")],
        ["started", "reclosed"],
        "2025-04-30 12:00:00",
    ),
    "blanket extension in the last second before its day": (
        [delivery(), entry("blanket", "2025-02-10", months=3, since="2025-01-31 11:59:59")],
        ["started", "reclosed"],
        "2025-04-30 12:00:00",
    ),
    "blanket extension not for what was public on its day": (
        [delivery(), entry("blanket", "2025-02-10", months=3, since="2025-01-31 12:00:00")],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "blanket extension before anything": (
        [entry("blanket", "2023-03-19", months=3), delivery()],
        ["none", "started"],
        "2025-01-31 12:00:00",
    ),
    "two blanket extensions": (
        [
            delivery("2019-11-30"),
            entry("blanket", "2020-03-19", months=3),
            entry("blanket", "2020-09-19", months=1),
        ],
        ["started", "lengthened", "lengthened"],
        "2021-03-30",
    ),
    "renewal counts from itself": (
        [delivery(), entry("qa3_renewal", "2024-05-15 09:00:00", months=12)],
        ["started", "lengthened"],
        "2025-05-15 09:00:00",
    ),
    "short renewal takes nothing away": (
        [delivery(), entry("qa3_renewal", "2024-05-15", months=2)],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "renewal of what is public": (
        [delivery(), entry("qa3_renewal", "2025-05-15", months=12)],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "extension after a renewal": (
        [
            delivery(),
            entry("qa3_renewal", "2024-05-31", months=12),
            entry("extension", "2024-06-01", months=9),
        ],
        ["started", "lengthened", "lengthened"],
        "2026-02-28",
    ),
    "withdrawal gives no new period": (
        [delivery(), entry("withdrawal", "2025-02-01")],
        ["started", "withdrawn"],
        None,
    ),
    "withdrawal of what is not public": (
        [delivery(), entry("withdrawal", "2024-05-01")],
        ["started", "none"],
        "2025-01-31 12:00:00",
    ),
    "what was withdrawn comes back with a delivery": (
        [delivery(), entry("withdrawal", "2025-02-01"), delivery("2025-03-01")],
        ["started", "withdrawn", "returned"],
        "2025-01-31 12:00:00",
    ),
    "extension of what was withdrawn": (
        [
            delivery(),
            entry("withdrawal", "2025-02-01"),
            entry("extension", "2025-02-02", "2026-01-01"),
        ],
        ["started", "withdrawn", "none"],
        None,
    ),
    "correction shortens": (
        [delivery(), entry("correction", "2024-02-01", "2024-07-31", reason="it is a DDT")],
        ["started", "corrected"],
        "2024-07-31",
    ),
    "extension by months after a correction": (
        [
            delivery(),
            entry("correction", "2024-02-01", "2024-07-31", reason="it is a DDT"),
            entry("extension", "2024-03-01", months=7),
        ],
        ["started", "corrected", "lengthened"],
        "2025-02-28",
    ),
    "known from a source": (
        [entry("source", "2020-01-01", "2021-05-05"), delivery("2020-06-01")],
        ["started", "none"],
        "2021-05-05",
    ),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_ledger_gives_its_end_line_by_line(name):
    entries, effects, end = LEDGERS[name]

    found = account(entries)

    assert [line.effect for line in found.lines] == effects
    assert found.release_date == (utc(end) if end else None)
    assert found.starts <= 1


SENTENCES = {
    "delivery": "Delivered on 2024-01-31 12:00:00 UTC: a period of 12 months starts and ends on "
    "2025-01-31 12:00:00 UTC.",
    "observatory data are public at once": "Delivered on 2024-01-31 12:00:00 UTC: such data have "
    "no proprietary period and are public at once.",
    "no rule on file": "Delivered on 2024-01-31 12:00:00 UTC: no rule on file says how long the "
    "period is.",
    "early raw data start the clock": "Delivered on 2024-01-31 12:00:00 UTC: the clock was "
    "started before, and its end stays 2024-10-31 01:02:03 UTC.",
    "extension until a day": "Director's extension of 2024-06-01 00:00:00 UTC: the end moves from "
    "2025-01-31 12:00:00 UTC to 2025-06-30 00:00:00 UTC.",
    "blanket extension closes again": "Blanket extension of 2025-02-10 00:00:00 UTC: what was "
    "public is closed again by 3 months, until 2025-04-30 12:00:00 UTC.",
    "renewal counts from itself": "Renewal after QA3 of 2024-05-15 09:00:00 UTC: a period of 12 "
    "months is counted anew, and the end moves from 2025-01-31 12:00:00 UTC to "
    "2025-05-15 09:00:00 UTC.",
    "withdrawal gives no new period": "Withdrawn on 2025-02-01 00:00:00 UTC: the data are not "
    "public any more; no new period starts.",
    "correction shortens": "Corrected on 2024-02-01 00:00:00 UTC: the period ends on "
    "2024-07-31 00:00:00 UTC.",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_last_line_says_what_it_did(name):
    assert account(LEDGERS[name][0]).lines[-1].sentence == SENTENCES[name]


def test_data_are_public_from_the_very_second():
    entries = [delivery()]
    end = utc("2025-01-31 12:00:00")

    assert not is_public_at(entries, utc("2024-01-31 11:59:59"))
    assert not is_public_at(entries, end - SECOND)
    assert is_public_at(entries, end)


def test_rights_of_the_past_follow_what_was_known_then():
    closed = entry("blanket", "2025-02-10", months=3, since="2025-01-19")
    entries = [delivery(), closed]

    assert is_public_at(entries, utc("2025-02-09 23:59:59"))
    assert not is_public_at(entries, utc("2025-02-10"))
    assert not is_public_at(entries, utc("2025-04-30 11:59:59"))
    assert is_public_at(entries, utc("2025-04-30 12:00:00"))


def test_early_release_is_tried_without_being_entered():
    now = utc("2024-03-05 06:07:08")

    fresh = if_released_early([], now, 12)
    running = if_released_early([delivery()], now, 12)

    assert (fresh.effect, fresh.period.end) == (Effect.STARTED, utc("2025-03-05 06:07:08"))
    assert (running.effect, running.period.end) == (Effect.NONE, utc("2025-01-31 12:00:00"))


DAYS = st.integers(0, 3000).map(lambda days: utc("2020-01-01") + timedelta(days=days))
KINDS = st.sampled_from([kind for kind in ClockKind if kind != ClockKind.CORRECTION])
ENTRIES = st.lists(
    st.builds(
        Entry,
        kind=KINDS,
        at=DAYS,
        months=st.integers(0, 30) | st.none(),
        until=DAYS | st.none(),
        not_public_at=DAYS | st.none(),
    ),
    max_size=9,
).map(
    lambda entries: [
        Entry(
            kind=each.kind,
            at=each.at,
            sequence=number,
            months=each.months,
            until=each.until,
            not_public_at=each.not_public_at,
        )
        for number, each in enumerate(entries)
    ]
)


@given(ENTRIES)
def test_no_entry_but_a_correction_ever_shortens(entries):
    ends = [line.period.end for line in account(entries).lines]

    known = [end for end in ends if end is not None]
    assert known == sorted(known)
    assert None not in ends[ends.index(known[0]) :] if known else True


@given(ENTRIES, st.randoms())
def test_order_in_which_entries_are_given_does_not_matter(entries, chance):
    mixed = list(entries)
    chance.shuffle(mixed)

    assert account(mixed) == account(entries)


@given(ENTRIES)
def test_clock_starts_once_at_most(entries):
    starting = {ClockKind.SOURCE, ClockKind.DELIVERY, ClockKind.EARLY_RAW}
    found = account(entries)

    assert found.starts == (1 if any(each.kind in starting for each in entries) else 0)


@given(ENTRIES, st.integers(0, 9))
def test_later_entries_do_not_rewrite_the_past(entries, number):
    ordered = sorted(entries, key=lambda each: (each.at, each.sequence))

    assert account(ordered[:number]).lines == account(ordered).lines[:number]


@given(ENTRIES, DAYS)
def test_rights_change_only_at_entries_and_at_the_end(entries, day):
    """What was public becomes closed only by an entry of that very moment."""
    if is_public_at(entries, day - SECOND) and not is_public_at(entries, day):
        lines = [line for line in account(entries).lines if line.entry.at == day]
        assert {line.effect for line in lines} & {Effect.RECLOSED, Effect.WITHDRAWN}


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_months_are_added_up_before_they_are_clipped(day, months, more):
    extension = Entry(kind=ClockKind.EXTENSION, at=day, sequence=1, months=more)
    found = account([Entry(kind=ClockKind.DELIVERY, at=day, months=months), extension])

    assert found.release_date == (add_months(day, months + more if months else 0))
