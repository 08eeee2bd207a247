"""QA2: what a decision writes, what is refused, the hold and the way back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from projects.errors import IllegalMove, NotAllowed, StaleVersion
from projects.models import MemberOUS, Project, SchedBlock
from projects.moves import Way
from projects.services.states import move_state
from projects.states import OUSState, QA2Outcome
from qa.asked_got import Got, from_json
from qa.checks import ticked
from qa.errors import BadJudgement
from qa.models import QA2Decision, QA2Reason, QA2Round
from qa.pipeline import Achieved, PipelineFacts
from qa.services.pipeline_runs import record_run
from qa.services.reviews import decide_qa2, release_verdict, release_verdicts, undo_qa2
from tests.access.world import rolled_back
from tests.cast import *  # noqa: F403 - the whole cast, as its __all__ names it
from tests.factories import make_project, make_sched_block, make_user, settle
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db
REASONS = {"SemiPass": ["flux_scale"], "Fail": ["rms_above_request"]}
MINUTES_10 = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def hold(settings):
    settings.DELIVERY_HOLD_SECONDS = 600


@pytest.fixture
def member(db):
    return under_review()


def under_review(passes=2, expected=2, **facts):
    """A member OUS that a reviewer has opened, with executions that passed."""
    project = make_project(exec_blocks=2, **facts)
    project.exec_blocks.update(qa0="Fail")
    for run in project.exec_blocks.order_by("pk")[:passes]:
        project.exec_blocks.filter(pk=run.pk).update(qa0="Pass")
    project.sched_blocks.update(state="FullyObserved", executions_expected=expected)
    project.memberous_set.update(state="ReadyForReview")
    settle(project)
    return project.memberous_set.get()


def opened(member, actor):
    return move_state(member, to="Reviewing", actor=actor)


def decide(member, outcome, actor, **facts):
    given = {"reasons": REASONS.get(outcome, ()), "comment": "seen", **facts}
    if outcome == "Fail":
        given.setdefault("extra_executions", Decimal("1.5"))
    return decide_qa2(member, outcome=outcome, actor=actor, **given)


@pytest.mark.parametrize("outcome", ["Pass", "SemiPass"])
def test_good_outcome_verifies_and_holds(outcome, member, qa):
    opened(member, qa)

    decision = decide(member, outcome, qa)

    assert (member.state, member.state_flag, member.qa2) == ("Verified", "InHold", outcome)
    assert member.public_state == "BeingProcessed"
    assert decision.hold_until - decision.at == MINUTES_10
    assert (decision.round.number, decision.round.closed_at) == (1, None)
    assert [*QA2Decision.objects.for_delivery()] == [decision]


def test_decision_keeps_all_that_was_shown(member, qa):
    opened(member, qa)
    checks = ticked([{"code": "bandpass", "ok": True, "comment": "flat"}])
    got = Got(source="SgrB2", kind="continuum", sensitivity_mjy=0.5)

    decision = decide(
        member,
        "SemiPass",
        qa,
        comment=" for all ",
        comment_public=True,
        achieved=[got],
        checks=checks,
    )

    kept = QA2Decision.objects.get()
    assert [row.got for row in from_json(kept.figures).rows] == [got]
    assert ticked(kept.checks) == checks
    assert {"code": "bandpass", "ok": True, "comment": "flat"} in kept.checks
    assert {*kept.suggestion} == {"outcome", "codes", "sentences"}
    assert (kept.comment, kept.comment_public, kept.role_word) == ("for all", True, "QA reviewer")
    reason = QA2Reason.objects.get(decision=decision)
    assert (reason.code, reason.family) == ("flux_scale", "calibration")


def test_hold_is_stored_and_no_changed_setting_moves_it(member, qa, settings):
    opened(member, qa)
    decision = decide(member, "Pass", qa)
    settings.DELIVERY_HOLD_SECONDS = 0

    assert not release_verdict(member)
    assert not release_verdict(member, now=decision.hold_until - timedelta(microseconds=1))
    assert release_verdict(member, now=decision.hold_until)
    assert (member.public_state, member.state_flag) == ("Verified", "")
    assert not release_verdict(member, now=decision.hold_until)


def test_without_a_hold_everybody_is_told_at_once(member, qa, settings):
    settings.DELIVERY_HOLD_SECONDS = 0
    opened(member, qa)
    logged = FromNowOn()

    decide(member, "Pass", qa)

    assert (member.state, member.state_flag, member.public_state) == ("Verified", "", "Verified")
    words = logged(level="member_ous", for_public=True).values_list("kind", "public_to")
    assert {*words} == {("qa2", "Pass"), ("state", "Verified")}
    with pytest.raises(IllegalMove, match="No hold runs"):
        undo_qa2(member, actor=qa)


def test_people_outside_see_no_trace_before_the_end_of_the_hold(member, qa):
    opened(member, qa)
    rows = [member, member.group_ous, member.science_goal, member.project]
    before = [(row.public_version, row.public_modified_at, row.public_state) for row in rows]
    logged = FromNowOn()

    decision = decide(member, "SemiPass", qa)

    for row in rows:
        row.refresh_from_db()
    now = [(row.public_version, row.public_modified_at, row.public_state) for row in rows]
    assert now == before
    assert member.group_ous.state == "Verified"
    assert not logged(for_public=True).exists()
    assert logged(for_staff=True, kind="qa2").get().to == "SemiPass"

    staff_events = logged(for_staff=True).count()
    assert release_verdicts(decision.hold_until) == 1
    for row in rows[:3]:
        row.refresh_from_db()
        assert (row.state, row.public_state) == ("Verified", "Verified")
        assert row.public_since == decision.hold_until
    assert logged(for_staff=True).count() == staff_events
    told = logged(for_public=True).order_by("pk").values_list("level", "kind", "public_to", "at")
    assert [*told] == [
        ("member_ous", "qa2", "SemiPass", decision.hold_until),
        ("member_ous", "state", "Verified", decision.hold_until),
        ("group_ous", "state", "Verified", decision.hold_until),
        ("science_goal", "state", "Verified", decision.hold_until),
    ]
    assert release_verdicts(decision.hold_until) == 0


def test_nothing_goes_to_the_archives_during_the_hold(member, qa):
    opened(member, qa)
    decision = decide(member, "Pass", qa)

    with pytest.raises(IllegalMove):
        move_state(member, to="DeliveryInProgress", actor=None, way=Way.DELIVERY)

    release_verdict(member, now=decision.hold_until)
    moved = move_state(member, to="DeliveryInProgress", actor=None, way=Way.DELIVERY)
    assert moved.state == "DeliveryInProgress"


@pytest.mark.parametrize("extra", ["0.01", "1.50"])
@pytest.mark.parametrize(
    ("passes", "expected", "state"),
    [(2, 2, "PartiallyObserved"), (2, None, "PartiallyObserved"), (0, 3, "Ready")],
)
def test_fail_sends_the_block_back_for_more(passes, expected, state, extra, qa):
    member = under_review(passes, expected)
    opened(member, qa)

    decision = decide(member, "Fail", qa, extra_executions=Decimal(extra))

    block = member.sched_blocks.get()
    wanted = Decimal(passes if expected is None else expected) + Decimal(extra)
    assert (member.state, member.public_state, member.qa2) == (state, state, None)
    assert (block.state, block.executions_expected) == ("Ready", wanted)
    assert member.executions_expected == wanted
    rounds = [*member.qa2_rounds.values_list("number", "closed_at")]
    assert rounds == [(1, decision.at), (2, None)]
    assert not QA2Decision.objects.standing().exists()
    assert decision.round.decisions.get() == decision


def test_fail_is_told_to_all_at_once(member, qa):
    opened(member, qa)
    logged = FromNowOn()

    decide(member, "Fail", qa, comment="among us")

    told = logged(level="member_ous", for_public=True).order_by("pk")
    words = [(event.kind, event.public_frm, event.public_to, event.note_public) for event in told]
    assert words == [
        ("qa2", "", "Fail", False),
        ("state", "BeingProcessed", "PartiallyObserved", False),
    ]


def test_failed_timed_out_block_is_observed_again(member, qa):
    member.sched_blocks.update(state="ObservingTimedOut")
    opened(member, qa)

    decide(member, "Fail", qa)

    assert member.sched_blocks.get().state == "Ready"


def test_setting_holds_the_block_for_jao(member, qa, settings):
    settings.REQUEUE_AFTER_FAIL = "jao"
    opened(member, qa)

    decide(member, "Fail", qa)

    block = member.sched_blocks.get()
    assert (member.state, block.state) == ("PartiallyObserved", "Suspended")
    assert block.executions_expected == Decimal("3.5")


def test_fail_sends_back_the_block_that_is_named(member, qa):
    other = make_sched_block(member, number=1, state="FullyObserved", executions_expected=1)
    opened(member, qa)

    with pytest.raises(BadJudgement) as refused:
        decide(member, "Fail", qa, sched_block="elsewhere")
    assert refused.value.field == "sched_block"
    decide(member, "Fail", qa, sched_block=other.ref)

    states = [*member.sched_blocks.order_by("pk").values_list("state", "executions_expected")]
    assert states == [("FullyObserved", 2), ("Ready", Decimal("2.5"))]


def test_undo_leads_back_into_the_same_round(member, qa):
    opened(member, qa)
    decision = decide(member, "Pass", qa)
    logged = FromNowOn()

    undone = undo_qa2(member, actor=qa)

    assert (undone.pk, undone.undone_by) == (decision.pk, qa)
    assert (member.state, member.state_flag, member.qa2) == ("Reviewing", "", None)
    assert not logged(for_public=True).exists()
    assert not QA2Decision.objects.standing().exists()
    assert decide(member, "SemiPass", qa).round == decision.round
    assert member.qa2_rounds.count() == 1


def test_undo_after_the_end_of_the_hold_is_refused(member, qa):
    opened(member, qa)
    decision = decide(member, "Pass", qa)
    QA2Decision.objects.filter(pk=decision.pk).update(hold_until=timezone.now())

    with pytest.raises(IllegalMove, match="No hold runs"):
        undo_qa2(member, actor=qa)

    assert MemberOUS.objects.get(pk=member.pk).state == "Verified"


def test_another_recipe_begins_a_new_round(member, qa):
    opened(member, qa)
    decide(member, "Pass", qa)
    undo_qa2(member, actor=qa)
    for to in ("ReadyForProcessing", "Processing", "ReadyForReview", "Reviewing"):
        move_state(member, to=to, actor=qa)
    member.refresh_from_db()

    decision = decide(member, "SemiPass", qa)

    assert decision.round.number == 2
    assert [*QA2Round.objects.values_list("number", "decisions__outcome")] == [
        (1, "Pass"),
        (2, "SemiPass"),
    ]


ASKED = {
    "sensitivity_mjy": 1.0,
    "sensitivity_bandwidth_mhz": 15.625,
    "min_resolution_arcsec": 0.4,
    "max_resolution_arcsec": 0.6,
}


def image(rms, kind="representative", **facts):
    beam = {"beam_major_arcsec": 0.5, "beam_minor_arcsec": 0.5, "bandwidth_mhz": 15.625}
    told = {"source": "SgrB2", "windows": ("25",), "kind": kind, "sensitivity_mjy": rms}
    return Achieved(**{**beam, **told, **facts})


def told_of(member, generation, *images):
    """A run of the pipeline as its report tells it."""
    ended = datetime(2020, 1, generation, tzinfo=UTC)
    facts = PipelineFacts(recipe="hifa_calimage", ended_at=ended, achieved=images)
    record_run(
        member_ous=member, facts=facts, generation=generation, source="test", now=timezone.now()
    )


def test_each_round_keeps_its_figures_its_suggestion_and_what_was_decided(qa):
    member = under_review()
    MemberOUS.objects.filter(pk=member.pk).update(asked=ASKED, bands=[6], array="12m")
    Project.objects.filter(pk=member.project_id).update(cycle="2019.1")
    told_of(member, 1, image(2.0), image(0.1, "continuum", bandwidth_mhz=1000.0))
    opened(member, qa)
    decide(member, "Fail", qa, extra_executions=Decimal("0.50"))
    for to in ("FullyObserved", "ReadyForProcessing", "Processing", "ReadyForReview", "Reviewing"):
        MemberOUS.objects.filter(pk=member.pk).update(state=to)
    SchedBlock.objects.filter(member_ous=member).update(executions_expected=2)
    settle(member.project)
    member.refresh_from_db()
    told_of(member, 2, image(1.05), image(9.0, "cube"))
    note = Got(
        source="SgrB2",
        window="25",
        kind="representative",
        sensitivity_mjy=1.02,
        note="measured by hand",
    )

    decide(member, "SemiPass", qa, achieved=[note])

    first, second = QA2Decision.objects.order_by("at", "pk")
    kept = [from_json(one.figures).rows for one in (first, second)]
    assert [one.round.number for one in (first, second)] == [1, 2]
    assert [one.suggestion["outcome"] for one in (first, second)] == ["Fail", "Pass"]
    assert [one.outcome for one in (first, second)] == ["Fail", "SemiPass"]
    assert (first.extra_executions, second.extra_executions) == (Decimal("0.50"), None)
    rms = [(row.got.kind, row.got.sensitivity_mjy, row.rms.answer) for rows in kept for row in rows]
    assert rms == [
        ("representative", 2.0, "fail"),
        ("continuum", 0.1, "pass"),
        ("representative", 1.02, "pass"),
        ("cube", 9.0, "fail"),
    ]
    (put, _) = kept[1]
    assert (put.replaced.sensitivity_mjy, put.got.note) == (1.05, "measured by hand")


def test_verdict_is_forgotten_when_processing_begins_again(member, qa):
    opened(member, qa)
    decision = decide(member, "Pass", qa)
    release_verdict(member, now=decision.hold_until)
    MemberOUS.objects.filter(pk=member.pk).update(state="QA3InProgress")

    move_state(member, to="ReadyForProcessing", actor=qa, way=Way.QA3)

    member.refresh_from_db()
    assert member.qa2 is None


@pytest.mark.parametrize("outcome", [*QA2Outcome])
def test_decision_in_any_other_state_is_refused(outcome, member, qa):
    for state in sorted({*OUSState} - {"Reviewing"}):
        MemberOUS.objects.filter(pk=member.pk).update(state=state)

        with pytest.raises(IllegalMove) as refused:
            decide(member, outcome, qa)

        assert ("Reviewing" in refused.value.legal) == (state == "ReadyForReview"), state
        assert not QA2Decision.objects.exists()


def test_undo_in_any_other_state_is_refused(member, qa):
    for state in sorted({*OUSState} - {"Verified"}):
        MemberOUS.objects.filter(pk=member.pk).update(state=state)

        with pytest.raises(IllegalMove):
            undo_qa2(member, actor=qa)


@pytest.mark.parametrize("name", ["aod", "reducer", "drm", "arc", "cs", "admin", "pi", "coi"])
def test_decision_needs_right_and_qualification(name, somebody, member, qa):
    opened(member, qa)

    for act in (lambda actor: decide(member, "Pass", actor), lambda actor: undo(member, actor)):
        with pytest.raises(NotAllowed):
            act(somebody(name))


def undo(member, actor):
    return undo_qa2(member, actor=actor)


@pytest.mark.parametrize(
    ("roles", "qualified", "may"),
    [(["qa"], True, True), (["qa"], False, False), (["drm"], True, True), (["aod"], True, False)],
)
def test_qualification_belongs_to_the_right(roles, qualified, may, member, qa):
    actor = make_user(roles=roles, qualifications=["QA2APPRV"] if qualified else [])
    opened(member, qa)

    if may:
        assert decide(member, "Pass", actor).decided_by == actor
    else:
        with pytest.raises(NotAllowed):
            decide(member, "Pass", actor)


def test_reviewer_is_not_the_reducer_unless_a_setting_allows_it(member, qa, settings):
    opened(member, qa)
    MemberOUS.objects.filter(pk=member.pk).update(reducer=qa)

    with pytest.raises(NotAllowed, match="somebody else"):
        decide(member, "Pass", qa)
    settings.REVIEWER_IS_NOT_REDUCER = False

    assert decide(member, "Pass", qa).outcome == "Pass"


def test_second_decision_on_the_same_version_is_stale(member, qa):
    opened(member, qa)
    member.refresh_from_db()
    version = member.version
    decide(member, "Pass", qa, expected_version=version)

    with pytest.raises(StaleVersion):
        decide(member, "Pass", qa, expected_version=version)
    with pytest.raises(StaleVersion):
        undo_qa2(member, actor=qa, expected_version=version)


@pytest.mark.parametrize(
    ("outcome", "facts", "field"),
    [
        ("Good", {}, "outcome"),
        ("", {}, "outcome"),
        ("Pass", {"reasons": ["other"]}, "reasons"),
        ("SemiPass", {"reasons": []}, "reasons"),
        ("SemiPass", {"reasons": ["pointing"]}, "reasons"),
        ("SemiPass", {"reasons": ["other"], "comment": " "}, "comment"),
        ("Fail", {"reasons": []}, "reasons"),
        ("Fail", {"extra_executions": None}, "extra_executions"),
        ("Fail", {"extra_executions": Decimal(0)}, "extra_executions"),
        ("Fail", {"extra_executions": Decimal(-1)}, "extra_executions"),
        ("Fail", {"extra_executions": Decimal("0.001")}, "extra_executions"),
        ("Fail", {"extra_executions": Decimal(100)}, "extra_executions"),
        ("Fail", {"extra_executions": Decimal("NaN")}, "extra_executions"),
        ("Pass", {"extra_executions": Decimal(1)}, "extra_executions"),
        ("Pass", {"comment": "x" * 4001}, "comment"),
    ],
)
def test_bad_decision_is_refused_by_its_field(outcome, facts, field, member, qa):
    opened(member, qa)

    with pytest.raises(BadJudgement) as refused:
        decide(member, outcome, qa, **facts)

    assert refused.value.field == field
    assert not QA2Decision.objects.exists()


def test_decision_of_the_past_is_told_as_of_then(member, qa):
    opened(member, qa)
    then = datetime(2026, 1, 5, 12, tzinfo=UTC)

    decision = decide(member, "Pass", qa, at=then)

    assert (decision.at, decision.hold_until) == (then, then + MINUTES_10)
    assert (member.state_since, member.public_state, member.state_flag) == (then, "Verified", "")


def test_set_is_held_while_one_of_its_members_is(qa):
    project = make_project(members=2)
    project.memberous_set.update(state="Reviewing")
    settle(project)
    first, second = project.memberous_set.order_by("pk")
    one = decide(first, "Pass", qa)
    goal = first.science_goal
    goal.refresh_from_db()
    assert (goal.state, goal.public_state) == ("Reviewing", "BeingProcessed")

    two = decide(second, "Pass", qa, at=one.at + timedelta(seconds=1))
    release_verdict(first, now=one.hold_until)
    goal.refresh_from_db()
    assert (goal.state, goal.public_state) == ("Verified", "BeingProcessed")

    release_verdict(second, now=two.hold_until)
    goal.refresh_from_db()
    assert (goal.public_state, goal.public_since) == ("Verified", two.hold_until)


def refused(**facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        QA2Decision.objects.filter(**facts.pop("of")).update(**facts)


def test_constraints_keep_rounds_and_decisions_true(member, qa):
    opened(member, qa)
    decision = decide(member, "Pass", qa)
    of = {"pk": decision.pk}
    refused(of=of, outcome="Good")
    refused(of=of, outcome="Fail")
    refused(of=of, extra_executions=1)
    refused(of=of, hold_until=None)
    refused(of=of, hold_until=decision.at - timedelta(seconds=1))
    refused(of=of, undone_at=timezone.now())
    refused(of=of, undone_by=qa)
    for facts in ({"number": 0}, {"number": 1}, {"number": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            QA2Round.objects.create(member_ous=member, opened_at=decision.at, **facts)
    with rolled_back():
        undo_qa2(member, actor=qa)
        fail = decide(member, "Fail", qa)
        refused(of={"pk": fail.pk}, extra_executions=0)
        refused(of={"pk": fail.pk}, extra_executions=None)
        refused(of={"pk": fail.pk}, undone_at=timezone.now(), undone_by=qa)
    with pytest.raises(IntegrityError), transaction.atomic():
        QA2Decision.objects.create(
            round=decision.round,
            outcome="Pass",
            decided_by=qa,
            role_word="x",
            at=decision.at,
            hold_until=decision.at,
        )
    semi = QA2Reason.objects.create(decision=decision, code="tsys", name="Tsys")
    with pytest.raises(IntegrityError), transaction.atomic():
        QA2Reason.objects.create(decision=decision, code=semi.code, name="Tsys")
