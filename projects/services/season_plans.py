"""What an act on a season would do, planned project by project: for preview and act alike."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from projects.arrays import observes_always
from projects.models import ExecBlock, LivingThing, MemberOUS, Project, SchedBlock, SeasonAct
from projects.observatory import calendar
from projects.progress import OBSERVABLE
from projects.season import Calendar, configuration_name
from projects.season_acts import (
    NEXT_CYCLE,
    Block,
    Fate,
    Member,
    Plan,
    SeasonKind,
    Spared,
    Terms,
    names_over,
    plan_of,
)
from projects.states import Level, QA0Status, SchedBlockState

_UNJUDGED = (QA0Status.UNSET, QA0Status.PENDING)
_CHUNK = 200


@dataclass(slots=True)
class Parts:
    """A project with the blocks and member OUSs that an act looks at."""

    project: Project
    blocks: list[SchedBlock] = field(default_factory=list)
    members: list[MemberOUS] = field(default_factory=list)
    unjudged_blocks: set[int] = field(default_factory=set)
    unjudged_members: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a preview: what becomes of a thing, or why nothing does.

    ``frm`` is where it stands when it comes to that: some things take two steps.
    """

    thing: LivingThing
    project: Project
    frm: str | None
    fate: Fate | None = None
    to: str = ""
    spared: Spared | None = None


@dataclass(slots=True)
class Preview:
    """All that an act would do, counted by fate and level, and the first of it by name."""

    act: SeasonAct
    counts: Counter[tuple[Level, Fate]] = field(default_factory=Counter)
    spared: Counter[Spared] = field(default_factory=Counter)
    changes: list[Told] = field(default_factory=list)
    left_alone: list[Told] = field(default_factory=list)
    projects: int = 0
    unruled: int = 0

    @property
    def number(self) -> int:
        """How many steps it would take."""
        return sum(self.counts.values())


def preview(act: SeasonAct, most: int) -> Preview:
    """Answer what an act would do now; writes nothing. At most ``most`` lines of each sort."""
    found = Preview(act)
    for terms, parts, plan in _plans(act):
        _count(found, terms, parts, plan, most)
    return found


def would_change(act: SeasonAct) -> bool:
    """Whether an act would do anything now."""
    return any(plan for _, _, plan in _plans(act))


def _plans(act: SeasonAct) -> Iterator[tuple[Terms, Parts, Plan]]:
    tables = calendar()
    rows = projects_of(act, tables).iterator(chunk_size=_CHUNK)
    while some := list(islice(rows, _CHUNK)):
        for parts in loaded(some):
            terms = terms_for(act, parts.project, tables)
            plan = planned(terms, parts, act.at)
            if plan or plan.spared:
                yield terms, parts, plan


def projects_of(act: SeasonAct, tables: Calendar) -> QuerySet[Project]:
    """The projects that an act may concern, in the order in which it comes to them."""
    cycles = [act.cycle]
    if act.kind == SeasonKind.PUT_BACK:
        cycles += [row.cycle for row in tables.cycles if _next_of(row.cycle, tables) == act.cycle]
    carried = SchedBlock.objects.filter(carried_to=act.cycle).order_by().values("project_id")
    rows = Project.objects.filter(Q(cycle__in=cycles) | Q(pk__in=carried))
    return rows.exclude(state="Deleted").order_by("pk")


def _next_of(cycle: str, tables: Calendar) -> str:
    own = tables.cycle(cycle)
    following = tables.after(own) if own else None
    return following.cycle if following else ""


def terms_for(act: SeasonAct, project: Project, tables: Calendar) -> Terms:
    """An act as it reaches a project: its grade's rule in its own cycle, and where that leads."""
    own = tables.cycle(project.cycle)
    rule = tables.carry_rule(own.cycle, project.grade) if own else None
    names = map(configuration_name, act.configurations)
    today = act.at.date()
    ending = act.kind == SeasonKind.END
    return Terms(
        kind=SeasonKind(act.kind),
        cycle=act.cycle,
        configurations=(
            names_over(tables, act.cycle, act.configurations, today) if ending else frozenset(names)
        ),
        is_own=project.cycle == act.cycle,
        carries=rule.carried_over if rule else None,
        carry_to=_next_of(project.cycle, tables) or NEXT_CYCLE,
        spares_unruled=act.spares_unruled,
    )


def loaded(projects: Iterable[Project]) -> Iterator[Parts]:
    """Yield projects with their parts; three queries for all of them."""
    found = {project.pk: Parts(project) for project in projects}
    for block in SchedBlock.objects.filter(project__in=found).order_by("pk"):
        found[_owner(block)].blocks.append(block)
    for member in MemberOUS.objects.filter(project__in=found).order_by("pk"):
        found[_owner(member)].members.append(member)
    waiting = ExecBlock.objects.filter(project__in=found, qa0__in=_UNJUDGED).order_by()
    for pk, block_id, member_id in waiting.values_list(
        "project_id", "sched_block_id", "member_ous_id"
    ):
        found[pk].unjudged_blocks.add(block_id)
        found[pk].unjudged_members.add(member_id)
    yield from found.values()


def _owner(part: SchedBlock | MemberOUS) -> int:
    return part.project_id or 0


def planned(terms: Terms, parts: Parts, at: datetime) -> Plan:
    """What an act does to one project; nothing that has moved after ``at`` is touched."""
    asked = {member.pk: member.asked for member in parts.members}
    arrays = {member.pk: member.array for member in parts.members}
    blocks = [
        Block(
            pk=row.pk,
            member_pk=row.member_ous_id,
            state=row.state,
            configurations=_names({**asked.get(row.member_ous_id or 0, {}), **row.asked}),
            stays=observes_always(row.array or arrays.get(row.member_ous_id or 0, ""), row.name),
            carried_to=row.carried_to,
            is_unjudged=row.pk in parts.unjudged_blocks,
            is_moved=_is_moved(row, at),
        )
        for row in parts.blocks
    ]
    members = [
        Member(
            pk=row.pk,
            state=row.state,
            passed=row.executions_passed,
            configurations=_names(row.asked),
            stays=observes_always(row.array, row.name),
            is_unjudged=row.pk in parts.unjudged_members,
            is_moved=_is_moved(row, at),
        )
        for row in parts.members
    ]
    project = parts.project
    return plan_of(terms, pk=project.pk, state=project.state, blocks=blocks, members=members)


def _names(asked: dict[str, Any]) -> frozenset[str]:
    return frozenset(configuration_name(str(name)) for name in asked.get("configurations") or ())


def _is_moved(thing: LivingThing, at: datetime) -> bool:
    return thing.state_since is not None and thing.state_since > at


def _count(found: Preview, terms: Terms, parts: Parts, plan: Plan, most: int) -> None:
    blocks = {row.pk: row for row in parts.blocks}
    members = {row.pk: row for row in parts.members}
    project = {parts.project.pk: parts.project}
    steps = [plan.project] if plan.project else []
    ways: Sequence[tuple[Level, dict[int, Any], Sequence[Any]]] = (
        (Level.SCHED_BLOCK, blocks, plan.blocks),
        (Level.MEMBER_OUS, members, plan.members),
        (Level.PROJECT, project, steps),
    )
    found.projects += bool(plan)
    if terms.carries is None and terms.kind == SeasonKind.END:
        found.unruled += sum(step.fate == Fate.TIMED_OUT for step in plan.blocks)
    for level, things, taken in ways:
        stands = {pk: thing.state for pk, thing in things.items()}
        for step in taken:
            found.counts[level, step.fate] += 1
            if len(found.changes) < most:
                frm, thing = stands[step.pk], things[step.pk]
                found.changes.append(Told(thing, parts.project, frm, step.fate, step.to))
            stands[step.pk] = step.to
    for pk, why in plan.spared:
        found.spared[why] += 1
        if len(found.left_alone) < most:
            block = blocks[pk]
            found.left_alone.append(Told(block, parts.project, block.state, spared=why))


def season_cycles() -> list[str]:
    """The cycles of which something may end or begin, newest first; one query."""
    states = [*OBSERVABLE, SchedBlockState.OBSERVING_TIMED_OUT]
    rows = SchedBlock.objects.filter(state__in=states).order_by()
    pairs = rows.values_list("project__cycle", "carried_to").distinct()
    found = {cycle for pair in pairs for cycle in pair}
    return sorted(found - {"", NEXT_CYCLE, None}, reverse=True)


def known_configurations(cycle: str) -> set[str]:
    """The configurations that the schedule has for a cycle, or that something in it allows."""
    names = {
        name for row in calendar().windows if row.cycle == cycle for name in row.configurations
    }
    for model in (SchedBlock, MemberOUS):
        rows = model._default_manager.filter(project__cycle=cycle).order_by()
        for asked in rows.values_list("asked", flat=True).distinct():
            names |= _names(asked)
    return names
