"""Filters of lists: each reads one parameter, refuses what it cannot be, narrows the rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any

from django.db.models import Q
from rest_framework.request import Request

from accounts.models import User
from deliveries.naming import FileClass
from projects.lookup import canonical_ref, project_id_of
from projects.models import EventKind, MemberOUS, Role
from projects.querysets.lines import ous_keys
from projects.querysets.project import is_staff_viewer
from projects.querysets.states import IN_HOLD, in_state, state_words
from projects.states import ACTIVE_PROJECT_STATES, Level, QA0Status, QA2Outcome
from snoopi.api.errors import BadValue
from snoopi.moments import read_moment

Rows = Any
Apply = Callable[[Rows, "Asked"], Rows]
ARRAYS = ("12m", "7m", "TP")
BANDS = [str(band) for band in range(1, 11)]
MEMBERS_FIELD = {Level.GROUP_OUS: "group_ous_id", Level.SCIENCE_GOAL: "science_goal_id"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One parameter as it was asked, and by whom."""

    name: str
    text: str
    viewer: User

    def words(self, legal: Sequence[str]) -> list[str]:
        """Answer the words, comma between; raises BadValue for one that is not legal."""
        spelled = {word.lower(): word for word in legal}
        asked = [word.strip() for word in self.text.split(",")]
        for word in asked:
            if word.lower() not in spelled:
                raise BadValue(self.name, f"“{word[:40]}” is not one of the words", [*legal])
        return [spelled[word.lower()] for word in asked]

    def word(self, legal: Sequence[str]) -> str:
        """Answer the one word; raises BadValue."""
        words = self.words(legal)
        if len(words) > 1:
            raise BadValue(self.name, "takes one word", [*legal])
        return words[0]

    def moment(self) -> datetime:
        """Answer the moment; without a zone it is UTC, a bare date its 00:00:00Z."""
        found = read_moment(self.text)
        if found is None:
            raise BadValue(self.name, "must be a time such as 2024-03-01T12:00:00Z")
        return found


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter of a list and what it does to the rows."""

    name: str
    description: str
    apply: Apply
    words: Sequence[str] = field(default=())
    is_time: bool = False


def narrowed(rows: Rows, filters: Sequence[Filter], request: Request) -> Rows:
    """Answer the rows that all filters of a request leave; raises BadValue."""
    viewer = request.user
    for one in filters:
        text = request.query_params.get(one.name, "")
        if text:
            rows = one.apply(rows, Asked(one.name, text, viewer))  # type: ignore[arg-type]
    return rows


def _by_state(rows: Rows, asked: Asked) -> Rows:
    level = rows.model.LEVEL
    words = asked.words(state_words(level, asked.viewer))
    return rows.filter(reduce(Q.__or__, [in_state(level, word, asked.viewer) for word in words]))


def _by_project(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(project_id=project_id_of(asked.text))


def _changed_after(rows: Rows, asked: Asked) -> Rows:
    # People outside are not told by a date either that something moved inside.
    field = "modified_at" if is_staff_viewer(asked.viewer) else "public_modified_at"
    return rows.filter(**{f"{field}__gt": asked.moment()})


def _with_members(rows: Rows, members: Callable[[Rows], Rows]) -> Rows:
    """Narrow blocks and member OUSs, or the sets that hold such a member OUS."""
    if rows.model.LEVEL not in MEMBERS_FIELD:
        return members(rows)
    held = members(MemberOUS.objects.not_deleted().order_by())
    return rows.filter(pk__in=held.values(MEMBERS_FIELD[rows.model.LEVEL]))


def _by_qa2(rows: Rows, asked: Asked) -> Rows:
    words = asked.words([*QA2Outcome, "null"])
    # During the hold people outside are not told.
    held = Q(pk__in=[]) if is_staff_viewer(asked.viewer) else IN_HOLD
    condition = Q(qa2__in=words) & ~held
    if "null" in words:
        condition |= Q(qa2=None) | held
    return _with_members(rows, lambda members: members.filter(condition))


def _by_band(rows: Rows, asked: Asked) -> Rows:
    band = int(asked.word(BANDS))
    return _with_members(rows, lambda members: members.in_band(band))


def _by_array(rows: Rows, asked: Asked) -> Rows:
    # "12m+7m" was observed with both.
    condition = Q(pk__in=[])
    for array in asked.words(ARRAYS):
        condition |= Q(array__contains=array)
    return _with_members(rows, lambda members: members.filter(condition))


def _by_target(rows: Rows, asked: Asked) -> Rows:
    return _with_members(rows, lambda members: members.filter(target_names__icontains=asked.text))


def _by_ous(rows: Rows, asked: Asked) -> Rows:
    """Blocks of an OUS on any level."""
    ref = canonical_ref(asked.text)
    found = ous_keys([ref]).get(ref)
    if found is None:
        return rows.none()
    level, pk = found
    return of_ous(rows, level, pk)


def of_ous(blocks: Rows, level: Level, pk: int) -> Rows:
    """Keep the blocks of one OUS on any level."""
    own = level == Level.MEMBER_OUS
    return blocks.filter(**{"member_ous_id" if own else f"member_ous__{level}_id": pk})


def _by_qa0(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(qa0__in=asked.words([*QA0Status]))


def _by_file_class(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(file_class__in=asked.words([*FileClass]))


def _file_changed_after(rows: Rows, asked: Asked) -> Rows:
    """Files that came or changed, or that were handed out with their member OUS."""
    moment = asked.moment()
    return rows.filter(Q(modified_at__gt=moment) | Q(member_ous__delivered_at__gt=moment))


def _by_role(rows: Rows, asked: Asked) -> Rows:
    return rows.in_role(asked.viewer, asked.word(Role.values))


def _by_active(rows: Rows, asked: Asked) -> Rows:
    active = Q(state__in=ACTIVE_PROJECT_STATES)
    return rows.filter(active if asked.word(["true", "false"]) == "true" else ~active)


def _by_cycle(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(cycle=asked.text)


def _by_kind(rows: Rows, asked: Asked) -> Rows:
    return rows.filter(kind__in=asked.words(EventKind.values))


STATE = Filter("state", "States in the caller's vocabulary, with commas between them.", _by_state)
PROJECT = Filter("project", "The project's code or ref.", _by_project)
CHANGED_AFTER = Filter(
    "changed_after",
    "What the observatory's tables learnt after this time (UTC).",
    _changed_after,
    is_time=True,
)
QA2 = Filter("qa2", "QA2 verdicts; `null` for not judged.", _by_qa2, [*QA2Outcome, "null"])
BAND = Filter("band", "ALMA receiver band.", _by_band, BANDS)
ARRAY = Filter("array", "The array.", _by_array, ARRAYS)
TARGET = Filter("target", "Part of a target's name, in any letter case.", _by_target)
FILE_CLASS = Filter("class", "Classes of files.", _by_file_class, [*FileClass])
FILE_CHANGED_AFTER = Filter(
    "changed_after",
    "What came, changed or was delivered after this time (UTC).",
    _file_changed_after,
    is_time=True,
)
OUS = Filter("ous", "UID of an OUS on any level.", _by_ous)
QA0 = Filter("qa0", "QA0 verdicts.", _by_qa0, [*QA0Status])
ROLE = Filter("role", "The caller's own role on the project.", _by_role, Role.values)
ACTIVE = Filter("active", "Whether something may still happen.", _by_active, ["true", "false"])
CYCLE = Filter("cycle", "The cycle, such as 2013.1.", _by_cycle)
KIND = Filter("kind", "Kinds of event.", _by_kind, EventKind.values)
