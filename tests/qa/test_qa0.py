"""Judging executions: what is written, what is refused, and what follows above."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from projects.errors import NotAllowed, StaleVersion
from projects.models import ExecBlock, MemberOUS, SchedBlock
from projects.progress import OBSERVING_ENDED, PROCESSING_BEGAN
from projects.services.states import move_state
from projects.states import OUSState, QA0Status
from qa.errors import AlreadySettled, BadJudgement
from qa.models import LateVerdict, QA0Decision, QA0Reason
from qa.services.judgements import decide_qa0, settle_late_verdict
from tests.access.world import rolled_back
from tests.cast import *  # noqa: F403 - the whole cast, as its __all__ names it
from tests.factories import make_exec_block, make_project, make_sched_block, settle
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db
REASONS = {"Pending": ["awaits_check"], "SemiPass": ["opacity"], "Fail": ["pointing", "other"]}


def judge(block, outcome, actor, **facts):
    given = {"reasons": REASONS.get(outcome, ()), "comment": "seen", **facts}
    return decide_qa0(block, outcome=outcome, actor=actor, **given)


def stand(project, *, frm, passes, expected, member_state=None):
    """Put a project of ``passes`` + 1 executions where its verdicts lead; answer the last one."""
    runs = list(project.exec_blocks.order_by("pk"))
    project.exec_blocks.update(qa0="Fail")
    project.exec_blocks.filter(pk__in=[run.pk for run in runs[:passes]]).update(qa0="Pass")
    project.exec_blocks.filter(pk=runs[-1].pk).update(qa0=frm)
    project.sched_blocks.update(executions_expected=expected)
    passed = passes + (frm == "Pass")
    full = expected is not None and passed >= expected
    project.sched_blocks.update(state="FullyObserved" if full else "Ready")
    observed = "FullyObserved" if full else "PartiallyObserved" if passed else "Ready"
    project.memberous_set.update(state=member_state or observed)
    settle(project)
    return project.exec_blocks.get(pk=runs[-1].pk)


def parts(project):
    return project.sched_blocks.get(), project.memberous_set.get()


def states(project):
    return tuple(thing.state for thing in parts(project))


@pytest.mark.parametrize("others", [0, 1, 2])
@pytest.mark.parametrize("expected", [1, 2, 3, None])
def test_every_transition_leads_block_and_member_where_the_counts_say(others, expected, aod):
    project = make_project(exec_blocks=others + 1)
    for frm in QA0Status:
        run = stand(project, frm=frm, passes=others, expected=expected)
        for to in QA0Status:
            with rolled_back():
                judge(run, to, aod)
                found, late = states(project), LateVerdict.objects.exists()
                passed = [thing.executions_passed for thing in parts(project)]
            after = others + (to == "Pass")
            full = expected is not None and after >= expected
            observed = "FullyObserved" if full else "PartiallyObserved" if after else "Ready"
            assert found == ("FullyObserved" if full else "Ready", observed), (frm, to)
            assert (passed, late) == ([after, after], False)


@pytest.mark.parametrize(("others", "expected"), [(0, 1), (1, 2), (2, 2)])
def test_ready_for_processing_goes_back_when_too_little_is_left(others, expected, aod):
    project = make_project(exec_blocks=others + 1)
    for to in QA0Status:
        with rolled_back():
            run = stand(
                project,
                frm="Pass",
                passes=others,
                expected=expected,
                member_state="ReadyForProcessing",
            )
            judge(run, to, aod)

            after = others + (to == "Pass")
            back = "PartiallyObserved" if after else "Ready"
            kept = after >= expected
            assert states(project) == (
                "FullyObserved" if kept else "Ready",
                "ReadyForProcessing" if kept else back,
            )


LATE = sorted(PROCESSING_BEGAN | OBSERVING_ENDED)
MOVED = ("Ready", "PartiallyObserved", "FullyObserved", "ReadyForProcessing")
BELOW = ("sched_block", "member_ous")


def led_to(state, frm, to):
    """Where a verdict on the only execution of one that is expected leads SB and member OUS."""
    had, has = frm == "Pass", to == "Pass"
    block = "FullyObserved" if has else "Ready"
    if state in LATE:
        return "FullyObserved" if had else "Ready", state
    if state in ("Ready", "PartiallyObserved"):
        # Nothing more passed and nothing less: nothing moves it back.
        return block, "FullyObserved" if has else "Ready" if had else state
    if state in ("FullyObserved", "ReadyForProcessing"):
        return block, "Ready" if had and not has else state
    return block, state


@pytest.mark.parametrize("state", [*OUSState])
def test_every_change_of_verdict_in_every_state(state, aod):
    """Progress, states, events and the flag for staff: all states by all changes.

    Where no verdict moves anything, good and bad stand for the others.
    """
    project = make_project(exec_blocks=1)
    verdicts = [*QA0Status] if state in (*MOVED, *LATE) else ["Pass", "Fail"]
    for frm in verdicts:
        run = stand(project, frm=frm, passes=0, expected=1, member_state=state)
        before = states(project)
        for to in verdicts:
            with rolled_back():
                logged = FromNowOn()
                decision = judge(run, to, aod)

                after = states(project)
                assert after == led_to(state, frm, to), (frm, to)
                assert [part.executions_passed for part in parts(project)] == [to == "Pass"] * 2
                flags = list(LateVerdict.objects.values_list("decision", "frm", "state"))
                is_late = state in LATE and frm != to
                assert flags == ([(decision.pk, frm, state)] if is_late else []), (frm, to)
                told = {(e.level, e.frm, e.to) for e in logged(for_staff=True) if e.kind == "qa0"}
                assert told == {("exec_block", frm, to)}
                # A count that changed is told by an event without a step, too.
                steps = [e for e in logged(kind="state", level__in=BELOW) if e.frm != e.to]
                pairs = zip(BELOW, before, after, strict=True)
                led = {(level, now) for level, was, now in pairs if was != now}
                assert led <= {(e.level, e.to) for e in steps}
                assert bool(led) == bool(steps)


def test_fraction_that_changed_late_is_flagged_too(aod):
    project = make_project(exec_blocks=1)
    run = stand(project, frm="Pass", passes=0, expected=1, member_state="Delivered")

    judge(run, "Pass", aod, execution_fraction=Decimal("0.5"))

    assert LateVerdict.objects.get().frm == "Pass"
    assert project.memberous_set.get().executions_passed == Decimal("0.5")


def test_sum_of_fractions_within_the_tolerance_is_done(aod, settings):
    project = make_project(exec_blocks=2)
    run = stand(project, frm="Unset", passes=1, expected=2)

    judge(run, "Pass", aod, execution_fraction=Decimal("0.94"))
    short = states(project)
    judge(run, "Pass", aod, execution_fraction=Decimal("0.95"))

    assert (short, states(project)) == (
        ("Ready", "PartiallyObserved"),
        ("FullyObserved", "FullyObserved"),
    )
    settings.EXECUTION_TOLERANCE = 0
    judge(run, "Pass", aod, execution_fraction=Decimal("0.96"))
    assert states(project) == ("FullyObserved", "FullyObserved")
    judge(run, "Pass", aod, execution_fraction=Decimal("0.95"))
    assert states(project) == ("Ready", "PartiallyObserved")


def test_member_waits_for_all_of_its_blocks(aod):
    project = make_project(sched_blocks=2, exec_blocks=1)
    one, other = project.sched_blocks.order_by("pk")
    project.exec_blocks.update(qa0="Unset")
    project.sched_blocks.update(executions_expected=1)
    gone = make_sched_block(project.memberous_set.get(), number=7, state="Deleted", name="gone")
    settle(project)
    member = project.memberous_set.get()

    judge(one.exec_blocks.get(), "Pass", aod)
    member.refresh_from_db()
    first = member.state
    judge(other.exec_blocks.get(), "Pass", aod)
    member.refresh_from_db()

    assert (first, member.state) == ("PartiallyObserved", "FullyObserved")
    assert SchedBlock.objects.get(pk=gone.pk).state == "Deleted"
    judge(one.exec_blocks.get(), "Fail", aod)
    member.refresh_from_db()
    other.refresh_from_db()
    assert (member.state, other.state) == ("PartiallyObserved", "FullyObserved")


def test_block_held_in_another_state_goes_on_when_it_is_done(aod):
    project = make_project(exec_blocks=1)
    for state in ("Running", "Suspended", "Waiting", "CalibratorCheck", "PartiallyObserved"):
        with rolled_back():
            run = stand(project, frm="Unset", passes=0, expected=1)
            project.sched_blocks.update(state=state, state_flag="ForP2G")
            judge(run, "Pass", aod)
            assert states(project) == ("FullyObserved", "FullyObserved")
            assert project.sched_blocks.get().state_flag == ""


def test_declared_block_stays_until_somebody_steps_back(aod, drm):
    project = make_project(exec_blocks=2)
    run = stand(project, frm="Pass", passes=1, expected=4)
    block = project.sched_blocks.get()

    move_state(block, to="FullyObserved", actor=drm, note="the target has set")
    declared = states(project)
    judge(run, "Fail", aod)
    kept = states(project)
    move_state(block, to="Ready", actor=drm)

    assert declared == kept == ("FullyObserved", "FullyObserved")
    assert states(project) == ("Ready", "PartiallyObserved")


def test_declared_member_stays_though_a_verdict_is_withdrawn(aod, drm):
    project = make_project(exec_blocks=2)
    run = stand(project, frm="Pass", passes=1, expected=4)
    move_state(project.memberous_set.get(), to="FullyObserved", actor=drm)

    judge(run, "Fail", aod)

    assert states(project) == ("Ready", "FullyObserved")


def test_block_that_a_person_sent_back_is_not_sent_on_by_a_verdict_that_adds_nothing(aod, drm):
    project = make_project(exec_blocks=2)
    run = stand(project, frm="Unset", passes=1, expected=1)
    move_state(project.sched_blocks.get(), to="Ready", actor=drm, note="one more is needed")

    judge(run, "Fail", aod)
    held = states(project)
    judge(run, "Pass", aod)

    assert held == ("Ready", "PartiallyObserved")
    assert states(project) == ("FullyObserved", "FullyObserved")


def test_events_tell_each_side_of_each_change_once(aod):
    project = make_project(exec_blocks=1)
    run = stand(project, frm="Unset", passes=0, expected=1)
    logged = FromNowOn()

    decision = judge(run, "Pass", aod)

    inside = [(e.kind, e.level, e.frm, e.to) for e in logged(for_staff=True).order_by("pk")]
    assert inside == [
        ("qa0", "exec_block", "Unset", "Pass"),
        ("state", "sched_block", "Ready", "FullyObserved"),
        ("state", "member_ous", "Ready", "PartiallyObserved"),
        ("state", "member_ous", "PartiallyObserved", "FullyObserved"),
        ("state", "group_ous", "Ready", "FullyObserved"),
        ("state", "science_goal", "Ready", "FullyObserved"),
    ]
    outside = logged(for_public=True, level="member_ous").order_by("pk")
    assert [(e.public_frm, e.public_to) for e in outside] == [
        ("Ready", "PartiallyObserved"),
        ("PartiallyObserved", "FullyObserved"),
    ]
    assert {e.at for e in logged()} == {decision.at}


def test_decision_keeps_what_was_said_and_proposed_and_the_row_its_copy(qa):
    run = make_project(exec_blocks=1).exec_blocks.get()
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)

    decision = judge(
        run, "SemiPass", qa, comment=" thin clouds ", execution_fraction=Decimal("0.4"), at=at
    )

    assert (decision.decided_by, decision.role_word, decision.at) == (qa, "QA reviewer", at)
    assert [(r.code, r.family, r.name) for r in decision.reasons.all()] == [
        ("opacity", "atmosphere", "Too much water vapor")
    ]
    assert (run.qa0, run.qa0_comment, run.execution_fraction, run.qa0_decided_at) == (
        "SemiPass",
        "thin clouds",
        Decimal("0.40"),
        at,
    )
    assert decision.proposal


def test_history_keeps_every_decision(aod, qa):
    run = make_project(exec_blocks=1).exec_blocks.get()
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for day, (outcome, actor) in enumerate([("Pending", aod), ("Fail", qa), ("Unset", aod)]):
        judge(run, outcome, actor, at=start + timedelta(days=day))

    found = QA0Decision.objects.filter(exec_block=run).newest_first()

    assert [(d.outcome, d.decided_by) for d in found] == [
        ("Unset", aod),
        ("Fail", qa),
        ("Pending", aod),
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"outcome": "Passed"}, "outcome"),
        ({"outcome": "pass"}, "outcome"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": "Fail", "reasons": []}, "reasons"),
        ({"outcome": "SemiPass", "reasons": []}, "reasons"),
        ({"outcome": "Pending", "reasons": []}, "reasons"),
        ({"outcome": "Fail", "reasons": ["nonsense"]}, "reasons"),
        ({"outcome": "Fail", "reasons": ["rms_above_request"]}, "reasons"),
        ({"outcome": "Fail", "reasons": ["awaits_check"]}, "reasons"),
        ({"outcome": "Pass", "reasons": ["pointing"]}, "reasons"),
        ({"outcome": "Unset", "reasons": ["other"]}, "reasons"),
        ({"outcome": "Fail", "reasons": ["other"], "comment": " "}, "comment"),
        ({"outcome": "Pass", "comment": "x" * 4001}, "comment"),
        ({"outcome": "Pass", "execution_fraction": Decimal("-0.01")}, "execution_fraction"),
        ({"outcome": "Pass", "execution_fraction": Decimal(100)}, "execution_fraction"),
        ({"outcome": "Pass", "execution_fraction": Decimal("0.123")}, "execution_fraction"),
        ({"outcome": "Pass", "execution_fraction": Decimal("NaN")}, "execution_fraction"),
    ],
)
def test_judgement_that_cannot_be_so_names_the_field_and_changes_nothing(facts, field, aod):
    run = make_project(exec_blocks=1).exec_blocks.get()
    logged = FromNowOn()

    with pytest.raises(BadJudgement) as refused:
        decide_qa0(run, actor=aod, **facts)

    assert refused.value.field == field
    assert not QA0Decision.objects.exists()
    assert not logged().exists()


@pytest.mark.parametrize("who", ["pi", "copi", "coi", "stranger", "reducer", "arc", "cs", "admin"])
def test_judging_is_not_theirs(who, somebody, cast_project):
    run = cast_project.exec_blocks.order_by("pk")[0]

    with pytest.raises(NotAllowed):
        judge(run, "Fail", somebody(who))

    assert ExecBlock.objects.get(pk=run.pk).qa0 == "Pass"


@pytest.mark.parametrize("who", ["aod", "qa", "drm"])
def test_judging_is_theirs(who, somebody, cast_project):
    run = cast_project.exec_blocks.order_by("pk")[0]

    judge(run, "Fail", somebody(who))

    assert ExecBlock.objects.get(pk=run.pk).qa0 == "Fail"


def test_version_that_is_not_the_rows_is_stale(aod):
    run = make_project(exec_blocks=1).exec_blocks.get()

    with pytest.raises(StaleVersion):
        judge(run, "Fail", aod, expected_version=run.version + 1)
    judge(run, "Fail", aod, expected_version=run.version)

    assert QA0Decision.objects.get().outcome == "Fail"


def test_each_decision_is_a_new_version_and_an_event_for_all_without_its_private_words(aod):
    run = make_project(exec_blocks=1).exec_blocks.get()
    before, logged = (run.version, run.public_version), FromNowOn()

    judge(run, "Pass", aod, comment="a word among us")

    event = logged(kind="qa0").get()
    assert (run.version, run.public_version) == (before[0] + 1, before[1] + 1)
    assert (event.for_public, event.note_public, event.public_to) == (True, False, "Pass")


def test_execution_that_stands_alone_is_judged(aod):
    run = make_exec_block(None)

    judge(run, "Fail", aod)

    assert ExecBlock.objects.get(pk=run.pk).qa0 == "Fail"


def test_late_verdict_is_settled_once_with_a_note_by_who_may(aod, drm):
    project = make_project(exec_blocks=1)
    run = stand(project, frm="Pass", passes=0, expected=1, member_state="Delivered")
    judge(run, "Fail", aod)
    late = LateVerdict.objects.get()

    with pytest.raises(NotAllowed):
        settle_late_verdict(late, actor=aod, note="looked")
    with pytest.raises(BadJudgement):
        settle_late_verdict(late, actor=drm, note=" ")
    settle_late_verdict(late, actor=drm, note="The products stand without it.")
    with pytest.raises(AlreadySettled):
        settle_late_verdict(late, actor=drm, note="again")

    late.refresh_from_db()
    assert (late.settled_by, late.note) == (drm, "The products stand without it.")
    assert not LateVerdict.objects.open().exists()


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"outcome": "Good"}, "qa0_decision_outcome_known"),
        ({"execution_fraction": -1}, "qa0_decision_fraction_not_negative"),
        ({"proposed_fraction": -1}, "qa0_decision_proposal_not_negative"),
    ],
)
def test_database_keeps_what_a_decision_can_be(facts, name, aod):
    run = make_project(exec_blocks=1).exec_blocks.get()
    given = {"outcome": "Pass", "role_word": "x", "at": run.created_at, **facts}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        QA0Decision.objects.create(exec_block=run, decided_by=aod, **given)


def test_database_keeps_a_reason_once_and_who_settled(aod):
    run = make_project(exec_blocks=1).exec_blocks.get()
    decision = judge(run, "Fail", aod)
    member = MemberOUS.objects.get()

    with pytest.raises(IntegrityError, match="qa0_reason_once"), transaction.atomic():
        QA0Reason.objects.create(decision=decision, code="pointing", name="x")
    with pytest.raises(IntegrityError, match="settled_by_somebody"), transaction.atomic():
        LateVerdict.objects.create(
            member_ous=member,
            decision=decision,
            frm="Pass",
            state="Delivered",
            settled_at=decision.at,
        )
