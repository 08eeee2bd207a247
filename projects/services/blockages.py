"""What holds the work on a member OUS up: the one writer of that history and its copy."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.errors import BadWork, NotAllowed, NotNow
from projects.models import Blockage, Event, EventKind, MemberOUS
from projects.permissions import can_work_on
from projects.services.bulk import save_alike
from projects.services.entering import Account, subject_of
from projects.services.events import append_events, shown_subjects, touch
from projects.services.locking import locked_member
from projects.work import HINDRANCES, LONGEST_NOTE, OTHER, WORKED_IN

_COPIES = ("blocked_on", "blocked_since", "blocked_told", "blocked_note")


@transaction.atomic
def block_work(
    member_ous: MemberOUS,
    *,
    reason: str,
    note: str = "",
    note_public: bool = False,
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Blockage:
    """Say what holds a member OUS up from now on, and answer the row.

    People on the project are told only what is marked for them. What held it up before
    ends. Raises NotAllowed, StaleVersion, NotNow, BadWork.
    """
    member = _locked(member_ous, actor, expected_version)
    if member.state not in WORKED_IN:
        raise NotNow(f"Nobody works on it in {member.state or 'an unknown state'}.")
    words = note.strip()[:LONGEST_NOTE]
    if reason not in HINDRANCES:
        raise BadWork("reason", "There is no such reason.", [*HINDRANCES])
    if reason == OTHER and not words:
        raise BadWork("note", "Say what holds it up.")
    moment, account = at or timezone.now(), Account.of(actor, words, note_public)
    ended = _ended(member, actor, moment)
    row = Blockage.objects.create(
        member_ous=member,
        reason=reason,
        note=words,
        note_public=note_public,
        state=member.state,
        since=moment,
        by=actor,
    )
    was_told = member.blocked_told
    event = _event(member, member.blocked_on, reason, account, moment, for_public=note_public)
    event.public_frm = member.blocked_on if was_told else ""
    _write(member, row, [*([ended] if ended and was_told and not note_public else []), event])
    member_ous.refresh_from_db()
    return row


@transaction.atomic
def unblock_work(
    member_ous: MemberOUS,
    *,
    actor: User,
    note: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> None:
    """Say that nothing holds a member OUS up any more; ``at`` is now unless history is told.

    Raises NotAllowed, StaleVersion, NotNow where nothing does.
    """
    member = _locked(member_ous, actor, expected_version)
    event = _ended(member, actor, at or timezone.now(), note.strip()[:LONGEST_NOTE])
    if event is None:
        raise NotNow("Nothing holds it up.")
    _write(member, None, [event])
    member_ous.refresh_from_db()


def unblock_where_over(member: MemberOUS, *, to: str, at: datetime) -> list[Event]:
    """End what held a member OUS up where a step leads out of the work; answer the unsaved event.

    The caller holds the row's lock and appends.
    """
    if to in WORKED_IN or not member.blocked_on:
        return []
    event = _ended(member, None, at)
    _copy(member, None)
    columns = {name: getattr(member, name) for name in _COPIES}
    MemberOUS.objects.filter(pk=member.pk).update(**columns)
    return [event] if event else []


def _locked(member_ous: MemberOUS, actor: User, expected_version: int | None) -> MemberOUS:
    member = locked_member(member_ous, expected_version)
    if not can_work_on(actor, member):
        raise NotAllowed("What holds this up is told by those who work on it.")
    return member


def _ended(member: MemberOUS, actor: User | None, at: datetime, note: str = "") -> Event | None:
    """End the open row; answer the unsaved event, which people outside read if they knew of it."""
    row = Blockage.objects.lasting().filter(member_ous=member).first()
    if row is None:
        return None
    row.until, row.ended_by = max(at, row.since), actor
    row.save(update_fields=["until", "ended_by"])
    account = Account.of(actor, note)
    event = _event(member, row.reason, "", account, at, for_public=row.note_public)
    event.public_frm = row.reason if row.note_public else ""
    return event


def _event(
    member: MemberOUS, frm: str, to: str, account: Account, at: datetime, *, for_public: bool
) -> Event:
    return Event(
        **subject_of(member),
        kind=EventKind.BLOCKED,
        at=at,
        frm=frm,
        to=to,
        public_to=to if for_public else "",
        for_public=for_public,
        actor=account.actor,
        actor_word=account.word,
        note=account.note,
        note_public=account.note_public,
    )


def _write(member: MemberOUS, row: Blockage | None, events: list[Event]) -> None:
    _copy(member, row)
    shown = shown_subjects(events)
    save_alike([member], _COPIES, [] if shown else [member])
    touch([member], shown)
    append_events(events)


def _copy(member: MemberOUS, row: Blockage | None) -> None:
    member.blocked_on = row.reason if row else ""
    member.blocked_since = row.since if row else None
    member.blocked_told = row.note_public if row else False
    member.blocked_note = row.note if row else ""
