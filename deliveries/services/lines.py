"""Writing lines of mails: what is told together with more, later or once a day."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from deliveries.models import LineKind, MailLine
from deliveries.services.notices import Occasion

_KEPT = ("uid", "sched_blocks", "ous_url", "qa2")


def write_lines(occasion: Occasion, kind: LineKind, at: datetime, people: Iterable[User]) -> int:
    """Write what some people are told of a member OUS; what is written stays. Answers how many."""
    member, facts = occasion.member_ous, occasion.facts
    if member is None:
        return 0
    kept = {name: facts[name] for name in _KEPT if name in facts}
    rows = [
        MailLine(
            kind=kind,
            occasion=occasion.key,
            recipient=person,
            project_id=member.project_id,
            member_ous=member,
            at=at,
            facts=kept,
        )
        for person in people
    ]
    return len(MailLine.objects.bulk_create(rows, ignore_conflicts=True))
