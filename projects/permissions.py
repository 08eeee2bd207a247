"""Who may act on what; one condition a line. Seeing is ``visible_to``."""

from accounts.models import User
from accounts.rights import Right, Scope
from projects.models import LivingThing, MemberOUS
from projects.moves import MOVES, Move, steps_from
from projects.querysets.project import Viewer
from projects.states import Level, StateFlag


def can_take(user: Viewer, move: Move, thing: LivingThing) -> bool:
    """Whether ``user`` may take this step with this thing."""
    if move.right is None or not isinstance(user, User):
        return False
    scopes = user.scopes(move.right)
    if Scope.ALL in scopes:
        return True
    return Scope.OWN in scopes and isinstance(thing, MemberOUS) and is_own_work(user, thing)


def is_own_work(user: User, member_ous: MemberOUS) -> bool:
    """Whether a member OUS is assigned to ``user``, or to nobody who could take it."""
    if user.pk in (member_ous.reducer_id, member_ous.reviewer_id):
        return True
    if not user.scopes(Right.REVIEW):
        return False
    return member_ous.reviewer_id is None


def can_move_at_all(user: Viewer, level: Level) -> bool:
    """Whether ``user`` holds any right that some step on this level asks for."""
    if not isinstance(user, User):
        return False
    rights = {move.right for move in MOVES.get(level, {}).values() if move.right}
    return any(user.scopes(right) for right in rights)


def open_steps(user: Viewer, thing: LivingThing) -> list[Move]:
    """The steps that ``user`` may take from where the thing stands."""
    moves = steps_from(thing.LEVEL, thing.state)
    return [move for move in moves if leads_on(thing, move) and can_take(user, move, thing)]


def leads_on(thing: LivingThing, move: Move) -> bool:
    """Whether a step fits the thing.

    A repaired one goes only back to where it was; one in hold goes to no archive.
    """
    if thing.state_flag == StateFlag.IN_HOLD and move.to == "DeliveryInProgress":
        return False
    return thing.state != "Repaired" or move.to in (thing.resume_state, "Broken", "Deleted")
