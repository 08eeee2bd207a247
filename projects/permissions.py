"""Who may act on what; one condition a line. Seeing is ``visible_to``."""

from collections.abc import Sequence

from django.conf import settings

from accounts.models import User
from accounts.rights import Right, Scope
from projects.models import Assignment, LivingThing, MemberOUS, Membership, Project, Role
from projects.moves import MOVES, Move, steps_from
from projects.querysets.project import Viewer, is_staff_viewer
from projects.states import Level, OUSState, StateFlag
from projects.work import ROLE_WORDS, WorkRole


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
    able = [move for move in moves if leads_on(thing, move) and can_take(user, move, thing)]
    return [move for move in able if not _is_kept_from(user, move, thing)]


def _is_kept_from(user: Viewer, move: Move, thing: LivingThing) -> bool:
    return isinstance(thing, MemberOUS) and opens_review(move) and reduces(user, thing)


def reduces(user: Viewer, member_ous: MemberOUS) -> bool:
    """Whether the rule that somebody else reviews keeps ``user`` away, as far as one row tells."""
    return (
        settings.REVIEWER_IS_NOT_REDUCER
        and user.pk is not None
        and member_ous.reducer_id == user.pk
    )


def opens_review(move: Move) -> bool:
    """Whether a step begins a review."""
    return move.frm == OUSState.READY_FOR_REVIEW and move.to == OUSState.REVIEWING


def leads_on(thing: LivingThing, move: Move) -> bool:
    """Whether a step fits the thing.

    A repaired one goes only back to where it was; one in hold goes to no archive.
    """
    if thing.state_flag == StateFlag.IN_HOLD and move.to == "DeliveryInProgress":
        return False
    return thing.state != "Repaired" or move.to in (thing.resume_state, "Broken", "Deleted")


def is_own_reduction(user: Viewer, member_ous: MemberOUS) -> bool:
    """Whether the rule that reviewer and reducer are two people keeps ``user`` away.

    Who had the data in hand in this round of review counts, though they handed them over;
    one query, for who may review at all and is not the reducer now.
    """
    if not settings.REVIEWER_IS_NOT_REDUCER or not isinstance(user, User):
        return False
    if reduces(user, member_ous):
        return True
    if not user.scopes(Right.REVIEW):
        return False
    rows = Assignment.objects.filter(member_ous=member_ous, person=user, role=WorkRole.REDUCER)
    return rows.filter(reduced_at__isnull=False, round_over=False).exists()


def can_claim(user: Viewer, role: WorkRole) -> bool:
    """Whether ``user`` may take work in a role: the right to assign it, and to do it."""
    return isinstance(user, User) and bool(user.scopes(Right.ASSIGN)) and can_do(user, role)


def can_do(user: User, role: WorkRole) -> bool:
    """Whether an account may do the work of a role, its qualification included."""
    if role == WorkRole.REDUCER:
        return bool(user.scopes(Right.PROCESSING))
    return bool(user.scopes(Right.REVIEW)) and user.has_right(Right.QA2)


def can_assign(user: Viewer, member_ous: MemberOUS, role: WorkRole) -> bool:
    """Whether ``user`` may say who has a member OUS: who assigns work, or has it themselves."""
    if not isinstance(user, User):
        return False
    scopes = user.scopes(Right.ASSIGN)
    holder = member_ous.reducer_id if role == WorkRole.REDUCER else member_ous.reviewer_id
    return Scope.ALL in scopes or (Scope.OWN in scopes and holder == user.pk)


def why_unfit(person: User, member_ous: MemberOUS, role: WorkRole) -> str:
    """Answer in a sentence why somebody may not have a member OUS in a role, "" where they may."""
    if not can_do(person, role):
        return f"{person} may not work as {ROLE_WORDS[role]}."
    if role == WorkRole.REVIEWER and is_own_reduction(person, member_ous):
        return f"{person} reduced these data: somebody else reviews them."
    return ""


def can_work_on(user: Viewer, member_ous: MemberOUS) -> bool:
    """Whether ``user`` may say what holds the work on a member OUS up."""
    if not isinstance(user, User):
        return False
    scopes = user.scopes(Right.PROCESSING)
    return Scope.ALL in scopes or (Scope.OWN in scopes and is_own_work(user, member_ous))


def can_keep_journal(user: Viewer) -> bool:
    """Whether ``user`` may read and write what staff note; on what is ``visible_to``."""
    return is_staff_viewer(user)


def pis_of(project: Project) -> list[User]:
    """The project's PI now, none where nobody with an account is; one query."""
    ties = Membership.objects.current().filter(project=project, role=Role.PI)
    return [tie.user for tie in ties.select_related("user")]


def is_pi(user: Viewer, project: Project) -> bool:
    """Whether ``user`` is the project's PI now; one query."""
    return user in pis_of(project)


def delegates(user: Viewer, project: Project, pis: Sequence[User]) -> bool:
    """Whether ``user`` is one of these PIs, or acts on behalf of them: ARC, contact scientist."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user in pis:
        return True
    scopes = user.scopes(Right.ON_BEHALF)
    if Scope.NAMED in scopes and project.contact_scientist_id == user.pk:
        return True
    if Scope.ARC not in scopes or not user.arc:
        return False
    return user.arc == project.arc or any(pi.arc == user.arc for pi in pis)


def can_delegate(user: Viewer, project: Project) -> bool:
    """Whether ``user`` may say who has access to a project; one query."""
    return delegates(user, project, pis_of(project))


def can_issue_token(user: Viewer, project: Project) -> bool:
    """Whether ``user`` may make keys to a project: the PI alone, for whoever makes one sees it.

    Staff who act for the PI revoke them.
    """
    return is_pi(user, project)
