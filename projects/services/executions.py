"""Counts of executions: copies on SB and member OUS with this one writer."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from projects.models import Event, ExecBlock, LivingThing, MemberOUS, SchedBlock
from projects.services.bulk import save_alike
from projects.services.entering import Account, state_event
from projects.states import QA0Status

COUNT_FIELDS = ("executions_passed", "executions_count", "executions_expected")
_NOTHING = {"passed": Decimal(0), "count": 0, "last": None}
_PASSED = Coalesce(
    models.Sum(Coalesce("execution_fraction", Decimal(1)), filter=models.Q(qa0=QA0Status.PASS)),
    Decimal(0),
    output_field=models.DecimalField(),
)


def recount_executions(
    *,
    sched_block_ids: Iterable[int | None],
    member_ous_ids: Iterable[int | None],
    at: datetime | None = None,
    known: Iterable[LivingThing] = (),
) -> list[Event]:
    """Bring the execution counts of SBs and member OUSs up to date.

    ``executions_passed`` is the sum of fractions over QA0 Pass (an unknown fraction counts
    1), ``executions_count`` the number of EBs; a member OUS expects what its SBs expect
    together, nothing where one is unknown. Answers the (unsaved) events of things whose
    public state changed by it: at the last execution, or ``at``, when it was judged.
    Idempotent. ``known`` are things that the caller has read, or made, under the project's
    lock: they are not read again, and count in memory too what is written.
    """
    known = list(known)
    events = _recount(SchedBlock, "sched_block", set(sched_block_ids), at, known)
    return [*events, *_recount(MemberOUS, "member_ous", set(member_ous_ids), at, known)]


def recount_for_blocks(
    blocks: Iterable[SchedBlock], known: Iterable[MemberOUS] = ()
) -> list[Event]:
    """Bring the counts of the member OUSs of scheduling blocks up to date; as above."""
    members = {block.member_ous_id for block in blocks} - {None}
    return recount_executions(sched_block_ids=(), member_ous_ids=members, known=known)


def _recount(
    model: type[Any],
    parent: str,
    ids: set[int | None],
    at: datetime | None,
    known: Iterable[LivingThing],
) -> list[Event]:
    if not ids:
        return []
    exec_blocks = ExecBlock.objects.filter(**{f"{parent}_id__in": ids}).order_by()
    counted = exec_blocks.values(f"{parent}_id").annotate(
        passed=_PASSED, count=models.Count("pk"), last=models.Max(Coalesce("end", "start"))
    )
    found = {row[f"{parent}_id"]: row for row in counted}
    expected = _expected_of_members(ids) if model is MemberOUS else {}
    changed, events = [], []
    for thing in _things(model, ids, known):
        row = found.get(thing.pk, _NOTHING)
        before = (_counts(thing), thing.public_state)
        thing.executions_passed, thing.executions_count = row["passed"], row["count"]
        if model is MemberOUS:
            thing.executions_expected = expected.get(thing.pk)
        if _counts(thing) != before[0]:
            changed.append(thing)
        if thing.public_state != before[1]:
            thing.public_since = at or row["last"] or timezone.now()
            events.append(_public_change(thing, before[1], thing.public_since))
    save_alike(changed, (*COUNT_FIELDS, "public_since"))
    return events


def _things(model: type[Any], ids: set[int | None], known: Iterable[LivingThing]) -> list[Any]:
    """The things with these ids, in order: from those that are known, else from their rows."""
    things = {it.pk: it for it in known if isinstance(it, model) and it.pk in ids}
    unknown = ids - things.keys()
    if unknown:
        things |= {it.pk: it for it in model.objects.filter(pk__in=unknown).order_by()}
    return [things[pk] for pk in sorted(things)]


def _counts(thing: Any) -> tuple[Any, ...]:
    return tuple(getattr(thing, name) for name in COUNT_FIELDS)


def _public_change(thing: Any, public_frm: str | None, last: Any) -> Event:
    """The public word changed while ALMA's own did not: an event for people outside only."""
    return state_event(
        thing,
        frm=thing.state,
        public_frm=public_frm,
        at=last,
        account=Account(),
    )


def _expected_of_members(ids: set[int | None]) -> dict[int, Decimal]:
    blocks = (
        SchedBlock.objects.filter(member_ous_id__in=ids)
        .not_deleted()
        .order_by()
        .values("member_ous_id")
        .annotate(
            total=models.Sum("executions_expected"),
            unknown=models.Count("pk", filter=models.Q(executions_expected=None)),
        )
    )
    return {row["member_ous_id"]: row["total"] for row in blocks if not row["unknown"]}
