"""Who may judge what; one condition a line."""

from dataclasses import dataclass

from accounts.models import User
from accounts.rights import STAFF_ROLE_WORDS, Right, StaffRole
from projects.models import DelegationKind, MemberOUS, Membership, Role
from projects.permissions import can_delegate, is_own_reduction
from projects.querysets.project import Viewer
from qa.problems import Initiative


def can_decide_qa0(user: Viewer) -> bool:
    """Whether ``user`` may judge executions; which ones is a matter of ``visible_to``."""
    return isinstance(user, User) and user.has_right(Right.QA0)


def can_review(user: Viewer) -> bool:
    """Whether ``user`` may decide on member OUSs in QA2: the right and its qualification."""
    return isinstance(user, User) and user.has_right(Right.QA2)


def can_decide_qa2(user: Viewer, member_ous: MemberOUS) -> bool:
    """Whether ``user`` may decide on this member OUS: not on what they reduced themselves."""
    return can_review(user) and not is_own_reduction(user, member_ous)


def can_settle_late_verdict(user: Viewer) -> bool:
    """Whether ``user`` may say that a late verdict has been looked after."""
    return isinstance(user, User) and user.has_right(Right.OBSERVING)


def can_enter_calibrations(user: Viewer) -> bool:
    """Whether ``user`` may enter and correct calibrations of the array (QA1)."""
    return isinstance(user, User) and user.has_right(Right.QA1)


def can_triage(user: Viewer) -> bool:
    """Whether ``user`` may decide what becomes of problem reports (QA3)."""
    return isinstance(user, User) and user.has_right(Right.QA3_TRIAGE)


@dataclass(frozen=True, slots=True)
class ReportingAs:
    """As what somebody reports a problem: on whose initiative, and in a role's word."""

    initiative: Initiative
    word: str


def reporting_as(user: Viewer, member_ous: MemberOUS) -> ReportingAs | None:
    """As what ``user`` may report a problem with data that they see; None where they may not.

    Who is on the project reports for it, whatever else they are. At most two queries.
    """
    if not isinstance(user, User) or not user.is_active:
        return None
    ties = Membership.objects.of(user).filter(project_id=member_ous.project_id)
    for tie in ties.order_by("pk"):
        if tie.role != Role.DELEGEE or tie.kind == DelegationKind.DATA:
            return ReportingAs(Initiative.USER, Role(tie.role).label)
    if can_triage(user):
        return ReportingAs(Initiative.OBSERVATORY, _staff_word(user))
    if can_delegate(user, member_ous.project):
        return ReportingAs(Initiative.USER, f"{_staff_word(user)}, for the PI")
    return None


def _staff_word(user: User) -> str:
    return STAFF_ROLE_WORDS[StaffRole(user.roles[0])]
