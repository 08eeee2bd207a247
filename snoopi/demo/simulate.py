"""Fills the database with simulated projects, in bulk."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import models, transaction

from projects.models import (
    Event,
    EventKind,
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
)
from projects.public import public_state
from projects.services.events import append_events
from projects.states import Level
from snoopi.demo.bulk import BulkTable
from snoopi.demo.simulated import Maker, Row
from snoopi.demo.wipe import refuse_all_but_simulated

BATCH = 200
_MODELS: dict[Level, type[models.Model]] = {
    Level.PROJECT: Project,
    Level.SCIENCE_GOAL: ScienceGoal,
    Level.GROUP_OUS: GroupOUS,
    Level.MEMBER_OUS: MemberOUS,
    Level.SCHED_BLOCK: SchedBlock,
    Level.EXEC_BLOCK: ExecBlock,
}
_WORD = "the simulation"


def simulate(
    projects: int, *, seed: int = 1, progress: Callable[[int], None] = lambda done: None
) -> Counter[str]:
    """Add so many simulated projects and answer the counts of rows by kind.

    Numbers go on from the simulated projects that are there. Raises OthersAreHere where
    others are. Each batch is one transaction; ``progress`` gets the number done.
    """
    refuse_all_but_simulated()
    first = Project.objects.count()
    counts: Counter[str] = Counter()
    for start in range(0, projects, BATCH):
        end = min(start + BATCH, projects)
        counts += _store(range(first + start, first + end), seed)
        progress(end)
    return counts


@transaction.atomic
def _store(numbers: range, seed: int) -> Counter[str]:
    tables = {level: BulkTable(model) for level, model in _MODELS.items()}
    new_ids = {level: table.ids() for level, table in tables.items()}
    happened: list[Row] = []
    for number in numbers:
        family = Maker(number, seed, new_ids).family()
        rows = {Level.PROJECT: [family.project], **family.rows}
        for level, found in rows.items():
            for row in found:
                tables[level].add(**row)
        happened += _events(rows)
    counts = Counter({level.value: table.write() for level, table in tables.items()})
    counts["event"] = _log(happened)
    return counts


def _log(happened: list[Row]) -> int:
    """Append events; the first goes through the log's own door, whose lock lasts to commit."""
    first, *rest = happened
    recorded_at = append_events([Event(**first)])[0].recorded_at
    table = BulkTable(Event)
    for row in rest:
        table.add(recorded_at=recorded_at, **row)
    return 1 + table.write()


def _events(rows: dict[Level, list[Row]]) -> Iterator[Row]:
    """The last step of everything that has a life cycle, and every execution."""
    for level in (Level.PROJECT, Level.MEMBER_OUS, Level.SCHED_BLOCK):
        for row in rows[level]:
            yield _last_step(level, row)
    for row in rows[Level.EXEC_BLOCK]:
        verdict = {"to": row["qa0"], "public_to": row["qa0"]}
        yield _event(Level.EXEC_BLOCK, row, EventKind.EXECUTION, row["end"]) | verdict


def _last_step(level: Level, row: Row) -> Row:
    before = "Phase2Submitted" if row["state"] == "Ready" else "Ready"
    passed = row.get("executions_passed", 0)
    words = [public_state(level, word, passed=passed) or "" for word in (before, row["state"])]
    return _event(level, row, EventKind.STATE, row["state_since"]) | {
        "frm": before,
        "to": row["state"],
        "public_frm": words[0],
        "public_to": words[1],
        "qa2": row.get("qa2", ""),
        "for_public": words[0] != words[1],
    }


def _event(level: Level, row: Row, kind: str, at: datetime) -> Row:
    project_id = row["id"] if level == Level.PROJECT else row["project_id"]
    return {
        "level": level.value,
        "project_id": project_id,
        f"{level}_id": row["id"],
        "kind": str(kind),
        "at": at,
        "actor_word": _WORD,
    }
