"""What the model has found: sources that speak after a decision, and blocks that are withdrawn."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from deliveries.models import Delivery
from deliveries.services.delivering import deliver_due
from projects.models import MemberOUS
from projects.services.states import move_state
from qa.models import QA2Decision
from qa.services.reviews import decide_qa2
from tests.audit.asking import faults
from tests.deliveries.packages import packaged
from tests.factories import make_project, make_user, say
from tests.model import said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """An empty store, no mirrors, no hold."""
    settings.DATA_DIR = tmp_path / "store"
    settings.DATA_DIR.mkdir()
    settings.ARC_MIRRORS, settings.DELIVERY_HOLD_SECONDS = (), 0


@pytest.fixture
def qa(db):
    return make_user(roles=["qa"], qualifications=["QA2APPRV"])


@pytest.fixture
def passed(qa):
    """A member OUS that a reviewer has let pass."""
    project = make_project(members=[{"state": "ReadyForReview"}], exec_blocks=2)
    return decided(project.memberous_set.get(), qa)


def decided(member, qa, outcome="Pass", **words):
    reasons = {"Fail": ["rms_above_request"]}.get(outcome, [])
    move_state(member, to="Reviewing", actor=qa)
    decide_qa2(member, outcome=outcome, reasons=reasons, comment="seen", actor=qa, **words)
    return member


def the(member):
    member.refresh_from_db()
    return member


def later():
    return timezone.now() + timedelta(hours=1)


def test_verdict_here_stands_against_what_a_source_says_later(passed):
    say(passed, qa2="SemiPass")

    assert the(passed).qa2 == "Pass"
    assert faults() == []


def test_no_source_gives_a_verdict_to_what_failed_here(qa):
    project = make_project(members=[{"state": "ReadyForReview"}], exec_blocks=2)
    extra = {"extra_executions": Decimal(1)}
    member = decided(project.memberous_set.get(), qa, "Fail", **extra)

    say(member, qa2="Pass")

    assert the(member).qa2 is None
    assert faults() == []


def test_verdict_ends_with_its_round_when_a_source_leads_back(passed):
    say(passed, state="ReadyForProcessing", state_at=later())

    assert (the(passed).state, passed.qa2) == ("ReadyForProcessing", None)
    assert not QA2Decision.objects.standing().exists()
    say(passed, state="Verified", state_at=later() + timedelta(hours=1))
    packaged(the(passed))
    assert deliver_due() == 0
    assert not Delivery.objects.exists()
    assert faults() == []


def test_source_that_knows_it_delivered_ends_the_delivery_here(passed):
    deliver_due()
    assert Delivery.objects.get().state == "waiting"

    say(passed, state="Delivered", state_at=later())
    deliver_due()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.claim) == ("failed", "")
    assert delivery.words == "A source led the member OUS on without it; now that is Delivered."
    assert (the(passed).delivered_at, passed.notices.count()) == (None, 0)
    assert faults() == []


def test_delivery_of_an_ended_round_does_not_stand_in_the_way_of_the_next(passed, qa):
    deliver_due()
    say(passed, state="ReadyForReview", state_at=later())
    say(passed, state="ReadyForProcessing", state_at=later() + timedelta(hours=1))
    say(passed, state="ReadyForReview", state_at=later() + timedelta(hours=2))
    packaged(decided(the(passed), qa))

    assert deliver_due() == 1

    states = Delivery.objects.order_by("pk").values_list("qa2_round__number", "state")
    assert [*states] == [(1, "failed"), (2, "delivered")]
    assert faults() == []


def test_what_a_withdrawn_block_expected_is_expected_no_more():
    project = make_project(sched_blocks=2)
    member, drm = project.memberous_set.get(), make_user(roles=["drm"])
    assert member.executions_expected == 8

    move_state(member.sched_blocks.latest("pk"), to="Deleted", actor=drm)

    assert the(member).executions_expected == 4
    assert faults() == []


def test_what_a_block_expected_that_a_source_withdraws_is_expected_no_more():
    said.take(said.beginning("Ready", 0))
    member = MemberOUS.objects.get(uid=said.uid(20))
    assert member.executions_expected == 4

    said.take(said.of_block(30, state="Deleted"))

    assert the(member).executions_expected == 2
    assert faults() == []
