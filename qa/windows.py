"""Whether a problem with delivered data is, or would be, reported in time."""

from datetime import UTC, datetime

from django.utils import timezone

from projects.models import MemberOUS
from projects.querysets.handed_out import HANDED_OUT
from qa.observatory import problem_windows
from qa.problems import Window, window_of

NOT_DELIVERED = "Nothing of it is delivered yet: QA3 is about delivered data."


def is_handed_out(member_ous: MemberOUS) -> bool:
    """Whether data of a member OUS were ever delivered, as far as is known."""
    return member_ous.state in HANDED_OUT or member_ous.delivered_at is not None


def whole_second(moment: datetime | None) -> datetime:
    """The full second of a moment, now where none is given: reports know no smaller parts."""
    return (moment or timezone.now()).astimezone(UTC).replace(microsecond=0)


def window_at(member_ous: MemberOUS, moment: datetime) -> Window | None:
    """The window that a report of this moment is held against, None where it is not known."""
    return window_of(problem_windows(), member_ous.delivered_at, whole_second(moment))
