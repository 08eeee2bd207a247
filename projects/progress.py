"""How far observing has come: the steps that follow from verdicts on executions.

Pure; the rules are SEMANTICS "States" and "Executions". Forwards as executions pass,
backwards when one no longer counts, and only until processing begins: from there on a
late verdict moves nothing.
"""

from collections.abc import Iterable
from decimal import Decimal
from types import MappingProxyType

from projects.states import OUSState, SchedBlockState

_O, _S = OUSState, SchedBlockState

OBSERVABLE = frozenset(
    {
        _S.READY,
        _S.RUNNING,
        _S.SUSPENDED,
        _S.WAITING,
        _S.CALIBRATOR_CHECK,
        _S.PARTIALLY_OBSERVED,
    }
)
# What takes no part in the question whether a member OUS is observed.
LEFT_OUT = frozenset({_S.DELETED, _S.CANCELED, _S.DO_NOT_OBSERVE})

# Where a late verdict moves nothing, and what staff are told of the member OUS.
PROCESSING_BEGAN = frozenset(
    {
        _O.PROCESSING,
        _O.PROCESSING_PROBLEM,
        _O.READY_FOR_REVIEW,
        _O.REVIEWING,
        _O.VERIFIED,
        _O.DELIVERY_IN_PROGRESS,
        _O.DELIVERED,
        _O.QA3_IN_PROGRESS,
        _O.PIPELINE_PROCESSING,
        _O.PIPELINE_ERROR,
        _O.MANUAL_PROCESSING,
        _O.PROCESSED,
        _O.QA2_IN_PROGRESS,
        _O.REPROCESSING_REQUIRED,
        _O.READY_TO_DELIVER,
    }
)
OBSERVING_ENDED = frozenset(
    {_O.OBSERVING_TIMED_OUT, _O.NOT_OBSERVED, _O.DO_NOT_OBSERVE, _O.CANCELED}
)
TOO_LATE = PROCESSING_BEGAN | OBSERVING_ENDED

REVIEW_BEGAN = frozenset(
    {_O.REVIEWING, _O.VERIFIED, _O.DELIVERY_IN_PROGRESS, _O.DELIVERED, _O.QA3_IN_PROGRESS}
)

_PATHS = MappingProxyType(
    {
        (_O.READY, _O.PARTIALLY_OBSERVED): (_O.PARTIALLY_OBSERVED,),
        (_O.READY, _O.FULLY_OBSERVED): (_O.PARTIALLY_OBSERVED, _O.FULLY_OBSERVED),
        (_O.PARTIALLY_OBSERVED, _O.FULLY_OBSERVED): (_O.FULLY_OBSERVED,),
        (_O.PARTIALLY_OBSERVED, _O.READY): (_O.READY,),
        **{
            (late, _O.PARTIALLY_OBSERVED): (_O.PARTIALLY_OBSERVED,)
            for late in (_O.FULLY_OBSERVED, _O.READY_FOR_PROCESSING)
        },
        **{
            (late, _O.READY): (_O.PARTIALLY_OBSERVED, _O.READY)
            for late in (_O.FULLY_OBSERVED, _O.READY_FOR_PROCESSING)
        },
    }
)


def begins_round(frm: str | None, to: str | None) -> bool:
    """Whether a step leads from review back to observing or processing: a new round of QA2."""
    return frm in REVIEW_BEGAN and to not in REVIEW_BEGAN | {_O.READY_FOR_REVIEW}


def is_done(passed: Decimal, expected: Decimal | None, tolerance: Decimal) -> bool:
    """Whether the executions that passed reach those expected; never where none are known."""
    return expected is not None and passed > 0 and passed >= expected - tolerance


def block_step(
    state: str | None, *, done: bool, fewer: bool, placed: bool
) -> SchedBlockState | None:
    """Answer the step of a scheduling block whose executions were judged, None for none.

    ``fewer``: less has passed than before; ``placed``: a person put it where it stands,
    and what has passed since gives no reason to move it.
    """
    if placed:
        return None
    if state in OBSERVABLE and done:
        return _S.FULLY_OBSERVED
    return _S.READY if state == _S.FULLY_OBSERVED and fewer and not done else None


def all_observed(blocks: Iterable[str | None]) -> bool:
    """Whether all scheduling blocks that count are fully observed, and there is one."""
    counted = [state for state in blocks if state not in LEFT_OUT]
    return bool(counted) and all(state == _S.FULLY_OBSERVED for state in counted)


def member_steps(
    state: str | None, *, passes: bool, done: bool, fewer: bool, placed: bool
) -> tuple[OUSState, ...]:
    """Answer the legal steps of a member OUS, one after the other.

    ``passes``: some execution counts; ``done``: all its scheduling blocks are fully
    observed; ``fewer`` and ``placed`` as in ``block_step``.
    """
    target = _member_target(state, passes=passes, done=done, fewer=fewer)
    # Nobody can declare that executions passed which did not.
    if target is None or (placed and not (state == _O.PARTIALLY_OBSERVED and target == _O.READY)):
        return ()
    return _PATHS.get((OUSState(state or ""), target), ())


def _member_target(state: str | None, *, passes: bool, done: bool, fewer: bool) -> OUSState | None:
    if state in (_O.READY, _O.PARTIALLY_OBSERVED):
        if done:
            return _O.FULLY_OBSERVED
        if passes:
            return _O.PARTIALLY_OBSERVED
        return _O.READY if fewer else None
    if state in (_O.FULLY_OBSERVED, _O.READY_FOR_PROCESSING) and fewer and not done:
        return _O.PARTIALLY_OBSERVED if passes else _O.READY
    return None
