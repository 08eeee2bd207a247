"""Delivery and clock of a member OUS as one viewer is told of them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from deliveries.clock import Effect, Line
from deliveries.clock import account as account_of_entries
from deliveries.differences import Contents, Difference, difference
from deliveries.models import (
    ClockEntry,
    Delivery,
    DeliveryPlace,
    DeliveryState,
    FileHold,
    MissingFile,
    ProductFile,
    entries_of,
)
from deliveries.permissions import (
    can_correct_clock,
    can_extend_clock,
    can_release_early,
    can_renew_clock,
    can_retry_delivery,
    can_withhold_files,
)
from deliveries.services.ledger import if_released_early_now, if_renewed_now
from projects.models import MemberOUS
from projects.public import data_rights
from projects.querysets.project import Viewer, is_staff_viewer

MISSING_SHOWN = 20


@dataclass(frozen=True, slots=True)
class LineTold:
    """One line of the ledger; ``reason`` is None where the viewer may not read it.

    ``name`` is that of the blanket extension it is part of, else "".
    """

    kind: str
    name: str
    words: str
    at: datetime
    by: str
    sentence: str
    end: datetime | None
    changed: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class ClockTold:
    """The period with its account.

    ``is_sourced`` where only a source has told of its end, ``is_held`` where QA3 holds it open.
    """

    release_date: datetime | None
    data_rights: str
    is_sourced: bool
    is_withdrawn: bool
    is_held: bool
    lines: tuple[LineTold, ...]


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """A place and the first of what is missing there."""

    place: DeliveryPlace
    missing: list[MissingFile]


@dataclass(frozen=True, slots=True)
class DeliveryTold:
    """One delivery; places are for staff; ``changes`` against the delivery before."""

    delivery: Delivery
    places: tuple[PlaceTold, ...]
    changes: Difference | None


@dataclass(frozen=True, slots=True)
class Told:
    """All that the section says, and what the viewer may do there."""

    clock: ClockTold
    if_early: Line | None
    if_renewed: Line | None
    deliveries: tuple[DeliveryTold, ...]
    hold: FileHold | None
    is_withheld: bool
    may_extend: bool
    may_renew: bool
    may_correct: bool
    may_release: bool
    may_retry: bool
    may_withhold: bool


def delivery_of(member_ous: MemberOUS, viewer: Viewer, now: datetime) -> Told:
    """Answer delivery and clock of a member OUS; a fixed number of queries."""
    rows = list(member_ous.clock_entries.in_order())
    clock = _clock(member_ous, rows, viewer, now)
    hold = FileHold.objects.open().filter(member_ous=member_ous).first()
    started = any(line.changed for line in clock.lines) or clock.is_sourced
    may_release = (
        not started and member_ous.executions_count > 0 and can_release_early(viewer, member_ous)
    )
    entries, may_renew = entries_of(rows), can_renew_clock(viewer) and started
    return Told(
        clock=clock,
        if_early=if_released_early_now(member_ous, entries, now) if may_release else None,
        if_renewed=if_renewed_now(member_ous, entries, now) if may_renew else None,
        deliveries=_deliveries(member_ous, viewer),
        hold=hold if is_staff_viewer(viewer) else None,
        is_withheld=hold is not None,
        may_extend=can_extend_clock(viewer) and started,
        may_renew=may_renew,
        may_correct=can_correct_clock(viewer),
        may_release=may_release,
        may_retry=can_retry_delivery(viewer),
        may_withhold=can_withhold_files(viewer) and member_ous.state == "QA3InProgress",
    )


def clock_of(member_ous: MemberOUS, viewer: Viewer, now: datetime) -> ClockTold:
    """Answer the period of a member OUS with its account; one query."""
    return _clock(member_ous, list(member_ous.clock_entries.in_order()), viewer, now)


def _clock(
    member_ous: MemberOUS, rows: list[ClockEntry], viewer: Viewer, now: datetime
) -> ClockTold:
    account = account_of_entries(entries_of(rows))
    by_id = {row.pk: row for row in rows}
    return ClockTold(
        release_date=member_ous.release_date,
        data_rights=data_rights(member_ous.release_date, now),
        is_sourced=not rows and member_ous.release_date is not None,
        is_withdrawn=account.period.is_withdrawn,
        is_held=account.period.is_held,
        lines=tuple(_line(line, by_id[line.entry.sequence], viewer) for line in account.lines),
    )


def _line(line: Line, row: ClockEntry, viewer: Viewer) -> LineTold:
    staff = is_staff_viewer(viewer)
    return LineTold(
        kind=row.kind,
        name=line.entry.name,
        words=line.kind_words,
        at=row.at,
        by=str(row.decided_by) if staff and row.decided_by else row.role_word,
        sentence=line.sentence,
        end=line.period.release_date,
        changed=line.effect != Effect.NONE,
        reason=(row.reason or None) if staff else None,
    )


def _deliveries(member_ous: MemberOUS, viewer: Viewer) -> tuple[DeliveryTold, ...]:
    """Newest first; for others than staff what was delivered."""
    rows = Delivery.objects.filter(member_ous=member_ous).with_things()
    if is_staff_viewer(viewer):
        missing = MissingFile.objects.select_related("product_file")
        rows = rows.prefetch_related("places", Prefetch("places__missing_files", missing))
    else:
        rows = rows.filter(state=DeliveryState.DELIVERED)
    found = list(rows.order_by("-pk"))
    contents = _contents(member_ous) if len(found) > 1 else {}
    staff = is_staff_viewer(viewer)
    return tuple(
        _told(row, found[number + 1 :], contents, staff) for number, row in enumerate(found)
    )


def _told(
    row: Delivery, earlier: list[Delivery], contents: dict[int, Contents], staff: bool
) -> DeliveryTold:
    before = next((one for one in earlier if one.state == DeliveryState.DELIVERED), None)
    changes = None
    if before is not None and before.generation and row.generation:
        changes = difference(contents.get(before.generation, {}), contents.get(row.generation, {}))
    places = row.places.all() if staff else ()
    told = tuple(
        PlaceTold(place, list(place.missing_files.all())[:MISSING_SHOWN]) for place in places
    )
    return DeliveryTold(row, told, changes)


def _contents(member_ous: MemberOUS) -> dict[int, Contents]:
    rows = ProductFile.objects.filter(member_ous=member_ous, generation__isnull=False).order_by()
    found: dict[int, dict[str, tuple[int | None, str]]] = defaultdict(dict)
    columns = rows.values_list("generation", "path", "size_bytes", "sha256")
    for generation, path, size_bytes, sha256 in columns:
        found[generation or 0][path] = (size_bytes, sha256)
    return dict(found)
