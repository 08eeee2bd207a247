"""Facts from upstream against decisions of people: nothing decided here is undone."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ingest.facts import news, remember, said_by_another
from ingest.records import MembershipRecord, StateChange
from projects.models import Event, ExecBlock, MemberOUS, Project, SchedBlock
from projects.moves import Way
from projects.services.memberships import tie, untie
from projects.services.states import move_state
from qa.services.judgements import decide_qa0
from tests.factories import make_user
from tests.ingest.bundles import (
    BLOCK,
    EXECUTION,
    MEMBER,
    a_block,
    a_bundle,
    a_member,
    a_project,
    an_execution,
    bare,
    everything,
    said_again,
    take,
    take_member,
)
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db
RELEASE = datetime(2015, 5, 16, tzinfo=UTC)
SOON = datetime(2126, 3, 1, tzinfo=UTC)


@pytest.fixture
def drm(db):
    return make_user("drm", roles=["drm"], qualifications=["QA2APPRV"])


def member_ous() -> MemberOUS:
    return MemberOUS.objects.get(uid=MEMBER)


def test_state_that_a_person_moved_stays_when_the_same_file_comes_again(drm):
    take_member(state="Ready", origin="ot")
    move_state(member_ous(), to="ObservingTimedOut", actor=drm)
    before = everything()

    report = take_member(state="Ready", origin="ot")

    assert report.unchanged == {"project": 1, "member_ous": 1}
    assert everything() == before
    assert member_ous().state == "ObservingTimedOut"


def test_verdict_in_between_stays_when_the_same_file_comes_again(drm):
    take_member(state="Reviewing", origin="json")
    move_state(member_ous(), to="Verified", actor=drm, way=Way.QA2)
    MemberOUS.objects.update(qa2="Pass")
    before = everything()

    take_member(state="Reviewing", origin="json")

    assert everything() == before


def test_difference_is_kept_for_staff_to_see(drm):
    take_member(state="Ready", origin="ot")
    move_state(member_ous(), to="ObservingTimedOut", actor=drm)

    take_member(state="Ready", origin="ot")

    row = member_ous()
    assert (row.state, row.facts["ot"]["state"][0]) == ("ObservingTimedOut", "Ready")


def test_report_older_than_the_decision_is_kept_as_a_fact_and_moves_nothing(drm):
    take_member(state="Ready", origin="json")
    move_state(member_ous(), to="ObservingTimedOut", actor=drm)

    take_member(state="PartiallyObserved", state_at=RELEASE, origin="json")

    row = member_ous()
    assert (row.state, row.facts["json"]["state"][0]) == ("ObservingTimedOut", "PartiallyObserved")


def test_report_dated_after_the_decision_acts(drm):
    take_member(state="Ready", origin="json")
    move_state(member_ous(), to="ObservingTimedOut", actor=drm)

    take_member(state="PartiallyObserved", state_at=SOON, origin="json")

    assert (member_ous().state, member_ous().state_since) == ("PartiallyObserved", SOON)


def test_undated_report_that_is_new_leads_on_from_a_decision(drm):
    take_member()
    MemberOUS.objects.update(state="PartiallyObserved")
    move_state(member_ous(), to="FullyObserved", actor=drm)

    take_member(delivered=True, release_date=RELEASE)

    assert member_ous().state == "Delivered"


def test_undated_report_does_not_lead_back_behind_a_decision(drm):
    take_member(state="Ready", origin="ot")
    MemberOUS.objects.update(state="PartiallyObserved")
    move_state(member_ous(), to="FullyObserved", actor=drm)

    take_member(state="PartiallyObserved", origin="ot")

    assert member_ous().state == "FullyObserved"


def test_other_state_of_the_same_origin_acts_with_one_event():
    take_member(state="Ready", origin="ot")

    report = take_member(state="FullyObserved", origin="ot")

    event = Event.objects.filter(level="member_ous").latest("pk")
    assert report.updated["member_ous"] == 1
    assert (event.frm, event.to, event.actor_word) == (
        "Ready",
        "FullyObserved",
        "the Observing Tool",
    )
    assert Event.objects.filter(level="member_ous").count() == 2


def test_same_origin_may_lead_back():
    take_member(state="FullyObserved", origin="ot")

    take_member(state="PartiallyObserved", origin="ot")

    assert member_ous().state == "PartiallyObserved"


def test_undated_older_state_of_another_origin_does_not_lead_back():
    take_member(delivered=True, release_date=RELEASE)

    take_member(state="PartiallyObserved", origin="ot")

    row = member_ous()
    assert (row.state, row.facts["ot"]["state"][0]) == ("Delivered", "PartiallyObserved")
    assert Event.objects.filter(level="member_ous").count() == 1


def test_undated_later_state_of_another_origin_leads_on():
    take_member(state="PartiallyObserved", origin="ot")

    take_member(delivered=True, release_date=RELEASE)

    assert member_ous().state == "Delivered"


def test_unknown_word_is_kept_raw_and_moves_nothing():
    take_member(state="Ready", origin="ot")

    report = take_member(state="Teleported", origin="ot")

    row = member_ous()
    assert (row.state, row.facts["ot"]["state"][0], report.rejected) == ("Ready", "Teleported", [])


@pytest.mark.parametrize(
    ("field", "told", "decided"),
    [
        ("name", "Disk", "Ring"),
        ("qa2", "Pass", "SemiPass"),
        ("release_date", RELEASE, SOON),
        ("array", "12m", "7m"),
    ],
)
def test_value_that_was_put_right_here_stays_when_the_same_comes_again(field, told, decided):
    take_member(**{field: told})
    MemberOUS.objects.update(**{field: decided})

    take_member(**{field: told})

    assert getattr(member_ous(), field) == decided


def test_judgement_of_an_execution_stays_when_the_same_comes_again():
    take(a_bundle())
    ExecBlock.objects.update(qa0="Fail", execution_fraction=Decimal("0.5"))
    before = everything()

    take(a_bundle())

    assert everything() == before


def test_other_judgement_of_the_same_origin_is_an_event_and_is_counted():
    take(a_bundle())

    take(a_bundle(exec_blocks=(an_execution(qa0="Fail"),)))

    event = Event.objects.get(kind="qa0")
    assert (event.frm, event.to) == ("Pass", "Fail")
    assert SchedBlock.objects.get().executions_passed == 0


def test_first_pass_that_ingest_brings_is_told_to_people_outside():
    bundle = a_bundle(member_ous=(a_member(state="Ready"),), sched_blocks=(a_block(state="Ready"),))
    take(bundle, origin="ot")
    later = an_execution(key="e2", uid="uid://A002/X9/Xb")

    take(a_bundle(exec_blocks=(later,)), origin="asdm")

    block = SchedBlock.objects.get(uid=BLOCK)
    assert block.executions_passed == 2
    assert block.public_state == "PartiallyObserved"


def test_reducer_that_a_person_changed_stays_when_the_same_comes_again():
    first, second = make_user("first", roles=["reducer"]), make_user("second", roles=["reducer"])
    take_member(reducer="first", origin="json")
    assert member_ous().reducer == first
    MemberOUS.objects.update(reducer=second)

    report = take_member(reducer="first", origin="json")

    assert member_ous().reducer == second
    assert report.updated == {}


def test_contact_scientist_that_a_person_changed_stays_when_the_same_comes_again():
    make_user("first", roles=["cs"])
    second = make_user("second", roles=["cs"])
    take(bare(project=a_project(contact_scientist="first")), origin="json")
    Project.objects.update(contact_scientist=second)

    take(bare(project=a_project(contact_scientist="first")), origin="json")

    assert Project.objects.get().contact_scientist == second


def test_tie_that_a_person_ended_is_not_made_again_by_the_same_file():
    ada = make_user("ada")
    bundle = said_again(bare(), memberships=(MembershipRecord(username="ada", role="COI"),))
    take(bundle, origin="json")
    untie(project=Project.objects.get(), user=ada)

    take(bundle, origin="json")

    assert list(Project.objects.visible_to(ada)) == []


def test_pi_that_a_person_named_stays_when_the_same_file_comes_again():
    make_user("ada")
    successor = make_user("successor")
    bundle = said_again(bare(), memberships=(MembershipRecord(username="ada", role="PI"),))
    take(bundle, origin="json")
    tie(project=Project.objects.get(), user=successor, role="PI")

    take(bundle, origin="json")

    current = Project.objects.get().memberships.current()
    assert [row.user for row in current.filter(role="PI")] == [successor]


def test_release_taken_back_is_unknown_and_may_come_again():
    dates = []
    for facts in (
        {"release_date": RELEASE},
        {"release_date_unknown": True},
        {"release_date": RELEASE},
    ):
        take_member(**facts)
        dates.append(member_ous().release_date)

    assert dates == [RELEASE, None, RELEASE]


def test_release_set_here_stays_when_the_archive_still_knows_none():
    take_member(release_date_unknown=True)
    MemberOUS.objects.update(release_date=SOON)

    report = take_member(release_date_unknown=True)

    assert member_ous().release_date == SOON
    assert report.updated == {}


def test_history_of_steps_before_a_decision_is_logged_and_moves_nothing(drm):
    take_member(state="Ready", origin="json")
    move_state(member_ous(), to="ObservingTimedOut", actor=drm)
    history = (StateChange(at=RELEASE, frm="Phase2Submitted", to="Ready"),)

    take_member(state="Ready", history=history, origin="json")

    assert member_ous().state == "ObservingTimedOut"
    assert Event.objects.filter(level="member_ous", at=RELEASE).count() == 1


@pytest.mark.parametrize(
    ("known", "said", "fresh"),
    [
        ({}, {"name": "x"}, {"name": "x"}),
        ({"a": {"name": ["x", "t"]}}, {"name": "x"}, {}),
        ({"b": {"name": ["x", "t"]}}, {"name": "x"}, {"name": "x"}),
        ({"a": {"name": ["x", "t"]}}, {"name": "y"}, {"name": "y"}),
        ({"a": {"name": ["x", "t"]}}, {"name": ""}, {}),
        ({"a": {"name": ["x", "t"]}}, {"name": None}, {}),
        ({"a": {"n": ["1.5", "t"]}}, {"n": Decimal("1.50")}, {}),
        ({"a": {"n": [[3, 6], "t"]}}, {"n": (3, 6)}, {}),
        ({"a": {"n": [RELEASE.isoformat(), "t"]}}, {"n": RELEASE}, {}),
        ({"a": {"n": [False, "t"]}}, {"n": False}, {}),
        ({}, {"n": False, "z": 0, "none": (), "empty": {}}, {"n": False, "z": 0}),
    ],
)
def test_news_are_what_the_same_origin_says_anew(known, said, fresh):
    assert news(known, "a", said) == fresh


def test_facts_are_kept_by_origin_with_the_moment_we_learnt_them():
    learnt = datetime(2026, 3, 1, 12, tzinfo=UTC)
    facts = remember({"a": {"old": [1, "then"]}}, "a", {"n": Decimal("2.0")}, learnt)
    facts = remember(facts, "b", {"n": 3}, learnt)

    assert facts == {
        "a": {"old": [1, "then"], "n": ["2", "2026-03-01T12:00:00+00:00"]},
        "b": {"n": [3, "2026-03-01T12:00:00+00:00"]},
    }
    assert said_by_another(facts, "a", "n", 3) is True
    assert said_by_another(facts, "b", "n", 3) is False
    assert said_by_another(facts, "a", "n", 4) is False


@pytest.fixture
def aod(db):
    return make_user("aod", roles=["aod"])


def run() -> ExecBlock:
    return ExecBlock.objects.get(uid=EXECUTION)


def test_verdict_of_a_person_stays_whatever_a_source_says_later(aod):
    take(a_bundle(exec_blocks=(an_execution(qa0="Unset"),)))
    decide_qa0(run(), outcome="Fail", reasons=["pointing"], comment="off source", actor=aod)
    logged = FromNowOn()

    said = an_execution(qa0="Pass", execution_fraction=Decimal("0.8"), qa0_comment="good")
    take(a_bundle(exec_blocks=(said,)))

    found = run()
    assert (found.qa0, found.execution_fraction, found.qa0_comment) == ("Fail", None, "off source")
    assert (found.facts["archive"]["qa0"][0], logged().count()) == ("Pass", 0)
    assert [found.sched_block.executions_passed, member_ous().executions_passed] == [0, 0]


def test_same_file_after_a_verdict_changes_nothing(aod):
    take(a_bundle())
    decide_qa0(run(), outcome="Fail", reasons=["pointing"], actor=aod)
    before = everything()

    take(a_bundle())

    assert everything() == before


def test_other_facts_of_a_judged_execution_are_still_taken_over(aod):
    take(a_bundle())
    decide_qa0(run(), outcome="Fail", reasons=["pointing"], actor=aod)

    take(a_bundle(exec_blocks=(an_execution(pwv_mm=1.5),)))

    assert (run().qa0, run().pwv_mm) == ("Fail", 1.5)


def test_state_that_followed_a_verdict_is_not_led_back_by_an_undated_word(aod):
    block = a_block(state="Running", executions_expected=Decimal(1))
    unjudged = (an_execution(qa0="Unset"),)
    take(
        a_bundle(member_ous=(a_member(state="Ready"),), sched_blocks=(block,), exec_blocks=unjudged)
    )
    decide_qa0(run(), outcome="Pass", actor=aod)
    moved = (member_ous().state, SchedBlock.objects.get().state)

    again = a_member(state="PartiallyObserved")
    take(a_bundle(member_ous=(again,), sched_blocks=(), exec_blocks=()))

    assert moved == ("FullyObserved", "FullyObserved")
    assert member_ous().state == "FullyObserved"
