"""Finding the thing that a page is about, with what the page reads of it."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from projects.lookup import canonical_ref, find, is_storable
from projects.models import ExecBlock, MemberOUS, ObsUnitSet, Project, SchedBlock
from projects.querysets.lines import find_ous, visible_on
from projects.states import Level


def project_for(user: User, text: str) -> Project | None:
    """A project with its contact scientist."""
    rows = Project.objects.visible_to(user).select_related("contact_scientist")
    return find(rows, text)


def ous_for(user: User, text: str) -> ObsUnitSet | None:
    """An OUS on whichever level, with parents, progress and contact scientist."""
    ref = canonical_ref(text)
    if not is_storable(ref):
        return None
    found: ObsUnitSet | None = find_ous(ref, lambda level: ous_rows(level, user))
    return found


def ous_rows(level: Level, user: User) -> QuerySet[Any]:
    """The OUSs of one level that ``user`` may see, as ``ous_for`` has them."""
    seen = visible_on(level, user)
    if level == Level.MEMBER_OUS:
        # Who has them is told to staff.
        rows: QuerySet[Any] = seen.with_parents().select_related("reducer", "reviewer")
    else:
        rows = seen.with_progress()
    return rows.select_related("project__contact_scientist")


def member_for(user: User, text: str) -> MemberOUS | None:
    """A member OUS; None for an OUS on another level."""
    found = ous_for(user, text)
    return found if isinstance(found, MemberOUS) else None


def sched_block_for(user: User, text: str) -> SchedBlock | None:
    """A scheduling block, as ``sched_block_rows`` has it."""
    return find(sched_block_rows(user), text)


def sched_block_rows(user: User) -> QuerySet[SchedBlock]:
    """The SBs that ``user`` may see with project, member OUS, group and science goal."""
    rows = SchedBlock.objects.visible_to(user).with_parents()
    return rows.select_related("member_ous__group_ous")


def exec_block_for(user: User, text: str) -> ExecBlock | None:
    """An execution block with all that stands above it."""
    rows = ExecBlock.objects.visible_to(user).with_parents()
    return find(rows.select_related("member_ous__group_ous", "report"), text)
