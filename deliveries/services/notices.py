"""Writing notices: the row of a mail, in the transaction of what it tells of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import ARC, Executive, User
from deliveries.facts import Facts, facts_about, facts_for, facts_of_delivery
from deliveries.models import AddedValue, Delivery, Notice, NoticeKind, NoticeState
from projects.models import Event, MemberOUS, Membership, Project, Role

NO_PI = "The project's PI has no account here."
NO_ADDRESS = "No e-mail address is on file for this person."


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What happened, once for all who are told of it; ``key`` names it for ever.

    To a member OUS, else to a project.
    """

    kind: NoticeKind
    key: str
    facts: Facts
    member_ous: MemberOUS | None = None
    project: Project | None = None
    delivery: Delivery | None = None
    event: Event | None = None
    # History: it was sent then, and is not sent now.
    sent_at: datetime | None = None

    @property
    def of_project(self) -> Project | None:
        """The project that it happened to, or in."""
        return self.member_ous.project if self.member_ous else self.project


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who is told, None where the PI has no account; ``facts`` are theirs alone."""

    person: User | None
    facts: Facts = field(default_factory=dict)


def write_notices(occasion: Occasion, people: Iterable[Addressee]) -> list[Notice]:
    """Write the notices of what happened; what is written already stays as it is.

    Who has no address gets a row that says so, so that staff find it. Answers all rows.
    """
    rows = [_notice(occasion, one) for one in people]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return list(Notice.objects.filter(occasion=occasion.key, kind=occasion.kind, edition=0))


def _notice(occasion: Occasion, one: Addressee) -> Notice:
    project = occasion.of_project
    return Notice(
        kind=occasion.kind,
        occasion=occasion.key,
        project=project,
        member_ous=occasion.member_ous,
        delivery=occasion.delivery,
        event=occasion.event,
        facts={**occasion.facts, **facts_for(one.person, project), **one.facts},
        **_posting(one.person, occasion.sent_at),
    )


def _posting(person: User | None, sent_at: datetime | None = None) -> dict[str, Any]:
    """Where a mail goes, and in which state it begins."""
    address = person.email if person else ""
    posting = {"recipient": person, "address": address, "message_id": new_message_id()}
    if not address:
        failed = {"state": NoticeState.FAILED, "error": NO_ADDRESS if person else NO_PI}
        return {**posting, **failed}
    if sent_at:
        return {**posting, "state": NoticeState.SENT, "sent_at": sent_at, "created_at": sent_at}
    return posting


def new_message_id() -> str:
    """A Message-ID that no other mail has."""
    return f"<notice.{uuid4().hex}@{urlsplit(settings.BASE_URL).hostname}>"


def write_delivery_notices(
    delivery: Delivery, *, again: bool = False, is_history: bool = False
) -> list[Notice]:
    """Write what the PI is mailed of a delivery; call it in the transaction that delivers.

    After the clock has started: the end of the period is read from the member OUS. The
    added-value mail goes along where its links are there already and have not been mailed.
    History counts as sent when it was delivered.
    """
    member = MemberOUS.objects.with_parents().get(pk=delivery.member_ous_id)
    occasion = Occasion(
        kind=NoticeKind.DELIVERY,
        key=f"delivery {delivery.pk}",
        member_ous=member,
        delivery=delivery,
        facts={**facts_about(member), **facts_of_delivery(delivery, member, again=again)},
        sent_at=delivery.delivered_at if is_history else None,
    )
    pi = pi_of(member.project)
    # Nothing else keeps which ARC it was by the time the links come.
    to_pi = Addressee(pi, {"is_of_na": pi is not None and is_of_na(pi)})
    written = write_notices(occasion, [to_pi])
    return written if is_history else written + write_added_value_notice(member)


def pi_of(project: Project) -> User | None:
    """The account of the project's PI, None where none is tied to it."""
    ties = Membership.objects.current().filter(project=project, role=Role.PI)
    tie = ties.select_related("user").order_by("pk").first()
    return tie.user if tie and tie.user.is_active else None


def is_of_na(person: User) -> bool:
    """Whether the North American ARC supports a person: their ARC, else their executive."""
    return person.arc == ARC.NA or (not person.arc and person.executive == Executive.NA)


def write_added_value_notice(
    member_ous: MemberOUS, *, sent_at: datetime | None = None
) -> list[Notice]:
    """Write what a PI of the North American ARC is mailed of added-value products.

    Once for each delivery, when all links are there; nothing where the member OUS was not
    delivered from here. Links that were mailed for one delivery are not mailed for the next.
    ``sent_at`` is given where history is told.
    """
    links = AddedValue.objects.filter(member_ous=member_ous).order_by("-pk").first()
    told = Notice.objects.filter(member_ous=member_ous, edition=0).order_by("-pk")
    delivery = told.filter(kind=NoticeKind.DELIVERY).first()
    if links is None or not links.is_complete or delivery is None:
        return []
    pi = delivery.recipient
    if pi is None or not is_of_na(pi) or _is_told(told, delivery, links):
        return []
    facts = {**delivery.facts, "links": _links(links)}
    occasion = Occasion(
        kind=NoticeKind.ADDED_VALUE,
        key=delivery.occasion,
        member_ous=member_ous,
        delivery=delivery.delivery,
        facts=facts,
        sent_at=sent_at,
    )
    return write_notices(occasion, [Addressee(pi)])


def _is_told(told: Any, delivery: Notice, links: AddedValue) -> bool:
    before = told.filter(kind=NoticeKind.ADDED_VALUE)
    return bool(before.exclude(occasion=delivery.occasion).filter(created_at__gte=links.at))


def _links(links: AddedValue) -> dict[str, str]:
    return {
        "calibrated_ms": links.calibrated_ms,
        "weblog": links.weblog,
        "admit": links.admit,
        "article": links.article,
    }


def count_as_sent(projects: QuerySet[Project]) -> int:
    """Let mails of some projects that wait count as sent when what they tell of happened.

    For history that is told anew; answers how many there were.
    """
    rows = list(
        Notice.objects.filter(project__in=projects, state=NoticeState.PENDING)
        .select_related("event")
        .select_for_update(of=("self",))
    )
    for row in rows:
        at = row.event.at if row.event else row.created_at
        row.state, row.sent_at, row.created_at = NoticeState.SENT, at, at
    Notice.objects.bulk_update(rows, ["state", "sent_at", "created_at"])
    return len(rows)


@transaction.atomic
def resend(notice: Notice, *, actor: User) -> Notice:
    """Send the same text once more, to the address that is on file now, as a row of its own.

    Raises ValueError where there is nobody, or no address, to send it to.
    """
    person = notice.recipient or (pi_of(notice.project) if notice.project else None)
    posting = _posting(person)
    if not posting["address"]:
        raise ValueError(str(posting["error"]))
    # Under the lock of the first edition two people who ask at once get two numbers.
    alike = Notice.objects.filter(occasion=notice.occasion, kind=notice.kind)
    first = alike.select_for_update().filter(edition=0, recipient=notice.recipient)
    _ = list(first)
    newest = alike.order_by("-edition").values_list("edition", flat=True)[0]
    return Notice.objects.create(
        kind=notice.kind,
        occasion=notice.occasion,
        edition=newest + 1,
        project=notice.project,
        member_ous=notice.member_ous,
        delivery=notice.delivery,
        event=notice.event,
        facts=notice.facts,
        asked_by=actor,
        **posting,
    )


def mark_bounced(notice: Notice, *, reason: str) -> bool:
    """Note that a mail came back; False where it was not sent. Safe twice."""
    changed = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENT).update(
        state=NoticeState.BOUNCED, bounced_at=timezone.now(), error=reason or "It came back."
    )
    return bool(changed)
