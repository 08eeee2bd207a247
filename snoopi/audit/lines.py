"""Lines of reminders and digests: each stands in a mail to its own person, and in one alone."""

from collections.abc import Iterator

from django.db.models import F, Q

from deliveries.models import MailLine, NoticeKind
from projects.states import Level
from snoopi.audit.faults import Fault, Named, Tally, fault, stream

_NAMES = ("member_ous__uid", "member_ous__ref", "pk")
_MAILS = (NoticeKind.REMINDER, NoticeKind.DIGEST)


def lines_are_told(tally: Tally) -> Iterator[Fault]:
    """A line that was told is in a reminder of its project, or in a digest, to its person."""
    rows = MailLine.objects.filter(notice__isnull=False)
    tally.looked += rows.count()
    misplaced = (
        ~Q(notice__recipient=F("recipient"))
        | ~Q(notice__kind__in=_MAILS)
        | Q(notice__kind=NoticeKind.REMINDER) & ~Q(notice__project=F("project"))
    )
    for uid, ref, number in stream(rows.filter(misplaced).order_by("pk").values_list(*_NAMES)):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"mail of line {number}", "another's", "one to its own person")
    strayed = MailLine.objects.exclude(member_ous__project=F("project"))
    for uid, ref, number in stream(strayed.order_by("pk").values_list(*_NAMES)):
        thing = Named(Level.MEMBER_OUS, uid, ref)
        yield fault(thing, f"project of line {number}", "another", "that of its member OUS")
