"""One small observatory with everybody in it, and their ways in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache as kept
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from accounts.models import ApiToken, User, Viewing
from accounts.services import issue_token, revoke_token, start_viewing
from accounts.sessions import VIEWING_KEY
from deliveries.letters import unsubscribing
from deliveries.models import ProductFile
from deliveries.places import package_folder
from ingest.models import IngestJob, IngestSource
from projects.models import MemberOUS, Project, ProjectToken, SeasonAct
from projects.services.delegations import issue_project_token
from projects.services.memberships import tie
from qa.calibrations import CalibrationFacts
from qa.services.calibrations import enter_calibration
from qa.services.judgements import decide_qa0
from qa.services.problems import report_problem
from qa.services.reviews import decide_qa2
from tests.cast import CODE, FOREIGN_CODE
from tests.deliveries.mails import deliver
from tests.factories import make_exec_block, make_project, make_sched_block, make_user

# Some tests look at the site from years later.
_DECADE_S = 10 * 365 * 24 * 3600
BACKEND = "accounts.backends.AccountBackend"
TIED: dict[str, tuple[str, str]] = {
    "pi": ("PI", ""),
    "copi": ("COPI", ""),
    "coi": ("COI", ""),
    "data_delegee": ("DELEGEE", "DATA"),
    "phase2_delegee": ("DELEGEE", "PHASE2"),
    "too_delegee": ("DELEGEE", "TOO"),
}
STAFF: dict[str, dict[str, Any]] = {
    "aod": {"roles": ["aod"]},
    "reducer": {"roles": ["reducer"]},
    "other_reducer": {"roles": ["reducer"]},
    "qa": {"roles": ["qa"], "qualifications": ["QA2APPRV"]},
    "drm": {"roles": ["drm"]},
    "arc": {"roles": ["arc"], "arc": "EU"},
    "other_arc": {"roles": ["arc"], "arc": "NA"},
    "cs": {"roles": ["cs"]},
    "other_cs": {"roles": ["cs"]},
    "admin": {"roles": ["admin"]},
}
OUTSIDE = ("stranger", "expired_delegee")
PEOPLE = (*TIED, *STAFF, *OUTSIDE)
# Ways in by a token of the PI's, or of the project; two people who have none.
TOKENS = ("write_token", "read_only_token", "expired_token", "revoked_token", "project_token")
ACTORS = (*PEOPLE, *TOKENS, "inactive", "anonymous")
# Who sees the site as whom: everybody who may, as everybody who is not on the staff.
VIEWERS = {
    "arc as pi": ("arc", "pi"),
    "arc as stranger": ("arc", "stranger"),
    "other_arc as copi": ("other_arc", "copi"),
    "cs as coi": ("cs", "coi"),
    "other_cs as data_delegee": ("other_cs", "data_delegee"),
    "admin as phase2_delegee": ("admin", "phase2_delegee"),
    "admin as too_delegee": ("admin", "too_delegee"),
    "admin as expired_delegee": ("admin", "expired_delegee"),
}


@dataclass
class World:
    """Everybody, their ways in, and what there is to ask for, by the matrix's words."""

    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)

    def client(self, actor: str, by: str, *, enforces_csrf: bool = False) -> Client:
        """A client of somebody's: by "session" or by "token"."""
        by_token = by == "token" and actor in self.tokens
        client = Client(headers=bearing(self.tokens[actor]) if by_token else None)
        client.handler = _handler(enforces_csrf)
        if by == "session" and actor in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[actor]
        return client

    def thing(self, word: str, actor: str) -> Any:
        """What a word of the matrix names; some things are the actor's own."""
        return self.things.get(f"{word} of {actor}", self.things.get(word))

    def args(self, word: str, actor: str = "") -> list[Any]:
        """What an address takes for a word of the matrix; 0 where the actor has no such thing."""
        if word == "-":
            return []
        found = self.thing(word, actor)
        return [*found] if isinstance(found, tuple) else [found or 0]

    def let_in(self, name: str, user: User) -> None:
        """Give an account a session, a token, and a token to be revoked."""
        self.users[name] = user
        self.sessions[name] = new_session(user)
        self.tokens[name] = issue_token(user=user, scope="write")[1]
        self.things[f"own_token of {name}"] = issue_token(user=user)[0].pk


def bearing(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"authorization": f"Token {token}"}


@kept
def _handler(enforces_csrf: bool) -> ClientHandler:
    # Loading the middleware costs more than most answers; one handler serves all clients.
    return ClientHandler(enforce_csrf_checks=enforces_csrf)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo in the database whatever happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def new_session(user: User, values: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The key of a new session of somebody's, as log-in makes it, which holds ``values``."""
    session = SessionStore()
    session.update(values)
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = BACKEND
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.set_expiry(_DECADE_S)
    session.create()
    return str(session.session_key)


def _look_as(world: World) -> None:
    """Sessions of staff who see the site as somebody else; they do not run out."""
    for name, (actor, person) in VIEWERS.items():
        users = world.users[actor], world.users[person]
        viewing = start_viewing(actor=users[0], viewed=users[1], reason="asked for help")
        world.sessions[name] = new_session(users[0], {VIEWING_KEY: viewing.pk})
        world.things["viewing"] = viewing.pk
    end = timezone.now() + timedelta(seconds=_DECADE_S)
    Viewing.objects.update(ends_at=end)


def build_world() -> World:
    """The observatory of the matrix: five projects, everybody, everybody's tokens."""
    cache.clear()
    world = World()
    for name in PEOPLE:
        world.let_in(name, make_user(name, **STAFF.get(name, {})))
    _let_in_by_tokens(world)
    _let_in_inactive(world)
    _build_projects(world)
    _name_things(world)
    _name_access(world)
    _look_as(world)
    # Noting the use would cost every question a write.
    ApiToken.objects.update(last_used_at=timezone.now())
    return world


def _let_in_by_tokens(world: World) -> None:
    pi = world.users["pi"]
    world.tokens["write_token"] = issue_token(user=pi, scope="write")[1]
    world.tokens["read_only_token"] = issue_token(user=pi, scope="read")[1]
    expired, world.tokens["expired_token"] = issue_token(user=pi, scope="write")
    past = timezone.now() - timedelta(days=2)
    ApiToken.objects.filter(pk=expired.pk).update(
        created_at=past, expires_at=past + timedelta(days=1)
    )
    revoked, world.tokens["revoked_token"] = issue_token(user=pi, scope="write")
    revoke_token(token=revoked)
    own = issue_token(user=pi)[0].pk
    for name in TOKENS:
        world.things[f"own_token of {name}"] = own
    world.things["pi_token"] = own


def _name_access(world: World) -> None:
    """A token of the project itself, and a delegation in it."""
    project, pi = world.projects["project"], world.users["pi"]
    token, world.tokens["project_token"] = issue_project_token(project, name="nightly", actor=pi)
    ProjectToken.objects.update(last_used_at=timezone.now())
    delegation = project.memberships.get(user=world.users["too_delegee"])
    world.things["key"] = (project.ref, token.pk)
    world.things["delegation"] = (project.ref, delegation.pk)


def _let_in_inactive(world: World) -> None:
    user = make_user("inactive")
    world.let_in("inactive", user)
    user.is_active = False
    user.save(update_fields=["is_active"])


def _build_projects(world: World) -> None:
    users = world.users
    members: list[dict[str, Any]] = [
        {"state": "FullyObserved", "reducer": users["reducer"]},
        {"state": "Ready"},
        {"state": "ReadyForReview"},
        {"state": "Reviewing"},
        {"state": "Reviewing"},
        {"state": "Delivered", "delivered_at": timezone.now() - timedelta(days=9)},
    ]
    own = make_project(CODE, members=members, exec_blocks=2, contact_scientist=users["cs"])
    foreign = make_project(
        FOREIGN_CODE,
        members=[{"reducer": users["other_reducer"]}],
        exec_blocks=1,
        executive="NA",
        arc="NA",
        contact_scientist=users["other_cs"],
    )
    draft = make_project("", exec_blocks=1)
    deleted = make_project(exec_blocks=1, state="Deleted")
    world.projects = {"project": own, "foreign": foreign, "draft": draft, "deleted": deleted}
    for name in ("project", "draft", "deleted"):
        _tie_everybody(world, world.projects[name])
    tie(project=foreign, user=users["stranger"], role="PI")


def _tie_everybody(world: World, project: Project) -> None:
    for name, (role, kind) in TIED.items():
        tie(project=project, user=world.users[name], role=role, kind=kind)
    inactive = world.users["inactive"]
    tie(project=project, user=inactive, role="COI")
    ended = timezone.now() - timedelta(days=1)
    user = world.users["expired_delegee"]
    tie(project=project, user=user, role="DELEGEE", kind="DATA", ends_at=ended)


def _name_things(world: World) -> None:
    for name, project in world.projects.items():
        project.refresh_from_db()
        prefix = "" if name == "project" else f"{name}_"
        world.things[name] = project.ref
        world.things |= {f"{prefix}{word}": ref for word, ref in parts_of(project).items()}
    members = world.projects["project"].memberous_set.order_by("pk")
    fully, ready, for_review, reviewed, held, delivered = members
    world.things |= {"member": fully.ref, "ready_member": ready.ref, "review": for_review.ref}
    world.things |= {"reviewed": reviewed.ref, "held": held.ref}
    world.things["delivered"] = delivered.ref
    problem = report_problem(
        delivered, subject="A shift", description="By 2 arcsec.", actor=world.users["pi"]
    )
    world.things["problem"] = (delivered.ref, problem.pk)
    decide_qa2(held, outcome="Pass", actor=world.users["qa"])
    judged = for_review.exec_blocks.order_by("pk")[0]
    decide_qa0(judged, outcome="Fail", reasons=["pointing"], actor=world.users["aod"])
    gone = make_sched_block(ready, number=7, state="Deleted", name="Withdrawn_a_03_7M")
    make_exec_block(gone)
    world.things["deleted_block"] = gone.ref
    _name_files(world, fully)
    (mail,) = deliver(for_review)
    world.things["mail"] = mail.pk
    world.things["unsubscribing"] = unsubscribing(world.users["coi"].pk)
    world.things["job"] = IngestJob.objects.create(source="night.json").pk
    source = IngestSource.objects.create(
        name="alma", kind="tap", address="https://example.org/tap", every_s=900, selection="x"
    )
    world.things["source"] = source.name
    world.things["queue"] = "ready-for-review"
    now = timezone.now()
    facts = CalibrationFacts(kind="focus", measured_at=now, valid_from=now, summary="no change")
    kept = enter_calibration(facts=facts, actor=world.users["aod"])
    world.things["calibration"] = kept.pk
    world.things["season"] = _end_season(world.users["drm"])
    world.things["nothing"] = "nothing/at/all/"
    world.things["spelled"] = f"ous/{fully.uid}/status/"


def _end_season(drm: User) -> int:
    """The end of a season in which there was nothing; the number of the act."""
    now, words = timezone.now(), {"kind": "end", "cycle": "2012.1", "reason": "it is over"}
    return SeasonAct.objects.create(at=now, done_at=now, decided_by=drm, **words).pk


def _name_files(world: World, member: MemberOUS) -> None:
    """A proprietary file, a public one and one of a draft, all in the package store."""
    draft = world.projects["draft"].memberous_set.get()
    public = world.projects["project"].memberous_set.order_by("pk")[1]
    MemberOUS.objects.filter(pk__in=[member.pk, public.pk]).update(delivery_generation=1)
    MemberOUS.objects.filter(pk=public.pk).update(release_date=timezone.now())
    for word, owner in (("file", member), ("public_file", public), ("draft_file", draft)):
        found = ProductFile.objects.create(
            project_id=owner.project_id,
            member_ous=owner,
            path="README.txt",
            name="README.txt",
            generation=1,
            source="test",
        )
        place = package_folder(settings.DATA_DIR, owner.ref, 1) / found.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("what this package holds")
        world.things[word] = (found.pk, found.name)


def parts_of(project: Project) -> dict[str, Any]:
    """The refs of one thing on every level below a project."""
    member = project.memberous_set.select_related("group_ous", "science_goal").order_by("pk")[0]
    block = member.sched_blocks.order_by("pk")[0]
    run = block.exec_blocks.order_by("pk")[0]
    return {
        "goal": member.science_goal.ref,
        "group": member.group_ous.ref,
        "member": member.ref,
        "block": block.ref,
        "run": run.ref,
        "plot": (run.ref, "scans"),
    }
