"""Finding the thing that a page is about, with what the page reads of it."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from projects.lookup import canonical_ref, find, is_storable
from projects.models import (
    Alias,
    ExecBlock,
    GroupOUS,
    MemberOUS,
    ObsUnitSet,
    Project,
    SchedBlock,
    ScienceGoal,
)
from projects.states import Level


def project_for(user: User, text: str) -> Project | None:
    """A project with its contact scientist."""
    rows = Project.objects.visible_to(user).select_related("contact_scientist")
    return find(rows, text)


def ous_for(user: User, text: str) -> ObsUnitSet | None:
    """An OUS on whichever level; member OUSs first, for they are asked for most."""
    ref = canonical_ref(text)
    if not is_storable(ref):
        return None
    rows = ous_rows(user)
    for level_rows in rows.values():
        thing: ObsUnitSet | None = level_rows.filter(ref=ref).first()
        if thing is not None:
            return thing
    alias = Alias.objects.filter(level__in=[*rows], ref=ref).order_by("pk").first()
    if alias is None:
        return None
    level = Level(alias.level)
    found: ObsUnitSet | None = rows[level].filter(pk=getattr(alias, f"{level}_id")).first()
    return found


def ous_rows(user: User) -> dict[Level, QuerySet[Any]]:
    """The OUSs that ``user`` may see, by level, with parents, progress, contact scientist."""
    rows: dict[Level, QuerySet[Any]] = {
        Level.MEMBER_OUS: MemberOUS.objects.visible_to(user).with_parents(),
        Level.GROUP_OUS: GroupOUS.objects.visible_to(user).with_progress(),
        Level.SCIENCE_GOAL: ScienceGoal.objects.visible_to(user).with_progress(),
    }
    scientist = "project__contact_scientist"
    return {level: found.select_related(scientist) for level, found in rows.items()}


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
