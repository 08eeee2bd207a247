"""The clock against a second calculation, written another way: random ledgers in every order."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deliveries.clock import ClockKind, Entry, account, is_public_at
from deliveries.errors import ClockRefused
from deliveries.services.blankets import carry_on, open_blanket, planned_blanket
from deliveries.services.clock import (
    correct_clock,
    extend_clock,
    release_early,
    renew_clock,
    withdraw,
)
from deliveries.services.ledger import account_of
from projects.models import MemberOUS
from tests.factories import make_project, make_user

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in(year, month):
    leap = year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)
    return 29 if month == 2 and leap else LENGTHS[month - 1]


def months_later(moment, months):
    """Count month by month; the day that is not there becomes the last one, at the end alone."""
    year, month = moment.year, moment.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return moment.replace(year=year, month=month, day=min(moment.day, days_in(year, month)))


@dataclass
class Model:
    """What is known of one period; ``base`` and ``total`` give an end that may grow."""

    end: datetime | None = None
    base: datetime | None = None
    total: int = 0
    started: bool = False
    withdrawn: bool = False
    held: bool = False
    free: bool = False

    def take(self, entry):
        """Take an entry; answer whether it changed anything."""
        before = (self.end, self.started, self.withdrawn, self.held)
        getattr(self, f"_{entry.kind}")(entry)
        return before != (self.end, self.started, self.withdrawn, self.held)

    def _delivery(self, entry):
        if self.held and self.end < entry.at:
            self.base, self.total, self.end = entry.at, 0, entry.at
        self.withdrawn = self.held = False
        self._early_raw(entry)

    def _qa3_opened(self, entry):
        self.held = self.held or self._is_open(entry.at)

    def _qa3_aborted(self, entry):
        self.withdrawn = self.held = False

    def _qa3_closed(self, entry):
        if self.held and self.end < entry.at:
            self.base, self.total, self.end = entry.at, 0, entry.at
        self.withdrawn = self.held = False

    def _early_raw(self, entry):
        if not self.started:
            self.started, self.base, self.total = True, entry.at, entry.months or 0
            self.free = entry.months == 0
            self.end = None if entry.months is None else months_later(entry.at, entry.months)

    def _source(self, entry):
        if not self.started:
            self.started, self.base, self.end = True, entry.until, entry.until

    def _reach(self, entry, base, total):
        """Go to where an entry leads, if that is later."""
        if entry.until is not None:
            base, total = entry.until, 0
        end = months_later(base, total) if base else self.end
        if end is not None and self.end is not None and end > self.end:
            self.base, self.total, self.end = base, total, end

    def _is_open(self, at):
        return self.end is not None and not self.withdrawn and (self.held or at < self.end)

    def _extension(self, entry):
        if self._is_open(entry.at):
            self._reach(entry, self.base, self.total + (entry.months or 0))

    def _qa3_renewal(self, entry):
        if self._is_open(entry.at):
            self._reach(entry, entry.at, entry.months or 0)

    def _blanket(self, entry):
        since = entry.not_public_at
        if self.end is None or self.free:
            return
        if since is not None and self.end <= since and not self.held:
            return
        kept = (self.end, self.base, self.total)
        self._reach(entry, self.base, self.total + (entry.months or 0))
        if self.end <= entry.at:
            self.end, self.base, self.total = kept

    def _withdrawal(self, entry):
        if self.is_public(entry.at):
            self.withdrawn = True

    def _correction(self, entry):
        self.started, self.withdrawn, self.held, self.free = True, False, False, False
        self.base, self.total, self.end = entry.until, 0, entry.until

    def is_public(self, moment):
        """Whether the data are public, as things stand."""
        kept = self.withdrawn or self.held
        return self.end is not None and not kept and self.end <= moment


def modelled(entries):
    """The model after some entries, in order of their moments."""
    model = Model()
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.sequence)):
        model.take(entry)
    return model


# Few days, most of them at the ends of months, so that entries meet each other.
DAYS = [
    *("2019-08-31", "2019-11-30", "2020-01-31", "2020-02-28", "2020-02-29", "2020-03-31"),
    *("2020-08-30", "2020-12-31", "2021-01-01", "2021-02-28", "2023-12-31", "2024-02-29"),
]
MOMENTS = st.builds(
    lambda day, second: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(seconds=second),
    st.sampled_from(DAYS),
    st.sampled_from([0, 1, 86399]),
)
PLAIN = (
    *(ClockKind.WITHDRAWAL, ClockKind.QA3_OPENED, ClockKind.QA3_ABORTED),
    ClockKind.QA3_CLOSED,
)
LENGTHENING = (ClockKind.EXTENSION, ClockKind.BLANKET, ClockKind.QA3_RENEWAL)


@st.composite
def entries_of_all_kinds(draw):
    """A ledger as the database could hold it, in any order."""
    entries = []
    for sequence in range(draw(st.integers(1, 7))):
        kind, at = draw(st.sampled_from(ClockKind)), draw(MOMENTS)
        facts = {}
        if kind in (ClockKind.DELIVERY, ClockKind.EARLY_RAW):
            facts["months"] = draw(st.sampled_from([None, 0, 6, 12]))
        elif kind in LENGTHENING and draw(st.booleans()):
            facts["months"] = draw(st.sampled_from([1, 3, 11, 12, 48]))
        elif kind not in PLAIN:
            facts["until"] = draw(MOMENTS)
        if kind == ClockKind.BLANKET:
            facts["not_public_at"] = draw(MOMENTS | st.none())
        entries.append(Entry(kind=kind, at=at, sequence=sequence, **facts))
    return draw(st.permutations(entries))


@settings(max_examples=400)
@given(entries_of_all_kinds(), MOMENTS)
def test_ledger_and_second_calculation_agree_to_the_second(entries, moment):
    found, model = account(entries).period, modelled(entries)

    assert (found.end, found.is_started, found.is_withdrawn, found.is_held) == (
        model.end,
        model.started,
        model.withdrawn,
        model.held,
    )
    known = [entry for entry in entries if entry.at <= moment]
    assert is_public_at(entries, moment) is modelled(known).is_public(moment)
    if model.end is not None:
        eve = model.end - timedelta(seconds=1)
        late = max(entry.at for entry in entries)
        if eve >= late:
            assert not is_public_at(entries, eve)
            assert is_public_at(entries, model.end) is not (model.withdrawn or model.held)


# Counted by hand on a calendar.
BY_HAND = [
    ("2019.1.90001.S", "2020-02-29 00:00:00", "2021-02-28 00:00:00"),
    ("2019.1.90001.S", "2019-02-28 23:59:59", "2020-02-28 23:59:59"),
    ("2019.1.90001.S", "2023-12-31 23:59:59", "2024-12-31 23:59:59"),
    ("2019.A.90001.S", "2019-08-31 12:00:00", "2020-02-29 12:00:00"),
    ("2019.A.90001.S", "2020-08-31 12:00:00", "2021-02-28 12:00:00"),
    ("2019.A.90001.T", "2020-08-29 12:00:00", "2021-02-28 12:00:00"),
    ("2019.A.90001.S", "2099-08-31 00:00:01", "2100-02-28 00:00:01"),
    ("2019.1.90001.L", "2019-10-27 02:30:00", "2020-10-27 02:30:00"),
    ("2019.1.90001.CAL", "2020-02-29 01:02:03", "2020-02-29 01:02:03"),
    ("2019.1.90001.SV", "2020-12-31 23:59:59", "2020-12-31 23:59:59"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "start", "end"), BY_HAND)
def test_period_of_each_kind_of_project_ends_as_counted_by_hand(code, start, end):
    member = make_project(code, exec_blocks=1).memberous_set.get()
    at = datetime.fromisoformat(start).replace(tzinfo=UTC, microsecond=999_999)

    release_early(member, actor=make_user(roles=["drm"]), at=at)

    assert member.release_date == datetime.fromisoformat(end).replace(tzinfo=UTC)


START = datetime(2023, 1, 31, 10, 20, 30, tzinfo=UTC)


class Acts:
    """Enters through the services what the model takes beside them."""

    def __init__(self, member, actor, chance):
        self.member, self.actor, self.chance = member, actor, chance
        self.entries, self.count = [], 0

    def act(self):
        """Do one act at a random moment, and compare."""
        at = START + timedelta(days=self.chance.randrange(0, 900), seconds=self.count)
        self.count += 1
        entry, enter = self.chance.choice([self._extend, self._renew, self._withdraw])(at)
        if self.chance.random() < 0.3:
            entry, enter = self.chance.choice([self._blanket, self._correct])(at)
        expected = self._would(entry)
        try:
            done = enter() not in ([], None)
        except ClockRefused:
            done = False
        assert done is expected, entry
        if done:
            self.entries.append(entry)

    def _would(self, entry):
        """Whether the ledger takes it: it must change something, and shorten nothing."""
        model, changes = Model(), False
        for each in sorted([*self.entries, entry], key=lambda each: (each.at, each.sequence)):
            changed = model.take(each)
            changes = changes or (each is entry and changed)
        if entry.kind == ClockKind.CORRECTION:
            return True
        before = modelled(self.entries).end
        return changes and not (before and (model.end is None or model.end < before))

    def _entry(self, kind, at, **facts):
        return Entry(kind=kind, at=at, sequence=self.count, **facts)

    def _common(self, at):
        return {"actor": self.actor, "reason": "x", "at": at}

    def _extend(self, at):
        months = self.chance.choice([1, 3, 13])
        return (
            self._entry(ClockKind.EXTENSION, at, months=months),
            lambda: extend_clock(self.member, **self._common(at), months=months),
        )

    def _renew(self, at):
        return (
            self._entry(ClockKind.QA3_RENEWAL, at, months=12),
            lambda: renew_clock(self.member, **self._common(at)),
        )

    def _withdraw(self, at):
        return (
            self._entry(ClockKind.WITHDRAWAL, at),
            lambda: withdraw(self.member, **self._common(at)),
        )

    def _correct(self, at):
        until = at + timedelta(days=self.chance.randrange(-200, 400))
        return (
            self._entry(ClockKind.CORRECTION, at, until=until),
            lambda: correct_clock(self.member, **self._common(at), until=until),
        )

    def _blanket(self, at):
        since = at - timedelta(days=self.chance.choice([0, 100, 400]))
        facts = {"months": self.chance.choice([1, 3, 12]), "not_public_at": since}
        name = f"{self.member.pk} {self.count}"

        def enter():
            mine = [self.member.project.code]
            planned = planned_blanket(
                name=name, **self._common(at), **facts, projects=mine, cycles=()
            )
            return carry_on(open_blanket(planned))

        return self._entry(ClockKind.BLANKET, at, **facts), enter


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
def test_services_keep_row_and_second_calculation_the_same_in_any_order(seed):
    actor = make_user(roles=["admin"])
    member = make_project("2022.1.90001.S", exec_blocks=1).memberous_set.get()
    release_early(member, actor=actor, at=START)
    acts = Acts(member, actor, random.Random(seed))
    acts.entries.append(Entry(kind=ClockKind.EARLY_RAW, at=START, months=12))

    for _ in range(9):
        acts.act()
        row, model = MemberOUS.objects.get(pk=member.pk), modelled(acts.entries)
        assert row.release_date == (None if model.withdrawn else model.end)

    assert account_of(member).starts == 1
    assert len(account_of(member).lines) == len(acts.entries)
