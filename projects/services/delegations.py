"""What a PI decides of a project: its delegees, whether Co-Is download, which tokens read it."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.querysets import token_digest
from accounts.services import LAST_USED_PRECISION
from projects.errors import BadDelegation, NotAllowed, NotNow, StaleVersion, TooOften
from projects.models import (
    DelegationKind,
    DelegationMiss,
    Event,
    EventKind,
    Membership,
    Project,
    ProjectToken,
    Role,
)
from projects.permissions import can_delegate, can_issue_token
from projects.querysets.project_token import FIRST_LETTER
from projects.services.bulk import save_alike
from projects.services.entering import Account
from projects.services.events import append_events, lock_project, touch
from projects.services.memberships import end_tie, tie

NOBODY = (
    "Nobody was added: no account in use has exactly this user name or address. "
    "Ask the person for the user name that they log in with."
)
LONGEST_NAME = 80
MOST_TOKENS = 50
MOST_MISSES = 10
MISSES_COUNT_FOR = timedelta(hours=1)
MAY_DOWNLOAD, MAY_NOT_DOWNLOAD = "Co-Is may download", "Co-Is may not download"
TOKEN_WORD = "Project token"  # noqa: S105 - what the log calls it, no secret


def delegate(
    project: Project,
    *,
    to: str,
    kind: str,
    actor: User,
    ends_at: datetime | None = None,
    expected_version: int | None = None,
    at: datetime | None = None,
) -> tuple[Membership, bool]:
    """Make the person of a user name or address a delegee; answer (tie, whether it changed).

    Only the whole name finds anybody, and one sentence answers for all who cannot be found,
    whatever the cause. Given again it takes over another end. ``at`` is now unless history
    is told. Raises NotAllowed, BadDelegation, TooOften, StaleVersion.
    """
    _need(can_delegate(actor, project), "Delegating this project is not yours.")
    if kind not in DelegationKind.values:
        known = ", ".join(DelegationKind.values)
        raise BadDelegation("kind", f"“{kind[:40]}” is no kind of delegation: {known}.")
    if ends_at is not None and ends_at <= timezone.now():
        raise BadDelegation("ends_at", "This end is over: name one that is to come, or none.")
    person = _named(to, actor)
    with transaction.atomic():
        _seen(project, expected_version)
        pis = Membership.objects.current().filter(project=project, role=Role.PI)
        if pis.filter(user=person).exists():
            raise BadDelegation("to", f"{person} is the PI, who may do all that a delegee may.")
        return tie(
            project=project,
            user=person,
            role=Role.DELEGEE,
            kind=kind,
            ends_at=ends_at,
            account=Account.of(actor),
            given_by=actor,
            at=at,
        )


def _named(text: str, actor: User) -> User:
    """The account in use that a text names wholly; a miss is counted before it is told."""
    now = timezone.now()
    recent = DelegationMiss.objects.filter(by=actor, at__gt=now - MISSES_COUNT_FOR).order_by("-at")
    if recent.count() >= MOST_MISSES:
        over = recent[MOST_MISSES - 1].at + MISSES_COUNT_FOR
        sentence = "So many names were not found that you have to wait before you try another."
        raise TooOften(sentence, int((over - now).total_seconds()) + 1)
    name = text.strip()
    if not name:
        raise BadDelegation("to", "Name somebody by user name or mail address.")
    named = Q(username__iexact=name) | Q(email__iexact=name)
    # A user name may look like another's address: the name goes first.
    found = User.objects.filter(named, is_active=True).order_by("pk")
    people = sorted(found, key=lambda one: one.username.lower() != name.lower())
    if not people:
        DelegationMiss.objects.create(by=actor, at=now)
        raise BadDelegation("to", NOBODY)
    return people[0]


def revoke_delegation(
    membership: Membership, *, actor: User, expected_version: int | None = None
) -> bool:
    """End a delegation now; False where it had ended. Raises NotAllowed, StaleVersion."""
    _need(can_delegate(actor, membership.project), "Delegating this project is not yours.")
    if membership.role != Role.DELEGEE:
        raise NotAllowed("Only delegations end here.")
    with transaction.atomic():
        _seen(membership.project, expected_version)
        return end_tie(membership=membership, account=Account.of(actor))


@transaction.atomic
def let_cois_download(
    project: Project, *, may: bool, actor: User, expected_version: int | None = None
) -> bool:
    """Say whether Co-Is and project tokens may download; answer whether that is new.

    Raises NotAllowed, StaleVersion.
    """
    _need(can_delegate(actor, project), "Whether Co-Is may download is not yours to say.")
    locked = _seen(project, expected_version)
    if locked.cois_download == may:
        return False
    frm, to = (MAY_NOT_DOWNLOAD, MAY_DOWNLOAD) if may else (MAY_DOWNLOAD, MAY_NOT_DOWNLOAD)
    locked.cois_download = may
    save_alike([locked], ["cois_download"])
    append_events([_event(locked, Account.of(actor), frm=frm, to=to)])
    return True


@transaction.atomic
def issue_project_token(
    project: Project, *, name: str, actor: User, expires_at: datetime | None = None
) -> tuple[ProjectToken, str]:
    """Make a token that reads a project; answer it with its text, which is never shown again.

    Raises NotAllowed, BadDelegation.
    """
    _need(can_issue_token(actor, project), "Tokens of a project are made by its PI.")
    locked = _seen(project, None)
    label = " ".join(name.split())
    if not label or len(label) > LONGEST_NAME:
        raise BadDelegation("name", f"Say what it is for, in at most {LONGEST_NAME} characters.")
    now = timezone.now()
    if expires_at is not None and expires_at <= now:
        raise BadDelegation("expires_at", "This end is over: name one that is to come, or none.")
    if ProjectToken.objects.usable().filter(project=locked).count() >= MOST_TOKENS:
        raise BadDelegation("name", f"There are {MOST_TOKENS} tokens: revoke one of them first.")
    text = FIRST_LETTER + secrets.token_urlsafe(32)
    token = ProjectToken.objects.create(
        project=locked,
        name=label,
        digest=token_digest(text),
        hint=text[:6],
        issued_by=actor,
        created_at=now,
        expires_at=expires_at,
    )
    touch([token])
    append_events([_event(locked, Account.of(actor), to=TOKEN_WORD, note=label)])
    return token, text


@transaction.atomic
def revoke_project_token(token: ProjectToken, *, actor: User) -> bool:
    """Make a token useless from now on; False where it was. Raises NotAllowed."""
    _need(can_delegate(actor, token.project), "Tokens of this project are not yours.")
    locked = _seen(token.project, None)
    rows = ProjectToken.objects.filter(pk=token.pk, revoked_at=None)
    if not rows.update(revoked_at=timezone.now()):
        return False
    touch([token])
    append_events([_event(locked, Account.of(actor), frm=TOKEN_WORD, note=token.name)])
    return True


def mark_project_token_used(*, token: ProjectToken) -> None:
    """Note that a token was used, at most every ten minutes."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_PRECISION:
        ProjectToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _need(is_allowed: bool, sentence: str) -> None:
    if not is_allowed:
        raise NotAllowed(sentence)


def _seen(project: Project, expected_version: int | None) -> Project:
    """The project, locked, not newer than what the writer has seen. Raises StaleVersion."""
    locked = lock_project(project.pk)
    if locked is None:
        raise NotNow("The project is gone.")
    if expected_version is not None and locked.version != expected_version:
        raise StaleVersion(locked.version)
    return locked


def _event(
    project: Project, account: Account, *, frm: str = "", to: str = "", note: str = ""
) -> Event:
    return Event(
        level="project",
        project=project,
        kind=EventKind.MEMBERSHIP,
        at=timezone.now(),
        frm=frm,
        to=to,
        public_frm=frm,
        public_to=to,
        actor=account.actor,
        actor_word=account.word,
        note=note,
        note_public=True,
    )
