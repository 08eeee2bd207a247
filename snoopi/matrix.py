"""A project at one glance: science goals or targets, by array, with a state per cell.

What pages, CSV and REST show is made here once. Three queries, whatever the size.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from projects.arrays import ALWAYS_SHOWN, ArrayColumn, Observing, columns_of_group
from projects.models import GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal
from projects.presentation import Standing, standing
from projects.querysets.below import NOT_COUNTED
from projects.querysets.project import Viewer, is_staff_viewer
from projects.rollup import rolled_up
from snoopi.pages.glossary import goal_name

NOT_PLANNED = "not planned"


class By(StrEnum):
    """What the rows of a matrix are."""

    GOAL = "goal"
    TARGET = "target"


def wanted_rows(text: str) -> By:
    """The rows that a word of the address asks for; science goals where it says nothing."""
    return By(text) if text in [*By] else By.GOAL


@dataclass(frozen=True, slots=True)
class Part:
    """A member OUS in a cell, as the viewer is told of it."""

    member_ous: MemberOUS
    standing: Standing

    @property
    def counts(self) -> bool:
        """Whether it is one of those that progress is counted in."""
        return self.member_ous.state not in NOT_COUNTED


def delivered_words(parts: Iterable["Part"]) -> str:
    """ "1 of 3 delivered"; empty where nothing counts."""
    done, total = progress(parts)
    return f"{done} of {total} delivered" if total else ""


def progress(parts: Iterable["Part"]) -> tuple[int, int]:
    """How many member OUSs are delivered, of how many that count."""
    counted = [part for part in parts if part.counts]
    return sum(part.member_ous.state == "Delivered" for part in counted), len(counted)


@dataclass(frozen=True, slots=True)
class Cell:
    """The member OUSs of one row and one array; ``standing`` is theirs together."""

    parts: list[Part]
    standing: Standing

    @property
    def one(self) -> Part | None:
        """The one member OUS of the cell, None where there are several."""
        return self.parts[0] if len(self.parts) == 1 else None

    @property
    def delivered(self) -> str:
        """How many are delivered, in words."""
        return delivered_words(self.parts)

    def words(self) -> str:
        """The cell as one text, for CSV: "Delivered", "2: 1 Delivered, 1 Ready"."""
        if self.one:
            return self.one.standing.label
        labels = Counter(part.standing.label for part in self.parts)
        told = ", ".join(f"{number} {label}" for label, number in labels.items())
        return f"{len(self.parts)}: {told}"


@dataclass(slots=True)
class Row:
    """A science goal (None where no source knows it) or a target."""

    name: str
    goal: ScienceGoal | None = None
    parts: dict[ArrayColumn, list[Part]] = field(default_factory=lambda: defaultdict(list))
    cells: dict[ArrayColumn, Cell | None] = field(default_factory=dict)

    @property
    def all_parts(self) -> list[Part]:
        """All member OUSs of the row."""
        return [part for parts in self.parts.values() for part in parts]

    @property
    def delivered(self) -> str:
        """How many of the row's member OUSs are delivered, in words."""
        return delivered_words(self.all_parts)

    def words(self) -> dict[str, str]:
        """The cells as texts, by column."""
        return {key: cell.words() if cell else NOT_PLANNED for key, cell in self.cells.items()}


@dataclass(frozen=True, slots=True)
class Matrix:
    """A project's matrix; every row has a cell, or None, for each of ``columns``."""

    by: By
    columns: list[ArrayColumn]
    rows: list[Row]


def matrix_of(project: Project, viewer: Viewer, by: By) -> Matrix:
    """Answer the matrix of a project as ``viewer`` may see it; three queries."""
    visible = ScienceGoal.objects.visible_to(viewer).filter(project=project)
    goals = {goal.pk: goal for goal in visible.order_by("pk")}
    members = list(MemberOUS.objects.visible_to(viewer).filter(project=project).order_by("pk"))
    blocks = _blocks_of(project, viewer)
    columns = _columns(members, blocks)
    rows = _goal_rows(goals, members) if by == By.GOAL else _target_rows(members, blocks)
    used = set(columns.values())
    shown = [column for column in ArrayColumn if column in ALWAYS_SHOWN or column in used]
    for row, its_members in rows:
        for member in its_members:
            row.parts[columns[member.pk]].append(Part(member, standing(member, viewer)))
        row.cells = {column: _cell(row.parts.get(column, []), viewer) for column in shown}
    return Matrix(by, shown, [row for row, _ in rows])


Block = tuple[str, str, Any, str]


def _blocks_of(project: Project, viewer: Viewer) -> Mapping[int | None, list[Block]]:
    found: dict[int | None, list[Block]] = defaultdict(list)
    rows = SchedBlock.objects.visible_to(viewer).filter(project=project).order_by("pk")
    for member_id, *block in rows.values_list(
        "member_ous_id", "name", "array", "asked", "target_names"
    ):
        name, array, asked, targets = block
        found[member_id].append((name, array, asked, targets))
    return found


def _columns(
    members: Sequence[MemberOUS], blocks: Mapping[int | None, list[Block]]
) -> dict[int, ArrayColumn]:
    groups: dict[tuple[str, int], list[MemberOUS]] = defaultdict(list)
    for member in members:
        group = member.group_ous_id
        groups[("group", group) if group else ("alone", member.pk)].append(member)
    columns = {}
    for group_members in groups.values():
        seen = [_observing(member, blocks.get(member.pk, [])) for member in group_members]
        for member, column in zip(group_members, columns_of_group(seen), strict=True):
            columns[member.pk] = column
    return columns


def _observing(member: MemberOUS, blocks: list[Block]) -> Observing:
    said = [member.asked, *(asked for _, _, asked, _ in blocks)]
    names = [str(name) for asked in said for name in asked.get("configurations") or []]
    return Observing(
        member.array,
        tuple((name, array) for name, array, _, _ in blocks),
        tuple(dict.fromkeys(names)),
    )


RowWithMembers = tuple[Row, list[MemberOUS]]


def _goal_rows(
    goals: Mapping[int, ScienceGoal], members: Iterable[MemberOUS]
) -> list[RowWithMembers]:
    of_goal: dict[int | None, list[MemberOUS]] = defaultdict(list)
    for member in members:
        known = member.science_goal_id in goals
        of_goal[member.science_goal_id if known else None].append(member)
    rows = [(Row(goal_name(goal), goal), of_goal[pk]) for pk, goal in goals.items()]
    lost = of_goal.get(None)
    return [*rows, (Row("science goal unknown"), lost)] if lost else rows


def _target_rows(
    members: Iterable[MemberOUS], blocks: Mapping[int | None, list[Block]]
) -> list[RowWithMembers]:
    """A row a target, in order of name; a member OUS of several stands in each."""
    of_target: dict[str, list[MemberOUS]] = defaultdict(list)
    for member in members:
        of_blocks = [name for *_, names in blocks.get(member.pk, []) for name in names.splitlines()]
        for name in dict.fromkeys([*member.targets, *of_blocks] or [""]):
            of_target[name].append(member)
    rows = sorted(of_target.items(), key=lambda item: (not item[0], item[0].casefold(), item[0]))
    return [(Row(name or "target unknown"), its_members) for name, its_members in rows]


def _cell(parts: list[Part], viewer: Viewer) -> Cell | None:
    if not parts:
        return None
    if len({part.standing.label for part in parts}) == 1:
        return Cell(parts, parts[0].standing)
    states = [_counted_state(part.member_ous, viewer) for part in parts]
    return Cell(parts, standing(GroupOUS(state=rolled_up(states)), viewer))


def _counted_state(member_ous: MemberOUS, viewer: Viewer) -> str | None:
    """The state that counts for the cell: outside, what is broken goes on as before."""
    mended = member_ous.state in {"Broken", "Repaired"} and not is_staff_viewer(viewer)
    return member_ous.resume_state or None if mended else member_ous.state
