"""Who has a member OUS: claiming, handing over, what steps mean for it, and the rule of two."""

from typing import Any

import pytest

from projects.errors import BadWork, NotAllowed, NotNow, StaleVersion
from projects.models import Assignment, Event, MemberOUS
from projects.permissions import is_own_reduction, open_steps
from projects.services.assignments import claim_work, hand_over
from projects.services.states import move_state
from projects.states import OUSState
from projects.work import ASSIGNED_IN, WorkRole
from tests.access.world import rolled_back
from tests.factories import make_project, make_user
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db
REDUCER, REVIEWER = WorkRole.REDUCER, WorkRole.REVIEWER


@pytest.fixture
def member(db):
    return make_project(members=[{"state": "ReadyForProcessing"}]).memberous_set.get()


@pytest.fixture
def people(db):
    """Reducers, reviewers, one who only reads weblogs, one who assigns, one of an ARC, a PI."""
    approved: Any = {"roles": ["qa"], "qualifications": ["QA2APPRV"]}
    both: Any = {"roles": ["reducer", "qa"], "qualifications": ["QA2APPRV"]}
    return {
        "di": make_user("di", roles=["reducer"]),
        "rob": make_user("rob", **both),
        "vera": make_user("vera", **approved),
        "vito": make_user("vito", **approved),
        "wil": make_user("wil", roles=["qa"], qualifications=["WLREVIEW"]),
        "dora": make_user("dora", roles=["drm"]),
        "arno": make_user("arno", roles=["arc"]),
        "pia": make_user("pia"),
    }


def put(member, **facts):
    MemberOUS.objects.filter(pk=member.pk).update(**facts)
    member.refresh_from_db()
    return member


def held(member):
    """The history, oldest first: who, as what, whether they reduced, whether it lasts."""
    rows = Assignment.objects.filter(member_ous=member).order_by("pk")
    return [(row.person.username, row.role, bool(row.reduced_at), not row.until) for row in rows]


def test_claim_is_written_logged_and_hidden_from_people_outside(member, people):
    before, logged = (member.version, member.public_version), FromNowOn()

    claim_work(member, role=REDUCER, actor=people["di"], expected_version=member.version)

    assert member.reducer == people["di"]
    assert held(member) == [("di", "reducer", False, True)]
    assert (member.version, member.public_version) == (before[0] + 1, before[1])
    (event,) = logged()
    assert (event.kind, event.frm, event.to, event.actor) == ("reducer", "", "di", people["di"])
    assert (event.for_staff, event.for_public) == (True, False)


CLAIMS = {
    ("di", REDUCER): None,
    ("rob", REDUCER): None,
    ("vera", REDUCER): None,
    ("dora", REDUCER): None,
    ("arno", REDUCER): NotAllowed,
    ("pia", REDUCER): NotAllowed,
    ("di", REVIEWER): NotAllowed,
    ("rob", REVIEWER): None,
    ("vera", REVIEWER): None,
    ("wil", REVIEWER): NotAllowed,
    ("dora", REVIEWER): NotAllowed,
    ("arno", REVIEWER): NotAllowed,
}


def test_claiming_asks_for_role_and_qualification(member, people):
    found: dict[Any, Any] = {}
    for name, role in CLAIMS:
        with rolled_back():
            put(member, state="ReadyForReview" if role == REVIEWER else "ReadyForProcessing")
            try:
                claim_work(member, role=role, actor=people[name])
                found[name, role] = None
            except NotAllowed as refusal:
                found[name, role] = type(refusal)

    assert found == CLAIMS


def test_claiming_is_open_in_the_states_of_the_work_alone(member, people):
    found: dict[WorkRole, set[str]] = {role: set() for role in WorkRole}
    for state in OUSState:
        for role in WorkRole:
            with rolled_back():
                put(member, state=state)
                try:
                    claim_work(member, role=role, actor=people["rob"])
                    found[role].add(state)
                except NotNow:
                    assert not Event.objects.filter(kind=role).exists()

    assert found == {role: set(states) for role, states in ASSIGNED_IN.items()}


def test_what_somebody_has_is_claimed_by_nobody_else_and_a_stale_claim_is_refused(member, people):
    seen = member.version
    claim_work(member, role=REDUCER, actor=people["di"], expected_version=seen)

    with pytest.raises(StaleVersion):
        claim_work(member, role=REDUCER, actor=people["rob"], expected_version=seen)
    for name in ("di", "rob", "dora"):
        with pytest.raises(NotNow):
            claim_work(member, role=REDUCER, actor=people[name])

    assert held(member) == [("di", "reducer", False, True)]


def test_handing_over_is_for_who_has_it_and_who_assigns(member, people):
    claim_work(member, role=REDUCER, actor=people["di"])
    for name in ("rob", "vera", "arno", "pia"):
        with pytest.raises(NotAllowed):
            hand_over(member, role=REDUCER, to=people["rob"], actor=people[name])
    for name in ("arno", "pia"):
        with pytest.raises(BadWork):
            hand_over(member, role=REDUCER, to=people[name], actor=people["dora"])

    hand_over(member, role=REDUCER, to=people["rob"], actor=people["di"], note=" on leave ")
    hand_over(member, role=REDUCER, to=people["di"], actor=people["dora"])
    hand_over(member, role=REDUCER, to=None, actor=people["di"])
    with pytest.raises(NotNow):
        hand_over(member, role=REDUCER, to=None, actor=people["dora"])

    assert member.reducer is None
    assert [name for name, *_ in held(member)] == ["di", "rob", "di"]
    assert not Assignment.objects.lasting().exists()
    assert Assignment.objects.get(person=people["rob"]).note == "on leave"


def test_who_had_the_data_in_hand_reviews_them_not_even_after_handing_over(
    member, people, settings
):
    claim_work(member, role=REDUCER, actor=people["rob"])
    move_state(member, to="Processing", actor=people["rob"])
    member.refresh_from_db()
    hand_over(member, role=REDUCER, to=people["di"], actor=people["rob"])
    move_state(member, to="ReadyForReview", actor=people["di"])
    member.refresh_from_db()

    assert held(member) == [("rob", "reducer", True, False), ("di", "reducer", True, True)]
    assert (member.reducer, is_own_reduction(people["rob"], member)) == (people["di"], True)
    with pytest.raises(NotAllowed, match="reduced"):
        claim_work(member, role=REVIEWER, actor=people["rob"])
    with pytest.raises(BadWork, match="reduced"):
        hand_over(member, role=REVIEWER, to=people["rob"], actor=people["dora"])
    with pytest.raises(NotAllowed, match="reduced"):
        move_state(member, to="Reviewing", actor=people["rob"])

    settings.REVIEWER_IS_NOT_REDUCER = False
    claim_work(member, role=REVIEWER, actor=people["rob"])
    assert member.reviewer == people["rob"]


def test_step_that_the_rule_closes_is_not_offered(member, people, settings):
    put(member, state="ReadyForReview", reducer=people["rob"])

    assert open_steps(people["rob"], member) == []
    settings.REVIEWER_IS_NOT_REDUCER = False
    assert [move.to for move in open_steps(people["rob"], member)] == ["Reviewing"]


def test_who_only_claimed_and_gave_back_before_processing_may_review(member, people):
    claim_work(member, role=REDUCER, actor=people["rob"])
    hand_over(member, role=REDUCER, to=people["di"], actor=people["rob"])
    move_state(member, to="Processing", actor=people["di"])
    put(member, state="ReadyForReview")

    claim_work(member, role=REVIEWER, actor=people["rob"])

    assert (member.reviewer, member.reducer) == (people["rob"], people["di"])


def test_review_is_of_who_opens_it_unless_somebody_has_claimed_it(member, people):
    put(member, state="ReadyForReview", reducer=people["di"])
    move_state(member, to="Reviewing", actor=people["vera"])
    member.refresh_from_db()
    assert (member.reviewer, member.reducer) == (people["vera"], people["di"])

    move_state(member, to="ReadyForReview", actor=people["vera"])
    member.refresh_from_db()
    assert member.reviewer is None

    claim_work(member, role=REVIEWER, actor=people["vito"])
    with pytest.raises(NotAllowed):
        move_state(member, to="Reviewing", actor=people["vera"])
    move_state(member, to="Reviewing", actor=people["dora"])
    member.refresh_from_db()

    assert member.reviewer == people["vito"]
    assert held(member) == [
        ("vera", "reviewer", False, False),
        ("vito", "reviewer", False, True),
    ]


def test_new_round_frees_the_review_and_keeps_the_reducer(member, people):
    claim_work(member, role=REDUCER, actor=people["rob"])
    for to, name in (("Processing", "rob"), ("ReadyForReview", "rob"), ("Reviewing", "vera")):
        move_state(member, to=to, actor=people[name])
    move_state(member, to="ReadyForProcessing", actor=people["vera"])
    member.refresh_from_db()
    assert (member.reviewer, member.reducer) == (None, people["rob"])

    hand_over(member, role=REDUCER, to=people["di"], actor=people["rob"])
    move_state(member, to="Processing", actor=people["di"])
    put(member, state="ReadyForReview")

    assert not is_own_reduction(people["rob"], member)
    claim_work(member, role=REVIEWER, actor=people["rob"])
    rows = Assignment.objects.filter(member_ous=member).order_by("pk")
    assert [row.round_over for row in rows] == [True, True, False, False, False]


def test_reducer_whom_only_a_source_told_of_is_on_record_once_processing_starts(member, people):
    put(member, reducer=people["rob"])

    move_state(member, to="Processing", actor=people["rob"])
    member.refresh_from_db()
    hand_over(member, role=REDUCER, to=people["di"], actor=people["dora"])

    assert held(member) == [("rob", "reducer", True, False), ("di", "reducer", True, True)]
