"""The whole tree of a project in one query: a light row per node, whatever its level."""

from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    CharField,
    DecimalField,
    F,
    IntegerField,
    Model,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast

from projects.models import GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal
from projects.public import public_state
from projects.querysets.project import Viewer, is_staff_viewer
from projects.states import Level


class TreeRow(NamedTuple):
    """A science goal, group OUS, member OUS or SB, as far as a tree shows it."""

    level: str
    pk: int
    ref: str
    uid: str | None
    name: str
    state: str | None
    state_flag: str
    resume_state: str
    qa2: str | None
    passed: Decimal | None
    expected: Decimal | None
    count: int | None
    science_goal_id: int | None
    group_ous_id: int | None
    member_ous_id: int | None

    @property
    def LEVEL(self) -> Level:  # noqa: N802 - as the models spell it
        """Which level it is on."""
        return Level(self.level)

    @property
    def state_since(self) -> None:
        """Not read: a tree shows no dates."""

    @property
    def public_state(self) -> str | None:
        """The word that everybody but staff sees for the state."""
        return public_state(
            self.LEVEL,
            self.state,
            flag=self.state_flag,
            passed=self.passed or 0,
            resume_state=self.resume_state or None,
        )


def _nothing(kind: type[CharField[Any, Any] | DecimalField[Any, Any] | IntegerField[Any, Any]]):
    options = {"max_digits": 8, "decimal_places": 2} if kind is DecimalField else {}
    # PostgreSQL must know the type of a column that one part of the union leaves empty.
    return Cast(Value(None), kind(**options))


_TEXT, _ID = (CharField, BigIntegerField)
_ABSENT = {
    "t_qa2": _TEXT,
    "t_passed": DecimalField,
    "t_expected": DecimalField,
    "t_count": IntegerField,
    "t_goal": _ID,
    "t_group": _ID,
    "t_member": _ID,
}
_COUNTS = {
    "t_passed": "executions_passed",
    "t_expected": "executions_expected",
    "t_count": "executions_count",
}
_PARTS: tuple[tuple[type[Model], dict[str, str]], ...] = (
    (ScienceGoal, {}),
    (GroupOUS, {"t_goal": "science_goal_id"}),
    (
        MemberOUS,
        {"t_qa2": "qa2", **_COUNTS, "t_goal": "science_goal_id", "t_group": "group_ous_id"},
    ),
    (SchedBlock, {**_COUNTS, "t_member": "member_ous_id"}),
)


def tree_rows(project: Project, viewer: Viewer) -> list[TreeRow]:
    """Answer all nodes below a project that ``viewer`` may see, from the top; one query.

    The caller has already found the project through ``visible_to``.
    """
    parts = [_part(model, fields, project, viewer) for model, fields in _PARTS]
    rows = parts[0].union(*parts[1:], all=True).order_by("t_order", "pk")
    return [TreeRow(*row[:-1]) for row in rows]


def _part(
    model: Any, fields: dict[str, str], project: Project, viewer: Viewer
) -> QuerySet[Any, tuple[Any, ...]]:
    rows = model.objects.filter(project=project).order_by()
    if not is_staff_viewer(viewer):
        rows = rows.not_deleted()
    added = {
        name: F(fields[name]) if name in fields else _nothing(kind)
        for name, kind in _ABSENT.items()
    }
    level = model.LEVEL
    order = list(Level).index(level)
    return rows.annotate(t_level=Value(level.value), t_order=Value(order), **added).values_list(
        "t_level",
        *("pk", "ref", "uid", "name", "state", "state_flag", "resume_state"),
        *_ABSENT,
        "t_order",
    )
