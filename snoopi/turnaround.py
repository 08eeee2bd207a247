"""The courses of member OUSs from observation to delivery, read from the event log for staff."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import (
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import Coalesce

from accounts.models import User
from projects.models import Blockage, Event, ExecBlock, MemberOUS
from projects.querysets.stage_ages import UNDATED_S
from projects.states import OUSState, QA0Status
from projects.turnaround import FIRST, LAST, Course, ServiceGoal, Stage, Sums, sums_of
from projects.work import ASSIGNED_IN, WORKED_IN, WorkRole
from qa.models import PipelineRun
from snoopi.queues import NARROWINGS

PIPELINE, BY_HAND, UNKNOWN = "pipeline", "manual", "not known"
REDUCTIONS = (PIPELINE, BY_HAND)
# How many weeks the board looks back.
WEEKS = 12
FILTERS = tuple(one for one in NARROWINGS if one.name in {"arc", "cycle", "array", "band"})
# What counts for the goal: data that are taken as a whole, on their way or delivered.
_COUNTED = WORKED_IN | {OUSState.DELIVERED, OUSState.QA3_IN_PROGRESS}
_REDUCED = _COUNTED - ASSIGNED_IN[WorkRole.REDUCER]


@dataclass(frozen=True, slots=True)
class Line:
    """A member OUS with its course, who has it, and what holds it up."""

    pk: int
    ref: str
    uid: str | None
    name: str
    project: str
    cycle: str
    arc: str
    bands: Sequence[int]
    array: str
    reduction: str
    state: str | None
    state_since: datetime | None
    blocked_on: str
    reducer: str
    reviewer: str
    course: Course

    @property
    def counts(self) -> bool:
        """Whether the service goal is about it."""
        return self.state in _COUNTED

    @property
    def is_worked_on(self) -> bool:
        """Whether it is on its way."""
        return self.state in WORKED_IN


_RUNS = Exists(PipelineRun.objects.filter(member_ous=OuterRef("pk")))
_FACTS = {
    "pk": "pk",
    "ref": "ref",
    "uid": "uid",
    "name": "name",
    "project": "project__ref",
    "cycle": "project__cycle",
    "arc": "project__arc",
    "bands": "bands",
    "array": "array",
    "state": "state",
    "state_since": "state_since",
    "blocked_on": "blocked_on",
    "reducer": "reducer__username",
    "reviewer": "reviewer__username",
}


def lines_of(user: User, asked: Mapping[str, str]) -> list[Line]:
    """Answer the member OUSs that ``user`` may track and the filters leave; four queries.

    What is no word of a filter is left out.
    """
    rows = member_rows(user)
    for one in FILTERS:
        text = asked.get(one.name, "")
        if text and (not one.words or text in one.words):
            rows = one.apply(rows, text)
    wanted = asked.get("reduction", "")
    return told(reduced_by(rows, wanted) if wanted in REDUCTIONS else rows)


def member_rows(user: User) -> QuerySet[MemberOUS]:
    """The member OUSs that ``user`` may track and that the board counts."""
    everything = MemberOUS.objects.visible_to(user).not_deleted().filter(project__isnull=False)
    return everything.exclude(project__state="Deleted")


def reduced_by(rows: QuerySet[MemberOUS], how: str) -> QuerySet[MemberOUS]:
    """Keep what the pipeline or people have reduced."""
    if how == PIPELINE:
        return rows.filter(_RUNS)
    return rows.filter(~_RUNS, state__in=_REDUCED)


def late_among(
    rows: QuerySet[MemberOUS], goal: ServiceGoal | None, now: datetime
) -> QuerySet[MemberOUS]:
    """Keep what is on its way and observed for longer than the goal; all of it without one."""
    on_its_way = rows.filter(state__in=WORKED_IN)
    if goal is None:
        return on_its_way
    runs = ExecBlock.objects.filter(member_ous=OuterRef("pk"), qa0=QA0Status.PASS)
    dated = runs.alias(at=Coalesce("end", "start"))
    young = dated.filter(at__gt=now - timedelta(days=ceil(goal.days)))
    return on_its_way.filter(Exists(dated.filter(at__isnull=False)), ~Exists(young))


def told(rows: QuerySet[MemberOUS]) -> list[Line]:
    """Answer member OUSs with their courses; four queries."""
    courses = _courses(rows)
    found = rows.order_by("pk").values_list(_RUNS, *_FACTS.values())
    return [
        _line(dict(zip(_FACTS, (pk, *facts), strict=True)), courses(pk), has_run=has_run)
        for has_run, pk, *facts in found
    ]


def _line(facts: dict[str, Any], course: Course, *, has_run: bool) -> Line:
    by_hand = BY_HAND if facts["state"] in _REDUCED else UNKNOWN
    for name in ("blocked_on", "reducer", "reviewer"):
        facts[name] = facts[name] or ""
    return Line(**facts, course=course, reduction=PIPELINE if has_run else by_hand)


def _courses(rows: QuerySet[MemberOUS]) -> Callable[[int], Course]:
    """Answer a function from a member OUS's id to its course; three queries."""
    chosen = rows.order_by().values("pk")
    moments = {pk: dict(zip((*FIRST, *LAST), found, strict=True)) for pk, *found in _steps(chosen)}
    passed = ExecBlock.objects.filter(member_ous__in=chosen, qa0=QA0Status.PASS).order_by()
    by_member = passed.values("member_ous_id")
    observed = dict(
        by_member.annotate(at=Max(Coalesce("end", "start"))).values_list("member_ous_id", "at")
    )
    held_up = defaultdict(list)
    blockages = Blockage.objects.filter(member_ous__in=chosen).order_by("since", "pk")
    for pk, since, until in blockages.values_list("member_ous_id", "since", "until"):
        held_up[pk].append((since, until))
    return lambda pk: Course(
        observed=observed.get(pk), held_up=held_up.get(pk, ()), **moments.get(pk, {})
    )


def _steps(chosen: Any) -> Any:
    """The moments of ``FIRST`` and ``LAST`` by member OUS, of steps whose time is known."""
    lag = ExpressionWrapper(F("recorded_at") - F("at"), output_field=DurationField())
    steps = Event.objects.filter(
        kind="state", level="member_ous", for_staff=True, member_ous__in=chosen
    ).exclude(frm=F("to"))
    dated = (
        steps.not_taken_back().alias(lag=lag).exclude(frm="", lag__lte=timedelta(seconds=UNDATED_S))
    )
    told: dict[str, Any] = {name: Min("at", filter=Q(to=state)) for name, state in FIRST.items()}
    told |= {name: Max("at", filter=Q(to=state)) for name, state in LAST.items()}
    by_member = dated.order_by().values("member_ous_id").annotate(**told)
    return by_member.values_list("member_ous_id", *told)


GROUPINGS: Mapping[str, tuple[str, Callable[[Line], Iterable[str]]]] = {
    "cycle": ("Cycle", lambda line: [line.cycle]),
    "arc": ("ARC", lambda line: [line.arc]),
    "band": ("Band", lambda line: map(str, sorted(line.bands)) if line.bands else [""]),
    "array": ("Array", lambda line: [line.array]),
    "reduction": ("Reduction", lambda line: [line.reduction]),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Member OUSs that share a word, with the sums of each duration."""

    name: str
    number: int
    sums: Mapping[Stage, Sums]


def groups_of(lines: Sequence[Line], by: str) -> list[Group]:
    """Answer the groups of a grouping in order, and all of them together at the end.

    What has several bands stands in each of them, and once in the last line.
    """
    _, words = GROUPINGS[by]
    found: dict[str, list[Course]] = defaultdict(list)
    for line in lines:
        for word in words(line):
            found[word].append(line.course)
    named = [_group(name or UNKNOWN, found[name]) for name in sorted(found, key=_in_order)]
    return [*named, _group("all", [line.course for line in lines])]


def _in_order(name: str) -> tuple[bool, int, str]:
    return (not name, int(name) if name.isdigit() else 0, name)


def _group(name: str, courses: Sequence[Course]) -> Group:
    return Group(name, len(courses), {stage: sums_of(courses, stage) for stage in Stage})


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has of the work in one role."""

    person: str
    role: WorkRole
    number: int
    held_up: int
    oldest: datetime | None


def loads_of(lines: Iterable[Line]) -> list[Load]:
    """Answer who has how much, most first."""
    had: dict[tuple[str, WorkRole], list[Line]] = defaultdict(list)
    for line in lines:
        for role, person in (
            (WorkRole.REDUCER, line.reducer),
            (WorkRole.REVIEWER, line.reviewer),
        ):
            if person and line.state in ASSIGNED_IN[role]:
                had[person, role].append(line)
    loads = [
        Load(
            person,
            role,
            len(own),
            sum(bool(line.blocked_on) for line in own),
            min((line.state_since for line in own if line.state_since), default=None),
        )
        for (person, role), own in had.items()
    ]
    return sorted(loads, key=lambda load: (load.role, -load.number, load.person))
