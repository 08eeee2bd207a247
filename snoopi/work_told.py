"""The work on a member OUS as staff are told of it; people outside are told nothing."""

from dataclasses import dataclass

from accounts.models import User
from projects.models import Assignment, Blockage, JournalEntry, MemberOUS, Ticket
from projects.permissions import (
    can_assign,
    can_claim,
    can_do,
    can_keep_journal,
    can_work_on,
    why_unfit,
)
from projects.services.assignments import holder_of
from projects.work import HINDRANCES, ROLE_WORDS, WORKED_IN, Hindrance, WorkRole, role_in

ENTRIES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class WorkTold:
    """Who has a member OUS, what holds it up, tickets; and what the reader may do about it.

    ``role`` is whose work it is now, ``holder`` who has it; ``entries`` are the newest of
    the journal, of which ``more`` says that there are others.
    """

    member: MemberOUS
    role: WorkRole | None
    holder: User | None
    assignments: list[Assignment]
    blockages: list[Blockage]
    tickets: list[Ticket]
    entries: list[JournalEntry]
    more: bool
    may_claim: bool
    may_assign: bool
    may_block: bool

    @property
    def role_word(self) -> str:
        """Whose work it is now, in words."""
        return ROLE_WORDS[self.role] if self.role else ""

    @property
    def blocked_words(self) -> str:
        """What holds it up now, in words."""
        return HINDRANCES[self.blocked.reason].what if self.blocked else ""

    def people(self) -> list[User]:
        """Who may be handed it; one query."""
        return able_people(self.role) if self.role else []

    @property
    def hindrances(self) -> list[Hindrance]:
        """What may hold it up."""
        return [*HINDRANCES.values()]

    @property
    def blocked(self) -> Blockage | None:
        """What holds it up now."""
        return next((row for row in self.blockages if row.until is None), None)


def work_of(member: MemberOUS, viewer: User, *, entries: int = ENTRIES_SHOWN) -> WorkTold | None:
    """Answer the work on a member OUS, None to people outside; four queries, one for who claims."""
    if not can_keep_journal(viewer):
        return None
    role = role_in(member.state)
    holder = holder_of(member, role) if role else None
    written = JournalEntry.objects.filter(member_ous=member).select_related("by")
    journal = list(written[: entries + 1]) if entries else []
    return WorkTold(
        member=member,
        role=role,
        holder=holder,
        assignments=list(
            Assignment.objects.filter(member_ous=member).select_related("person", "by")
        ),
        blockages=list(Blockage.objects.filter(member_ous=member).select_related("by", "ended_by")),
        tickets=list(Ticket.objects.lasting().filter(member_ous=member).select_related("by")),
        entries=journal[:entries],
        more=len(journal) > entries,
        may_claim=role is not None
        and holder is None
        and can_claim(viewer, role)
        and not why_unfit(viewer, member, role),
        may_assign=role is not None and can_assign(viewer, member, role),
        may_block=member.state in WORKED_IN and can_work_on(viewer, member),
    )


def able_people(role: WorkRole) -> list[User]:
    """The accounts that may do the work of a role; one query."""
    staff = User.objects.filter(is_active=True).exclude(roles=[]).order_by("name", "username")
    return [person for person in staff if can_do(person, role)]
