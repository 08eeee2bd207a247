"""What the end and the beginning of a season mean for the parts of one project."""

from datetime import date
from decimal import Decimal

import pytest

from projects.observatory import calendar
from projects.season_acts import (
    NEXT_CYCLE,
    Block,
    Member,
    SeasonKind,
    Terms,
    names_over,
    plan_of,
)

C8 = frozenset({"C-8"})
OUT, PROCESS = "ObservingTimedOut", "ReadyForProcessing"


def terms(kind="end", **more):
    usual = {
        "cycle": "2023.1",
        "configurations": frozenset(),
        "is_own": True,
        "carries": False,
        "carry_to": "2024.1",
    }
    return Terms(kind=SeasonKind(kind), **{**usual, **more})


def moves(found, blocks=(), member="Ready", passed=0, project="InProgress", **more):
    """Where one member OUS with these blocks, and its project, go: {what: [states]}."""
    rows = [
        Block(pk=n, member_pk=1, state=state, **{"configurations": C8, **facts})
        for n, (state, facts) in enumerate(blocks, 1)
    ]
    own = Member(pk=1, state=member, passed=Decimal(passed), **{"configurations": C8, **more})
    plan = plan_of(found, pk=1, state=project, blocks=rows, members=[own])
    told = {
        "blocks": [f"{step.pk} {step.to}" for step in plan.blocks],
        "member": [str(step.to) for step in plan.members],
        "project": [str(plan.project.to)] if plan.project else [],
        "spared": [str(why) for _, why in plan.spared],
    }
    return {what: words for what, words in told.items() if words}


Part = tuple[str, dict[str, object]]
READY: Part = ("Ready", {})
DONE: Part = ("FullyObserved", {})


@pytest.mark.parametrize(
    ("blocks", "member", "passed", "expected"),
    [
        ([READY], "Ready", 0, {"blocks": [f"1 {OUT}"], "member": [OUT], "project": [OUT]}),
        ([READY], "PartiallyObserved", 1, {"blocks": [f"1 {OUT}"], "member": [OUT, PROCESS]}),
        ([DONE, READY], "PartiallyObserved", 4, {"blocks": [f"2 {OUT}"], "member": [OUT, PROCESS]}),
        ([READY, ("Running", {})], "Ready", 0, {"blocks": [f"1 {OUT}"], "spared": ["running"]}),
        ([READY, ("Deleted", {})], "Ready", 0, {"blocks": [f"1 {OUT}"], "member": [OUT]}),
        ([READY, ("Phase2Submitted", {})], "Ready", 0, {"blocks": [f"1 {OUT}"]}),
        ([DONE], "PartiallyObserved", 4, {}),
        ([DONE], "FullyObserved", 4, {}),
        ([(OUT, {})], "PartiallyObserved", 1, {"member": [OUT, PROCESS]}),
        ([(OUT, {})], OUT, 1, {"member": [PROCESS]}),
        ([(OUT, {})], OUT, 0, {}),
        ([(OUT, {})], "Delivered", 1, {}),
        ([], "Ready", 0, {"member": [OUT]}),
        ([("Waiting", {}), ("CalibratorCheck", {})], "Ready", 0, {"member": [OUT]}),
    ],
)
def test_end_of_a_cycle(blocks, member, passed, expected):
    found = moves(terms(), blocks, member=member, passed=passed)

    assert {what: found.get(what) for what in expected} == expected
    assert expected or found == {}


@pytest.mark.parametrize(
    ("block", "over", "expected"),
    [
        ({}, {"C-8"}, {"blocks": [f"1 {OUT}"], "member": [OUT], "project": [OUT]}),
        ({"configurations": frozenset({"C-8", "C-7"})}, {"C-8"}, {"spared": ["opportunity_left"]}),
        ({"configurations": frozenset()}, {"C-8"}, {"spared": ["configurations_unknown"]}),
        ({"stays": True}, {"C-8"}, {"spared": ["any_time"]}),
        ({"is_unjudged": True}, {"C-8"}, {"spared": ["unjudged"]}),
        ({"is_moved": True}, {"C-8"}, {"spared": ["moved"]}),
        ({"carried_to": "2024.1"}, {"C-8"}, {}),
    ],
)
def test_end_of_configurations(block, over, expected):
    assert moves(terms(configurations=frozenset(over)), [("Ready", block)]) == expected


def test_member_ous_without_blocks_goes_by_its_own_configurations():
    assert moves(terms(configurations=C8)) == {"member": [OUT], "project": [OUT]}
    assert moves(terms(configurations=frozenset({"C-7"}))) == {}
    assert moves(terms(configurations=C8), configurations=frozenset()) == {}
    assert moves(terms(), is_unjudged=True) == {}
    assert moves(terms(carries=True)) == {}


@pytest.mark.parametrize(
    ("state", "more", "expected"),
    [
        ("Ready", {}, {"blocks": ["1 Suspended"]}),
        ("Suspended", {}, {"blocks": ["1 Suspended"]}),
        ("Waiting", {}, {"blocks": ["1 Waiting"]}),
        # Carried over already: it is not of this season any more.
        ("Suspended", {"carried_to": "2024.1"}, {}),
        ("Suspended", {"carried_to": NEXT_CYCLE}, {}),
    ],
)
def test_grade_that_is_carried_over_is_marked_and_parked(state, more, expected):
    assert moves(terms(carries=True), [(state, more)]) == expected


def test_second_season_of_what_was_carried_over_is_its_last():
    later = terms(cycle="2024.1", is_own=False, carries=True)

    found = moves(later, [("Ready", {"carried_to": "2024.1"})])
    assert found == {"blocks": [f"1 {OUT}"], "member": [OUT], "project": [OUT]}
    assert moves(later, [READY]) == {}


def test_grade_without_a_rule_times_out_unless_it_is_to_be_left():
    out = {"blocks": [f"1 {OUT}"], "member": [OUT], "project": [OUT]}

    assert moves(terms(carries=None), [READY]) == out
    assert moves(terms(carries=None, spares_unruled=True), [READY]) == {"spared": ["no_rule"]}


@pytest.mark.parametrize(
    ("state", "more", "member", "passed", "expected"),
    [
        ("Suspended", {"carried_to": "2024.1"}, "Ready", 0, {"blocks": ["1 Ready"]}),
        ("Suspended", {"carried_to": NEXT_CYCLE}, "Ready", 0, {"blocks": ["1 Ready"]}),
        ("Waiting", {"carried_to": "2024.1"}, "Ready", 0, {"spared": ["waiting"]}),
        ("Ready", {"carried_to": "2024.1"}, "Ready", 0, {}),
        ("Suspended", {}, "Ready", 0, {}),
        (OUT, {}, OUT, 0, {"blocks": ["1 Ready"], "member": ["Ready"]}),
        (OUT, {}, OUT, 1, {"blocks": ["1 Ready"], "member": ["Ready", "PartiallyObserved"]}),
        (OUT, {}, "Delivered", 1, {"spared": ["in_work"]}),
        (OUT, {"carried_to": "2024.1"}, OUT, 0, {}),
    ],
)
def test_beginning_puts_back_what_was_carried_over(state, more, member, passed, expected):
    begins = terms("put_back", carries=True)

    assert moves(begins, [(state, more)], member=member, passed=passed) == expected


def test_project_goes_on_with_what_is_put_back():
    begins = terms("put_back", carries=True)
    block: Part = (OUT, {})

    for passed, state in ((0, "Ready"), (1, "InProgress")):
        found = moves(begins, [block], member=OUT, passed=passed, project=OUT)
        assert found["project"] == [state]


def test_putting_back_by_configuration_takes_what_allows_one_that_begins():
    begins = terms("put_back", configurations=frozenset({"C-8", "C-7"}), carries=True)
    carried = {"carried_to": "2024.1"}

    assert moves(begins, [("Suspended", carried)]) == {"blocks": ["1 Ready"]}
    other = {**carried, "configurations": frozenset({"C-1"})}
    assert moves(begins, [("Suspended", other)]) == {"spared": ["opportunity_left"]}
    assert moves(begins, [("Suspended", {**carried, "stays": True})]) == {"spared": ["any_time"]}


def test_configurations_that_went_before_are_over_with_those_named():
    table = calendar()

    # C-8 was scheduled until 26 November 2023, C-7 until 5 December.
    assert names_over(table, "2023.1", [], date(2023, 12, 1)) == frozenset()
    assert names_over(table, "2023.1", ["C43-7"], date(2023, 12, 1)) == {"C-8", "C-7"}
    assert names_over(table, "2023.1", ["C-7"], date(2023, 11, 1)) == {"C-7"}
