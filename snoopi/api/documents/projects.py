"""Projects and their trees."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from projects.models import Project
from projects.presentation import standing, version_of
from projects.querysets.below import NOT_COUNTED
from projects.querysets.project import Viewer
from projects.states import Level
from snoopi.api.documents.common import executions, number, waits
from snoopi.api.documents.support import citation_document, contact_document
from snoopi.api.shapes.projects import Executions, Progress, ProjectDetail, ProjectLine, TreeNode
from snoopi.api.shapes.words import LEVEL_WORDS

_PARENTS = (
    (Level.MEMBER_OUS, "member_ous_id"),
    (Level.GROUP_OUS, "group_ous_id"),
    (Level.SCIENCE_GOAL, "science_goal_id"),
    (Level.PROJECT, "project_id"),
)
Key = tuple[Level, int]


def project_line(project: Project, viewer: Viewer, moment: datetime | None = None) -> ProjectLine:
    """A project in a list; as it was at a ``moment``: ``project_then``."""
    found = standing(project, viewer)
    return ProjectLine(
        ref=project.ref,
        uid=project.uid,
        code=project.code,
        title=project.title,
        pi=project.pi_name or None,
        executive=project.executive or None,
        arc=project.arc or None,
        cycle=project.cycle or None,
        grade=project.grade or None,
        state=found.state,
        state_since=found.since,
        label=found.label,
        delivered=Progress(done=project.members_delivered, total=project.members_total),
        version=None if moment else version_of(project, viewer),
    )


def project_detail(
    project: Project, viewer: Viewer, moment: datetime | None = None
) -> ProjectDetail:
    """A project; read it with its contact scientist. At a ``moment``: ``project_then``."""
    scientist = project.contact_scientist
    return ProjectDetail(
        **project_line(project, viewer, moment),
        abstract=project.abstract or None,
        authors=project.authors or None,
        science_category=project.science_category or None,
        science_keywords=project.science_keywords or None,
        contact_scientist=str(scientist) if scientist else None,
        cois_download=project.cois_download,
        contact=contact_document(project),
        citation=citation_document(project),
        waiting=waits(project, viewer),
    )


def tree(things: Sequence[Any], viewer: Viewer) -> TreeNode:
    """The tree of the things that ``tree_of`` answers, the project first.

    What stands under a level that no source knows hangs from the next one above it.
    """
    below: dict[Key, list[Any]] = defaultdict(list)
    known = {(thing.LEVEL, thing.pk) for thing in things}
    for thing in things[1:]:
        below[_parent(thing, known)].append(thing)
    root = _node(things[0], below, viewer)
    members = [thing for thing in things if thing.LEVEL == Level.MEMBER_OUS]
    root["executions"] = _sum_of(members)
    return root


def _parent(thing: Any, known: set[Key]) -> Key:
    parents = ((level, getattr(thing, field)) for level, field in _PARENTS if level != thing.LEVEL)
    return next(key for key in parents if key in known)


def _node(thing: Any, below: dict[Key, list[Any]], viewer: Viewer) -> TreeNode:
    found = standing(thing, viewer)
    return TreeNode(
        ref=thing.ref,
        uid=thing.uid,
        level=LEVEL_WORDS[thing.LEVEL],
        name=thing.name,
        state=found.state,
        label=found.label,
        executions=executions(thing),
        children=[_node(child, below, viewer) for child in below[thing.LEVEL, thing.pk]],
    )


def _sum_of(members: Sequence[Any]) -> Executions:
    counted = [member for member in members if member.state not in NOT_COUNTED]
    expected = [member.executions_expected for member in counted]
    unknown = None in expected or not expected
    return Executions(
        passed=number(sum((member.executions_passed for member in counted), Decimal(0))) or 0,
        expected=None if unknown else number(sum(expected, Decimal(0))),
        count=sum(member.executions_count for member in counted),
    )
