"""States that follow from the states of parts. Pure; the rules are SEMANTICS "States"."""

from collections.abc import Iterable, Sequence

from projects.states import OUSState, ProjectState, StateFlag

_LEFT_OUT = frozenset({OUSState.DELETED, OUSState.CANCELED, OUSState.DO_NOT_OBSERVE})

# From the least to the most advanced; words of 2014 stand beside what they became.
_ORDER: tuple[OUSState, ...] = (
    OUSState.REJECTED,
    OUSState.NOT_OBSERVED,
    OUSState.NEW_PHASE1,
    OUSState.PHASE1_SUBMITTED,
    OUSState.APPROVED,
    OUSState.NEW_PHASE2,
    OUSState.PHASE2_SUBMITTED,
    OUSState.BROKEN,
    OUSState.REPAIRED,
    OUSState.CSV_READY,
    OUSState.READY,
    OUSState.PARTIALLY_OBSERVED,
    OUSState.FULLY_OBSERVED,
    OUSState.READY_FOR_PROCESSING,
    OUSState.REPROCESSING_REQUIRED,
    OUSState.PROCESSING,
    OUSState.PIPELINE_PROCESSING,
    OUSState.MANUAL_PROCESSING,
    OUSState.PROCESSING_PROBLEM,
    OUSState.PIPELINE_ERROR,
    OUSState.READY_FOR_REVIEW,
    OUSState.PROCESSED,
    OUSState.REVIEWING,
    OUSState.QA2_IN_PROGRESS,
    OUSState.VERIFIED,
    OUSState.READY_TO_DELIVER,
    OUSState.DELIVERY_IN_PROGRESS,
    OUSState.QA3_IN_PROGRESS,
    OUSState.DELIVERED,
)
_RANK = {state: rank for rank, state in enumerate(_ORDER)}
_READY = _RANK[OUSState.READY]
_OBSERVED = _RANK[OUSState.FULLY_OBSERVED]


def rolled_up(states: Iterable[str | None]) -> OUSState | None:
    """Answer the state of a group or science goal from those of its member OUSs."""
    counted = _counted(states)
    if not counted or None in counted:
        return None
    known = [state for state in counted if state is not None]
    if len(set(known)) == 1:
        return known[0]
    least = min(known, key=_RANK.__getitem__)
    if _RANK[least] >= _OBSERVED:
        return least
    if max(map(_RANK.__getitem__, known)) > _READY:
        return OUSState.PARTIALLY_OBSERVED
    return least


def is_held(target: str | None, members: Iterable[tuple[str | None, str]]) -> bool:
    """Whether the word that (state, flag) of member OUSs lead to is kept from people outside."""
    held = (str(OUSState.VERIFIED), str(StateFlag.IN_HOLD))
    return target == OUSState.VERIFIED and held in members


def _counted(states: Iterable[str | None]) -> Sequence[OUSState | None]:
    given = [OUSState(state) if state else None for state in states]
    left = [state for state in given if state not in _LEFT_OUT]
    running = [state for state in left if state != OUSState.OBSERVING_TIMED_OUT]
    return running or left


_FOLLOWS = frozenset(
    {
        ProjectState.READY,
        ProjectState.PARTIALLY_OBSERVED,
        ProjectState.IN_PROGRESS,
        ProjectState.PARTIALLY_COMPLETED,
        ProjectState.COMPLETED,
        ProjectState.OBSERVING_TIMED_OUT,
    }
)
_ENDED = frozenset({OUSState.DELIVERED, OUSState.OBSERVING_TIMED_OUT, OUSState.NOT_OBSERVED})


def project_following(current: str | None, members: Iterable[str | None]) -> ProjectState | None:
    """Answer the state a project takes after its member OUSs, None where it keeps its own.

    A project follows only into InProgress, Completed and PartiallyCompleted.
    """
    if current not in _FOLLOWS:
        return None
    target = _project_target([state for state in members if state not in _LEFT_OUT])
    return target if target and target != current else None


def _project_target(members: Sequence[str | None]) -> ProjectState | None:
    if not members or None in members:
        return None
    if all(state == OUSState.DELIVERED for state in members):
        return ProjectState.COMPLETED
    delivered = OUSState.DELIVERED in members
    if delivered and all(state in _ENDED for state in members):
        return ProjectState.PARTIALLY_COMPLETED
    past_ready = any(
        _RANK.get(OUSState(state), 0) > _READY for state in members if state is not None
    )
    return ProjectState.IN_PROGRESS if past_ready else None


def is_behind(word: str | None, other: str | None) -> bool:
    """Whether one state of an OUS comes before another; False where either is no such word.

    Unlike in roll-ups, QA3InProgress comes after Delivered here: it starts from there.
    """
    order = [state for state in _ORDER if state != OUSState.QA3_IN_PROGRESS]
    ranks = {str(state): rank for rank, state in enumerate([*order, OUSState.QA3_IN_PROGRESS])}
    return word in ranks and other in ranks and ranks[str(word)] < ranks[str(other)]
