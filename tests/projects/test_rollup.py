"""States of groups, science goals and projects follow from their member OUSs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rollup import is_behind, project_following, rolled_up
from projects.states import OUSState, ProjectState

# SEMANTICS, "States": the order in which observed things advance.
ADVANCE = (
    "FullyObserved",
    "ReadyForProcessing",
    "Processing",
    "ProcessingProblem",
    "ReadyForReview",
    "Reviewing",
    "Verified",
    "DeliveryInProgress",
    "QA3InProgress",
    "Delivered",
)
WORDS = st.sampled_from([None, *OUSState])


@pytest.mark.parametrize(
    ("members", "state"),
    [
        # None left, or one without state.
        ([], None),
        (["Deleted"], None),
        (["Deleted", "Canceled", "DoNotObserve"], None),
        ([None], None),
        (["Delivered", None], None),
        (["ObservingTimedOut", None], None),
        # All equal.
        (["Ready", "Ready"], "Ready"),
        (["Delivered"], "Delivered"),
        (["PartiallyObserved", "PartiallyObserved"], "PartiallyObserved"),
        (["Phase2Submitted", "Phase2Submitted"], "Phase2Submitted"),
        # Deleted, Canceled and DoNotObserve are ignored.
        (["Delivered", "Deleted", "Canceled", "DoNotObserve"], "Delivered"),
        (["Ready", "Deleted"], "Ready"),
        # ObservingTimedOut is ignored unless all are.
        (["Delivered", "ObservingTimedOut"], "Delivered"),
        (["Ready", "ObservingTimedOut"], "Ready"),
        (["ObservingTimedOut", "ObservingTimedOut"], "ObservingTimedOut"),
        (["ObservingTimedOut", "Canceled"], "ObservingTimedOut"),
        # All FullyObserved or later: the least advanced.
        (["Delivered", "FullyObserved"], "FullyObserved"),
        (["Delivered", "Verified", "Processing"], "Processing"),
        (["ProcessingProblem", "Processing"], "Processing"),
        (["QA3InProgress", "Delivered"], "QA3InProgress"),
        # Else PartiallyObserved if any is past Ready.
        (["Ready", "Delivered"], "PartiallyObserved"),
        (["Ready", "PartiallyObserved"], "PartiallyObserved"),
        (["PartiallyObserved", "Delivered"], "PartiallyObserved"),
        (["Phase2Submitted", "FullyObserved"], "PartiallyObserved"),
        # Else the least advanced.
        (["Ready", "Phase2Submitted"], "Phase2Submitted"),
        (["NewPhase2", "Phase2Submitted", "Ready"], "NewPhase2"),
    ],
)
def test_group_takes_the_state_that_its_members_give(members, state):
    assert rolled_up(members) == state


@pytest.mark.parametrize("later", range(1, len(ADVANCE)))
def test_of_two_observed_members_the_less_advanced_counts(later):
    for earlier in range(later):
        assert rolled_up([ADVANCE[later], ADVANCE[earlier]]) == ADVANCE[earlier]


@given(members=st.lists(WORDS, max_size=6), order=st.randoms())
def test_order_of_members_does_not_matter(members, order):
    shuffled = list(members)
    order.shuffle(shuffled)

    assert rolled_up(shuffled) == rolled_up(members)


@given(state=st.sampled_from(OUSState), count=st.integers(1, 5))
def test_members_that_are_all_equal_give_that_state(state, count):
    ignored = {"Deleted", "Canceled", "DoNotObserve"}

    assert rolled_up([state] * count) == (None if state in ignored else state)


@given(members=st.lists(WORDS, min_size=1, max_size=6), again=st.integers(0, 5))
def test_member_counted_twice_changes_nothing(members, again):
    assert rolled_up([*members, members[again % len(members)]]) == rolled_up(members)


@given(members=st.lists(st.sampled_from(OUSState), max_size=6))
def test_answer_is_a_members_own_state_or_partially_observed(members):
    assert rolled_up(members) in {None, "PartiallyObserved", *members}


@pytest.mark.parametrize(
    ("current", "members", "target"),
    [
        ("Ready", ["PartiallyObserved", "Ready"], "InProgress"),
        ("Ready", ["Ready", "Ready"], None),
        ("Ready", ["Delivered", "Ready"], "InProgress"),
        ("Ready", [], None),
        ("PartiallyObserved", ["FullyObserved"], "InProgress"),
        ("InProgress", ["Delivered", "Delivered"], "Completed"),
        ("InProgress", ["Delivered", "Deleted", "Canceled", "DoNotObserve"], "Completed"),
        ("InProgress", ["Delivered", "ObservingTimedOut"], "PartiallyCompleted"),
        ("InProgress", ["Delivered", "NotObserved"], "PartiallyCompleted"),
        ("InProgress", ["ObservingTimedOut", "ObservingTimedOut"], None),
        ("InProgress", ["Delivered", "Ready"], None),
        ("InProgress", ["Delivered", None], None),
        ("InProgress", ["Deleted"], None),
        ("Completed", ["Delivered", "QA3InProgress"], "InProgress"),
        ("Completed", ["Delivered", "Delivered"], None),
        ("PartiallyCompleted", ["Delivered", "Ready"], "InProgress"),
        ("PartiallyCompleted", ["Delivered", "Delivered"], "Completed"),
        ("ObservingTimedOut", ["Delivered", "ObservingTimedOut"], "PartiallyCompleted"),
    ],
)
def test_project_follows_its_members_into_three_states(current, members, target):
    assert project_following(current, members) == target


@pytest.mark.parametrize(
    "current",
    [
        None,
        "Phase1Submitted",
        "Approved",
        "Rejected",
        "Phase2Submitted",
        "NotObserved",
        "DoNotObserve",
        "Canceled",
        "Broken",
        "Repaired",
        "Deleted",
    ],
)
def test_project_that_does_not_run_keeps_its_own_state(current):
    assert project_following(current, ["Delivered", "Delivered"]) is None


@given(
    current=st.sampled_from([None, *ProjectState]),
    members=st.lists(WORDS, max_size=5),
    order=st.randoms(),
)
def test_project_follows_only_into_three_states_whatever_the_order(current, members, order):
    shuffled = list(members)
    order.shuffle(shuffled)
    target = project_following(current, members)

    assert target in {None, "InProgress", "Completed", "PartiallyCompleted"}
    assert project_following(current, shuffled) == target


@pytest.mark.parametrize(
    ("word", "other", "behind"),
    [
        ("Ready", "Delivered", True),
        ("Delivered", "Ready", False),
        ("Ready", "Ready", False),
        ("Ready", None, False),
        (None, "Ready", False),
        ("Running", "Delivered", False),
        ("Deleted", "Delivered", False),
    ],
)
def test_one_state_is_behind_another_where_both_are_known_steps(word, other, behind):
    assert is_behind(word, other) is behind
