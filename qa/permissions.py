"""Who may judge what; one condition a line."""

from accounts.models import User
from accounts.rights import Right
from projects.querysets.project import Viewer


def can_decide_qa0(user: Viewer) -> bool:
    """Whether ``user`` may judge executions; which ones is a matter of ``visible_to``."""
    return isinstance(user, User) and user.has_right(Right.QA0)


def can_settle_late_verdict(user: Viewer) -> bool:
    """Whether ``user`` may say that a late verdict has been looked after."""
    return isinstance(user, User) and user.has_right(Right.OBSERVING)
