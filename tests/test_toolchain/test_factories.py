"""Tests get their projects from the builder and the ordinary ingest, not row by row."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
# Rows that no source could bring; each stands in the test that needs it.
EXCEPTIONS = {
    "projects/test_constraints.py": "rows that the database has to refuse, and those beside them",
    "projects/test_state_filter.py": "every state with every flag, possible or not",
}
LEVEL = "(Project|ScienceGoal|GroupOUS|MemberOUS|SchedBlock|ExecBlock)"
PARTS = r"\w+\.(sciencegoal_set|group_?ous_set|member_?ous_set|sched_blocks|exec_blocks)"
MANAGER = re.compile(rf"({LEVEL}|\w+\._default_manager|model)(\.|$)|{PARTS}$")
WRITERS = {"create", "bulk_create", "get_or_create", "update_or_create"}


def rows_written(text: str) -> list[str]:
    """What a Python text does to make rows of a project by hand, as it stands there."""
    tree = ast.parse(text)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    own = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and re.fullmatch(f"{LEVEL}|model", ast.unparse(node.value.func))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [ast.unparse(call.func) for call in calls if _writes(call.func, own)]


def _writes(function: ast.expr, own: set[str]) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    receiver = ast.unparse(function.value)
    if function.attr in WRITERS:
        return bool(MANAGER.match(receiver))
    unsaved = receiver in own or bool(re.match(rf"{LEVEL}\(", receiver))
    return function.attr == "save" and unsaved


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Project.objects.create(code='x')", ["Project.objects.create"]),
        ("MemberOUS.objects.bulk_create(rows)", ["MemberOUS.objects.bulk_create"]),
        ("model._default_manager.create()", ["model._default_manager.create"]),
        ("model.objects.create()", ["model.objects.create"]),
        ("project.sched_blocks.create(name='x')", ["project.sched_blocks.create"]),
        ("ExecBlock(ref='x').save()", ["ExecBlock(ref='x').save"]),
        ("row = SchedBlock(ref='x')\nrow.save()", ["row.save"]),
        ("row = Project.objects.get()\nrow.save()", []),
        ("Membership.objects.create()", []),
        ("IngestJob.objects.create()\nproject.memberships.create()", []),
        ("Project.objects.filter(pk=1).update(state='x')", []),
        ("thing = MemberOUS(state='Ready')", []),
    ],
)
def test_rows_written_are_those_of_a_project_made_by_hand(text, written):
    assert rows_written(text) == written


def test_no_test_makes_rows_of_a_project_by_hand():
    files = [path for path in TESTS.rglob("*.py") if path != Path(__file__)]

    written = {
        path.relative_to(TESTS).as_posix(): found
        for path in files
        if (found := rows_written(path.read_text(encoding="utf-8")))
    }

    assert {name: found for name, found in written.items() if name not in EXCEPTIONS} == {}
    assert written.keys() >= EXCEPTIONS.keys()
