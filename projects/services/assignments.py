"""Who has a member OUS to reduce or to review: the one writer of that history and its copies.

A claim is of a person's own accord and only of what nobody has; handing over is for who
has it and for those who assign work. What follows from a step of the life cycle is written
by ``follow_step``, in the step's own transaction.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.errors import BadWork, NotAllowed, NotNow
from projects.lookup import is_storable
from projects.models import Assignment, Event, EventKind, MemberOUS
from projects.permissions import can_assign, can_claim, why_unfit
from projects.progress import begins_round
from projects.services.bulk import save_alike
from projects.services.entering import Account, subject_of
from projects.services.events import append_events
from projects.services.locking import locked_member
from projects.states import OUSState
from projects.work import ASSIGNED_IN, LONGEST_NOTE, REDUCED_IN, ROLE_WORDS, WorkRole

_KINDS = {WorkRole.REDUCER: EventKind.REDUCER, WorkRole.REVIEWER: EventKind.REVIEWER}
_COLUMNS = {WorkRole.REDUCER: ("reducer", "reducer_decided_at"), WorkRole.REVIEWER: ("reviewer",)}
_NAME_SHOWN = 40


@transaction.atomic
def claim_work(
    member_ous: MemberOUS,
    *,
    role: WorkRole,
    actor: User,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> None:
    """Take a member OUS that nobody has; ``at`` is now unless history is told.

    Raises NotAllowed, StaleVersion, NotNow where somebody has it or its state needs no such
    person, BadWork for who reduced what is to be reviewed.
    """
    member = locked_member(member_ous, expected_version)
    unfit = "" if can_claim(actor, role) else f"Claiming work as {ROLE_WORDS[role]} is not yours."
    unfit = unfit or why_unfit(actor, member, role)
    if unfit:
        raise NotAllowed(unfit)
    _need_state(member, role)
    holder = holder_of(member, role)
    if holder is not None:
        own = holder.pk == actor.pk
        raise NotNow("You have it already." if own else f"{holder} has it already.")
    _assign(member, role, actor, Account.of(actor), at)
    member_ous.refresh_from_db()


@transaction.atomic
def hand_over(
    member_ous: MemberOUS,
    *,
    role: WorkRole,
    to: User | None,
    actor: User,
    note: str = "",
    expected_version: int | None = None,
    at: datetime | None = None,
) -> Assignment | None:
    """Give a member OUS to somebody else, or back to all (None); answer the new assignment.

    ``at`` is now unless history is told. Raises NotAllowed, StaleVersion, NotNow, BadWork for
    somebody who may not have it.
    """
    member = locked_member(member_ous, expected_version)
    if not can_assign(actor, member, role):
        raise NotAllowed("Handing this over is for who has it and for those who assign work.")
    _need_state(member, role)
    holder = holder_of(member, role)
    if holder == to:
        raise NotNow(f"{holder} has it already." if holder else "Nobody has it.")
    unfit = why_unfit(to, member, role) if to else ""
    if unfit:
        raise BadWork("to", unfit)
    found = _assign(member, role, to, Account.of(actor, note.strip()[:LONGEST_NOTE]), at)
    member_ous.refresh_from_db()
    return found


def account_named(name: str) -> User | None:
    """The account in use with a user name, in any letter case."""
    if not name or not is_storable(name):
        return None
    return User.objects.filter(username__iexact=name, is_active=True).first()


def holder_of(member: MemberOUS, role: WorkRole) -> User | None:
    """Who has a member OUS in a role."""
    return member.reducer if role == WorkRole.REDUCER else member.reviewer


def _need_state(member: MemberOUS, role: WorkRole) -> None:
    if member.state not in ASSIGNED_IN[role]:
        states = ", ".join(sorted(ASSIGNED_IN[role]))
        word = member.state or "an unknown state"
        raise NotNow(f"In {word} nobody is its {ROLE_WORDS[role]} anew; that is in {states}.")


def _assign(
    member: MemberOUS,
    role: WorkRole,
    person: User | None,
    account: Account,
    at: datetime | None,
) -> Assignment | None:
    now, former = at or timezone.now(), holder_of(member, role)
    found = _turn_over(member, role, person, account, now)
    if role == WorkRole.REDUCER:
        member.reducer_decided_at = now
    save_alike([member], _COLUMNS[role], [member])
    names = [one.username[:_NAME_SHOWN] if one else "" for one in (former, person)]
    append_events([_event(member, role, names, account, now)])
    return found


def _event(
    member: MemberOUS, role: WorkRole, names: list[str], account: Account, at: datetime
) -> Event:
    return Event(
        **subject_of(member),
        kind=_KINDS[role],
        at=at,
        frm=names[0],
        to=names[1],
        for_public=False,
        actor=account.actor,
        actor_word=account.word,
        note=account.note,
    )


def _turn_over(
    member: MemberOUS, role: WorkRole, person: User | None, account: Account, at: datetime
) -> Assignment | None:
    """Write the history and the copy in memory: one stretch ends, another begins."""
    _close(member, role, at)
    setattr(member, role.value, person)
    if person is None:
        return None
    in_hand = role == WorkRole.REDUCER and member.state in REDUCED_IN
    return Assignment.objects.create(
        member_ous=member,
        role=role,
        person=person,
        since=at,
        reduced_at=at if in_hand else None,
        by=account.actor,
        note=account.note,
    )


def _close(member: MemberOUS, role: WorkRole, at: datetime) -> None:
    lasting = _lasting(member, role)
    if lasting is not None:
        lasting.until = max(at, lasting.since) if lasting.since else at
        lasting.save(update_fields=["until"])


def _lasting(member: MemberOUS, role: WorkRole) -> Assignment | None:
    """The open stretch that the copy tells of; one that only a source told of is written first."""
    holder = holder_of(member, role)
    found = Assignment.objects.lasting().filter(member_ous=member, role=role).first()
    if found is not None and (holder is None or found.person_id != holder.pk):
        found.until = timezone.now()
        found.save(update_fields=["until"])
        found = None
    if found is None and holder is not None:
        in_hand = role == WorkRole.REDUCER and member.state not in ASSIGNED_IN[role] - REDUCED_IN
        found = Assignment.objects.create(
            member_ous=member,
            role=role,
            person=holder,
            reduced_at=timezone.now() if in_hand else None,
        )
    return found


def follow_step(
    member: MemberOUS, *, frm: str | None, to: str, actor: User | None, at: datetime
) -> None:
    """Write what a step means for who has a member OUS; the step's event tells of it.

    Who opens a review that nobody has claimed has it, and who gives one back has it no
    more. Whoever has the data while they are processed is on record as having reduced
    them. The caller has locked the row and saves nothing of these columns itself.
    """
    if to == OUSState.PROCESSING:
        _note_reduction(member, at)
    if to == OUSState.REVIEWING and frm == OUSState.READY_FOR_REVIEW and actor is not None:
        if member.reviewer_id is None:
            _turn_over(member, WorkRole.REVIEWER, actor, Account.of(actor), at)
            _copy(member)
    elif frm == OUSState.REVIEWING and to == OUSState.READY_FOR_REVIEW:
        _turn_over(member, WorkRole.REVIEWER, None, Account.of(actor), at)
        _copy(member)
    if begins_round(frm, to):
        end_round(member, keeps_reducer=True, at=at)


def _note_reduction(member: MemberOUS, at: datetime) -> None:
    lasting = _lasting(member, WorkRole.REDUCER)
    if lasting is not None:
        lasting.reduced_at = at
        lasting.save(update_fields=["reduced_at"])


def end_round(member: MemberOUS, *, keeps_reducer: bool, at: datetime) -> None:
    """Let the work of a round of review be over, in memory too: a new round begins.

    The review is free for anybody; the reducer goes on unless they are let go.
    """
    reducer = member.reducer if keeps_reducer else None
    for role in WorkRole:
        _close(member, role, at)
    Assignment.objects.filter(member_ous=member, round_over=False).update(round_over=True)
    member.reviewer = None
    member.reducer = None
    if reducer is not None:
        _turn_over(member, WorkRole.REDUCER, reducer, Account(), at)
    elif not keeps_reducer:
        member.reducer_decided_at = at
    _copy(member)


def _copy(member: MemberOUS) -> None:
    """Write the copies; who saves the step gives the row its new version."""
    columns = {name: getattr(member, name) for names in _COLUMNS.values() for name in names}
    MemberOUS.objects.filter(pk=member.pk).update(**columns)
