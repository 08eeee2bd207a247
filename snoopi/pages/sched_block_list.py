"""The rows of My SchedBlocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import IntegerField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from accounts.models import User
from projects.identity import Uid
from projects.models import Role, SchedBlock
from projects.presentation import Executions, Standing, executions, standing
from projects.querysets.project import sees_everything
from projects.querysets.states import in_state
from projects.states import Level, OUSState
from snoopi.coordinates import format_dec, format_ra
from snoopi.pages.listing import Column, ListForm, in_roles, role_on, state_rank, text_in

SCHED_BLOCK_COLUMNS = (
    Column("name", "Name", ("name",)),
    Column("project", "Project", ("-project_id", "name")),
    Column("state", "State", ("state_rank",)),
    Column("executions", "Executions", ("executions_passed",), hint="passed / expected"),
    Column("array", "Array", ("array",)),
    Column("band", "Band", ("first_band",)),
    Column("ra", "RA", ("ra_deg",)),
    Column("dec", "Dec", ("dec_deg",)),
    Column("role", "Role", ("my_role",)),
    Column("targets", "Targets", ("target_names",), at_first=False),
    Column("frequency", "Rep. freq. [GHz]", ("rep_freq_ghz",), at_first=False),
)


class SchedBlockListForm(ListForm):
    """My SchedBlocks also filters by the state of the member OUS, for staff's counters."""

    member_state = forms.ChoiceField(
        required=False,
        choices=[(state.value, state.value) for state in OUSState],
        widget=forms.HiddenInput,
    )


@dataclass(frozen=True, slots=True)
class SchedBlockRow:
    """One line: a scheduling block as the viewer is told of it."""

    sched_block: SchedBlock
    standing: Standing
    executions: Executions
    role: str


def usual_sort(user: User) -> str:
    """By project; plainly newest first for who sees them all, as an index has that order."""
    return "" if sees_everything(user) else "project"


def sched_block_rows(user: User, form: ListForm) -> QuerySet[SchedBlock]:
    """The scheduling blocks that the filters keep, with what the columns sort by."""
    rows = SchedBlock.objects.visible_to(user).with_parents()
    if form.value("role"):
        rows = rows.filter(project_id__in=in_roles(user, form.value("role")))
    if form.value("state"):
        rows = rows.filter(in_state(Level.SCHED_BLOCK, form.value("state"), user))
    if form.value("member_state") and user.is_observatory_staff:
        rows = rows.filter(member_ous__state=form.value("member_state"))
    if form.value("active"):
        rows = rows.of_active_projects()
    if form.value("q"):
        rows = rows.filter(_holds(form.value("q")))
    return rows.annotate(
        my_role=role_on(user, "project_id"),
        state_rank=state_rank(Level.SCHED_BLOCK, user),
        first_band=Cast(KeyTextTransform(0, "bands"), IntegerField()),
    )


def _holds(text: str) -> Q:
    uid = Uid.parse_or_none(text)
    if uid is not None:
        return Q(uid=uid.text) | Q(member_ous__uid=uid.text)
    return text_in(text, "name", "target_names", "project__ref", "project__title")


def shown_rows(rows: Iterable[Any], user: User) -> list[SchedBlockRow]:
    """The lines of a page."""
    return [
        SchedBlockRow(
            row,
            standing(row, user),
            executions(row),
            Role(row.my_role).label if row.my_role else "",
        )
        for row in rows
    ]


def sched_block_cells(row: SchedBlockRow) -> dict[str, Any]:
    """The cells of a line as CSV has them."""
    block = row.sched_block
    return {
        "name": block.name or block.ref,
        "project": block.project.ref if block.project else "",
        "state": row.standing.label,
        "executions": str(row.executions),
        "array": block.array,
        "band": ", ".join(map(str, block.bands)),
        "ra": None if block.ra_deg is None else format_ra(block.ra_deg),
        "dec": None if block.dec_deg is None else format_dec(block.dec_deg),
        "role": row.role,
        "targets": ", ".join(block.targets),
        "frequency": block.rep_freq_ghz,
    }
