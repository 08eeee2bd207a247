"""Finding the thing that a page is about, with what the page reads of it."""

from accounts.models import User
from projects.lookup import OUS_MODELS, canonical_ref, find
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


def project_for(user: User, text: str) -> Project | None:
    """A project with its contact scientist."""
    rows = Project.objects.visible_to(user).select_related("contact_scientist")
    return find(rows, text)


def ous_for(user: User, text: str) -> ObsUnitSet | None:
    """An OUS on whichever level; member OUSs first, for they are asked for most."""
    ref = canonical_ref(text)
    rows = _ous_rows(user)
    for level_rows in rows:
        thing: ObsUnitSet | None = level_rows.filter(ref=ref).first()
        if thing is not None:
            return thing
    alias = Alias.objects.filter(level__in=[m.LEVEL for m in OUS_MODELS], ref=ref).first()
    if alias is None:
        return None
    wanted = dict(zip((model.LEVEL for model in OUS_MODELS), rows, strict=True))[alias.level]
    return wanted.filter(pk=alias.subject.pk).first()


def _ous_rows(user: User):
    return (
        MemberOUS.objects.visible_to(user).with_parents(),
        GroupOUS.objects.visible_to(user).with_progress(),
        ScienceGoal.objects.visible_to(user).with_progress(),
    )


def sched_block_for(user: User, text: str) -> SchedBlock | None:
    """A scheduling block with project, member OUS, group and science goal."""
    rows = SchedBlock.objects.visible_to(user).with_parents()
    return find(rows.select_related("member_ous__group_ous"), text)


def exec_block_for(user: User, text: str) -> ExecBlock | None:
    """An execution block with all that stands above it."""
    rows = ExecBlock.objects.visible_to(user).with_parents()
    return find(rows.select_related("member_ous__group_ous"), text)
