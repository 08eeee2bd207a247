"""The counters of the home page: active/total per role, projects and scheduling blocks."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from accounts.rights import Right, Scope
from projects.models import MemberOUS, Membership, Project, Role, SchedBlock
from projects.public import meaning_of, public_state, staff_label
from projects.states import ACTIVE_PROJECT_STATES, Level, Meaning
from snoopi.queues import QUEUES


@dataclass(frozen=True, slots=True)
class Tile:
    """One counter; ``url`` leads to the rows behind it."""

    title: str
    active: int
    total: int
    url: str


def own_projects(user: User) -> QuerySet[Project]:
    """The projects that are a person's own concern: tied to, named on, assigned in.

    Staff may track far more than this; their home page is still about their own.
    """
    mine = Membership.objects.of(user).order_by().values("project_id")
    if user.is_observatory_staff:
        named = Project.objects.filter(contact_scientist=user).order_by().values("pk")
        assigned = MemberOUS.objects.filter(reducer=user).order_by().values("project_id")
        # A union, not an OR: the database then starts from these few.
        mine = mine.union(named, assigned)
    return Project.objects.visible_to(user).filter(pk__in=mine)


@dataclass(slots=True)
class RoleCount:
    """What one role of a person adds up to."""

    projects: int = 0
    active_projects: int = 0
    blocks: int = 0
    active_blocks: int = 0

    def add(self, state: str | None, blocks: int) -> None:
        """Count one project in a state with so many scheduling blocks."""
        is_active = state in ACTIVE_PROJECT_STATES
        self.projects += 1
        self.active_projects += is_active
        self.blocks += blocks
        self.active_blocks += blocks * is_active


def role_tiles(user: User) -> list[tuple[Tile, Tile]]:
    """A pair of tiles per role that the person holds anywhere; the PI's always."""
    counted = _counts_by_role(user)
    shown = [role for role in Role if role == Role.PI or role in counted]
    return [_pair(role, counted.get(role, RoleCount())) for role in shown]


def _counts_by_role(user: User) -> dict[str, RoleCount]:
    # A sub-query per project of the person's own: joined and counted at once, the
    # database may multiply all blocks before it counts any.
    blocks = SchedBlock.objects.filter(project=OuterRef("project_id")).not_deleted()
    number = blocks.order_by().values("project").annotate(number=Count("pk")).values("number")
    visible = Project.objects.visible_to(user).order_by().values("pk")
    ties = Membership.objects.of(user).filter(project__in=visible).order_by()
    rows = ties.values_list("role", "project_id", "project__state").annotate(
        blocks=Coalesce(Subquery(number), 0)
    )
    counted: dict[str, RoleCount] = {}
    for role, _, state, total in rows.distinct():
        counted.setdefault(role, RoleCount()).add(state, total)
    return counted


def _pair(role: Role, count: RoleCount) -> tuple[Tile, Tile]:
    query = "?" + urlencode({"role": role})
    return (
        Tile(
            f"{role.label} Projects",
            count.active_projects,
            count.projects,
            reverse("projects:project-list") + query,
        ),
        Tile(
            f"{role.label} Scheduling Blocks",
            count.active_blocks,
            count.blocks,
            reverse("projects:sched-block-list") + query,
        ),
    )


_STAFF_STATES = (
    "FullyObserved",
    "ReadyForProcessing",
    "Processing",
    "ProcessingProblem",
    "ReadyForReview",
    "Reviewing",
    "Verified",
    "DeliveryInProgress",
    "QA3InProgress",
)


@dataclass(frozen=True, slots=True)
class WorkCount:
    """How many member OUSs stand in a state that somebody works on."""

    label: str
    meaning: Meaning
    number: int
    url: str


def staff_counts(user: User) -> list[WorkCount]:
    """For staff: the member OUSs in each working state; a reducer counts their own.

    Only states somebody works on: they stay few however large the observatory grows.
    """
    if not user.is_observatory_staff:
        return []
    rows = MemberOUS.objects.visible_to(user)
    if user.scopes(Right.TRACK) == {Scope.ASSIGNED}:
        rows = rows.filter(reducer=user)
    counted = rows.filter(state__in=_STAFF_STATES).order_by().values_list("state")
    found = dict(counted.annotate(Count("pk")))
    blocks = reverse("projects:sched-block-list")
    queues = {
        str(state): reverse("qa-queue", args=[queue.name])
        for queue in QUEUES.values()
        for state in queue.states
    }
    return [
        WorkCount(
            staff_label(state),
            meaning_of(public_state(Level.MEMBER_OUS, state)),
            found[state],
            queues.get(state) or f"{blocks}?{urlencode({'member_state': state})}",
        )
        for state in _STAFF_STATES
        if state in found
    ]
