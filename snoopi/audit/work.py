"""Who has work and what holds it up: copies on the member OUS of what the histories say."""

from collections.abc import Iterator

from django.db.models import Q

from projects.models import Assignment, Blockage, MemberOUS
from projects.states import Level
from projects.work import WorkRole
from snoopi.audit.faults import Fault, Named, Tally, compare, stream

# Until somebody here assigns it, a source may name another reducer.
_DECIDED = Q(role=WorkRole.REVIEWER) | Q(member_ous__reducer_decided_at__isnull=False)


def work_agrees(tally: Tally) -> Iterator[Fault]:
    """Who has a member OUS, and what holds it up, are what lasts in the histories."""
    for role in WorkRole:
        names = ("member_ous__uid", "member_ous__ref", f"member_ous__{role}__username")
        rows = Assignment.objects.lasting().filter(_DECIDED, role=role).order_by("pk")
        for uid, ref, found, person in stream(rows.values_list(*names, "person__username")):
            tally.looked += 1
            yield from compare(Named(Level.MEMBER_OUS, uid, ref), role.value, found, person)
    lasting = Blockage.objects.lasting().order_by("pk")
    held = lasting.values_list(
        "member_ous__uid", "member_ous__ref", "member_ous__blocked_on", "reason"
    )
    for uid, ref, found, reason in stream(held):
        tally.looked += 1
        yield from compare(Named(Level.MEMBER_OUS, uid, ref), "blocked_on", found, reason)
    free = MemberOUS.objects.exclude(blocked_on="").exclude(blockages__in=lasting)
    for uid, ref, found in stream(free.order_by("pk").values_list("uid", "ref", "blocked_on")):
        yield from compare(Named(Level.MEMBER_OUS, uid, ref), "blocked_on", found, None)
