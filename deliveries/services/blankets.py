"""Blanket extensions: one decision, tried before it is taken, then carried out bit by bit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from deliveries.clock import ClockKind, Effect, Entry, Line
from deliveries.errors import BadClockEntry, ClockRefused
from deliveries.models import BlanketExtension, ClockEntry, entries_of
from deliveries.permissions import can_extend_clock
from deliveries.services.clock import enter_locked, length_of, need, reason_of
from deliveries.services.ledger import Entered, enter_line, if_entered_now, whole_second
from projects.models import MemberOUS, Project
from projects.services.entering import Account

LONGEST_NAME = 80
MOST_SCOPES = 1000
SLICE = 500
_CHANGES = (Effect.LENGTHENED, Effect.RECLOSED)


@dataclass(frozen=True, slots=True)
class Change:
    """What a blanket extension does, or would do, to one period."""

    member_ous: MemberOUS
    end: datetime | None
    line: Line

    @property
    def new_end(self) -> datetime | None:
        """The end after it; None while withdrawn."""
        return self.line.period.release_date

    @property
    def closes_again(self) -> bool:
        """Whether the data are public now, and would not be any more."""
        return self.line.effect == Effect.RECLOSED


def planned_blanket(
    *,
    name: str,
    actor: User,
    reason: str,
    months: int | None = None,
    until: datetime | None = None,
    not_public_at: datetime | None = None,
    cycles: Sequence[str] = (),
    projects: Sequence[str] = (),
    at: datetime | None = None,
) -> BlanketExtension:
    """Answer a blanket extension as it would be, unsaved; the kept one where it is the same.

    Without ``not_public_at`` nothing is closed again. Raises NotAllowed, BadClockEntry, and
    ClockRefused where the name stands for another decision.
    """
    need(can_extend_clock(actor), "Extending proprietary periods is not yours.")
    moment = whole_second(at)
    since = whole_second(not_public_at) if not_public_at else moment
    if since > moment:
        raise BadClockEntry("not_public_at", "It lies after the moment of the decision.")
    planned = BlanketExtension(
        name=_name(name),
        at=moment,
        not_public_at=since,
        reason=reason_of(reason),
        decided_by=actor,
        cycles=_known("cycles", "cycle", cycles),
        projects=_known("projects", "code", projects),
        **length_of(until, months),
    )
    kept = _kept(planned) or planned
    # How far it has come is not asked: what begins later may still be within it.
    kept.reached = 0
    return kept


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadClockEntry("name", f"A name of one line, at most {LONGEST_NAME} characters.")
    return name


def _known(field: str, column: str, texts: Sequence[str]) -> list[str]:
    """The words of a scope, each of which must find something. Raises BadClockEntry."""
    words = sorted({text.strip() for text in texts if text.strip()})
    if len(words) > MOST_SCOPES:
        raise BadClockEntry(field, f"At most {MOST_SCOPES}.")
    found = Project.objects.filter(**{f"{column}__in": words}).order_by()
    there = set(found.values_list(column, flat=True).distinct()) if words else set()
    for word in words:
        if word not in there:
            raise BadClockEntry(field, f"No project has the {column} “{word[:40]}”.")
    return words


def changes_of(blanket: BlanketExtension) -> Iterator[Change]:
    """Yield what a blanket extension would still change, now; writes nothing."""
    ledgers = _candidates(blanket).prefetch_related("clock_entries__blanket")
    for member in ledgers.iterator(chunk_size=SLICE):
        entries = entries_of(member.clock_entries.all())
        line = if_entered_now(member, entries, _entry(blanket))
        if line.effect in _CHANGES:
            yield Change(member, member.release_date, line)


def _candidates(blanket: BlanketExtension) -> QuerySet[MemberOUS]:
    """The member OUSs that it has not come to, as far as a query can tell; with projects."""
    entered = ClockEntry.objects.filter(member_ous=OuterRef("pk"), blanket__name=blanket.name)
    # Withdrawn data have no release date, and a period all the same.
    may = Q(release_date__gt=blanket.not_public_at)
    may |= Q(release_date=None, clock_kept_at__isnull=False)
    rows = MemberOUS.objects.filter(may, ~Exists(entered), pk__gt=blanket.reached)
    if blanket.cycles:
        rows = rows.filter(project__cycle__in=blanket.cycles)
    if blanket.projects:
        rows = rows.filter(project__code__in=blanket.projects)
    return rows.select_related("project").order_by("pk")


def _entry(blanket: BlanketExtension) -> Entry:
    return Entry(
        kind=ClockKind.BLANKET,
        at=blanket.at,
        months=blanket.months,
        until=blanket.until,
        not_public_at=blanket.not_public_at,
        reason=blanket.reason,
        name=blanket.name,
    )


def open_blanket(blanket: BlanketExtension) -> BlanketExtension:
    """Keep a planned blanket extension, for ``carry_on`` to do; answer the one that is kept.

    One that was kept before is looked through once more, for periods that have begun since
    without knowing of it. Raises ClockRefused where somebody took the name meanwhile.
    """
    with transaction.atomic():
        if not blanket.is_kept:
            facts = {name: getattr(blanket, name) for name in _FACTS}
            BlanketExtension.objects.get_or_create(name=blanket.name, defaults=facts)
    kept = _kept(blanket) or blanket
    BlanketExtension.objects.filter(pk=kept.pk).update(reached=0, done_at=None)
    kept.refresh_from_db()
    return kept


_DECIDED = ("months", "until", "not_public_at", "cycles", "projects")
_FACTS = (*_DECIDED, "at", "reason", "decided_by")


def _kept(planned: BlanketExtension) -> BlanketExtension | None:
    """The blanket extension that is kept under the name, if it decides the same."""
    kept = BlanketExtension.objects.filter(name=planned.name).first()
    if kept is not None and not _is_same(kept, planned):
        raise ClockRefused(f"“{kept}” is another blanket extension: give this one its own name.")
    return kept


def _is_same(kept: BlanketExtension, planned: BlanketExtension) -> bool:
    """Whether both decide the same; the day of one that names none is its own moment."""
    days = [row.not_public_at == row.at for row in (kept, planned)]
    names = _DECIDED if not all(days) else [name for name in _DECIDED if name != "not_public_at"]
    return all(getattr(kept, name) == getattr(planned, name) for name in names)


def carry_on(blanket: BlanketExtension, most: int | None = SLICE) -> list[ClockEntry]:
    """Do the next part of a blanket extension and answer the entries made.

    A transaction for each member OUS, entered once whoever else does the same: it may be
    killed at any point and carried on.
    """
    rows = _candidates(blanket)
    members = list(rows[:most] if most else rows)
    made = [entry for member in members if (entry := _enter(member, blanket)) is not None]
    own = BlanketExtension.objects.filter(pk=blanket.pk)
    if most and len(members) == most:
        own.filter(reached__lt=members[-1].pk).update(reached=members[-1].pk)
    else:
        own.filter(done_at=None).update(done_at=timezone.now())
    blanket.refresh_from_db()
    return made


def carry_on_blankets() -> int:
    """Do the next part of every blanket extension under way; answer how many entries it made."""
    return sum(len(carry_on(blanket)) for blanket in BlanketExtension.objects.under_way())


def _enter(member_ous: MemberOUS, blanket: BlanketExtension) -> ClockEntry | None:
    def enter(member: MemberOUS, _moment: datetime) -> Entered:
        # Asked again under the lock: others may carry on the same.
        if member.clock_entries.filter(blanket=blanket).exists():
            raise ClockRefused("It has been entered meanwhile.")
        account = Account.of(blanket.decided_by)
        return enter_line(member, entry=_entry(blanket), actor=account, blanket=blanket)

    try:
        return enter_locked(member_ous, enter, None, blanket.at.astimezone(UTC))
    except (ClockRefused, BadClockEntry):
        return None
