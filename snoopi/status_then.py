"""A project or an OUS as it was told at a moment: where it stood, and what had come of it.

``snoopi.as_of`` replays states and executions; here deliveries, the ends of proprietary
periods and what held work up are laid beside them, each by when it happened. What only a
source has told of a delivery counts from the delivery on. All else is today's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from deliveries.clock import ClockKind, account
from deliveries.models import ClockEntry, Delivery, DeliveryState, entries_of
from projects.models import Blockage, MemberOUS, ObsUnitSet, Project
from projects.querysets.below import NOT_COUNTED
from projects.querysets.handed_out import HANDED_OUT
from projects.querysets.project import Viewer
from projects.states import Level, OUSState
from snoopi.as_of import SETS, tree_then

# When something was handed out, and which generation, as far as it was from here.
Handed = tuple[datetime, int | None]
# Where there is a verdict for the archive's flag to be about.
_JUDGED = frozenset({*HANDED_OUT, OUSState.VERIFIED, OUSState.DELIVERY_IN_PROGRESS})
_HANDED = ("delivered_at", "delivery_generation", "release_date")
_BLOCKED = ("blocked_on", "blocked_since", "blocked_told", "blocked_note")
_STOOD = (
    *("then", "state", "state_flag", "qa2", "qa2_passed"),
    *("executions_passed", "executions_count", "executions_expected"),
)


def project_then(project: Project, viewer: Viewer, moment: datetime) -> list[Any]:
    """Let a project be as it was; answer what was there, as ``tree_then`` does.

    Nothing is answered from before there was a project.
    """
    things = tree_then(project, viewer, moment)
    if things:
        _copy(things[0], project, ("then", "state", "state_flag"))
        members = _counted(_on(things, Level.MEMBER_OUS))
        project.members_total = len(members)
        project.members_delivered = sum(one.state == OUSState.DELIVERED for one in members)
    return things


def ous_then(ous: Any, viewer: Viewer, moment: datetime) -> list[Any]:
    """Let an OUS read ``as_status`` be as it was; answer what there was of its project.

    Nothing is answered from before it was there. Thirteen queries at most.
    """
    things = tree_then(ous.project, viewer, moment)
    found = next((one for one in things if (one.LEVEL, one.pk) == (ous.LEVEL, ous.pk)), None)
    if found is None:
        return []
    set_statuses(things, ous.project, moment)
    _copy(found, ous, (*_STOOD, *_HANDED))
    if isinstance(ous, MemberOUS):
        _copy(found, ous, _BLOCKED)
    return things


def set_statuses(things: Sequence[Any], project: Project, moment: datetime) -> None:
    """Let the OUSs of ``tree_then`` tell what their statuses told; four queries."""
    members = _on(things, Level.MEMBER_OUS)
    _set_handed(members, project, moment)
    _set_held_up(members, project, moment)
    for level, field in SETS.items():
        below = defaultdict(list)
        for member in members:
            below[getattr(member, field)].append(member)
        for thing in _on(things, level):
            _sum_up(thing, _counted(below[thing.pk]))


def _on(things: Iterable[Any], level: Level) -> list[Any]:
    return [thing for thing in things if level == thing.LEVEL]


def _counted(members: Iterable[Any]) -> list[Any]:
    return [one for one in members if one.state not in NOT_COUNTED]


def _copy(source: Any, target: Any, names: Iterable[str]) -> None:
    for name in names:
        setattr(target, name, getattr(source, name))


def _set_handed(members: Sequence[Any], project: Project, moment: datetime) -> None:
    """Deliveries and ends of periods by then; three queries."""
    deliveries: dict[int, list[Handed]] = defaultdict(list)
    made = Delivery.objects.filter(project=project, state=DeliveryState.DELIVERED)
    columns = ("member_ous_id", "delivered_at", "generation")
    for pk, at, generation in made.order_by("delivered_at", "pk").values_list(*columns):
        if at is not None:
            deliveries[pk].append((at, generation))
    ledgers = defaultdict(list)
    for row in ClockEntry.objects.filter(member_ous__project=project).in_order():
        ledgers[row.member_ous_id].append(row)
    kept = MemberOUS.objects.filter(project=project).order_by()
    facts = {pk: (known, at) for pk, known, at in kept.values_list("pk", "facts", "clock_kept_at")}
    for member in members:
        known, kept_at = facts[member.pk]
        here = deliveries.get(member.pk, [])
        told = _told_deliveries(known) if here else [member.delivered_at]
        handed = [one for one in [*((at, None) for at in told if at), *here] if one[0] <= moment]
        newest = max(handed, key=lambda one: one[0], default=(None, None))
        member.delivered_at, member.delivery_generation = newest
        was_out = member.state in HANDED_OUT or member.delivered_at is not None
        if kept_at is not None:
            member.release_date = _release(ledgers[member.pk], moment, was_out=was_out)
        elif not was_out:
            member.release_date = None
        if member.state is not None and member.state not in _JUDGED:
            member.qa2_passed = None


def _told_deliveries(facts: dict[str, Any]) -> list[datetime | None]:
    """What sources said of the last delivery."""
    said = [one["delivered_at"][0] for one in facts.values() if "delivered_at" in one]
    return [parse_datetime(text) for text in said if isinstance(text, str)]


def _release(rows: Sequence[ClockEntry], moment: datetime, *, was_out: bool) -> datetime | None:
    """The end that a ledger gave; what a source said of it counts once data were out."""
    entries = [
        one
        for one in entries_of(rows)
        if one.at <= moment or (one.kind == ClockKind.SOURCE and was_out)
    ]
    return account(entries).release_date


def _set_held_up(members: Sequence[Any], project: Project, moment: datetime) -> None:
    """What held work up then; one query."""
    rows = Blockage.objects.filter(member_ous__project=project, since__lte=moment)
    held = {row.member_ous_id: row for row in rows.order_by("since", "pk")}
    for member in members:
        row = held.get(member.pk)
        if row is None or (row.until is not None and row.until <= moment):
            found: tuple[Any, ...] = ("", None, False, "")
        else:
            found = (row.reason, row.since, row.note_public, row.note)
        for name, value in zip(_BLOCKED, found, strict=True):
            setattr(member, name, value)


def _sum_up(thing: ObsUnitSet, members: Sequence[Any]) -> None:
    """What groups and goals tell of the member OUSs that count: unknown where one's is."""
    out = [one.delivered_at for one in members if one.state == OUSState.DELIVERED]
    dates = [at for at in out if at]
    ends = [one.release_date for one in members]
    all_out = bool(members) and len(out) == len(members)
    told: dict[str, Any] = {
        "delivered_at": max(dates, default=None) if all_out else None,
        "release_date": None if None in ends else max(ends, default=None),
    }
    for name, value in told.items():
        setattr(thing, name, value)
