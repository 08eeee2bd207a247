"""QA3: the window to the second, what a report keeps, who may report, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from projects.errors import IllegalMove, NotAllowed, NotNow, StaleVersion
from projects.models import Event, MemberOUS
from projects.services.memberships import tie
from projects.tables import BadTable
from qa.errors import BadJudgement
from qa.judging_tables import read_windows
from qa.models import Investigation, LateVerdict, ProblemReason, ProblemReport
from qa.observatory import problem_windows
from qa.permissions import reporting_as
from qa.problems import About, AboutKind, Act, QA3State, WindowRule, acts_on, window_of
from qa.problems_told import report_told, reports_of, step_words
from qa.services.judgements import decide_qa0
from qa.services.problems import answer_problem, dismiss_problem
from tests.factories import make_user
from tests.problems import DELIVERED, UNTIL, made, member, people, report

__all__ = ["made", "member", "people"]

SECOND = timedelta(seconds=1)


def rule(first_day="2011-01-01", months=2, source="the talk"):
    return WindowRule(
        first_day=date.fromisoformat(first_day),
        months=months,
        confidence="published",
        source=source,
    )


# Counted by hand on a calendar: the last second that is in time.
LAST = [
    ("2024-01-15 10:20:30", "2024-03-15 10:20:30"),
    ("2023-12-31 23:59:59", "2024-02-29 23:59:59"),
    ("2022-12-31 00:00:00", "2023-02-28 00:00:00"),
    ("2024-12-29 12:00:00", "2025-02-28 12:00:00"),
    ("2024-06-30 00:00:01", "2024-08-30 00:00:01"),
    ("2024-07-31 05:06:07", "2024-09-30 05:06:07"),
    ("2024-11-30 23:00:00", "2025-01-30 23:00:00"),
    ("2024-02-29 01:02:03", "2024-04-29 01:02:03"),
]


@pytest.mark.parametrize(("delivered", "last"), LAST)
def test_window_ends_after_two_calendar_months_to_the_second(delivered, last):
    delivered_at, until = (
        datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (delivered, last)
    )

    window = window_of([rule()], delivered_at, until)

    assert (window.until, window.months, window.source) == (until, 2, "the talk")
    assert window.has(until) is True
    assert window.has(until + SECOND) is False
    assert window.has(until - SECOND) is True


def test_rule_of_the_day_of_the_report_counts():
    rules = [rule(), rule("2024-02-01", months=3, source="later")]
    day = datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC)

    assert window_of(rules, DELIVERED, day).months == 2
    assert window_of(rules, DELIVERED, day + SECOND).source == "later"
    assert window_of([rule("2025-01-01")], DELIVERED, day) is None
    assert window_of(rules, None, day) is None


def test_own_table_says_two_months_with_its_source():
    (own,) = problem_windows()

    assert (own.months, own.confidence) == (2, "published")
    assert "two months" in own.source


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2011-01-01,-1,published,x", "months is no whole number"),
        ("2011-01-01,two,published,x", "months is no whole number"),
        ("2011-01-01,2,published,", "source"),
        ("someday,2,published,x", "line 2"),
    ],
)
def test_bad_table_is_refused_with_its_line(line, why):
    with pytest.raises(BadTable, match=why):
        read_windows("problem_windows.csv", f"first_day,months,confidence,source\n{line}\n")


def test_acts_follow_from_state_and_investigation():
    expected: tuple[Act, ...]
    open_acts = (Act.ANSWER, Act.DISMISS, Act.INVESTIGATE)
    looking = (Act.ABORT, Act.FIX, Act.FAIL)
    for state in QA3State:
        for outcome in (None, "", "fix", "fail", "aborted"):
            expected = open_acts if state == "open" else ()
            if state == "investigating" and outcome in (None, ""):
                expected = looking
            assert acts_on(state, outcome) == expected
            if state in ("investigating", "failed") and outcome:
                expected = (Act.CLOSE,)
            assert acts_on(state, outcome, is_delivered=True) == expected


@pytest.fixture
def pi(people):
    return people["pi"]


@pytest.fixture
def qa(people):
    return people["qa"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "is_timely"),
    [
        (UNTIL, True),
        (UNTIL + timedelta(microseconds=999_999), True),
        (UNTIL + SECOND, False),
        (UNTIL - timedelta(days=3), True),
    ],
)
def test_report_decides_to_the_second_and_keeps_the_rule(member, pi, at, is_timely):
    made = report(member, pi, at=at)

    made.refresh_from_db()
    assert made.is_timely is is_timely
    assert (made.window_until, made.window_months) == (UNTIL, 2)
    assert (made.delivered_at, made.generation) == (DELIVERED, 1)
    assert "two months" in made.window_rule
    assert (made.state, made.reported_at) == ("open", at.replace(microsecond=0))


@pytest.mark.django_db
def test_report_without_a_date_of_delivery_is_neither_in_time_nor_late(member, pi):
    MemberOUS.objects.filter(pk=member.pk).update(delivered_at=None)

    made = report(member, pi)

    assert (made.is_timely, made.window_until, made.window_rule) == (None, None, "")


MAY_REPORT = {
    "pi": ("UserInitiated", "PI"),
    "copi": ("UserInitiated", "Co-PI"),
    "coi": ("UserInitiated", "Co-I"),
    "data_delegee": ("UserInitiated", "Delegee"),
    "arc": ("UserInitiated", "ARC staff, for the PI"),
    "cs": ("UserInitiated", "contact scientist, for the PI"),
    "qa": ("ObservatoryInitiated", "QA reviewer"),
    "drm": ("ObservatoryInitiated", "data reduction manager"),
}


@pytest.mark.django_db
def test_who_may_report_and_as_what(member, people):
    for who, person in people.items():
        found, told = reporting_as(person, member), MAY_REPORT.get(who)
        assert (found and (found.initiative, found.word)) == told, who
        if told is None:
            with pytest.raises(NotAllowed):
                report(member, person)
        else:
            made_one = report(member, person)
            assert (made_one.initiative, made_one.role_word, made_one.reporter) == (*told, person)
    assert reporting_as(AnonymousUser(), member) is None
    assert ProblemReport.objects.count() == len(MAY_REPORT)


@pytest.mark.django_db
def test_who_is_on_the_project_reports_for_it_whatever_else_they_are(member):
    both = make_user("both", roles=["qa"], qualifications=["QA2APPRV"])
    tie(project=member.project, user=both, role="COI", kind="")

    assert reporting_as(both, member).initiative == "UserInitiated"


@pytest.mark.django_db
def test_what_cannot_be_is_refused_and_nothing_is_written(member, pi, made):
    other = MemberOUS.objects.get(pk=made.other_id)
    version = member.version
    for refused, facts in (
        (BadJudgement, {"subject": " \n "}),
        (BadJudgement, {"description": "  "}),
        (BadJudgement, {"subject": "x" * 201}),
        (BadJudgement, {"description": "x" * 10_001}),
        (StaleVersion, {"expected_version": version - 1}),
    ):
        with pytest.raises(refused):
            report(member, pi, **facts)
    with pytest.raises(NotNow, match="delivered"):
        report(other, pi)

    assert not ProblemReport.objects.exists()
    assert not Event.objects.filter(kind="qa3").exists()
    member.refresh_from_db()
    assert member.version == version


@pytest.mark.django_db
def test_report_is_logged_and_shown_to_all_on_the_project(member, pi, people, qa):
    before = (member.version, member.public_version, member.project.public_version)

    made = report(member, pi, subject="  A line\n at twice  its frequency ")

    event = Event.objects.get(kind="qa3")
    assert (event.frm, event.to, event.public_to, event.for_public) == ("", "open", "open", True)
    assert (event.actor, event.actor_word, event.member_ous_id) == (pi, "PI", member.pk)
    assert (event.note, event.note_public) == ("A line at twice its frequency", True)
    assert made.steps.get().event == event
    member.refresh_from_db()
    member.project.refresh_from_db()
    assert member.version > before[0]
    assert member.public_version > before[1]
    assert member.project.public_version > before[2]
    assert [told.by for told in reports_of(member, people["coi"])] == ["PI"]
    assert [told.by for told in reports_of(member, qa)] == ["Pi"]


@pytest.mark.django_db
def test_answer_and_dismissal_settle_a_report_once(member, pi, people, qa):
    answered, dismissed = report(member, pi), report(member, people["coi"])

    answer_problem(answered, text="It is as asked for.", actor=qa)
    dismiss_problem(dismissed, reasons=["supplied_by_pi"], comment="the coordinates", actor=qa)

    for settled, state in ((answered, "answered"), (dismissed, "dismissed")):
        settled.refresh_from_db()
        assert settled.state == state
        with pytest.raises(IllegalMove, match="Legal steps now: none"):
            answer_problem(settled, text="x", actor=qa)
        with pytest.raises(IllegalMove, match="Legal steps now: none"):
            dismiss_problem(settled, reasons=["data"], actor=qa)
    assert ProblemReason.objects.get().code == "supplied_by_pi"
    told = [report_told(row, pi) for row in ProblemReport.objects.with_things()]
    assert [step.comment for one in told for step in one.steps[1:]] == [
        None,
        "It is as asked for.",
    ]
    assert [step.words for one in told for step in one.steps[1:]] == [
        "was dismissed",
        "was answered",
    ]
    assert step_words("investigating", "investigating") == "is being fixed"


@pytest.mark.django_db
def test_dismissal_needs_a_reason_of_the_table(member, pi, qa):
    made_one = report(member, pi)

    for reasons, comment, field in (
        ([], "", "reasons"),
        (["phase_stability"], "", "reasons"),
        (["other"], " ", "comment"),
        (["data"], "x" * 4001, "comment"),
    ):
        with pytest.raises(BadJudgement) as refused:
            dismiss_problem(made_one, reasons=reasons, comment=comment, actor=qa)
        assert refused.value.field == field
    made_one.refresh_from_db()
    assert (made_one.state, made_one.steps.count()) == ("open", 1)


@pytest.mark.django_db
def test_only_who_may_triage_decides(member, pi, people):
    made_one = report(member, pi)

    for who in ("pi", "aod", "reducer", "arc", "cs", "admin"):
        with pytest.raises(NotAllowed):
            answer_problem(made_one, text="x", actor=people[who])
        with pytest.raises(NotAllowed):
            dismiss_problem(made_one, reasons=["data"], actor=people[who])


@pytest.mark.django_db
def test_observatorys_report_settles_the_late_verdict_it_is_about(member, pi, qa, people):
    drm = people["drm"]
    run = member.exec_blocks.order_by("pk")[0]
    decide_qa0(run, outcome="Fail", reasons=["pointing"], comment="off", actor=qa)
    late = LateVerdict.objects.get()
    about = About(AboutKind.EXEC_BLOCK, exec_block_id=run.pk)

    report(member, pi, about=about)
    late.refresh_from_db()
    assert late.settled_at is None
    report(member, drm, about=about, subject="Not pointed")

    late.refresh_from_db()
    assert (late.settled_by, late.note) == (
        drm,
        "The observatory reported a problem: Not pointed",
    )


BROKEN: dict[str, dict[str, Any]] = {
    "problem_report_state_known": {"state": "lost"},
    "problem_report_about_one_thing": {"about": "file"},
    "problem_report_says_something": {"subject": ""},
    "problem_report_in_time_or_late": {"is_timely": False},
    "problem_report_investigated_by_one": {"state": "fixed"},
}


@pytest.mark.django_db
def test_constraints_of_reports_are_kept_by_the_database(member, pi):
    rows = ProblemReport.objects.filter(pk=report(member, pi).pk)

    for name, values in BROKEN.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**values)


@pytest.mark.django_db
def test_constraints_of_investigations_are_kept_by_the_database(member, pi, qa):
    made = report(member, pi)
    answer_problem(made, text="x", actor=qa)
    step = made.steps.order_by("pk")[0]
    step.reasons.create(code="data", name="Data")
    running = Investigation.objects.create(
        member_ous=member, initiative="UserInitiated", opened_by=qa, opened_at=UNTIL
    )
    rows = Investigation.objects.filter(pk=running.pk)
    for name, broken in {
        "problem_reason_once": lambda: step.reasons.create(code="data", name="Data"),
        "investigation_one_running": lambda: Investigation.objects.create(
            member_ous=member, initiative="UserInitiated", opened_by=qa, opened_at=UNTIL
        ),
        "investigation_outcome_known": lambda: rows.update(outcome="lost", decided_at=UNTIL),
        "investigation_decided_before_its_end": lambda: rows.update(outcome="fix"),
        "investigation_abort_ends_it": lambda: rows.update(outcome="aborted", decided_at=UNTIL),
        "investigation_extra_for_failure": lambda: rows.update(outcome="fail", decided_at=UNTIL),
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            broken()
