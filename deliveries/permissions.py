"""Who may do what with clocks and deliveries; one condition a line."""

from accounts.models import User
from accounts.rights import Right
from projects.models import MemberOUS
from projects.permissions import can_delegate
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
    return can_delegate(user, member_ous.project)


def can_enter_added_value(user: Viewer) -> bool:
    """Whether ``user`` may say where added-value products are; of what is ``visible_to``."""
    return is_staff_viewer(user)


def can_resend_mail(user: Viewer) -> bool:
    """Whether ``user`` may send a mail again, or note that it came back."""
    return isinstance(user, User) and user.has_right(Right.MAIL)


def can_withhold_files(user: Viewer) -> bool:
    """Whether ``user`` may withhold files during QA3."""
    return isinstance(user, User) and user.has_right(Right.QA3_TRIAGE)


def can_retry_delivery(user: Viewer) -> bool:
    """Whether ``user`` may let a failed delivery be tried again."""
    return isinstance(user, User) and user.has_right(Right.CLOCK)
