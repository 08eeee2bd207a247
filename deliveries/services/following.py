"""Notices that follow from the event log: mails that people asked for, and those to staff.

One reader goes through the log once and remembers how far it has come. What a source told
is history and is mailed to nobody; so is what happened long before we learnt it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction

from accounts.models import User
from accounts.rights import StaffRole
from deliveries.facts import Facts, facts_about, facts_about_project, moment
from deliveries.models import LineKind, LogPlace, MailRule, NoticeKind
from deliveries.services.lines import write_lines
from deliveries.services.notices import Addressee, Occasion, write_notices
from deliveries.services.problem_notices import tell_of_problem
from deliveries.services.wishes import askers_of
from projects.models import Assignment, Event, EventKind, MemberOUS
from projects.public import PublicState
from projects.services.entering import SYSTEM_WORD
from projects.states import Level, OUSState
from projects.work import WorkRole

READER = "notices"
HISTORY_AFTER = timedelta(days=7)
_BATCH = 200
_TAKING = (PublicState.PARTIALLY_OBSERVED, PublicState.FULLY_OBSERVED)
_TAKEN = (PublicState.FULLY_OBSERVED, PublicState.READY_FOR_PROCESSING)
# From here on all data were taken before, or will never be.
_NOT_TAKEN_NOW = (PublicState.BEING_PROCESSED, PublicState.OBSERVING_TIMED_OUT)
_PASSED = (PublicState.VERIFIED, PublicState.DELIVERED)
_GIVEN_BACK = (OUSState.READY_FOR_REVIEW, OUSState.READY_FOR_PROCESSING)
_DELEGEE = "Delegee "
WORDS_TOLD = (*_TAKING, *_TAKEN, *_PASSED)


def follow_log() -> int:
    """Write the notices that follow from what is new in the log; answer how many events it was.

    Safe twice and in parallel: readers wait for each other.
    """
    number = 0
    while (read := _read_on()) is not None:
        number += read
    return number


@transaction.atomic
def _read_on() -> int | None:
    """Read some events more; None where the log's end is reached."""
    LogPlace.objects.get_or_create(reader=READER)
    place = LogPlace.objects.select_for_update().get(reader=READER)
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if newest <= place.event_id:
        return None
    events = list(_telling(place.event_id, newest)[:_BATCH])
    for event in events:
        _tell(event)
    place.event_id = events[-1].pk if len(events) == _BATCH else newest
    place.save(update_fields=["event_id"])
    return len(events)


def _telling(after: int, newest: int) -> models.QuerySet[Event]:
    """The events of a stretch of the log that somebody may be mailed of."""
    passing = models.Q(kind=EventKind.STATE, for_public=True, public_to__in=WORDS_TOLD)
    judged = models.Q(kind=EventKind.QA2, for_staff=True)
    delegated = models.Q(kind=EventKind.MEMBERSHIP, person__isnull=False, actor__isnull=False)
    given_back = models.Q(kind=EventKind.STATE, frm=OUSState.REVIEWING, to__in=_GIVEN_BACK)
    reported = models.Q(kind=EventKind.QA3)
    of_member = models.Q(passing | judged | given_back | reported, level=Level.MEMBER_OUS)
    rows = Event.objects.filter(of_member | delegated, _of_people())
    found = rows.filter(
        pk__gt=after, pk__lte=newest, at__gt=models.F("recorded_at") - HISTORY_AFTER
    )
    members = ("member_ous__reducer", "member_ous__reviewer")
    # What is taken back puts things as they were: nobody is told of that as of something new.
    found = found.filter(undoes=None)
    return found.select_related(*members, "project__contact_scientist", "actor", "person").order_by(
        "pk"
    )


def _of_people() -> models.Q:
    """What people did, and what the system did in the same moment or by itself.

    A count that an ingest changed is an event of the system's too: it stands with none of a
    person's in the same transaction, and people outside read another word for the same state.
    """
    beside = Event.objects.filter(
        project=models.OuterRef("project"),
        recorded_at=models.OuterRef("recorded_at"),
        actor__isnull=False,
    )
    by_system = models.Q(actor_word=SYSTEM_WORD) & (
        models.Exists(beside) | ~models.Q(frm=models.F("to"))
    )
    return models.Q(actor__isnull=False) | by_system


def _tell(event: Event) -> None:
    if event.kind == EventKind.MEMBERSHIP:
        _tell_delegee(event)
    elif event.kind == EventKind.QA2:
        _tell_staff(event, NoticeKind.QA2)
    elif event.kind == EventKind.QA3:
        tell_of_problem(event)
    elif event.frm == OUSState.REVIEWING and event.to in _GIVEN_BACK and event.actor_id:
        _tell_staff(event, NoticeKind.REVIEW_CANCELED)
    for passage in PASSAGES:
        if event.kind == EventKind.STATE and event.for_public and passage.is_in(event):
            _tell_team(event, passage)


def _tell_delegee(event: Event) -> None:
    """Tell a person what somebody delegated to them, or took back."""
    words = event.public_to or event.public_frm
    kind = words.removeprefix(_DELEGEE)
    if event.project is None or event.person is None or kind == words:
        return
    until = event.note.rpartition(", until ")[2] if ", until " in event.note else ""
    facts: Facts = {
        **facts_about_project(event.project),
        "is_over": not event.public_to,
        "delegation": kind,
        "until": until,
        "actor": str(event.actor),
        "actor_word": event.actor_word,
        "at": moment(event.at),
    }
    occasion = Occasion(
        kind=NoticeKind.DELEGATION,
        key=f"event {event.pk}",
        project=event.project,
        facts=facts,
        event=event,
    )
    if event.person.is_active:
        write_notices(occasion, [Addressee(event.person)])


@dataclass(frozen=True, slots=True)
class Passage:
    """A step on the way to the data: into one of some public words from none of them."""

    kind: NoticeKind
    words: tuple[PublicState, ...]
    later: tuple[PublicState, ...]
    is_once: bool = False

    def is_in(self, event: Event) -> bool:
        """Whether the event takes it."""
        return event.public_to in self.words and event.public_frm not in (*self.words, *self.later)


PASSAGES = (
    Passage(NoticeKind.FIRST_OBSERVED, _TAKING, (*_TAKEN, PublicState.BEING_PROCESSED), True),
    Passage(NoticeKind.FULLY_OBSERVED, _TAKEN, _NOT_TAKEN_NOW),
    Passage(NoticeKind.PROCESSED, _PASSED, (PublicState.QA3_IN_PROGRESS,)),
)


def lines_in(event: Event) -> list[LineKind]:
    """What a digest tells of an event."""
    if event.kind != EventKind.STATE or not event.for_public:
        return []
    return [LineKind(passage.kind) for passage in PASSAGES if passage.is_in(event)]


def _tell_team(event: Event, passage: Passage) -> None:
    member = event.member_ous
    if member is None or event.project is None:
        return
    people = askers_of(event.project)
    if not people:
        return
    key = f"member OUS {member.pk}" if passage.is_once else f"event {event.pk}"
    facts: Facts = {**facts_about(member), "at": moment(event.at), "qa2": event.qa2}
    occasion = Occasion(kind=passage.kind, key=key, member_ous=member, facts=facts, event=event)
    at_once = [one for one in people if one.wish == MailRule.Wish.NOW]
    write_notices(occasion, [Addressee(one.person, {"role": one.role}) for one in at_once])
    later = [one.person for one in people if one.wish != MailRule.Wish.NOW]
    write_lines(occasion, LineKind(passage.kind), event.at, later)


def _tell_staff(event: Event, kind: NoticeKind) -> None:
    member = event.member_ous
    if member is None:
        return
    managers = _managers()
    _name_last_reviewer(member)
    facts = {**facts_about(member), **_staff_facts(event, member, managers)}
    occasion = Occasion(
        kind=kind, key=f"event {event.pk}", member_ous=member, facts=facts, event=event
    )
    write_notices(occasion, _concerned(event, member, managers))


def _name_last_reviewer(member: MemberOUS) -> None:
    """Put who had the review last where nobody has it: it ended with what is told of."""
    if member.reviewer is None:
        rows = Assignment.objects.filter(member_ous=member, role=WorkRole.REVIEWER)
        last: Assignment | None = rows.select_related("person").order_by("-pk").first()
        member.reviewer = last.person if last else None


def _managers() -> list[User]:
    staff = User.objects.filter(is_active=True).exclude(roles=[]).order_by("username")
    return [person for person in staff if StaffRole.DRM in person.roles]


def _staff_facts(event: Event, member: MemberOUS, managers: Iterable[User]) -> Facts:
    return {
        "what": "decision" if event.to else "decision taken back",
        "outcome": event.to,
        "state": event.to,
        "actor": str(event.actor) if event.actor else event.actor_word,
        "at": moment(event.at),
        "reducer": str(member.reducer or ""),
        "reviewer": str(member.reviewer or ""),
        "managers": [str(person) for person in managers],
        "comment": event.note.splitlines(),
    }


def _concerned(event: Event, member: MemberOUS, managers: Iterable[User]) -> Iterator[Addressee]:
    """Who works on a member OUS, each once; not who did it."""
    roles: dict[User, str] = {}
    scientist = event.project.contact_scientist if event.project else None
    for person, word in (
        (member.reducer, "the data reducer"),
        (member.reviewer, "the reviewer"),
        (scientist, "the contact scientist"),
        *((person, "a data reduction manager") for person in managers),
    ):
        if person is not None and person.is_active and person.pk != event.actor_id:
            roles.setdefault(person, word)
    yield from (Addressee(person, {"role": word}) for person, word in roles.items())
