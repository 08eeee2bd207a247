"""Who is tied to a project: the only writer of memberships."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from projects.errors import BadMembership
from projects.models import DelegationKind, Event, EventKind, Membership, Project, Role
from projects.services.entering import Account
from projects.services.events import append_events, lock_project, touch


@transaction.atomic
def tie(
    *,
    project: Project,
    user: User,
    role: str,
    kind: str = "",
    ends_at: datetime | None = None,
    account: Account | None = None,
    given_by: User | None = None,
    at: datetime | None = None,
) -> tuple[Membership, bool]:
    """Give a person a role on a project and answer (membership, whether anything changed).

    A project has one PI: a new one ends the former's membership. The same tie again only
    takes over another end, and who gave it. Leaves one membership event per change; ``at`` is
    now unless history is told. Raises BadMembership.
    """
    if role not in Role.values:
        raise BadMembership(f"“{role}” is no role; the roles are {', '.join(Role.values)}.")
    if (role == Role.DELEGEE) != (kind in DelegationKind.values):
        known = ", ".join(DelegationKind.values)
        raise BadMembership(f"A delegee has one of the kinds {known}; nobody else has one.")
    lock_project(project.pk)
    account = account or Account()
    events = _end_former_pi(project, user, account) if role == Role.PI else []
    membership, changed = _open_tie(project, user, role, kind, ends_at)
    if changed and at:
        membership.created_at = min(membership.created_at, at)
        membership.save(update_fields=["created_at"])
    if changed and given_by:
        membership.given_by = given_by
        membership.save(update_fields=["given_by"])
    if changed:
        events.append(_event(membership, account, to=str(membership), at=at))
    if events:
        touch([membership])
    append_events(events)
    return membership, changed


def _open_tie(
    project: Project, user: User, role: str, kind: str, ends_at: datetime | None
) -> tuple[Membership, bool]:
    now = timezone.now()
    same = Membership.objects.filter(project=project, user=user, role=role, kind=kind)
    membership = same.filter(Q(ends_at=None) | Q(ends_at__gt=now)).first()
    if membership is None and ends_at is not None:
        # A past end given again must not pile up rows.
        membership = same.filter(ends_at=ends_at).first()
    if membership is None:
        fields = {"project": project, "user": user, "role": role, "kind": kind}
        return Membership.objects.create(**fields, ends_at=ends_at), True
    if membership.ends_at == ends_at:
        return membership, False
    membership.ends_at = ends_at
    membership.save(update_fields=["ends_at"])
    return membership, True


def _end_former_pi(project: Project, user: User, account: Account) -> list[Event]:
    former = Membership.objects.current().filter(project=project, role=Role.PI)
    return _end(list(former.exclude(user=user)), account)


def _end(memberships: list[Membership], account: Account) -> list[Event]:
    now = timezone.now()
    for membership in memberships:
        membership.ends_at, membership.is_end_told = now, True
        membership.save(update_fields=["ends_at", "is_end_told"])
    return [ended_event(membership, account) for membership in memberships]


def ended_event(membership: Membership, account: Account) -> Event:
    """The unsaved event of a tie's end; of one that never held, when it was given."""
    at = membership.ends_at and max(membership.ends_at, membership.created_at)
    return _event(membership, account, frm=str(membership), at=at)


@transaction.atomic
def end_tie(*, membership: Membership, account: Account) -> bool:
    """End one tie now; False where it had ended. Safe twice."""
    lock_project(membership.project_id)
    current = Membership.objects.current().filter(pk=membership.pk)
    found = list(current.select_related("project", "user"))
    events = _end(found, account)
    touch(found)
    append_events(events)
    return bool(events)


@transaction.atomic
def untie(*, project: Project, user: User, account: Account | None = None) -> int:
    """End all current ties between a person and a project; answer how many there were."""
    lock_project(project.pk)
    current = list(Membership.objects.of(user).filter(project=project))
    events = _end(current, account or Account())
    touch(current)
    append_events(events)
    return len(events)


def _event(
    membership: Membership,
    account: Account,
    frm: str = "",
    to: str = "",
    at: datetime | None = None,
) -> Event:
    return Event(
        level="project",
        project=membership.project,
        kind=EventKind.MEMBERSHIP,
        at=at or timezone.now(),
        frm=frm,
        to=to,
        public_frm=frm,
        public_to=to,
        actor=account.actor,
        actor_word=account.word,
        person=membership.user,
        note=_whom(membership, is_open=bool(to)),
        note_public=True,
    )


def _whom(membership: Membership, *, is_open: bool) -> str:
    ends_at = membership.ends_at if is_open else None
    until = f", until {ends_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if ends_at else ""
    return f"{membership.user}{until}"
