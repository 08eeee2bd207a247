"""Tickets and the journal of a member OUS: what staff note, and take off, but never rewrite."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.errors import BadWork, NotAllowed, NotNow
from projects.links import NO_LINK, is_link
from projects.models import Event, EventKind, JournalEntry, MemberOUS, Ticket
from projects.permissions import can_keep_journal
from projects.services.bulk import save_alike
from projects.services.entering import Account, subject_of
from projects.services.events import append_events
from projects.services.locking import locked_member
from projects.work import LONGEST_ENTRY, LONGEST_TICKET

_SHOWN = 40


@transaction.atomic
def write_journal(
    member_ous: MemberOUS,
    *,
    text: str,
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> JournalEntry:
    """Append an entry to the journal of a member OUS; answer it.

    ``at`` is now unless history is told. Raises NotAllowed, StaleVersion, BadWork.
    """
    member = _locked(member_ous, actor, expected_version)
    words = text.strip()
    if not words or len(words) > LONGEST_ENTRY:
        raise BadWork("text", f"A text of at most {LONGEST_ENTRY} characters.")
    at = at or timezone.now()
    entry = JournalEntry.objects.create(member_ous=member, text=words, by=actor, at=at)
    _tell(member, EventKind.JOURNAL, to="entry", actor=actor, at=at)
    member_ous.refresh_from_db()
    return entry


@transaction.atomic
def add_ticket(
    member_ous: MemberOUS,
    *,
    reference: str,
    url: str = "",
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Note a ticket that a member OUS is dealt with in; answer it.

    ``at`` is now unless history is told. Raises NotAllowed, StaleVersion, NotNow where it is
    noted already, BadWork.
    """
    member = _locked(member_ous, actor, expected_version)
    name, link = " ".join(reference.split()), url.strip()
    if not name or len(name) > LONGEST_TICKET:
        raise BadWork("reference", f"A name of at most {LONGEST_TICKET} characters.")
    if link and not is_link(link):
        raise BadWork("url", f"{NO_LINK[0].upper()}{NO_LINK[1:]}.")
    if Ticket.objects.lasting().filter(member_ous=member, reference=name).exists():
        raise NotNow(f"{name} is noted already.")
    at = at or timezone.now()
    ticket = Ticket.objects.create(member_ous=member, reference=name, url=link, by=actor, since=at)
    _tell(member, EventKind.TICKET, to=name, actor=actor, at=at)
    member_ous.refresh_from_db()
    return ticket


@transaction.atomic
def take_ticket_off(
    member_ous: MemberOUS, *, reference: str, actor: User, expected_version: int | None = None
) -> None:
    """Say that a ticket no longer concerns a member OUS; it stays on record.

    Raises NotAllowed, StaleVersion, NotNow where it is not noted.
    """
    member = _locked(member_ous, actor, expected_version)
    rows = Ticket.objects.lasting().filter(member_ous=member, reference=" ".join(reference.split()))
    ticket = rows.first()
    if ticket is None:
        raise NotNow("No such ticket is noted.")
    ticket.until, ticket.ended_by = timezone.now(), actor
    ticket.save(update_fields=["until", "ended_by"])
    _tell(member, EventKind.TICKET, frm=ticket.reference, actor=actor, at=ticket.until)
    member_ous.refresh_from_db()


def _locked(member_ous: MemberOUS, actor: User, expected_version: int | None) -> MemberOUS:
    if not can_keep_journal(actor):
        raise NotAllowed("Tickets and journal are for staff.")
    return locked_member(member_ous, expected_version)


def _tell(
    member: MemberOUS, kind: EventKind, *, frm: str = "", to: str = "", actor: User, at: datetime
) -> None:
    account = Account.of(actor)
    event = Event(
        **subject_of(member),
        kind=kind,
        at=at,
        frm=frm[:_SHOWN],
        to=to[:_SHOWN],
        for_public=False,
        actor=account.actor,
        actor_word=account.word,
    )
    save_alike([member], (), [member])
    append_events([event])
