"""The rows of My Projects."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from projects.models import MemberOUS, Project, Role, SchedBlock, StageAge
from projects.presentation import Standing, Waiting, standing, waiting
from projects.public import meaning_of, public_state
from projects.querysets.project import is_staff_viewer
from projects.querysets.states import in_state
from projects.states import WAITING_FLAGS, Level, OUSState, ProjectState
from snoopi.pages.listing import Column, ListForm, in_roles, role_on, state_rank, text_in
from snoopi.usual import Usual, usual_of_cycles

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
# Nobody waits for anything of these, whatever states their parts were left in.
_OVER = [
    ProjectState.REJECTED.value,
    ProjectState.CANCELED.value,
    ProjectState.NOT_OBSERVED.value,
    ProjectState.DO_NOT_OBSERVE.value,
    ProjectState.DELETED.value,
]
# Before Phase 2 is done a project waits itself, and may have no parts that could.
_EARLY = [
    state.value
    for state in ProjectState
    if public_state(Level.PROJECT, state) in {"Phase1Submitted", "Approved", "Phase2Submitted"}
]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One line: a project as the viewer is told of it."""

    project: Project
    standing: Standing
    role: str
    waiting: Waiting | None
    usual: StageAge | None = None


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
        waiting_since=_waiting_since(user),
    )


def _waiting_since(user: User) -> Case:
    """Since when the oldest wait lasts that ``_waiting`` tells: to sort by."""
    early = When(state__in=_EARLY, waiting_id=None, then=F(_since(user)))
    own = Case(early, output_field=DateTimeField())
    found = Coalesce("asks_since", _oldest_waiting(_since(user), user), own)
    return Case(
        When(state__in=_OVER, then=Value(None, DateTimeField())),
        default=found,
        output_field=DateTimeField(),
    )


def _holds(text: str) -> Q:
    return text_in(text, "ref", "title", "pi_name")


def _since(user: User) -> str:
    """The column that says since when, in the vocabulary of ``user``."""
    return "state_since" if is_staff_viewer(user) else "public_since"


def _oldest_waiting(field: str, user: User) -> Subquery:
    mended = Q(state__in=("Broken", "Repaired"), resume_state__in=_WAITING_STATES)
    waits = Q(state__in=_WAITING_STATES) | mended
    members = MemberOUS.objects.filter(waits, project=OuterRef("pk"))
    oldest = members.order_by(F(_since(user)).asc(nulls_last=True), "pk")
    return Subquery(oldest.values(field)[:1])


def _asks_the_pi(field: str, user: User) -> Subquery:
    """Of the scheduling block that has waited longest for the PI: nothing else is as urgent."""
    blocks = SchedBlock.objects.filter(
        project=OuterRef("pk"), state="Waiting", state_flag__in=WAITING_FLAGS
    )
    oldest = blocks.order_by(F(_since(user)).asc(nulls_last=True), "pk")
    return Subquery(oldest.values(field)[:1])


def _waiting(project: Any, members: dict[int, MemberOUS], user: User) -> Waiting | None:
    if project.state in _OVER:
        return None
    if project.asks_flag:
        word = public_state(Level.SCHED_BLOCK, "Waiting", flag=project.asks_flag)
        meaning = meaning_of(word)
        return Waiting(meaning.waits_for, meaning.on, project.asks_since)
    if project.waiting_id:
        return waiting(members[project.waiting_id], user)
    return waiting(project, user) if project.state in _EARLY else None


def shown_rows(projects: Iterable[Any], user: User) -> list[ProjectRow]:
    """The lines of a page; two queries, for what waits longest and how long that usually is."""
    projects = list(projects)
    members = MemberOUS.objects.in_bulk([row.waiting_id for row in projects if row.waiting_id])
    usual = usual_of_cycles(Level.MEMBER_OUS, (row.cycle for row in projects), user)
    return [
        ProjectRow(
            project,
            standing(project, user),
            Role(project.my_role).label if project.my_role else "",
            _waiting(project, members, user),
            _usual(project, members, usual, user),
        )
        for project in projects
    ]


def _usual(
    project: Any, members: dict[int, MemberOUS], usual: Usual, user: User
) -> StageAge | None:
    """The usual age, where it is a member OUS that the project waits for."""
    if project.asks_flag or project.state in _OVER or not project.waiting_id:
        return None
    stage = standing(members[project.waiting_id], user).state
    return usual.get((project.cycle, stage or ""))


def project_cells(row: ProjectRow) -> dict[str, Any]:
    """The cells of a line as CSV has them."""
    project = row.project
    return {
        "code": project.ref,
        "title": project.title,
        "pi": project.pi_name,
        "state": row.standing.label,
        "delivered": f"{project.members_delivered} of {project.members_total}",
        "wait": _wait_words(row.waiting) if row.waiting else "",
        "role": row.role,
        "grade": project.grade,
        "cycle": project.cycle,
        "executive": project.executive,
    }


def _wait_words(found: Waiting) -> str:
    since = f"{found.since:%Y-%m-%d %H:%M} UTC" if found.since else "an unknown date"
    return f"{found.what}, on {found.on}, since {since}"
