"""Who may judge what; one condition a line."""

from django.conf import settings

from accounts.models import User
from accounts.rights import Right
from projects.models import MemberOUS
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


def is_own_reduction(user: Viewer, member_ous: MemberOUS) -> bool:
    """Whether the rule that reviewer and reducer are two people keeps ``user`` away."""
    if not settings.REVIEWER_IS_NOT_REDUCER or member_ous.reducer_id is None:
        return False
    return isinstance(user, User) and member_ous.reducer_id == user.pk


def can_settle_late_verdict(user: Viewer) -> bool:
    """Whether ``user`` may say that a late verdict has been looked after."""
    return isinstance(user, User) and user.has_right(Right.OBSERVING)
