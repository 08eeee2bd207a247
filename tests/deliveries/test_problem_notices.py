"""Mails on problem reports: at each step, to the right people only, with what they may read."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from deliveries.models import LogPlace, Notice
from deliveries.services.following import READER, follow_log
from deliveries.services.investigations import (
    abort_investigation,
    fail_and_observe,
    fix_problem,
    open_investigation,
)
from projects.models import Event, MemberOUS, Membership
from projects.services.memberships import tie
from qa.services.problems import answer_problem, dismiss_problem
from tests.deliveries.test_investigations import redeliver
from tests.factories import make_user
from tests.problems import made, member, people, report

__all__ = ["made", "member", "people"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailed(made, db):
    """Answer whom the newest steps were mailed to, by kind and name."""
    newest = Event.objects.order_by("-pk")[0].pk
    LogPlace.objects.update_or_create(reader=READER, defaults={"event_id": newest})

    def told():
        known = {*Notice.objects.values_list("pk", flat=True)}
        follow_log()
        rows = Notice.objects.exclude(pk__in=known).filter(kind__startswith="qa3")
        return sorted(
            (row.kind, row.recipient.username) for row in rows.select_related("recipient")
        )

    return told


STAFF = [("qa3_staff", "cs"), ("qa3_staff", "drm")]


def test_each_step_is_mailed_to_reporter_and_pi_and_a_new_report_to_staff(member, people, mailed):
    qa, both = people["qa"], [("qa3", "coi"), ("qa3", "pi")]
    MemberOUS.objects.filter(pk=member.pk).update(release_date=datetime(2099, 1, 1, tzinfo=UTC))

    made_one = report(member, people["coi"], at=None)
    assert mailed() == [("qa3", "pi"), *STAFF]
    open_investigation(made_one, actor=qa, withhold="wrong")
    assert mailed() == both
    newest = Notice.objects.latest("pk").facts
    assert newest["sentence"].endswith("The files are withheld meanwhile.")
    assert newest["period"] == "it lasts at least until QA3 is over"
    fix_problem(made_one, actor=qa, comment="for us alone")
    assert mailed() == both
    assert "for us alone" not in str([row.facts for row in Notice.objects.filter(kind="qa3")])
    redeliver(member, None)
    assert mailed() == both
    newest = Notice.objects.latest("pk").facts
    assert newest["what"] == "led to a new delivery"
    assert newest["period"] == "until 2099-01-01 00:00:00 UTC"
    assert mailed() == []


def test_answer_dismissal_abort_and_failure_are_mailed_with_their_reasons(member, people, mailed):
    qa, drm = people["qa"], people["drm"]
    one, two, three, four = (report(member, people["pi"], at=None) for _ in range(4))
    assert mailed() == [row for row in STAFF for _ in range(4)]

    answer_problem(one, text="As asked for.", actor=qa)
    assert mailed() == [("qa3", "pi")]
    assert Notice.objects.latest("pk").facts["comment"] == ["As asked for."]
    dismiss_problem(two, reasons=["supplied_by_pi"], comment="inside", actor=qa)
    assert mailed() == [("qa3", "pi")]
    facts = Notice.objects.latest("pk").facts
    assert (facts["reasons"], facts["comment"]) == (["Supplied by the PI"], [])
    assert facts["actor"] == "QA reviewer"
    open_investigation(three, actor=drm)
    abort_investigation(three, actor=drm, reasons=["not_reproduced"])
    assert mailed() == [("qa3", "pi")] * 2
    open_investigation(four, actor=drm)
    fail_and_observe(four, actor=drm, extra_executions=Decimal(1))
    assert mailed() == [("qa3", "pi")] * 2
    assert Notice.objects.latest("pk").facts["what"] == "led to new observations"


def test_who_may_not_see_the_project_any_more_is_told_nothing(member, people, mailed):
    made_one = report(member, people["coi"], at=None)
    mailed()
    Membership.objects.filter(user=people["coi"]).delete()

    answer_problem(made_one, text="x", actor=people["qa"])

    assert mailed() == [("qa3", "pi")]


def test_staff_who_report_read_no_mail_of_their_own_and_the_pi_does(member, people, mailed):
    report(member, people["arc"], at=None)
    assert mailed() == [("qa3", "pi"), *STAFF]
    report(member, people["drm"], at=None)
    assert mailed() == [("qa3", "pi"), ("qa3_staff", "cs")]


def test_without_a_pis_account_and_for_history_nobody_is_mailed_wrongly(member, people, mailed):
    Membership.objects.filter(role="PI").delete()
    report(member, people["coi"], at=None)
    assert mailed() == STAFF
    report(member, people["coi"])
    assert mailed() == []


def test_nobody_else_on_the_project_is_mailed(member, people, mailed):
    tie(project=member.project, user=make_user("more", email="m@example.org"), role="COI", kind="")

    report(member, people["pi"], at=None)
    mailed()

    told = {*Notice.objects.filter(kind="qa3").values_list("recipient__username", flat=True)}
    assert told == set()
