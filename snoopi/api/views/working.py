"""The work of staff: queues, who has a member OUS, what holds it up, tickets, the journal."""

from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from accounts.models import ARC, User
from projects.errors import BadWork
from projects.links import LONGEST_LINK
from projects.models import JournalEntry, MemberOUS
from projects.permissions import can_keep_journal
from projects.services.assignments import account_named, claim_work, hand_over
from projects.services.blockages import block_work, unblock_work
from projects.services.notes import add_ticket, take_ticket_off, write_journal
from projects.work import (
    HINDRANCES,
    LONGEST_ENTRY,
    LONGEST_NOTE,
    LONGEST_TICKET,
    WorkRole,
    role_in,
)
from snoopi.api import filters
from snoopi.api.base import ApiRequest, ApiView, body_object, found_or_404, text_field
from snoopi.api.conditional import Validators, answer
from snoopi.api.documents.working import queue_line, queue_row, work, work_entry
from snoopi.api.errors import BadValue
from snoopi.api.filters import Asked, Filter
from snoopi.api.pagination import paginated
from snoopi.api.schema import IF_MATCH, ListOf, reads, writes
from snoopi.api.shapes.working import (
    ASSIGNMENT_ACTS,
    TICKET_ACTS,
    AssignmentRequest,
    BlockedRequest,
    JournalRequest,
    QueueRow,
    Queues,
    TicketRequest,
    Work,
    WorkEntry,
)
from snoopi.api.views.ous import find_ous
from snoopi.queues import (
    CLAIMS,
    OLDEST_FIRST,
    QUEUES,
    YES_NO,
    counts,
    in_queue,
    narrowed,
    told_rows,
    work_rows,
)
from snoopi.work_told import work_of

_LONGEST_NAME = 150


def _narrow(rows: Any, asked: Asked, words: tuple[str, ...] = ()) -> Any:
    text = asked.word(words) if words else asked.text
    return narrowed(rows, {asked.name: text}, asked.viewer)


def _filter(name: str, description: str, words: tuple[str, ...] = ()) -> Filter:
    return Filter(name, description, partial(_narrow, words=words), words)


_FILTERS = (
    filters.PROJECT,
    _filter("arc", "The ARC of the project.", tuple(ARC.values)),
    _filter("cycle", "The cycle, such as 2013.1."),
    filters.ARRAY,
    filters.BAND,
    _filter("claim", "The caller's own, what nobody has, what somebody has.", CLAIMS),
    _filter("blocked", "Whether something holds it up.", YES_NO),
    _filter("q", "Part of a UID, a name, a project, a PI, who has it, or a ticket."),
)


def refuse_outsiders(user: User) -> None:
    """Raise PermissionDenied for who is not on the staff."""
    if not can_keep_journal(user):
        raise PermissionDenied("The work of the observatory is shown to staff alone.")


class QueueList(ApiView):
    """How much stands in each queue."""

    @reads(Queues, "Read the queues of the staff", filters=_FILTERS, refuses=[403])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        refuse_outsiders(request.user)
        rows = filters.narrowed(work_rows(request.user), _FILTERS, request)
        return Response(Queues(queues=[queue_line(count) for count in counts(rows)]))


class QueueView(ApiView):
    """What stands in one queue, oldest first."""

    order = OLDEST_FIRST

    @reads(ListOf(QueueRow), "List what stands in a queue", filters=_FILTERS, refuses=[403])
    def get(self, request: ApiRequest, name: str) -> HttpResponseBase:
        refuse_outsiders(request.user)
        if name not in QUEUES:
            raise Http404
        rows = work_rows(request.user).filter(in_queue(QUEUES[name]))
        rows = filters.narrowed(rows, _FILTERS, request)
        return paginated(self, request, told_rows(rows), queue_row)


def _member(request: ApiRequest, ref: str) -> MemberOUS:
    """The visible member OUS, for staff; raises Http404, PermissionDenied."""
    found = find_ous(request.user, ref, "science_goal", "group_ous", "reducer", "reviewer")
    if not isinstance(found, MemberOUS):
        raise Http404
    refuse_outsiders(request.user)
    return found


def _version(request: ApiRequest, member: MemberOUS) -> int | None:
    seen = Validators.of(member, request.user).check_write(request)
    return member.version if seen else None


def _told(request: ApiRequest, member: MemberOUS) -> Response:
    """What was done; who handed over the only thing assigned to them reads it a last time."""
    found = found_or_404(work_of(member, request.user, entries=0))
    headers = Validators.of(member, request.user).headers()
    return Response(work(found), headers=headers)


class OUSWork(ApiView):
    """The work on a member OUS."""

    @reads(Work, "Read the work on a member OUS", conditional=True, refuses=[403])
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        member = _member(request, ref)
        found = found_or_404(work_of(member, request.user, entries=0))
        document = work(found)
        validators = Validators.of(member, request.user, document.items())
        return answer(request, validators, lambda: document)


class OUSAssignment(ApiView):
    """Who has a member OUS to reduce or to review."""

    @writes(
        {200: Work},
        "Claim a member OUS or hand it over",
        body=AssignmentRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        member = _member(request, ref)
        version, body = _version(request, member), body_object(request)
        act, role = _word(body, "act", ASSIGNMENT_ACTS), _role(body, member)
        if act == "claim":
            claim_work(member, role=role, actor=request.user, expected_version=version)
        else:
            hand_over(
                member,
                role=role,
                to=_person(body) if act == "hand_over" else None,
                actor=request.user,
                note=text_field(body, "note", longest=LONGEST_NOTE),
                expected_version=version,
            )
        return _told(request, member)


def _role(body: dict[str, Any], member: MemberOUS) -> WorkRole:
    """The role that is named, else the one that the state asks for; the last where it asks none."""
    if "role" in body:
        return WorkRole(_word(body, "role", tuple(WorkRole)))
    return role_in(member.state) or WorkRole.REVIEWER


def _person(body: dict[str, Any]) -> User:
    found = account_named(text_field(body, "to", longest=_LONGEST_NAME))
    if found is None:
        raise BadWork("to", "There is no such account.")
    return found


def _word(body: dict[str, Any], name: str, words: tuple[str, ...]) -> str:
    word = body.get(name)
    if not isinstance(word, str) or word not in words:
        raise BadValue(name, "must be one of the words", [*words])
    return word


class OUSBlocked(ApiView):
    """What holds the work on a member OUS up."""

    @writes(
        {200: Work},
        "Say what holds a member OUS up",
        body=BlockedRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        member = _member(request, ref)
        version, body = _version(request, member), body_object(request)
        note = text_field(body, "note", longest=LONGEST_NOTE)
        public = body.get("public", False)
        if not isinstance(public, bool):
            raise BadValue("public", "must be true or false")
        if "reason" not in body:
            raise BadValue("reason", "must be a reason's code, or null", [*HINDRANCES])
        words: dict[str, Any] = {
            "note": note,
            "actor": request.user,
            "expected_version": version,
        }
        if body["reason"] is None:
            unblock_work(member, **words)
        else:
            reason = _word(body, "reason", tuple(HINDRANCES))
            block_work(member, reason=reason, note_public=public, **words)
        return _told(request, member)


class OUSTickets(ApiView):
    """The tickets that a member OUS is dealt with in."""

    @writes(
        {200: Work},
        "Note a ticket or take it off",
        body=TicketRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[409, 412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        member = _member(request, ref)
        version, body = _version(request, member), body_object(request)
        act = _word(body, "act", TICKET_ACTS) if "act" in body else "add"
        words: dict[str, Any] = {
            "reference": text_field(body, "reference", longest=LONGEST_TICKET),
            "actor": request.user,
            "expected_version": version,
        }
        if act == "remove":
            take_ticket_off(member, **words)
        else:
            add_ticket(member, url=text_field(body, "url", longest=LONGEST_LINK), **words)
        return _told(request, member)


class OUSJournal(ApiView):
    """The journal of the staff on a member OUS."""

    order = ("-pk",)

    @reads(ListOf(WorkEntry), "Read the journal of a member OUS", named=True, refuses=[403])
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        member = _member(request, ref)
        rows = JournalEntry.objects.filter(member_ous=member).select_related("by")
        return paginated(self, request, rows, work_entry)

    @writes(
        {201: WorkEntry},
        "Write in the journal of a member OUS",
        body=JournalRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        member = _member(request, ref)
        version = _version(request, member)
        text = text_field(body_object(request), "text", longest=LONGEST_ENTRY)
        entry = write_journal(member, text=text, actor=request.user, expected_version=version)
        headers = Validators.of(member, request.user).headers()
        return Response(work_entry(entry), HTTPStatus.CREATED, headers=headers)
