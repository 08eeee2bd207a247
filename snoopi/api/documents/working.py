"""The work of staff as documents."""

from typing import Any

from accounts.models import User
from projects.models import Assignment, Blockage, JournalEntry, Ticket
from snoopi.api.documents.common import executions
from snoopi.api.shapes.working import (
    QueueLine,
    QueueRow,
    Work,
    WorkAssignment,
    WorkBlockage,
    WorkEntry,
    WorkTicket,
)
from snoopi.queues import QueueCount
from snoopi.work_told import WorkTold


def queue_line(count: QueueCount) -> QueueLine:
    """A queue with its counts."""
    return QueueLine(
        name=count.queue.name,
        title=count.queue.title,
        count=count.number,
        unclaimed=count.unclaimed,
        blocked=count.blocked,
        oldest=count.oldest,
    )


def queue_row(member: Any) -> QueueRow:
    """A member OUS in a queue; read it as ``told_rows``."""
    project = member.project
    return QueueRow(
        ref=member.ref,
        uid=member.uid,
        name=member.name,
        project=project.ref if project else None,
        pi=project.pi_name if project else "",
        arc=project.arc if project else "",
        cycle=project.cycle if project else "",
        array=member.array,
        bands=member.bands,
        state=member.state,
        state_since=member.state_since,
        executions=executions(member),
        reducer=_name(member.reducer),
        reviewer=_name(member.reviewer),
        blocked_on=member.blocked_on or None,
        blocked_since=member.blocked_since,
        blocked_note=member.blocked_note,
        tickets=[ticket.reference for ticket in member.open_tickets],
        hold_until=member.hold_until,
        hindered_by=member.hindered_by or "",
        problem=member.problem or "",
        version=member.version,
    )


def work(told: WorkTold) -> Work:
    """The work on a member OUS."""
    member, blocked = told.member, told.blocked
    return Work(
        ref=member.ref,
        uid=member.uid,
        state=member.state,
        reducer=_name(member.reducer),
        reviewer=_name(member.reviewer),
        may_claim=told.role if told.may_claim else None,
        blocked=_blockage(blocked) if blocked else None,
        assignments=[_assignment(row) for row in told.assignments],
        blockages=[_blockage(row) for row in told.blockages],
        tickets=[_ticket(row) for row in told.tickets],
        version=member.version,
    )


def work_entry(entry: JournalEntry) -> WorkEntry:
    """An entry of the journal; read it with its author."""
    return WorkEntry(id=entry.pk, at=entry.at, by=entry.by.username, text=entry.text)


def _name(person: User | None) -> str | None:
    return person.username if person else None


def _assignment(row: Assignment) -> WorkAssignment:
    return WorkAssignment(
        role=row.role,
        person=row.person.username,
        since=row.since,
        until=row.until,
        reduced_at=row.reduced_at,
        by=_name(row.by),
        note=row.note,
    )


def _blockage(row: Blockage) -> WorkBlockage:
    return WorkBlockage(
        reason=row.reason,
        note=row.note,
        public=row.note_public,
        state=row.state,
        since=row.since,
        until=row.until,
        by=row.by.username,
        ended_by=_name(row.ended_by),
    )


def _ticket(row: Ticket) -> WorkTicket:
    return WorkTicket(reference=row.reference, url=row.url, by=row.by.username, since=row.since)
