"""The steps that follow from verdicts: every state, forwards, backwards, and none."""

from decimal import Decimal
from itertools import product

import pytest

from projects.moves import Way, find_move
from projects.progress import (
    OBSERVABLE,
    OBSERVING_ENDED,
    PROCESSING_BEGAN,
    all_observed,
    block_step,
    is_done,
    member_steps,
)
from projects.states import Level, OUSState, SchedBlockState

TOLERANCE = Decimal("0.05")
FLAGS = list(product([False, True], repeat=4))


@pytest.mark.parametrize(
    ("passed", "expected", "done"),
    [
        ("4", "4", True),
        ("3.95", "4", True),
        ("3.94", "4", False),
        ("4.5", "4", True),
        ("0", "4", False),
        ("7", None, False),
        ("0", None, False),
        ("0", "0.04", False),
    ],
)
def test_done_is_what_is_expected_less_the_tolerance(passed, expected, done):
    wanted = None if expected is None else Decimal(expected)

    assert is_done(Decimal(passed), wanted, TOLERANCE) is done


@pytest.mark.parametrize("state", [*SchedBlockState, None])
@pytest.mark.parametrize(("done", "fewer"), [*product([False, True], repeat=2)])
def test_block_goes_on_when_done_and_back_when_less_has_passed(state, done, fewer):
    found = block_step(state, done=done, fewer=fewer, placed=False)

    if state in OBSERVABLE and done:
        assert found == "FullyObserved"
    elif state == "FullyObserved" and fewer and not done:
        assert found == "Ready"
    else:
        assert found is None


@pytest.mark.parametrize("state", [*SchedBlockState, None])
def test_block_that_a_person_placed_stays(state):
    assert {block_step(state, done=d, fewer=f, placed=True) for d, f, *_ in FLAGS} == {None}


_MEMBER = """
Ready              none   done      PartiallyObserved FullyObserved
Ready              some   -         PartiallyObserved
Ready              some   done      PartiallyObserved FullyObserved
Ready              none   fewer
PartiallyObserved  some   -
PartiallyObserved  some   done      FullyObserved
PartiallyObserved  some   fewer
PartiallyObserved  none   fewer     Ready
PartiallyObserved  none   -
FullyObserved      some   -
FullyObserved      some   done
FullyObserved      some   fewer     PartiallyObserved
FullyObserved      none   fewer     PartiallyObserved Ready
ReadyForProcessing some   -
ReadyForProcessing some   fewer     PartiallyObserved
ReadyForProcessing none   fewer     PartiallyObserved Ready
"""


@pytest.mark.parametrize("line", _MEMBER.strip().splitlines())
def test_member_takes_one_legal_step_after_the_other(line):
    state, passes, change, *steps = line.split()

    found = member_steps(
        state, passes=passes == "some", done=change == "done", fewer=change == "fewer", placed=False
    )

    assert [str(step) for step in found] == steps


@pytest.mark.parametrize("state", [*OUSState, None])
def test_every_step_of_a_member_is_legal_for_the_machine(state):
    for passes, done, fewer, placed in FLAGS:
        frm = state
        steps = member_steps(state, passes=passes, done=done, fewer=fewer, placed=placed)
        for to in steps:
            move = find_move(Level.MEMBER_OUS, frm, to)
            assert Way.EXECUTION in move.ways, (frm, to)
            frm = to


@pytest.mark.parametrize("state", [*SchedBlockState, None])
def test_every_step_of_a_block_is_legal_for_the_machine(state):
    for done, fewer, placed, _ in FLAGS:
        to = block_step(state, done=done, fewer=fewer, placed=placed)
        if to is not None:
            assert Way.EXECUTION in find_move(Level.SCHED_BLOCK, state, to).ways


FOLLOWS = {"Ready", "PartiallyObserved", "FullyObserved", "ReadyForProcessing"}


@pytest.mark.parametrize("state", [*sorted({*OUSState} - FOLLOWS), None])
def test_member_in_any_other_state_stays(state):
    assert {member_steps(state, passes=p, done=d, fewer=f, placed=x) for p, d, f, x in FLAGS} == {
        ()
    }


def test_late_states_are_those_from_processing_on_and_those_after_the_end_of_observing():
    early = FOLLOWS | {"NewPhase1", "Phase1Submitted", "Approved", "Rejected", "NewPhase2"}
    early |= {"Phase2Submitted", "CSVReady", "Broken", "Repaired", "Deleted"}

    assert {*OUSState} - PROCESSING_BEGAN - OBSERVING_ENDED == early
    assert not PROCESSING_BEGAN & OBSERVING_ENDED


def test_declared_member_stays_though_less_has_passed_and_observed_one_without_a_pass_goes_back():
    kept = member_steps("FullyObserved", passes=True, done=False, fewer=True, placed=True)
    back = member_steps("PartiallyObserved", passes=False, done=False, fewer=True, placed=True)

    assert (kept, back) == ((), ("Ready",))


@pytest.mark.parametrize(
    ("states", "observed"),
    [
        ([], False),
        (["Deleted"], False),
        (["FullyObserved"], True),
        (["FullyObserved", "Ready"], False),
        (["FullyObserved", None], False),
        (["FullyObserved", "Deleted", "Canceled", "DoNotObserve"], True),
        (["FullyObserved", "ObservingTimedOut"], False),
    ],
)
def test_member_is_observed_when_all_blocks_that_count_are(states, observed):
    assert all_observed(states) is observed
