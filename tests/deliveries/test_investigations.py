"""QA3 decided: state, files and clock together, in every order, against a second calculation."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from django.utils import timezone

from deliveries.clock import ClockKind, Entry, account
from deliveries.errors import ClockRefused
from deliveries.models import ClockEntry, Delivery, DeliveryState, FileHold, ProductFile
from deliveries.reading import for_reading, reader_of
from deliveries.services.blankets import carry_on, open_blanket, planned_blanket
from deliveries.services.claims import Claim
from deliveries.services.clock import renew_clock, withdraw
from deliveries.services.delivering import deliver
from deliveries.services.investigations import (
    abort_investigation,
    close_investigation,
    fail_and_observe,
    fix_problem,
    open_investigation,
)
from deliveries.services.ledger import account_of
from projects.errors import IllegalMove, NotAllowed, NotNow, StaleVersion
from projects.models import Event, MemberOUS, SchedBlock
from projects.services.entering import Account, record_state, save_states
from projects.services.events import append_events
from projects.services.states import move_state
from qa.errors import BadJudgement
from qa.models import Investigation, ProblemReport, QA2Round
from snoopi.audit.faults import Tally
from snoopi.audit.problems import investigations_hold
from snoopi.queues import QUEUES, in_queue, work_rows
from tests.deliveries.packages import manifest
from tests.problems import DELIVERED, RELEASE, UNTIL, made, member, people, report

__all__ = ["made", "member", "people"]

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
LATER = UNTIL + 30 * DAY


@pytest.fixture
def qa(people):
    return people["qa"]


def fresh(member):
    return MemberOUS.objects.with_parents().get(pk=member.pk)


def redeliver(member, at):
    """Deliver the next generation: what a worker does once every file is everywhere."""
    generation = (fresh(member).delivery_generation or 0) + 1
    moment = at or timezone.now()
    member.qa2_rounds.update(closed_at=moment)
    judged = QA2Round.objects.create(member_ous=member, number=generation, opened_at=moment)
    delivery = Delivery.objects.create(
        project=member.project,
        member_ous=member,
        qa2_round=judged,
        generation=generation,
        state=DeliveryState.CHECKING,
        claim="a worker",
    )
    MemberOUS.objects.filter(pk=member.pk).update(state="DeliveryInProgress", qa2="Pass")
    return deliver(Claim(delivery, "a worker"), at=at)


def readable(person, member, now):
    """The names of the files that somebody may read."""
    reader = reader_of(person, [member.project_id], now)
    rows = for_reading(ProductFile.objects.filter(member_ous=member)).order_by("pk")
    return [row.name for row in rows if reader.access(row).may]


def investigated(member, people, **facts):
    made_one = report(member, people["pi"])
    open_investigation(made_one, actor=people["qa"], at=LATER, **facts)
    made_one.refresh_from_db()
    return made_one


def test_opening_moves_the_member_and_holds_the_period_open(member, people):
    version = member.version

    made_one = investigated(member, people, comment="We look.", comment_public=True)

    now = fresh(member)
    assert (now.state, now.state_flag, now.public_state) == (
        "QA3InProgress",
        "UserInitiated",
        "QA3InProgress",
    )
    assert (now.release_date, now.delivered_at, now.delivery_generation) == (None, DELIVERED, 1)
    assert now.version > version
    assert (made_one.state, made_one.investigation.outcome) == ("investigating", "")
    kinds = [line.kind_words for line in account_of(now).lines]
    assert kinds == ["Known from a source", "QA3 opened"]
    assert not FileHold.objects.exists()
    step = Event.objects.get(kind="qa3", to="investigating")
    assert (step.frm, step.at, step.note, step.note_public) == ("open", LATER, "We look.", True)


def test_abort_restores_state_files_and_end(member, people, qa):
    manifest(member)
    made_one = investigated(member, people, withhold="The source is wrong.")
    assert readable(people["pi"], member, LATER) == []
    assert readable(people["reducer"], member, LATER) != []

    abort_investigation(made_one, actor=qa, reasons=["not_reproduced"], at=LATER + DAY)

    now = fresh(member)
    assert (now.state, now.state_flag, now.release_date) == ("Delivered", "", RELEASE)
    assert (now.delivered_at, now.delivery_generation, now.qa2) == (DELIVERED, 1, "Pass")
    assert len(readable(people["pi"], member, LATER + DAY)) == 3
    made_one.refresh_from_db()
    assert made_one.state == "aborted"
    assert (made_one.investigation.outcome, made_one.investigation.ended_at) == (
        "aborted",
        LATER + DAY,
    )
    assert not FileHold.objects.open().exists()
    with pytest.raises(IllegalMove):
        abort_investigation(made_one, actor=qa, reasons=["data"])


def test_data_whose_old_end_has_passed_meanwhile_are_public_after_an_abort(member, people, qa):
    made_one = investigated(member, people)
    assert fresh(member).data_rights == "Proprietary"

    abort_investigation(made_one, actor=qa, reasons=["data"], at=RELEASE + 9 * DAY)

    assert (fresh(member).release_date, fresh(member).data_rights) == (RELEASE, "Public")


@pytest.mark.parametrize(
    ("reported", "delivered", "release"),
    [
        (UNTIL, "2024-06-30 01:02:03", "2025-06-30 01:02:03"),
        (UNTIL + SECOND, "2024-06-30 01:02:03", "2024-12-31 23:59:59"),
        (UNTIL + SECOND, "2025-02-28 01:02:03", "2025-02-28 01:02:03"),
        (UNTIL, "2025-02-28 01:02:03", "2026-02-28 01:02:03"),
    ],
)
def test_fix_renews_what_was_reported_in_time_to_the_second(
    member, people, reported, delivered, release
):
    manifest(member)
    at, end = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (delivered, release))
    made_one = report(member, people["coi"], at=reported)
    open_investigation(made_one, actor=people["drm"], withhold="wrong flux", at=LATER)
    fix_problem(made_one, actor=people["qa"], comment="anew", at=LATER + DAY)
    made_one.refresh_from_db()
    assert (fresh(member).state, made_one.state) == ("ReadyForProcessing", "investigating")
    assert fresh(member).release_date is None
    assert readable(people["pi"], member, LATER) == []

    manifest(member, generation=2)
    redeliver(member, at)

    now = fresh(member)
    made_one.refresh_from_db()
    assert (now.state, now.release_date, now.delivery_generation) == ("Delivered", end, 2)
    assert (made_one.state, made_one.investigation.ended_generation) == ("fixed", 2)
    assert len(readable(people["pi"], member, at)) == 6
    steps = [step.event.to for step in made_one.steps.order_by("pk")]
    assert steps == ["open", "investigating", "investigating", "fixed"]
    assert made_one.steps.latest("pk").event.actor_word == "the system"


def test_what_was_public_may_be_withdrawn_but_gets_no_new_period(member, people):
    at = RELEASE + 5 * DAY
    made_one = report(member, people["pi"])
    with pytest.raises(NotAllowed):
        open_investigation(made_one, actor=people["qa"], withdraw=True, at=at)
    open_investigation(made_one, actor=people["drm"], withdraw=True, comment="wrong", at=at)
    assert (fresh(member).state, fresh(member).release_date) == ("QA3InProgress", None)
    fix_problem(made_one, actor=people["drm"], at=at + DAY)

    redeliver(member, at + 90 * DAY)

    assert fresh(member).release_date == RELEASE
    assert not ClockEntry.objects.filter(kind=ClockKind.QA3_RENEWAL).exists()


def test_withdrawing_what_is_not_public_is_refused_and_leaves_no_trace(member, people):
    made_one = report(member, people["pi"])

    with pytest.raises(ClockRefused, match="not public"):
        open_investigation(made_one, actor=people["drm"], withdraw=True, at=LATER)

    made_one.refresh_from_db()
    assert (made_one.state, fresh(member).state) == ("open", "Delivered")
    assert not Investigation.objects.exists()


def test_later_report_joins_and_one_in_time_renews_for_all(member, people, qa):
    late = report(member, people["coi"], at=UNTIL + SECOND)
    in_time = report(member, people["pi"])
    running = open_investigation(late, actor=qa, at=LATER)

    assert open_investigation(in_time, actor=qa, at=LATER + DAY) == running
    fix_problem(in_time, actor=qa, at=LATER + DAY)
    redeliver(member, LATER + 9 * DAY)

    assert {*ProblemReport.objects.values_list("state", flat=True)} == {"fixed"}
    assert fresh(member).release_date == datetime(2025, 4, 8, 23, 59, 59, tzinfo=UTC)
    assert account_of(member).lines[-2].entry.kind == ClockKind.QA3_RENEWAL


def test_failure_sends_back_to_observing_in_a_new_round(member, people, qa):
    made_one = investigated(member, people)
    QA2Round.objects.create(member_ous=member, number=1, opened_at=DELIVERED)
    for extra in (None, Decimal(0), Decimal("1.234"), Decimal("NaN")):
        with pytest.raises(BadJudgement):
            fail_and_observe(made_one, actor=qa, extra_executions=extra)
    with pytest.raises(BadJudgement, match="no such block"):
        fail_and_observe(made_one, actor=qa, extra_executions=Decimal(1), sched_block="x")

    fail_and_observe(made_one, actor=qa, extra_executions=Decimal("1.5"), at=LATER + DAY)

    now, block = fresh(member), SchedBlock.objects.get(member_ous=member)
    made_one.refresh_from_db()
    assert (now.state, now.qa2, now.release_date) == ("PartiallyObserved", None, None)
    assert (block.state, block.executions_expected) == ("Ready", Decimal("3.5"))
    assert now.executions_expected == Decimal("3.5")
    assert (made_one.state, made_one.investigation.ended_at) == ("failed", None)
    with pytest.raises(NotNow, match="still to be delivered"):
        open_investigation(report(member, people["pi"]), actor=qa)

    redeliver(member, LATER + 99 * DAY)

    made_one.refresh_from_db()
    assert made_one.state == "failed"
    assert made_one.investigation.ended_generation == 2
    assert fresh(member).release_date == datetime(2025, 7, 7, 23, 59, 59, tzinfo=UTC)


def test_stale_and_illegal_steps_change_nothing(member, people, qa):
    made_one = report(member, people["pi"])
    member = fresh(member)

    with pytest.raises(StaleVersion):
        open_investigation(made_one, actor=qa, expected_version=member.version - 1)
    with pytest.raises(IllegalMove, match="answer, dismiss, investigate"):
        abort_investigation(made_one, actor=qa, reasons=["data"])
    with pytest.raises(IllegalMove, match="answer, dismiss, investigate"):
        fix_problem(made_one, actor=qa)
    MemberOUS.objects.filter(pk=member.pk).update(state="Processing")
    with pytest.raises(IllegalMove, match="from Processing to QA3InProgress"):
        open_investigation(made_one, actor=qa)

    assert fresh(member).version == member.version
    assert [step.event.to for step in made_one.steps.all()] == ["open"]


def test_observatory_opens_under_its_own_flag(member, people):
    made_one = report(member, people["drm"])

    open_investigation(made_one, actor=people["drm"], at=LATER)

    assert fresh(member).state_flag == "ObservatoryInitiated"
    assert Investigation.objects.get().initiative == "ObservatoryInitiated"


def test_delivery_that_came_before_any_decision_is_the_fix(member, people):
    made_one = investigated(member, people)

    redeliver(member, LATER + 9 * DAY)

    made_one.refresh_from_db()
    assert made_one.state == "fixed"
    assert (made_one.investigation.outcome, made_one.investigation.decided_by) == ("fix", None)


def told_delivered(member, at):
    """What a source tells of a delivery that did not come through here."""
    row = fresh(member)
    said = record_state(row, to="Delivered", at=at, account=Account(word="the archive"))
    assert said is not None
    save_states([row], [said])
    append_events([said])


def test_fix_that_a_source_told_to_be_delivered_waits_to_be_closed(member, people, qa):
    manifest(member)
    made_one = investigated(member, people, withhold="The source is wrong.")
    fix_problem(made_one, actor=qa, at=LATER)
    with pytest.raises(IllegalMove):
        close_investigation(made_one, actor=qa)
    told_delivered(member, LATER + DAY)

    queued = work_rows(qa).filter(in_queue(QUEUES["qa3"]))
    assert [row.pk for row in queued] == [member.pk]
    assert fresh(member).release_date is None
    assert list(investigations_hold(Tally())) == []
    with pytest.raises(NotAllowed):
        close_investigation(made_one, actor=people["pi"])

    close_investigation(made_one, actor=qa, comment="Seen there.", at=LATER + 2 * DAY)

    made_one.refresh_from_db()
    found = made_one.investigation
    assert (made_one.state, found.outcome, found.ended_generation) == ("fixed", "fix", None)
    assert found.ended_at == LATER + 2 * DAY
    now = fresh(member)
    assert (now.state, now.data_rights) == ("Delivered", "Public")
    assert readable(people["pi"], member, LATER + 3 * DAY) != []
    assert not work_rows(qa).filter(in_queue(QUEUES["qa3"])).exists()
    assert list(investigations_hold(Tally())) == []
    with pytest.raises(IllegalMove):
        close_investigation(made_one, actor=qa)
    Investigation.objects.update(decided_at=LATER + 9 * DAY)
    assert [str(fault) for fault in investigations_hold(Tally())] != []


def test_data_that_only_a_source_told_of_stay_readable_while_they_are_fixed(member, people, qa):
    manifest(member)
    ProductFile.objects.update(generation=None)
    MemberOUS.objects.update(delivered_at=None, delivery_generation=None)
    made_one = investigated(fresh(member), people)
    known = readable(people["pi"], fresh(member), LATER)

    fix_problem(made_one, actor=qa, at=LATER)

    now = fresh(member)
    assert (now.state, now.release_date) == ("ReadyForProcessing", None)
    assert readable(people["pi"], now, LATER) == known != []
    shown = ProductFile.objects.visible_to(people["pi"]).filter(member_ous=member)
    assert shown.count() == len(known)


def test_renewal_without_a_rule_is_left_to_people(member, people, monkeypatch):
    made_one = investigated(member, people)
    fix_problem(made_one, actor=people["qa"], at=LATER)
    module = "deliveries.services.investigations.months_rule"
    # An operator's own table may lack the rule.
    monkeypatch.setattr(module, lambda *_: None)

    redeliver(member, LATER + 9 * DAY)

    assert fresh(member).release_date == RELEASE


# The same, counted a second time: days are never past the 28th, so months simply add up.


def plus_months(moment, months):
    """So many months later on the same day, by counting up."""
    year, month = moment.year, moment.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return moment.replace(year=year, month=month)


@dataclass
class Reckoning:
    """State, end, and what keeps the data from being public, as an abacus has them."""

    end: datetime
    delivered: datetime
    state: str = "Delivered"
    held: bool = False
    withdrawn_at: datetime | None = None
    opened_at: datetime = DELIVERED
    timely: bool = False

    def shut(self, at):
        return self.held or (self.withdrawn_at is None and at < self.end)

    def public(self, at):
        return not self.held and self.withdrawn_at is None and self.end <= at

    def opened(self, at, withdraws):
        if withdraws and not self.public(at):
            return False
        if self.state == "Delivered":
            self.state, self.opened_at, self.timely = "QA3InProgress", at, False
        # Another report joins what goes on.
        self.timely = self.timely or at <= plus_months(self.delivered, 2)
        if withdraws:
            self.withdrawn_at = at
        else:
            self.held = self.shut(at)
        return True

    def aborted(self, at):
        if self.state != "QA3InProgress":
            return False
        self.state, self.held = "Delivered", False
        if self.withdrawn_at is not None and self.withdrawn_at >= self.opened_at:
            self.withdrawn_at = None
        return True

    def fixed(self, at):
        if self.state != "QA3InProgress":
            return False
        if self.timely and self.shut(at):
            self.end = max(self.end, plus_months(at, 12))
        if self.held:
            self.end = max(self.end, at)
        self.state, self.delivered, self.held, self.withdrawn_at = "Delivered", at, False, None
        return True

    def withdrawn(self, at):
        done = self.public(at)
        self.withdrawn_at = at if done else self.withdrawn_at
        return done

    def blanketed(self, at, months, since):
        longer = plus_months(self.end, months)
        if (self.end <= since and not self.held) or longer <= at:
            return False
        self.end = longer
        return True

    def renewed(self, at):
        longer = plus_months(at, 12)
        if not self.shut(at) or longer <= self.end:
            return False
        self.end = longer
        return True

    @property
    def release_date(self):
        return None if self.held or self.withdrawn_at else self.end


class Player:
    """Does through the services what the reckoning does beside them."""

    def __init__(self, member, people, chance):
        self.member, self.people, self.chance = member, people, chance
        self.at = DELIVERED.replace(day=15)
        self.count = 0

    def services(self, name):
        return getattr(self, f"_{name}")

    def _opened(self, withdraws):
        made_one = report(self.member, self.people["pi"], at=self.at)
        open_investigation(made_one, actor=self.people["drm"], withdraw=withdraws, at=self.at)

    def _running(self):
        return ProblemReport.objects.filter(state="investigating").latest("pk")

    def _aborted(self):
        abort_investigation(self._running(), actor=self.people["drm"], reasons=["data"], at=self.at)

    def _fixed(self):
        fix_problem(self._running(), actor=self.people["drm"], at=self.at)
        redeliver(self.member, self.at)

    def _withdrawn(self):
        withdraw(self.member, actor=self.people["drm"], reason="x", at=self.at)

    def _renewed(self):
        renew_clock(self.member, actor=self.people["drm"], reason="x", at=self.at)

    def _blanketed(self, months, since):
        self.count += 1
        planned = planned_blanket(
            name=f"{self.count}",
            actor=self.people["admin"],
            reason="x",
            months=months,
            not_public_at=since,
            at=self.at,
            projects=[self.member.project.code],
            cycles=(),
        )
        if not carry_on(open_blanket(planned)):
            raise ClockRefused("it lengthens nothing")

    def facts(self, name):
        if name == "opened":
            return {"withdraws": self.chance.random() < 0.4}
        if name == "blanketed":
            back = timedelta(days=self.chance.choice([0, 200, 700]))
            return {"months": self.chance.choice([1, 3, 12]), "since": self.at - back}
        return {}


ACTS = ("opened", "aborted", "fixed", "withdrawn", "blanketed", "renewed")
REFUSED = (ClockRefused, IllegalMove, NotNow, ProblemReport.DoesNotExist)


@pytest.mark.parametrize("seed", range(6))
def test_orders_of_all_acts_keep_state_and_end_as_counted(member, people, seed):
    end = RELEASE.replace(day=15)
    start = DELIVERED.replace(day=15)
    MemberOUS.objects.filter(pk=member.pk).update(release_date=end, delivered_at=start)
    MemberOUS.objects.exclude(pk=member.pk).update(release_date=start)
    player, reckoning = Player(member, people, random.Random(seed)), Reckoning(end, start)

    for _ in range(12):
        player.at += timedelta(days=player.chance.choice([1, 31, 62, 200, 400]))
        player.at = player.at.replace(day=min(player.at.day, 28))
        name = player.chance.choice(ACTS)
        facts = player.facts(name)
        expected = getattr(reckoning, name)(player.at, **facts)
        try:
            player.services(name)(**facts)
            done = True
        except REFUSED:
            done = False
        now = fresh(member)
        assert (done, now.state, now.release_date) == (
            expected,
            reckoning.state,
            reckoning.release_date,
        ), (name, facts, player.at)

    assert account_of(member).starts == 1


START = datetime(2024, 1, 15, 8, tzinfo=UTC)
ENTRIES: dict[str, dict[str, Any]] = {
    "opened": {"kind": ClockKind.QA3_OPENED},
    "aborted": {"kind": ClockKind.QA3_ABORTED},
    "renewed": {"kind": ClockKind.QA3_RENEWAL, "months": 12},
    "withdrawn": {"kind": ClockKind.WITHDRAWAL},
    "blanketed": {"kind": ClockKind.BLANKET, "months": 3, "not_public_at": START},
    "delivered": {"kind": ClockKind.DELIVERY, "months": 12},
}


def counted(order, every):
    """The end after these entries, one every so many months, and what keeps it from counting."""
    end, held, away = plus_months(START, 12), False, False
    for number, name in enumerate(order, 1):
        at = plus_months(START, every * number)
        public = not held and not away and end <= at
        if name == "opened":
            held = held or not (public or away)
        elif name == "aborted":
            held = away = False
        elif name == "withdrawn":
            away = away or public
        elif name == "renewed" and not public and not away:
            end = max(end, plus_months(at, 12))
        elif name == "blanketed" and plus_months(end, 3) > at:
            end = plus_months(end, 3)
        elif name == "delivered":
            end = max(end, at) if held else end
            held = away = False
    return end, held, away


@pytest.mark.parametrize("every", [1, 5, 13])
def test_every_order_of_entries_gives_the_end_as_counted(every):
    begun = Entry(kind=ClockKind.DELIVERY, at=START, months=12)
    for order in permutations(ENTRIES):
        entries = [
            Entry(at=plus_months(START, every * number), sequence=number, **ENTRIES[name])
            for number, name in enumerate(order, 1)
        ]
        period = account([begun, *entries]).period
        found = (period.end, period.is_held, period.is_withdrawn)
        assert found == counted(order, every), order


def test_whole_way_through_processing_by_ordinary_steps(member, people):
    made_one = investigated(member, people)
    fix_problem(made_one, actor=people["qa"], at=LATER + DAY)
    reducer, drm = people["reducer"], people["drm"]

    for to, actor in (("Processing", reducer), ("ReadyForReview", reducer), ("Reviewing", drm)):
        move_state(fresh(member), to=to, actor=actor)

    assert fresh(member).state == "Reviewing"
    assert Investigation.objects.running().get().outcome == "fix"
