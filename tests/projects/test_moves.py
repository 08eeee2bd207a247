"""MOVES over all pairs of states and everybody: which steps there are, and whose they are."""

from itertools import product

import pytest

from accounts.models import User
from accounts.rights import Right, StaffRole
from projects.models import LivingThing, MemberOUS, Project, SchedBlock
from projects.moves import MACHINE_WAYS, MOVES, Way, find_move, steps_from
from projects.permissions import can_move_at_all, can_take, leads_on, open_steps
from projects.states import STATES_OF, Level

# From, to, right ("-": the system alone), ways. DOMAIN 2.2 to 2.4 and the edges that
# SEMANTICS, "States", adds; breaking, mending and deleting stand below the tables.
PROJECT = """
NewPhase1          Phase1Submitted    observing  step
Phase1Submitted    Reviewed           observing  step
Phase1Submitted    Approved           observing  step
Phase1Submitted    Rejected           observing  step
Phase1Submitted    Canceled           observing  step
Reviewed           Phase1Submitted    observing  step
Reviewed           ObservingTimedOut  observing  step
Reviewed           Approved           observing  step
Reviewed           Rejected           observing  step
Reviewed           Canceled           observing  step
Approved           NewPhase2          observing  step
Approved           Phase2Submitted    observing  step
Approved           Canceled           observing  step
Approved           DoNotObserve       observing  step
NewPhase2          Phase2Submitted    observing  step
NewPhase2          Canceled           observing  step
NewPhase2          DoNotObserve       observing  step
Phase2Submitted    Ready              observing  step
Phase2Submitted    Canceled           observing  step
Phase2Submitted    DoNotObserve       observing  step
Ready              InProgress         observing  step,roll-up
Ready              Completed          observing  step,roll-up
Ready              PartiallyCompleted observing  step,roll-up
Ready              ObservingTimedOut  observing  step,season
Ready              NotObserved        observing  step
Ready              Canceled           observing  step
Ready              DoNotObserve       observing  step
PartiallyObserved  InProgress         observing  step,roll-up
PartiallyObserved  Completed          observing  step,roll-up
PartiallyObserved  PartiallyCompleted observing  step,roll-up
PartiallyObserved  ObservingTimedOut  observing  step,season
PartiallyObserved  Canceled           observing  step
PartiallyObserved  DoNotObserve       observing  step
InProgress         Completed          observing  step,roll-up
InProgress         PartiallyCompleted observing  step,roll-up
InProgress         ObservingTimedOut  observing  step,season
InProgress         Canceled           observing  step
InProgress         DoNotObserve       observing  step
PartiallyCompleted InProgress         observing  step,roll-up
PartiallyCompleted Completed          observing  step,roll-up
Completed          InProgress         observing  step,roll-up
Completed          PartiallyCompleted observing  step,roll-up
ObservingTimedOut  Ready              observing  step,season
ObservingTimedOut  InProgress         observing  step,season
ObservingTimedOut  Completed          observing  step,roll-up
ObservingTimedOut  PartiallyCompleted observing  step,roll-up
"""
MEMBER_OUS = """
NewPhase2          Phase2Submitted    observing  step
NewPhase2          Canceled           observing  step
NewPhase2          DoNotObserve       observing  step
Phase2Submitted    Ready              observing  step
Phase2Submitted    Canceled           observing  step
Phase2Submitted    DoNotObserve       observing  step
Ready              PartiallyObserved  -          execution
Ready              ObservingTimedOut  observing  step,season
Ready              NotObserved        observing  step
Ready              Canceled           observing  step
Ready              DoNotObserve       observing  step
PartiallyObserved  Ready              -          execution
PartiallyObserved  FullyObserved      observing  step,execution
PartiallyObserved  ObservingTimedOut  observing  step,season
PartiallyObserved  Canceled           observing  step
PartiallyObserved  DoNotObserve       observing  step
ObservingTimedOut  Ready              observing  step,season
ObservingTimedOut  ReadyForProcessing processing step,season
FullyObserved      PartiallyObserved  observing  step,execution
FullyObserved      ReadyForProcessing processing step
ReadyForProcessing PartiallyObserved  observing  step,execution
ReadyForProcessing Processing         processing step
Processing         ReadyForReview     processing step
Processing         ProcessingProblem  processing step
ProcessingProblem  Processing         processing step
ProcessingProblem  ReadyForProcessing processing step
ReadyForReview     Reviewing          review     step
Reviewing          ReadyForReview     review     step
Reviewing          ReadyForProcessing review     step
Reviewing          Verified           qa2        qa2
Reviewing          PartiallyObserved  qa2        qa2
Reviewing          Ready              qa2        qa2
Verified           Reviewing          qa2        qa2
Verified           DeliveryInProgress -          delivery
DeliveryInProgress Verified           -          delivery
DeliveryInProgress Delivered          -          delivery
Delivered          QA3InProgress      qa3_triage qa3
QA3InProgress      Delivered          qa3_triage qa3
QA3InProgress      ReadyForProcessing qa3_triage qa3
QA3InProgress      PartiallyObserved  qa3_triage qa3
"""
SCHED_BLOCK = """
NewPhase2         Phase2Submitted   observing step
NewPhase2         Canceled          observing step
NewPhase2         DoNotObserve      observing step
Phase2Submitted   Ready             observing step
Phase2Submitted   Canceled          observing step
Phase2Submitted   DoNotObserve      observing step
Ready             Running           qa0       step
Ready             Suspended         qa0       step,season
Ready             Waiting           qa0       step
Ready             CalibratorCheck   qa0       step
Ready             NotObserved       observing step
Running           Ready             qa0       step
Running           Suspended         qa0       step
Suspended         Ready             qa0       step,season
Suspended         Waiting           qa0       step
Waiting           Ready             qa0       step
CalibratorCheck   Ready             qa0       step
PartiallyObserved FullyObserved     observing step,execution
PartiallyObserved ObservingTimedOut observing step,season
FullyObserved     Ready             observing step,execution,qa2,qa3
ObservingTimedOut Ready             observing step,qa2,qa3,season
ObservingTimedOut  Suspended          qa2        qa2,qa3
FullyObserved      Suspended          qa2        qa2,qa3
"""
TABLES = {
    Level.PROJECT: PROJECT,
    Level.MEMBER_OUS: MEMBER_OUS,
    Level.SCHED_BLOCK: SCHED_BLOCK,
}
BREAKABLE = {
    Level.PROJECT: "Approved Phase2Submitted Ready PartiallyObserved InProgress",
    Level.MEMBER_OUS: "Phase2Submitted Ready PartiallyObserved",
    Level.SCHED_BLOCK: "Phase2Submitted Ready Suspended",
}

# Which roles hold a right: over everything, or over their own work.
EVERYWHERE = {
    "observing": {"drm", "admin"},
    "qa0": {"aod", "qa", "drm"},
    "processing": {"drm"},
    "review": {"drm"},
    "qa2": {"qa", "drm"},
    "qa3_triage": {"qa", "drm"},
}
OWN_WORK = {"processing": {"reducer", "qa"}, "review": {"qa"}}

Edges = dict[tuple[str | None, str], tuple[str, frozenset[str]]]


def expected_edges(level: Level) -> Edges:
    """Every edge of a level with its right and its ways."""
    edges: Edges = {}
    for frm, to, right, ways in map(str.split, TABLES[level].strip().splitlines()):
        edges[frm, to] = (right, frozenset(ways.split(",")))
    by_hand = ("observing", frozenset({"step"}))
    if level == Level.SCHED_BLOCK:
        for frm in ("Ready", "Running", "Suspended", "Waiting", "CalibratorCheck"):
            edges[frm, "FullyObserved"] = ("observing", frozenset({"step", "execution"}))
            edges[frm, "ObservingTimedOut"] = ("observing", frozenset({"step", "season"}))
            for to in ("Canceled", "DoNotObserve"):
                edges[frm, to] = by_hand
    if level != Level.MEMBER_OUS:
        edges |= {(frm, "Deleted"): by_hand for frm in STATES_OF[level] if frm != "Deleted"}
    for state in BREAKABLE[level].split():
        edges[state, "Broken"] = edges["Repaired", state] = by_hand
    edges["Broken", "Repaired"] = by_hand
    return edges


EDGES = {level: expected_edges(level) for level in TABLES}
PAIRS = [
    (level, frm, to)
    for level, states in ((level, STATES_OF[level]) for level in TABLES)
    for frm, to in product([None, *states], states)
]
CAST = {
    **{role.value: User(pk=number, roles=[role.value]) for number, role in enumerate(StaffRole, 1)},
    "approved qa": User(pk=20, roles=["qa"], qualifications=["QA2APPRV"]),
    "approved drm": User(pk=21, roles=["drm"], qualifications=["QA2APPRV"]),
    "pi": User(pk=22),
    "former drm": User(pk=23, roles=["drm"], qualifications=["QA2APPRV"], is_active=False),
}


def may_take(name: str, right: str, *, own: bool) -> bool:
    """Whether somebody of the cast may take an edge, by the tables above."""
    role = name.removeprefix("approved ")
    if right == "qa2" and not name.startswith("approved"):
        return False
    return role in EVERYWHERE.get(right, ()) or (own and role in OWN_WORK.get(right, ()))


def a_thing(level: Level, reducer: int | None = None) -> LivingThing:
    """A thing on a level, without a row of its own."""
    things = (Project(), MemberOUS(reducer_id=reducer), SchedBlock())
    return next(thing for thing in things if level == thing.LEVEL)


def test_steps_are_those_of_the_tables_over_all_pairs():
    wrong = []
    for level, frm, to in PAIRS:
        move = find_move(level, frm, to)
        found = move and (move.right.value if move.right else "-", frozenset(move.ways))
        if found != EDGES[level].get((frm, to)):
            wrong.append((level, frm, to, found))

    assert wrong == []


def test_nothing_leads_out_of_no_state_or_to_where_it_stands():
    assert [pair for pair in PAIRS if pair[1] is None and find_move(*pair)] == []
    assert [pair for pair in PAIRS if pair[1] == pair[2] and find_move(*pair)] == []


def test_groups_and_goals_take_no_steps_of_their_own():
    assert list(MOVES) == list(TABLES)
    assert find_move(Level.GROUP_OUS, "Ready", "PartiallyObserved") is None
    assert steps_from(Level.SCIENCE_GOAL, "Ready") == []


@pytest.mark.parametrize("level", TABLES)
@pytest.mark.parametrize("name", CAST)
def test_step_is_open_to_those_with_its_right_over_all_pairs(level, name):
    user, wrong = CAST[name], []
    own = a_thing(level, reducer=user.pk)
    for frm, to in product([None, *STATES_OF[level]], STATES_OF[level]):
        move = find_move(level, frm, to)
        right, _ = EDGES[level].get((frm, to), ("", None))
        expected = may_take(name, right, own=level == Level.MEMBER_OUS)
        if (move is not None and can_take(user, move, own)) != expected:
            wrong.append((frm, to, right, expected))

    assert wrong == []


@pytest.mark.parametrize(
    ("role", "assigned", "reviewer", "processing", "review"),
    [
        ("reducer", 1, None, True, False),
        ("reducer", 2, None, False, False),
        ("reducer", None, None, False, False),
        ("qa", None, 1, True, True),
        ("qa", 2, None, True, True),
        ("qa", None, 2, False, False),
        ("qa", 1, 2, True, True),
        ("drm", 2, 2, True, True),
        ("aod", 1, 1, False, False),
    ],
)
def test_own_work_is_what_is_assigned_or_what_no_reviewer_has(
    role, assigned, reviewer, processing, review
):
    user = User(pk=1, roles=[role])
    member_ous = MemberOUS(reducer_id=assigned, reviewer_id=reviewer)
    moves = MOVES[Level.MEMBER_OUS]
    start = moves["ReadyForProcessing", "Processing"]
    give_back = moves["Reviewing", "ReadyForReview"]

    assert can_take(user, start, member_ous) is processing
    assert can_take(user, give_back, member_ous) is review


def test_machine_takes_only_edges_that_say_so():
    by_machine = {
        (level, *edge)
        for level, moves in MOVES.items()
        for edge, move in moves.items()
        if move.ways & MACHINE_WAYS
    }

    assert {*Way} - MACHINE_WAYS == {"step", "qa2", "qa3", "season"}
    assert by_machine == {
        (level, frm, to)
        for level, edges in EDGES.items()
        for (frm, to), (_, ways) in edges.items()
        if ways & {"execution", "delivery", "roll-up"}
    }


def test_every_move_says_in_words_what_it_is_for():
    said = [move.when for moves in MOVES.values() for move in moves.values()]

    assert [words for words in said if not words.strip()] == []
    assert {move.right for moves in MOVES.values() for move in moves.values()} == {
        None,
        Right.OBSERVING,
        Right.QA0,
        Right.PROCESSING,
        Right.REVIEW,
        Right.QA2,
        Right.QA3_TRIAGE,
    }


@pytest.mark.parametrize("level", TABLES)
def test_repaired_thing_goes_back_to_where_it_was_and_nowhere_else(level):
    thing = a_thing(level)
    thing.state, thing.resume_state = "Repaired", "Ready"

    on = [move.to for move in steps_from(level, "Repaired") if leads_on(thing, move)]

    assert on == ["Ready"] if level == Level.MEMBER_OUS else ["Deleted", "Ready"]


@pytest.mark.parametrize(
    ("name", "state", "open_to"),
    [
        ("drm", "Ready", "ObservingTimedOut Canceled DoNotObserve NotObserved Broken"),
        ("reducer", "Processing", "ReadyForReview ProcessingProblem"),
        ("aod", "Processing", ""),
        ("qa", "Reviewing", "ReadyForReview ReadyForProcessing"),
        ("approved qa", "Reviewing", "ReadyForReview ReadyForProcessing"),
        ("pi", "Ready", ""),
        ("drm", "Delivered", ""),
        ("drm", "Exploded", ""),
        ("drm", None, ""),
    ],
)
def test_open_steps_are_the_plain_ones_that_are_yours(name, state, open_to):
    user = CAST[name]
    member_ous = MemberOUS(state=state, reducer_id=user.pk)

    assert [move.to for move in open_steps(user, member_ous)] == open_to.split()


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("pi", ""),
        ("aod", "sched_block"),
        ("reducer", "member_ous"),
        ("qa", "member_ous sched_block"),
        ("drm", "project member_ous sched_block"),
        ("admin", "project member_ous sched_block"),
        ("arc", ""),
        ("cs", ""),
        ("former drm", ""),
    ],
)
def test_who_moves_anything_on_a_level_at_all(name, levels):
    able = [level for level in Level if can_move_at_all(CAST[name], level)]

    assert able == levels.split()
