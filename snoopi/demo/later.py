"""What the observatory says once it has heard what people decided here.

The files say how far things had come when people here took over. Without a later word
every page would note that its sources say otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from django.utils import timezone

from projects.models import LivingThing, MemberOUS, Project, SchedBlock
from snoopi.demo.apdm import write_archive
from snoopi.demo.native import write_native
from snoopi.demo.plans import Block, Goal, Group, Member, ProjectPlan, Step

States = Mapping[str, LivingThing]


def write_later(history: Path, plans: Iterable[ProjectPlan]) -> list[Path]:
    """Write anew what happened, and the plans that have gone on since; answer the paths."""
    now = _states()
    told = [(plan, _project(plan, now)) for plan in plans]
    gone_on = [later for plan, later in told if later != plan]
    archives = [write_archive(history.parent, plan) for plan in gone_on]
    return [write_native(history, [later for _, later in told]), *archives]


def _states() -> States:
    found: dict[str, LivingThing] = {}
    for project in Project.objects.filter(is_demo=True):
        found[str(project.code)] = project
    for model in (MemberOUS, SchedBlock):
        rows = model._default_manager.filter(project__is_demo=True, uid__isnull=False)
        found |= {str(row.uid): row for row in rows}
    return found


def _project(plan: ProjectPlan, now: States) -> ProjectPlan:
    goals = tuple(_goal(goal, now) for goal in plan.goals)
    return replace(plan, goals=goals, history=_history(plan.history, now.get(plan.code)))


def _goal(goal: Goal, now: States) -> Goal:
    return replace(goal, groups=tuple(_group(group, now) for group in goal.groups))


def _group(group: Group, now: States) -> Group:
    return replace(group, members=tuple(_member(member, now) for member in group.members))


def _member(member: Member, now: States) -> Member:
    blocks = tuple(_block(block, now) for block in member.blocks)
    return replace(member, blocks=blocks, history=_history(member.history, now.get(member.uid)))


def _block(block: Block, now: States) -> Block:
    return replace(block, history=_history(block.history, now.get(block.uid)))


def _history(steps: tuple[Step, ...], row: LivingThing | None) -> tuple[Step, ...]:
    """The steps with the one that leads to where a row stands, where that is another."""
    if row is None or row.state is None or not steps or steps[-1].to == row.state:
        return steps
    return (*steps, Step(at=row.state_since or timezone.now(), to=row.state))
