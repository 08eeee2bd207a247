"""Projects of one cycle with named blocks, for what ends and begins with a season."""

from dataclasses import replace
from datetime import UTC, datetime

from projects.models import Project
from snoopi.demo.snapshot import (
    block_now,
    execution_now,
    goal_now,
    group_now,
    member_now,
    project_now,
)
from snoopi.demo.world import bring_in
from tests.factories import new_uid

CYCLE = "2023.1"
SINCE = datetime(2023, 11, 1, tzinfo=UTC)


def part(name, *, runs=0, configurations=("C-8",), array="12m", member=None, **facts):
    """A member OUS with one SB of that name, and so many executions that passed."""
    asked = {"asked": {"configurations": list(configurations)}} if configurations else {}
    wanted = {"name": name, "array": array, "state_at": SINCE}
    executions = facts.pop("executions", [execution_now(new_uid("A002"), n) for n in range(runs)])
    block = replace(block_now(new_uid(), executions, **{**wanted, **asked, **facts}), name=name)
    state = "PartiallyObserved" if runs else "Ready"
    return replace(
        member_now(new_uid(), [block], **{**wanted, "state": state, **(member or {})}), name=name
    )


def bring(number, grade, *parts, cycle=CYCLE, **facts):
    """A project of a cycle and a grade with these parts."""
    code = f"{cycle}.{number:05d}.S"
    goal = goal_now(new_uid(), [group_now(new_uid(), parts)])
    bring_in(project_now(code, [goal], grade=grade, **facts))
    return Project.objects.get(code=code)


def pending():
    """An execution that waits for QA0."""
    return execution_now(new_uid("A002"), qa0="Pending")
