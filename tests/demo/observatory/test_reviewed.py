"""What QA2, delivery, clock and mail made of the living world."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from deliveries.differences import difference
from deliveries.models import ClockEntry, Delivery, FileHold, Notice, ProductFile
from deliveries.services.following import follow_log
from deliveries.services.sending import due
from projects.models import (
    Blockage,
    Event,
    EventKind,
    JournalEntry,
    MemberOUS,
    Project,
    SchedBlock,
    Ticket,
)
from projects.months import add_months
from projects.presentation import executions
from qa.criteria import Goals
from qa.models import PipelineRun, ProblemReport, QA2Decision
from qa.services.weighing import asked_of
from snoopi.demo.build import Built
from snoopi.pages.panels import upstream_differences

DAY = timedelta(days=1)


@pytest.fixture
def napi(observatory: Built) -> User:
    return User.objects.get(username="napi")


def of_block(name: str) -> MemberOUS:
    return MemberOUS.objects.get(sched_blocks__name=name, project__code__contains=".901")


def decided(name: str) -> QA2Decision:
    return QA2Decision.objects.get(round__member_ous=of_block(name))


def test_three_member_ous_are_ready_for_review_with_a_package(observatory: Built) -> None:
    ready = MemberOUS.objects.filter(state="ReadyForReview", product_files__isnull=False)

    names = ready.distinct().values_list("sched_blocks__name", flat=True).order_by("pk")
    runs = PipelineRun.objects.filter(member_ous__in=ready)
    assert list(names) == ["NGC1068_a_07_TM1", "NGC1068_b_07_TM1", "NGC1068_c_07_7M"]
    assert runs.count() == 3


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("HLTau_a_06_TM1", "Pass"),
        ("NGC253_f_06_TM1", "Fail"),
        ("Boomerang_a_06_TM1", "SemiPass"),
        ("HLTau_g_06_TM1", ""),
    ],
)
def test_decisions_keep_what_the_figures_suggested(
    observatory: Built, name: str, outcome: str
) -> None:
    assert decided(name).suggestion["outcome"] == outcome


def test_one_is_in_the_hold_which_ends_a_year_after_the_decision(observatory: Built) -> None:
    held = [row for row in MemberOUS.objects.filter(state="Verified") if row.is_in_hold]

    decision = decided("HLTau_a_06_TM1")
    assert held == [of_block("HLTau_a_06_TM1")]
    assert decision.hold_until == decision.at + 365 * DAY
    assert 364 * DAY < decision.hold_until - timezone.now() < 365 * DAY
    assert not Event.objects.filter(
        member_ous=held[0], kind=EventKind.QA2, for_public=True
    ).exists()


def test_staff_have_work_hold_ups_tickets_and_a_journal(observatory: Built) -> None:
    held = MemberOUS.objects.exclude(blocked_on="").order_by("blocked_on")
    reviewing = of_block("NGC1068_e_07_TM1")
    (over,) = Blockage.objects.filter(member_ous=reviewing)

    names = list(held.values_list("sched_blocks__name", "blocked_on", "blocked_told"))
    assert names == [
        ("HLTau_c_06_TM1", "archive", False),
        ("NGC1068_g_07_TM1", "calibration", False),
        ("NGC1068_b_07_TM1", "decision", False),
        ("NGC1068_h_07_TM1", "pi", True),
    ]
    assert str(of_block("NGC1068_a_07_TM1").reviewer) == "Demo Reviewer"
    assert str(of_block("NGC1068_h_07_TM1").reducer) == "Demo Reducer"
    assert over.until is not None
    assert over.until - over.since == 1.4 * DAY
    assert Ticket.objects.filter(member_ous=reviewing).get().reference == "DEMO-217"
    assert JournalEntry.objects.count() == 4


def test_sources_say_what_was_decided_since(observatory: Built) -> None:
    drm = User.objects.get(username="drm")
    things = [*Project.objects.all(), *MemberOUS.objects.all(), *SchedBlock.objects.all()]

    told = [(str(row), one.origin) for row in things for one in upstream_differences(row, drm)]

    # A release date is all that the archive knows of, whatever became of the data.
    assert told == [(str(of_block("IRAS16293_d_07_TP")), "archive")]


def test_each_member_ous_asks_for_a_resolution_within_its_range(observatory: Built) -> None:
    members = MemberOUS.objects.filter(project__code__contains=".901").with_parents()
    goals = [Goals.of(asked_of(row, [*row.sched_blocks.all()])) for row in members]

    outside = [
        one
        for one in goals
        if one.resolution_arcsec and one.min_resolution_arcsec and one.max_resolution_arcsec
        if not one.min_resolution_arcsec <= one.resolution_arcsec <= one.max_resolution_arcsec
    ]
    assert len(goals) > 20
    assert outside == []


def test_one_waits_because_a_mirror_lacks_a_file_and_one_for_its_products(
    observatory: Built,
) -> None:
    open_ones = Delivery.objects.exclude(state="delivered").order_by("state")

    told = [(one.member_ous.state, one.state, one.words) for one in open_ones]
    checking = open_ones[0]
    (missing,) = [row for place in checking.places.all() for row in place.missing_files.all()]
    assert told == [
        ("DeliveryInProgress", "checking", "NA: 1 of 29 files are not as they must be."),
        ("Verified", "waiting", "No products of a new generation are known yet."),
    ]
    assert (missing.place.name, missing.what, missing.product_file.kind) == (
        "NA",
        "missing",
        "weblog",
    )


def test_a_timed_out_member_ous_was_delivered_with_a_semipass(observatory: Built) -> None:
    member = of_block("Boomerang_a_06_TM1")

    reasons = decided("Boomerang_a_06_TM1").reasons.values_list("code", flat=True)
    assert (member.state, member.qa2) == ("Delivered", "SemiPass")
    assert Event.objects.filter(member_ous=member, to="ObservingTimedOut").exists()
    assert list(reasons) == ["rms_above_request", "incomplete"]


def test_a_fail_with_one_execution_more_sent_its_block_back(observatory: Built) -> None:
    member = of_block("NGC253_f_06_TM1")

    block, decision = member.sched_blocks.get(), decided("NGC253_f_06_TM1")
    assert (decision.outcome, str(decision.extra_executions)) == ("Fail", "1.00")
    assert (block.state, str(executions(block))) == ("Ready", "2 / 3")
    assert (member.state, member.qa2) == ("PartiallyObserved", None)
    assert member.qa2_rounds.count() == 2


def test_a_second_generation_differs_from_the_first(observatory: Built) -> None:
    member = of_block("IRAS16293_a_07_TM1")

    deliveries = Delivery.objects.filter(member_ous=member).order_by("pk")
    contents = [
        {
            row.path: (row.size_bytes, row.sha256)
            for row in ProductFile.objects.filter(member_ous=member, generation=generation)
        }
        for generation in (1, 2)
    ]
    changes = difference(*contents)
    assert list(deliveries.values_list("generation", "state")) == [
        (1, "delivered"),
        (2, "delivered"),
    ]
    counts = (len(changes.added), len(changes.removed), len(changes.changed))
    assert counts == (1, 2, 7)
    assert changes.added[0].endswith(".selfcal.json")
    assert set(
        PipelineRun.objects.filter(member_ous=member).values_list("generation", "pipeline_version")
    ) == {(1, "2024.1.0.8"), (2, "2025.1.0.35")}
    kinds = [line.kind for line in member.clock_entries.in_order()]
    assert kinds == ["delivery", "qa3_opened", "qa3_renewal", "delivery"]
    newest = deliveries[1].delivered_at
    assert newest is not None
    assert member.release_date == add_months(newest, 12)


def test_problem_reports_of_every_kind(observatory: Built) -> None:
    told = {
        (str(row.member_ous.sched_blocks.get()), row.state): (row.reported_at - row.delivered_at)
        for row in ProblemReport.objects.exclude(delivered_at=None)
        if row.delivered_at
    }
    days = {key: after.days for key, after in told.items()}
    timely = dict(ProblemReport.objects.values_list("subject", "is_timely"))

    assert days == {
        ("IRAS16293_a_07_TM1", "fixed"): 38,
        ("IRAS16293_b_07_TM1", "dismissed"): 15,
        ("IRAS16293_b_07_TM1", "open"): 44,
        ("IRAS16293_c_07_7M", "investigating"): 59,
        ("IRAS16293_d_07_TP", "investigating"): 62,
    }
    assert timely["The source is shifted by two beams"] is True
    assert timely["A line appears at twice its frequency"] is False
    assert of_block("IRAS16293_d_07_TP").state_flag == "UserInitiated"
    assert not FileHold.objects.open().exists()


def test_a_clock_ends_in_seven_days(observatory: Built) -> None:
    ends = [
        member.release_date - timezone.now()
        for member in MemberOUS.objects.filter(clock_kept_at__isnull=False)
        if member.release_date
    ]

    assert [left for left in ends if left < 30 * DAY] == [min(ends)]
    assert 5 * DAY < min(ends) < 7 * DAY


def test_directors_time_has_six_months(observatory: Built) -> None:
    member = of_block("EtaCar_a_03_TM1")

    (entry,) = ClockEntry.objects.filter(member_ous=member)
    assert entry.months == 6
    assert member.release_date == add_months(entry.at, 6)


def test_an_extension_moved_an_end_by_three_months(observatory: Built) -> None:
    member = of_block("HLTau_e_06_TM1")

    delivery, extension = member.clock_entries.in_order()
    assert (delivery.kind, extension.kind, extension.months) == ("delivery", "extension", 3)
    assert member.release_date == add_months(delivery.at, 15)


def test_mails_of_the_past_count_as_sent_and_none_leaves(napi: User) -> None:
    sent = Notice.objects.filter(recipient=napi)

    kinds = Counter(sent.values_list("kind", flat=True))
    dates = [row.sent_at for row in sent.order_by("pk")]
    assert kinds == {"delivery": 6, "added_value": 1, "qa3": 4}
    assert dates == sorted(date for date in dates if date)
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}
    assert not due(timezone.now()).exists()
    assert follow_log() == 0
    assert mail.outbox == []


def test_staff_were_mailed_of_this_weeks_decisions(observatory: Built) -> None:
    rows = Notice.objects.filter(kind="qa2").select_related("member_ous", "event")

    told = {row.member_ous.sched_blocks.get().name for row in rows if row.member_ous}
    assert told == {"HLTau_a_06_TM1", "HLTau_c_06_TM1", "HLTau_g_06_TM1", "NGC253_f_06_TM1"}
    assert all(row.event and row.sent_at == row.event.at for row in rows)


def test_deliveries_are_those_that_were_decided_here(observatory: Built) -> None:
    delivered = Delivery.objects.filter(state="delivered")

    told = delivered.values_list("member_ous__sched_blocks__name", flat=True).order_by("pk")
    assert list(told) == [
        "HLTau_f_06_7M",
        "IRAS16293_a_07_TM1",
        "IRAS16293_a_07_TM1",
        "Boomerang_a_06_TM1",
        "EtaCar_a_03_TM1",
        "HLTau_e_06_TM1",
    ]
    assert not delivered.exclude(member_ous__state="Delivered").exists()
