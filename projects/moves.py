"""MOVES: every legal step of every life cycle, and who may take it.

Pure data and look-ups (DOMAIN 2, with the edges of SEMANTICS "States"). ``move_state``
in ``projects.services.states`` is the only code that takes a step.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from accounts.rights import Right
from projects.states import Level, OUSState, ProjectState, SchedBlockState, State


class Way(StrEnum):
    """By which door a step is taken."""

    STEP = "step"
    EXECUTION = "execution"
    QA2 = "qa2"
    DELIVERY = "delivery"
    QA3 = "qa3"
    ROLL_UP = "roll-up"
    SEASON = "season"


MACHINE_WAYS = frozenset({Way.EXECUTION, Way.DELIVERY, Way.ROLL_UP})


@dataclass(frozen=True, slots=True)
class Move:
    """One legal step.

    ``right`` is what a person needs for it (None: only the system takes it); ``ways``
    are the doors it may be taken by; ``when`` says in words what it is for; a person who
    takes one that ``needs_note`` says why.
    """

    frm: State
    to: State
    right: Right | None
    ways: frozenset[Way]
    when: str
    needs_note: bool = False


def _moves(
    froms: Iterable[State], to: State, right: Right | None, when: str, *ways: Way
) -> list[Move]:
    doors = frozenset(ways or {Way.STEP})
    return [Move(frm, to, right, doors, when) for frm in froms]


def _declared(moves: Iterable[Move]) -> list[Move]:
    """Steps that stand against what is counted: who takes one gives a reason."""
    return [replace(move, needs_note=True) for move in moves]


def _table(*groups: list[Move]) -> MappingProxyType[tuple[str, str], Move]:
    return MappingProxyType({(move.frm, move.to): move for group in groups for move in group})


def _mending(states: Iterable[State], broken: State, repaired: State) -> list[Move]:
    """Any of ``states`` may break; a repaired thing goes back to where it was."""
    able = list(states)
    observing = Right.OBSERVING
    return [
        *_moves(able, broken, observing, "the plan was found broken"),
        *_moves([broken], repaired, observing, "the plan was repaired"),
        *(
            Move(repaired, state, observing, frozenset({Way.STEP}), "back to where it was")
            for state in able
        ),
    ]


_P = ProjectState
_PROJECT_MOVES = _table(
    _moves([_P.NEW_PHASE1], _P.PHASE1_SUBMITTED, Right.OBSERVING, "the proposal was submitted"),
    _moves([_P.PHASE1_SUBMITTED], _P.REVIEWED, Right.OBSERVING, "the panels have ranked it"),
    _moves([_P.REVIEWED], _P.PHASE1_SUBMITTED, Right.OBSERVING, "the review is opened again"),
    _moves([_P.REVIEWED], _P.OBSERVING_TIMED_OUT, Right.OBSERVING, "it will not be scheduled"),
    _moves([_P.PHASE1_SUBMITTED, _P.REVIEWED], _P.APPROVED, Right.OBSERVING, "accepted"),
    _moves([_P.PHASE1_SUBMITTED, _P.REVIEWED], _P.REJECTED, Right.OBSERVING, "not accepted"),
    _moves([_P.APPROVED], _P.NEW_PHASE2, Right.OBSERVING, "Phase 2 was begun"),
    _moves(
        [_P.APPROVED, _P.NEW_PHASE2], _P.PHASE2_SUBMITTED, Right.OBSERVING, "Phase 2 was handed in"
    ),
    _moves([_P.PHASE2_SUBMITTED], _P.READY, Right.OBSERVING, "checked and ready to observe"),
    _moves(
        [_P.READY, _P.PARTIALLY_OBSERVED, _P.PARTIALLY_COMPLETED, _P.COMPLETED],
        _P.IN_PROGRESS,
        Right.OBSERVING,
        "data were taken, or more are to come",
        Way.STEP,
        Way.ROLL_UP,
    ),
    _moves(
        [_P.OBSERVING_TIMED_OUT],
        _P.IN_PROGRESS,
        Right.OBSERVING,
        "carried over into a new season",
        Way.STEP,
        Way.SEASON,
    ),
    _moves(
        [
            _P.READY,
            _P.PARTIALLY_OBSERVED,
            _P.IN_PROGRESS,
            _P.PARTIALLY_COMPLETED,
            _P.OBSERVING_TIMED_OUT,
        ],
        _P.COMPLETED,
        Right.OBSERVING,
        "all member OUSs are delivered",
        Way.STEP,
        Way.ROLL_UP,
    ),
    _moves(
        [
            _P.READY,
            _P.PARTIALLY_OBSERVED,
            _P.IN_PROGRESS,
            _P.COMPLETED,
            _P.OBSERVING_TIMED_OUT,
        ],
        _P.PARTIALLY_COMPLETED,
        Right.OBSERVING,
        "some member OUSs are delivered, the rest timed out",
        Way.STEP,
        Way.ROLL_UP,
    ),
    _moves(
        [_P.READY, _P.PARTIALLY_OBSERVED, _P.IN_PROGRESS],
        _P.OBSERVING_TIMED_OUT,
        Right.OBSERVING,
        "no opportunity is left this season",
        Way.STEP,
        Way.SEASON,
    ),
    _moves(
        [_P.OBSERVING_TIMED_OUT],
        _P.READY,
        Right.OBSERVING,
        "carried over",
        Way.STEP,
        Way.SEASON,
    ),
    _moves([_P.READY], _P.NOT_OBSERVED, Right.OBSERVING, "the cycle ended without data"),
    _moves(
        [
            _P.PHASE1_SUBMITTED,
            _P.REVIEWED,
            _P.APPROVED,
            _P.NEW_PHASE2,
            _P.PHASE2_SUBMITTED,
            _P.READY,
            _P.PARTIALLY_OBSERVED,
            _P.IN_PROGRESS,
        ],
        _P.CANCELED,
        Right.OBSERVING,
        "canceled",
    ),
    _moves(
        [
            _P.APPROVED,
            _P.NEW_PHASE2,
            _P.PHASE2_SUBMITTED,
            _P.READY,
            _P.PARTIALLY_OBSERVED,
            _P.IN_PROGRESS,
        ],
        _P.DO_NOT_OBSERVE,
        Right.OBSERVING,
        "it was decided not to observe",
    ),
    _moves(
        [state for state in _P if state != _P.DELETED],
        _P.DELETED,
        Right.OBSERVING,
        "withdrawn from view",
    ),
    _mending(
        [_P.APPROVED, _P.PHASE2_SUBMITTED, _P.READY, _P.PARTIALLY_OBSERVED, _P.IN_PROGRESS],
        _P.BROKEN,
        _P.REPAIRED,
    ),
)

_O = OUSState
_OUS_MOVES = _table(
    _moves([_O.NEW_PHASE2], _O.PHASE2_SUBMITTED, Right.OBSERVING, "Phase 2 was handed in"),
    _moves([_O.PHASE2_SUBMITTED], _O.READY, Right.OBSERVING, "checked and ready to observe"),
    _moves([_O.READY], _O.PARTIALLY_OBSERVED, None, "first QA0 Pass", Way.EXECUTION),
    _moves([_O.PARTIALLY_OBSERVED], _O.READY, None, "no QA0 Pass is left", Way.EXECUTION),
    _moves(
        [_O.PARTIALLY_OBSERVED],
        _O.FULLY_OBSERVED,
        Right.OBSERVING,
        "its scheduling blocks are fully observed, or declared so",
        Way.STEP,
        Way.EXECUTION,
    ),
    _moves(
        [_O.FULLY_OBSERVED, _O.READY_FOR_PROCESSING],
        _O.PARTIALLY_OBSERVED,
        Right.OBSERVING,
        "an execution no longer counts: more are needed",
        Way.STEP,
        Way.EXECUTION,
    ),
    _moves(
        [_O.READY, _O.PARTIALLY_OBSERVED],
        _O.OBSERVING_TIMED_OUT,
        Right.OBSERVING,
        "no opportunity is left this season",
        Way.STEP,
        Way.SEASON,
    ),
    _moves(
        [_O.OBSERVING_TIMED_OUT],
        _O.READY,
        Right.OBSERVING,
        "carried over",
        Way.STEP,
        Way.SEASON,
    ),
    _moves(
        [_O.OBSERVING_TIMED_OUT],
        _O.READY_FOR_PROCESSING,
        Right.PROCESSING,
        "the data that were taken are there to be processed",
        Way.STEP,
        Way.SEASON,
    ),
    _moves(
        [_O.FULLY_OBSERVED],
        _O.READY_FOR_PROCESSING,
        Right.PROCESSING,
        "the data are there to be processed",
    ),
    _moves(
        [_O.READY_FOR_PROCESSING, _O.PROCESSING_PROBLEM],
        _O.PROCESSING,
        Right.PROCESSING,
        "processing starts",
    ),
    _moves([_O.PROCESSING], _O.READY_FOR_REVIEW, Right.PROCESSING, "processing ended"),
    _moves([_O.PROCESSING], _O.PROCESSING_PROBLEM, Right.PROCESSING, "processing failed"),
    _moves(
        [_O.PROCESSING_PROBLEM], _O.READY_FOR_PROCESSING, Right.PROCESSING, "to be processed again"
    ),
    _moves([_O.READY_FOR_REVIEW], _O.REVIEWING, Right.REVIEW, "a reviewer opens it"),
    _moves([_O.REVIEWING], _O.READY_FOR_REVIEW, Right.REVIEW, "the review is given back"),
    _moves([_O.REVIEWING], _O.READY_FOR_PROCESSING, Right.REVIEW, "to be run with another recipe"),
    _moves([_O.REVIEWING], _O.VERIFIED, Right.QA2, "QA2 Pass or SemiPass", Way.QA2),
    _moves([_O.REVIEWING], _O.PARTIALLY_OBSERVED, Right.QA2, "QA2 Fail: observe more", Way.QA2),
    _moves([_O.REVIEWING], _O.READY, Right.QA2, "QA2 Fail without a QA0 Pass", Way.QA2),
    _moves([_O.VERIFIED], _O.REVIEWING, Right.QA2, "undone while the hold runs", Way.QA2),
    _moves([_O.VERIFIED], _O.DELIVERY_IN_PROGRESS, None, "handed to the archives", Way.DELIVERY),
    _moves([_O.DELIVERY_IN_PROGRESS], _O.VERIFIED, None, "the archives failed", Way.DELIVERY),
    _moves([_O.DELIVERY_IN_PROGRESS], _O.DELIVERED, None, "all mirrors have it", Way.DELIVERY),
    _moves([_O.DELIVERED], _O.QA3_IN_PROGRESS, Right.QA3_TRIAGE, "QA3 is opened", Way.QA3),
    _moves([_O.QA3_IN_PROGRESS], _O.DELIVERED, Right.QA3_TRIAGE, "QA3 is aborted", Way.QA3),
    _moves(
        [_O.QA3_IN_PROGRESS],
        _O.READY_FOR_PROCESSING,
        Right.QA3_TRIAGE,
        "to be processed again",
        Way.QA3,
    ),
    _moves(
        [_O.QA3_IN_PROGRESS],
        _O.PARTIALLY_OBSERVED,
        Right.QA3_TRIAGE,
        "failed: observe again",
        Way.QA3,
    ),
    _moves(
        [_O.NEW_PHASE2, _O.PHASE2_SUBMITTED, _O.READY, _O.PARTIALLY_OBSERVED],
        _O.CANCELED,
        Right.OBSERVING,
        "canceled",
    ),
    _moves(
        [_O.NEW_PHASE2, _O.PHASE2_SUBMITTED, _O.READY, _O.PARTIALLY_OBSERVED],
        _O.DO_NOT_OBSERVE,
        Right.OBSERVING,
        "it was decided not to observe",
    ),
    _moves([_O.READY], _O.NOT_OBSERVED, Right.OBSERVING, "the cycle ended without data"),
    _mending([_O.PHASE2_SUBMITTED, _O.READY, _O.PARTIALLY_OBSERVED], _O.BROKEN, _O.REPAIRED),
)

_S = SchedBlockState
_OBSERVABLE = (_S.READY, _S.RUNNING, _S.SUSPENDED, _S.WAITING, _S.CALIBRATOR_CHECK)
_SCHED_BLOCK_MOVES = _table(
    _moves([_S.NEW_PHASE2], _S.PHASE2_SUBMITTED, Right.OBSERVING, "Phase 2 was handed in"),
    _moves([_S.PHASE2_SUBMITTED], _S.READY, Right.OBSERVING, "checked and ready to observe"),
    _moves([_S.READY], _S.RUNNING, Right.QA0, "an execution starts"),
    _moves(
        [_S.READY],
        _S.SUSPENDED,
        Right.QA0,
        "held until it is judged, or carried over",
        Way.STEP,
        Way.SEASON,
    ),
    _moves([_S.RUNNING], _S.SUSPENDED, Right.QA0, "held until it is judged"),
    _moves([_S.READY, _S.SUSPENDED], _S.WAITING, Right.QA0, "waits for the PI or a trigger"),
    _moves([_S.READY], _S.CALIBRATOR_CHECK, Right.QA0, "its calibrators are being checked"),
    _moves([_S.SUSPENDED], _S.READY, Right.QA0, "to be observed (again)", Way.STEP, Way.SEASON),
    _moves(
        [_S.RUNNING, _S.WAITING, _S.CALIBRATOR_CHECK],
        _S.READY,
        Right.QA0,
        "to be observed (again)",
    ),
    _declared(
        _moves(
            [*_OBSERVABLE, _S.PARTIALLY_OBSERVED],
            _S.FULLY_OBSERVED,
            Right.OBSERVING,
            "the executions that passed reach those expected, or it is declared so with a reason",
            Way.STEP,
            Way.EXECUTION,
        )
    ),
    _moves(
        [_S.FULLY_OBSERVED],
        _S.READY,
        Right.OBSERVING,
        "more executions are needed",
        Way.STEP,
        Way.EXECUTION,
        Way.QA2,
        Way.QA3,
    ),
    _moves(
        [_S.FULLY_OBSERVED, _S.OBSERVING_TIMED_OUT],
        _S.SUSPENDED,
        Right.QA2,
        "QA2 Fail: more executions are needed, once JAO has agreed",
        Way.QA2,
        Way.QA3,
    ),
    _moves(
        [*_OBSERVABLE, _S.PARTIALLY_OBSERVED],
        _S.OBSERVING_TIMED_OUT,
        Right.OBSERVING,
        "no opportunity is left this season",
        Way.STEP,
        Way.SEASON,
    ),
    _moves(
        [_S.OBSERVING_TIMED_OUT],
        _S.READY,
        Right.OBSERVING,
        "carried over, or more executions are needed",
        Way.STEP,
        Way.SEASON,
        Way.QA2,
        Way.QA3,
    ),
    _moves(
        [_S.NEW_PHASE2, _S.PHASE2_SUBMITTED, *_OBSERVABLE],
        _S.CANCELED,
        Right.OBSERVING,
        "canceled",
    ),
    _moves(
        [_S.NEW_PHASE2, _S.PHASE2_SUBMITTED, *_OBSERVABLE],
        _S.DO_NOT_OBSERVE,
        Right.OBSERVING,
        "it was decided not to observe",
    ),
    _moves([_S.READY], _S.NOT_OBSERVED, Right.OBSERVING, "the cycle ended without data"),
    _moves(
        [state for state in _S if state != _S.DELETED],
        _S.DELETED,
        Right.OBSERVING,
        "withdrawn from view",
    ),
    _mending([_S.PHASE2_SUBMITTED, _S.READY, _S.SUSPENDED], _S.BROKEN, _S.REPAIRED),
)

# Groups and science goals follow their member OUSs and take no steps of their own.
MOVES: MappingProxyType[Level, MappingProxyType[tuple[str, str], Move]] = MappingProxyType(
    {
        Level.PROJECT: _PROJECT_MOVES,
        Level.MEMBER_OUS: _OUS_MOVES,
        Level.SCHED_BLOCK: _SCHED_BLOCK_MOVES,
    }
)


def find_move(level: Level, frm: str | None, to: str) -> Move | None:
    """Answer the legal step between two states, None where there is none."""
    return MOVES[level].get((frm or "", to)) if level in MOVES else None


def steps_from(level: Level, state: str | None) -> list[Move]:
    """All plain steps out of a state, in the table's order."""
    return [
        move
        for (frm, _), move in MOVES.get(level, MappingProxyType({})).items()
        if frm == state and Way.STEP in move.ways
    ]
