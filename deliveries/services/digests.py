"""Putting waiting lines into mails: reminders once a project and day, digests at their hour.

Every line is told once: it is put into its mail in the transaction that writes the mail.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from deliveries.facts import facts_about, facts_about_project, moment, own_address
from deliveries.models import STAGES, LineKind, MailLine, MailRule, Notice, NoticeKind
from deliveries.services.following import WORDS_TOLD, lines_in
from deliveries.services.notices import Addressee, Occasion, write_notices
from deliveries.services.wishes import Asker, askers_of
from projects.models import Event, MemberOUS, Membership, Project, Role
from projects.states import Level

_DAY = timedelta(days=1)
_CODES_NAMED = 3
_SAMPLED_EVENTS, _SAMPLED_LINES, _SAMPLED_PERIODS = 200, 5, 3
SAMPLE_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Hours:
    """The last moments at which digests were due."""

    now: datetime

    @property
    def day(self) -> datetime:
        """The last time that daily digests were due, UTC."""
        today = self.now.astimezone(UTC).replace(
            hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0
        )
        return today if today <= self.now else today - _DAY

    @property
    def week(self) -> datetime:
        """The last time that weekly digests were due: on a Monday."""
        return self.day - self.day.weekday() * _DAY

    def has_come(self, line: MailLine, wish: str) -> bool:
        """Whether a line that was written when it was is due for somebody with this wish."""
        if wish == MailRule.Wish.NOW:
            return True
        return line.created_at < (self.day if wish == MailRule.Wish.DAILY else self.week)


def tell_waiting(now: datetime) -> int:
    """Write the mails that waiting lines are due in; answer how many. Safe twice, in parallel."""
    people = MailLine.objects.waiting().order_by().values_list("recipient_id", flat=True)
    return sum(_tell_person(pk, now) for pk in list(people.distinct()))


@transaction.atomic
def _tell_person(pk: int, now: datetime) -> int:
    rows = MailLine.objects.waiting().filter(recipient_id=pk).select_for_update(of=("self",))
    related = ("recipient", "project__contact_scientist", "member_ous")
    lines = list(rows.select_related(*related).order_by("project__ref", "pk"))
    askers = _askers(lines, pk)
    left = [line for line in lines if _is_to_be_told(line, askers.get(line.project_id), now)]
    _drop([line for line in lines if line not in left], now)
    free = _not_reminded_today(left, pk, now)
    at_once = [line for line in free if line.is_reminder and _wish(line, askers) == "now"]
    rest = [line for line in free if line not in at_once]
    due = [line for line in rest if Hours(now).has_come(line, _wish(line, askers))]
    return _remind(at_once, askers, now) + _digest(due, now)


def _askers(lines: Iterable[MailLine], pk: int) -> dict[int, Asker]:
    """As what the person asks for mails of each project; none where they do not, or may not."""
    projects = {line.project_id: line.project for line in lines}
    found: dict[int, Asker] = {}
    for project in projects.values():
        if project.code is not None and project.state != "Deleted":
            own = next((one for one in askers_of(project) if one.person.pk == pk), None)
            found |= {project.pk: own} if own else {}
    return found


def _wish(line: MailLine, askers: Mapping[int, Asker]) -> str:
    return askers[line.project_id].wish


def _is_to_be_told(line: MailLine, asker: Asker | None, now: datetime) -> bool:
    """Whether a line still holds: wanted, and of a period none with another end, or with none."""
    member = line.member_ous
    if asker is None or member.state == "Deleted":
        return False
    if not line.is_reminder:
        return True
    ended = line.kind != LineKind.PUBLIC and line.at <= now
    return member.release_date == line.at and not ended


def _drop(lines: Sequence[MailLine], now: datetime) -> None:
    ids = [line.pk for line in lines]
    MailLine.objects.waiting().filter(pk__in=ids).update(dropped_at=now)


def _not_reminded_today(lines: Sequence[MailLine], pk: int, now: datetime) -> list[MailLine]:
    """Keep what is not a second reminder of a project on one day, UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    told = MailLine.objects.filter(
        recipient_id=pk, kind__in=STAGES, notice__created_at__gte=midnight
    )
    reminded = set(told.order_by().values_list("project_id", flat=True))
    return [line for line in lines if not (line.is_reminder and line.project_id in reminded)]


def _remind(lines: Sequence[MailLine], askers: Mapping[int, Asker], now: datetime) -> int:
    """One mail for each project."""
    number = 0
    for _, group in groupby(lines, key=lambda line: line.project_id):
        found = list(group)
        person, project = found[0].recipient, found[0].project
        occasion = Occasion(
            kind=NoticeKind.REMINDER,
            key=f"project {project.pk} on {now.astimezone(UTC):%Y-%m-%d} to {person.pk}",
            project=project,
            facts={
                **facts_about_project(project),
                "lines": [_told(line.kind, line.at, line.facts) for line in found],
                "are_public": all(line.kind == LineKind.PUBLIC for line in found),
            },
        )
        role = {"role": askers[project.pk].role}
        number += _write(occasion, Addressee(person, role), found)
    return number


def _digest(lines: Sequence[MailLine], now: datetime) -> int:
    """One mail for all, of which there is one for each time that digests are due."""
    if not lines:
        return 0
    person = lines[0].recipient
    told = [(line.project, _told(line.kind, line.at, line.facts)) for line in lines]
    occasion = Occasion(
        kind=NoticeKind.DIGEST,
        key=f"digest of {Hours(now).day:%Y-%m-%d} to {person.pk}",
        facts=_digest_facts(told),
    )
    return _write(occasion, Addressee(person), lines)


def _write(occasion: Occasion, addressee: Addressee, lines: Sequence[MailLine]) -> int:
    """Write a mail with its lines, unless one is written of the occasion: then they wait."""
    if Notice.objects.filter(occasion=occasion.key, kind=occasion.kind).exists():
        return 0
    (notice,) = write_notices(occasion, [addressee])
    MailLine.objects.filter(pk__in=[line.pk for line in lines]).update(notice=notice)
    return 1


def _digest_facts(told: Sequence[tuple[Project, dict[str, Any]]], **more: object) -> dict[str, Any]:
    groups = groupby(told, key=lambda each: each[0].pk)
    by_project = [list(group) for _, group in groups]
    codes = [group[0][0].ref for group in by_project]
    others = len(codes) - _CODES_NAMED
    named = ", ".join(codes[:_CODES_NAMED]) + (f" and {others} more" if others > 0 else "")
    return {
        "number": len(told),
        "codes": named,
        "home_url": own_address("home"),
        "projects": [_project(group) for group in by_project],
        "is_sample": False,
        **more,
    }


def _project(group: Sequence[tuple[Project, dict[str, Any]]]) -> dict[str, Any]:
    project = group[0][0]
    return {
        "code": project.ref,
        "title": project.title,
        "url": own_address("projects:project-detail", project.ref),
        "lines": [line for _, line in group],
    }


def _told(kind: str, at: datetime, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A line as letters print it."""
    return {
        "words": LineKind(kind).label,
        "is_public": kind == LineKind.PUBLIC,
        "at": moment(at),
        "uid": facts["uid"],
        "sched_blocks": facts["sched_blocks"],
        "url": facts["ous_url"],
    }


@transaction.atomic
def send_sample(*, person: User) -> Notice | None:
    """Write a digest of what happened last in a person's projects, as a sample.

    At most one in ten minutes; None where that one is written. Raises ValueError where there
    is no address to send it to.
    """
    if not person.email:
        raise ValueError("Enter a mail address in your settings first.")
    now = timezone.now()
    number = int(now.timestamp() // SAMPLE_EVERY.total_seconds())
    key = f"sample {number} to {person.pk}"
    if Notice.objects.filter(kind=NoticeKind.DIGEST, occasion=key).exists():
        return None
    told = sorted(_sampled(person, now), key=lambda each: each[0].ref)
    facts = _digest_facts(told, is_sample=True)
    occasion = Occasion(kind=NoticeKind.DIGEST, key=key, facts=facts)
    return write_notices(occasion, [Addressee(person)])[0]


def _sampled(person: User, now: datetime) -> list[tuple[Project, dict[str, Any]]]:
    """The newest passages in somebody's projects, and the periods that end next."""
    ties = Membership.objects.of(person).filter(role__in=[Role.PI, Role.DELEGEE])
    own = ties.order_by().values("project_id")
    projects = Project.objects.visible_to(person).filter(pk__in=own).order_by().values("pk")
    rows = Event.objects.filter(
        project__in=projects, level=Level.MEMBER_OUS, kind="state", undoes=None
    ).filter(public_to__in=WORDS_TOLD)
    newest = rows.select_related("project", "member_ous__project").order_by("-at", "-pk")
    found = [
        (event.member_ous, kind, event.at)
        for event in newest[:_SAMPLED_EVENTS]
        for kind in lines_in(event)
        if event.member_ous
    ]
    ends = MemberOUS.objects.filter(project__in=projects, release_date__gt=now)
    periods = ends.exclude(state="Deleted").select_related("project").order_by("release_date")
    found = found[:_SAMPLED_LINES]
    for member in periods[:_SAMPLED_PERIODS]:
        if member.release_date:
            found.append((member, LineKind.ENDS_IN_90, member.release_date))
    return [(member.project, _told(kind, at, facts_about(member))) for member, kind, at in found]
