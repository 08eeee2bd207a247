"""Who may judge what; one condition a line."""

from accounts.models import User
from accounts.rights import Right
from projects.models import MemberOUS
from projects.permissions import is_own_reduction
from projects.querysets.project import Viewer


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
