"""What staff do about their work on a member OUS: claim, hand over, hold-ups, tickets, journal."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from projects.errors import BadWork, NotAllowed, NotNow, StaleVersion
from projects.links import LONGEST_LINK
from projects.models import JournalEntry, MemberOUS
from projects.permissions import can_keep_journal
from projects.services.assignments import account_named, claim_work, hand_over
from projects.services.blockages import block_work, unblock_work
from projects.services.notes import add_ticket, take_ticket_off, write_journal
from projects.work import LONGEST_ENTRY, LONGEST_NOTE, LONGEST_TICKET, WorkRole
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.csv_files import list_csv
from snoopi.pages.doors import PageRequest, asked_text, shows, takes_tokens
from snoopi.pages.finders import member_for
from snoopi.pages.listing import Column, changed
from snoopi.pages.panels import ous_crumbs, ous_panel
from snoopi.pages.qa2_panel import qa2_section
from snoopi.pages.views.moves import form_version

_PAGE_SIZE = 50
_NEWEST_FIRST = ("-pk",)
_COLUMNS = (Column("at", "Time [UTC]", ()), Column("by", "By", ()), Column("text", "Entry", ()))
_REFUSALS = {
    StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    NotNow: HTTPStatus.CONFLICT,
    BadWork: HTTPStatus.BAD_REQUEST,
}


@require_POST
@shows(member_for)
def ous_assignment(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    """Claim a member OUS, hand it over, or give it back."""
    return _done(request, member_ous, _assign)


def _assign(member: MemberOUS, values: QueryDict, actor: User, version: int) -> str:
    word, act = asked_text(values, "role", most=20), asked_text(values, "act", most=20)
    if word not in [*WorkRole]:
        raise BadWork("role", "There is no such role.", [*WorkRole])
    role = WorkRole(word)
    if act == "claim":
        claim_work(member, role=role, actor=actor, expected_version=version)
        return "It is yours."
    person = None if act == "release" else account_named(asked_text(values, "to", most=150))
    if person is None and act != "release":
        raise BadWork("to", "Choose somebody.")
    note = asked_text(values, "note", most=LONGEST_NOTE)
    hand_over(member, role=role, to=person, actor=actor, note=note, expected_version=version)
    return f"{person} has it now." if person else "Anybody may claim it now."


@require_POST
@shows(member_for)
def ous_blocked(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    """Say what holds a member OUS up, or that nothing does any more."""
    return _done(request, member_ous, _block)


def _block(member: MemberOUS, values: QueryDict, actor: User, version: int) -> str:
    note = asked_text(values, "note", most=LONGEST_NOTE)
    if asked_text(values, "act", most=20) == "end":
        unblock_work(member, actor=actor, note=note, expected_version=version)
        return "Nothing holds it up any more."
    block_work(
        member,
        reason=asked_text(values, "reason", most=20),
        note=note,
        note_public="public" in values,
        actor=actor,
        expected_version=version,
    )
    return "What holds it up is on record."


@require_POST
@shows(member_for)
def ous_tickets(request: PageRequest, member_ous: MemberOUS) -> HttpResponse:
    """Note a ticket, or take one off."""
    return _done(request, member_ous, _ticket)


def _ticket(member: MemberOUS, values: QueryDict, actor: User, version: int) -> str:
    name = asked_text(values, "reference", most=LONGEST_TICKET + 1)
    if asked_text(values, "act", most=20) == "remove":
        take_ticket_off(member, reference=name, actor=actor, expected_version=version)
        return f"{name} is taken off."
    url = asked_text(values, "url", most=LONGEST_LINK + 1)
    add_ticket(member, reference=name, url=url, actor=actor, expected_version=version)
    return f"{name} is noted."


@require_http_methods(["GET", "HEAD", "POST"])
@takes_tokens
@shows(member_for)
def ous_journal(request: PageRequest, member_ous: MemberOUS) -> HttpResponseBase:
    """The whole journal of a member OUS, newest first; and a new entry of it."""
    _refuse_outsiders(request.user)
    if request.method == "POST":
        return _done(request, member_ous, _write)
    rows = JournalEntry.objects.filter(member_ous=member_ous).select_related("by")
    if request.GET.get("format") == "csv":
        pages = every_page(rows, order=_NEWEST_FIRST)
        return list_csv(request, f"{member_ous.ref}-journal", _COLUMNS, pages, _cells)
    cursor = request.GET.get("cursor")
    try:
        found = page(rows, order=_NEWEST_FIRST, cursor=cursor, size=_PAGE_SIZE)
    except BadCursor:
        return redirect(request.path)
    context = {
        "ous": member_ous,
        "crumbs": ous_crumbs(member_ous),
        "entries": found.rows,
        "next_url": changed(request.GET, cursor=found.next) if found.next else "",
        "first_url": changed(request.GET) if cursor else "",
        "csv_url": changed(request.GET, format="csv"),
    }
    return render(request, "pages/ous_journal.html", context)


def _write(member: MemberOUS, values: QueryDict, actor: User, version: int) -> str:
    text = asked_text(values, "text", most=LONGEST_ENTRY + 1)
    write_journal(member, text=text, actor=actor, expected_version=version)
    return "It is in the journal."


def _cells(entry: JournalEntry) -> dict[str, Any]:
    return {"at": entry.at, "by": entry.by.username, "text": entry.text}


def _refuse_outsiders(user: User) -> None:
    if not can_keep_journal(user):
        raise PermissionDenied("The work of the observatory is shown to staff alone.")


def _done(
    request: PageRequest,
    member_ous: MemberOUS,
    act: Callable[[MemberOUS, QueryDict, User, int], str],
) -> HttpResponse:
    """Do what a form asks for, and say so; else the page as it is now, with what was typed."""
    _refuse_outsiders(request.user)
    try:
        sentence = act(member_ous, request.POST, request.user, form_version(request))
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except (StaleVersion, NotNow, BadWork) as error:
        messages.error(request, str(error))
        return _again(request, member_ous, _REFUSALS[type(error)])
    messages.success(request, sentence)
    # Who hands over the only thing assigned to them sees the project no more.
    if member_for(request.user, member_ous.ref) is None:
        return redirect("qa-queues")
    return redirect(f"{member_ous.get_absolute_url()}#work")


def _again(request: PageRequest, member_ous: MemberOUS, status: HTTPStatus) -> HttpResponse:
    fresh = member_for(request.user, member_ous.ref) or member_ous
    panel = {**ous_panel(fresh, request.user), **qa2_section(fresh, request.user)}
    typed = {name: asked_text(request.POST, name, most=LONGEST_ENTRY) for name in _TYPED}
    context = {**panel, "work_typed": typed}
    return render(request, "pages/ous_detail.html", context, status=status)


_TYPED = ("text", "note", "reason", "reference", "url", "to")
