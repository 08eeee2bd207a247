"""Columns that repeat what other rows say: counts of executions, verdicts, addresses, projects."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Model, Q, Sum
from django.db.models.functions import Coalesce

from deliveries.models import Delivery, Notice, ProductFile
from projects.identity import Uid
from projects.models import (
    Event,
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
    Tracked,
)
from projects.states import Level, QA0Status
from qa.models import QA0Decision
from snoopi.audit.faults import Fault, Named, Tally, compare, fault, has_wrong, side_by_side, stream

_COUNTS = ("executions_passed", "executions_count", "executions_expected")
_PASSED = Sum(
    Coalesce("execution_fraction", Decimal(1), output_field=DecimalField()),
    filter=Q(qa0=QA0Status.PASS),
)


def executions_are_counted(tally: Tally) -> Iterator[Fault]:
    """Scheduling blocks and member OUSs count their executions, and expect what blocks do."""
    for model, key in ((SchedBlock, "sched_block_id"), (MemberOUS, "member_ous_id")):
        rows = model._default_manager.order_by("pk").values_list("pk", "uid", "ref", *_COUNTS)
        for _, (things, counted, expected) in side_by_side(
            stream(rows), _executions_of(key), _expected_of(model)
        ):
            tally.looked += len(things)
            for thing in things:
                yield from _count_faults(model.LEVEL, thing, counted, expected)


def _executions_of(key: str) -> Iterable[Any]:
    rows = ExecBlock.objects.filter(**{f"{key}__isnull": False}).order_by(key)
    counted = rows.values(key).annotate(number=Count("pk"), passed=_PASSED)
    return stream(counted.values_list(key, "number", "passed"))


def _expected_of(model: type[Model]) -> Iterable[Any]:
    if model is not MemberOUS:
        return ()
    blocks = SchedBlock.objects.not_deleted().filter(member_ous__isnull=False)
    expected = (
        blocks.order_by("member_ous_id")
        .values("member_ous_id")
        .annotate(
            total=Sum("executions_expected"),
            unknown=Count("pk", filter=Q(executions_expected=None)),
        )
    )
    return stream(expected.values_list("member_ous_id", "total", "unknown"))


def _count_faults(
    level: Level, row: Any, counted: list[Any], expected: list[Any]
) -> Iterator[Fault]:
    _, uid, ref, passed, count, expects = row
    thing = Named(level, uid, ref)
    _, number, fractions = counted[0] if counted else (0, 0, None)
    yield from compare(thing, "executions_count", count, number)
    yield from compare(thing, "executions_passed", passed, fractions or Decimal(0))
    if level == Level.MEMBER_OUS:
        _, total, unknown = expected[0] if expected else (0, None, 0)
        yield from compare(thing, "executions_expected", expects, None if unknown else total)


_JUDGED = ("qa0", "execution_fraction", "qa0_comment", "qa0_decided_at")


def executions_are_judged(tally: Tally) -> Iterator[Fault]:
    """The newest decision on an execution is the verdict on its row."""
    judged = ExecBlock.objects.filter(
        Q(qa0_decided_at__isnull=False)
        | Q(pk__in=QA0Decision.objects.order_by().values("exec_block"))
    )
    rows = judged.order_by("pk").values_list("pk", "uid", "ref", *_JUDGED)
    decisions = QA0Decision.objects.order_by("exec_block_id", "at", "pk").values_list(
        "exec_block_id", "outcome", "execution_fraction", "comment", "at"
    )
    for _, (things, decided) in side_by_side(stream(rows), stream(decisions)):
        tally.looked += 1
        for _, uid, ref, *stored in things:
            newest = decided[-1][1:] if decided else (stored[0], stored[1], stored[2], None)
            for field, found, expected in zip(_JUDGED, stored, newest, strict=True):
                yield from compare(Named(Level.EXEC_BLOCK, uid, ref), field, found, expected)


def addresses_follow(tally: Tally) -> Iterator[Fault]:
    """What stands in URLs is the code of a project, and of all else the UID where there is one."""
    coded = Project.objects.filter(code__isnull=False).order_by("pk")
    for ref, code in stream(coded.values_list("ref", "code")):
        tally.looked += 1
        yield from compare(Named(Level.PROJECT, None, ref), "ref", ref, code)
    for model in (ScienceGoal, GroupOUS, MemberOUS, SchedBlock, ExecBlock):
        known = model._default_manager.filter(uid__isnull=False).order_by("pk")
        for uid, ref in stream(known.values_list("uid", "ref")):
            tally.looked += 1
            yield from compare(Named(model.LEVEL, uid, ref), "ref", ref, Uid(uid).ref)


# Rows that carry the project's key beside a parent that has it too.
_BESIDE: tuple[tuple[type[Tracked], str], ...] = (
    (GroupOUS, "science_goal"),
    (MemberOUS, "group_ous"),
    (MemberOUS, "science_goal"),
    (SchedBlock, "member_ous"),
    (ExecBlock, "sched_block"),
    (ExecBlock, "member_ous"),
)
_OF_MEMBERS: tuple[type[Model], ...] = (ProductFile, Delivery, Notice)


def projects_agree(tally: Tally) -> Iterator[Fault]:
    """What belongs to a thing belongs to the same project as that."""
    for model, parent in _BESIDE:
        rows = model._default_manager.filter(**{f"{parent}__isnull": False})
        yield from _elsewhere(tally, model.LEVEL, rows, parent, ("uid", "ref"))
    for other in _OF_MEMBERS:
        label = str(other._meta.verbose_name).replace(" ", "_")
        name = ("member_ous__uid", "member_ous__ref")
        yield from _elsewhere(tally, label, _of_members(other), "member_ous", name)
    yield from _events_elsewhere(tally)


def _of_members(model: type[Model]) -> Any:
    return model._default_manager.filter(member_ous__isnull=False)


def _elsewhere(
    tally: Tally, level: str, rows: Any, parent: str, name: tuple[str, str]
) -> Iterator[Fault]:
    theirs = f"{parent}__project"
    apart = ~Q(project=F(theirs)) | Q(project=None, **{f"{theirs}__isnull": False})
    if not has_wrong(rows, apart, tally):
        return
    columns = (*name, "project__ref", f"{theirs}__ref")
    for uid, ref, own, other in stream(rows.filter(apart).order_by("pk").values_list(*columns)):
        yield fault(Named(level, uid, ref), f"project beside its {parent}", own, other)


def _events_elsewhere(tally: Tally) -> Iterator[Fault]:
    """An event stands with the project of its thing, or with none: that may come later."""
    for level in list(Level)[1:]:
        rows = Event.objects.filter(level=level, project__isnull=False)
        apart = ~Q(project=F(f"{level}__project"))
        if not has_wrong(rows, apart, tally):
            continue
        names = (f"{level}__uid", f"{level}__ref", "pk", "project__ref", f"{level}__project__ref")
        for uid, ref, number, own, other in stream(
            rows.filter(apart).order_by("pk").values_list(*names)
        ):
            yield fault(Named(level, uid, ref), f"project of event {number}", own, other)


Facts = dict[str, dict[str, list[Any]]]
# Columns that sources fill until somebody here does, and by what that is seen.
_FROM_SOURCES = {
    "release_date": Q(clock_kept_at=None),
    "delivered_at": Q(delivery_generation=None),
    "qa2": Q(qa2_rounds=None),
}


def said_of(facts: Facts, field: str) -> list[Any]:
    """What sources said last of a field."""
    return [said[field][0] for said in facts.values() if field in said]


def sources_stand(tally: Tally) -> Iterator[Fault]:
    """What only sources tell of a member OUS is what one of them said last."""
    for field, untouched in _FROM_SOURCES.items():
        rows = MemberOUS.objects.filter(untouched, **{f"{field}__isnull": False}).order_by("pk")
        for uid, ref, value, facts in stream(rows.values_list("uid", "ref", field, "facts")):
            tally.looked += 1
            said = said_of(facts, field)
            if said and value not in [_typed(each) for each in said]:
                yield fault(Named(Level.MEMBER_OUS, uid, ref), field, value, " or ".join(said))


def _typed(said: str) -> str | datetime:
    """A fact in its column's type: dates are kept as text."""
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return said
