"""Who may do what with clocks and deliveries; one condition a line."""

from accounts.models import User
from accounts.rights import Right, Scope
from projects.models import MemberOUS, Membership, Project, Role
from projects.querysets.project import Viewer, is_staff_viewer


def can_extend_clock(user: Viewer) -> bool:
    """Whether ``user`` may lengthen proprietary periods, or withdraw what was public."""
    return isinstance(user, User) and user.has_right(Right.CLOCK)


def can_correct_clock(user: Viewer) -> bool:
    """Whether ``user`` may set the end of a period, sooner too."""
    return isinstance(user, User) and user.has_right(Right.CORRECT_CLOCK)


def can_renew_clock(user: Viewer) -> bool:
    """Whether ``user`` may renew a period after QA3."""
    if not isinstance(user, User):
        return False
    return user.has_right(Right.CLOCK) or user.has_right(Right.QA3_TRIAGE)


def can_release_early(user: Viewer, member_ous: MemberOUS) -> bool:
    """Whether ``user`` may have the raw data of a member OUS released before its delivery."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.has_right(Right.CLOCK):
        return True
    project = member_ous.project
    return _is_pi(user, project) or _acts_for_pi(user, project)


def can_enter_added_value(user: Viewer) -> bool:
    """Whether ``user`` may say where added-value products are; of what is ``visible_to``."""
    return is_staff_viewer(user)


def can_resend_mail(user: Viewer) -> bool:
    """Whether ``user`` may send a mail again, or note that it came back."""
    return isinstance(user, User) and user.has_right(Right.MAIL)


def _is_pi(user: User, project: Project) -> bool:
    return Membership.objects.of(user).filter(project=project, role=Role.PI).exists()


def _acts_for_pi(user: User, project: Project) -> bool:
    scopes = user.scopes(Right.ON_BEHALF)
    if Scope.NAMED in scopes and project.contact_scientist_id == user.pk:
        return True
    if Scope.ARC not in scopes or not user.arc:
        return False
    pis = Membership.objects.current().filter(project=project, role=Role.PI, user__arc=user.arc)
    return project.arc == user.arc or pis.exists()


def can_withhold_files(user: Viewer) -> bool:
    """Whether ``user`` may withhold files during QA3."""
    return isinstance(user, User) and user.has_right(Right.QA3_TRIAGE)


def can_retry_delivery(user: Viewer) -> bool:
    """Whether ``user`` may let a failed delivery be tried again."""
    return isinstance(user, User) and user.has_right(Right.CLOCK)
