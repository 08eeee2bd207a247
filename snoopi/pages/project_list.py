"""The rows of My Projects."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from projects.models import MemberOUS, Project, Role, SchedBlock
from projects.presentation import Standing, Waiting, standing, waiting
from projects.public import meaning_of, public_state
from projects.querysets.project import is_staff_viewer
from projects.querysets.states import in_state
from projects.states import Level, OUSState, StateFlag
from snoopi.pages.listing import Column, ListForm, in_roles, role_on, state_rank, text_in

PROJECT_COLUMNS = (
    Column("code", "Code", ("ref",)),
    Column("title", "Title", ("title",)),
    Column("pi", "PI", ("pi_name",)),
    Column("state", "State", ("state_rank",)),
    Column("delivered", "Delivered", ("members_delivered",), hint="member OUSs delivered / all"),
    Column("wait", "Oldest wait", ("waiting_since",), hint="what waits longest, on whom"),
    Column("role", "Role", ("my_role",)),
    Column("grade", "Grade", ("grade",)),
    Column("cycle", "Cycle", ("cycle",), at_first=False),
    Column("executive", "Executive", ("executive",), at_first=False),
)

_WAITING_STATES = [
    state.value for state in OUSState if meaning_of(public_state(Level.MEMBER_OUS, state)).waits_for
]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One line: a project as the viewer is told of it."""

    project: Project
    standing: Standing
    role: str
    waiting: Waiting | None


def usual_sort(user: User) -> str:
    """Newest cycle first."""
    return "-code"


def project_rows(user: User, form: ListForm) -> QuerySet[Project]:
    """The projects that the filters keep, with what the columns sort by."""
    rows = Project.objects.visible_to(user)
    if form.value("role"):
        rows = rows.filter(pk__in=in_roles(user, form.value("role")))
    if form.value("state"):
        rows = rows.filter(in_state(Level.PROJECT, form.value("state"), user))
    if form.value("active"):
        rows = rows.active()
    if form.value("q"):
        rows = rows.filter(_holds(form.value("q")))
    return rows.annotate(
        my_role=role_on(user, "pk"),
        state_rank=state_rank(Level.PROJECT, user),
        asks_flag=_asks_the_pi("state_flag", user),
        asks_since=_asks_the_pi(_since(user), user),
        waiting_id=_oldest_waiting("pk", user),
        waiting_since=Coalesce("asks_since", _oldest_waiting(_since(user), user)),
    )


def _holds(text: str) -> Q:
    return text_in(text, "ref", "title", "pi_name")


def _since(user: User) -> str:
    """The column that says since when, in the vocabulary of ``user``."""
    return "state_since" if is_staff_viewer(user) else "public_since"


def _oldest_waiting(field: str, user: User) -> Subquery:
    members = MemberOUS.objects.filter(project=OuterRef("pk"), state__in=_WAITING_STATES)
    oldest = members.order_by(F(_since(user)).asc(nulls_last=True), "pk")
    return Subquery(oldest.values(field)[:1])


def _asks_the_pi(field: str, user: User) -> Subquery:
    """Of the scheduling block that has waited longest for the PI: nothing else is as urgent."""
    blocks = SchedBlock.objects.filter(
        project=OuterRef("pk"), state="Waiting", state_flag__in=[*StateFlag]
    )
    oldest = blocks.order_by(F(_since(user)).asc(nulls_last=True), "pk")
    return Subquery(oldest.values(field)[:1])


def _waiting(project: Any, members: dict[int, MemberOUS], user: User) -> Waiting | None:
    if project.asks_flag:
        word = public_state(Level.SCHED_BLOCK, "Waiting", flag=project.asks_flag)
        meaning = meaning_of(word)
        return Waiting(meaning.waits_for, meaning.on, project.asks_since)
    return waiting(members[project.waiting_id], user) if project.waiting_id else None


def shown_rows(projects: Iterable[Any], user: User) -> list[ProjectRow]:
    """The lines of a page; one query for what waits longest in each project."""
    projects = list(projects)
    members = MemberOUS.objects.in_bulk([row.waiting_id for row in projects if row.waiting_id])
    return [
        ProjectRow(
            project,
            standing(project, user),
            Role(project.my_role).label if project.my_role else "",
            _waiting(project, members, user),
        )
        for project in projects
    ]


def project_cells(row: ProjectRow) -> dict[str, Any]:
    """The cells of a line as CSV has them."""
    project = row.project
    return {
        "code": project.ref,
        "title": project.title,
        "pi": project.pi_name,
        "state": row.standing.label,
        "delivered": f"{project.members_delivered} of {project.members_total}",
        "wait": f"{row.waiting.what} ({row.waiting.on})" if row.waiting else "",
        "role": row.role,
        "grade": project.grade,
        "cycle": project.cycle,
        "executive": project.executive,
    }
