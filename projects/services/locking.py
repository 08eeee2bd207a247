"""The rows that a writer changes, locked, and not older than what the writer has seen."""

from projects.errors import StaleVersion
from projects.models import MemberOUS
from projects.services.events import lock_project


def locked_member(member_ous: MemberOUS, expected_version: int | None) -> MemberOUS:
    """Answer a member OUS locked, its project's row before it, as every writer does.

    Raises StaleVersion.
    """
    lock_project(member_ous.project_id)
    rows = MemberOUS.objects.with_parents().select_for_update(of=("self",))
    member = rows.get(pk=member_ous.pk)
    if expected_version is not None and member.version != expected_version:
        raise StaleVersion(member.version)
    return member
