"""The cast: one person for every way of standing to one project.

Import the fixtures that a test package needs into its ``conftest``. Everybody is tied
to ``cast_project``; ``stranger`` to ``foreign_project`` alone.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from projects.models import Project
from projects.services.memberships import tie
from tests.factories import make_project, make_token, make_user, say

CODE = "2013.1.00269.S"
FOREIGN_CODE = "2013.1.99999.S"
MEMBERS = ("pi", "copi", "coi", "data_delegee", "phase2_delegee")
STAFF = ("aod", "reducer", "qa", "drm", "arc", "cs", "admin")
OUTSIDERS = ("stranger", "expired_delegee")
CAST = (*MEMBERS, *STAFF, *OUTSIDERS)

__all__ = [
    "admin",
    "anonymous",
    "aod",
    "arc",
    "cast_project",
    "coi",
    "copi",
    "cs",
    "data_delegee",
    "drm",
    "expired_delegee",
    "foreign_project",
    "phase2_delegee",
    "pi",
    "qa",
    "read_only_token",
    "reducer",
    "somebody",
    "stranger",
]


@pytest.fixture
def cast_project(db: None) -> Project:
    """The project of the cast: two member OUSs with one SB of two EBs each."""
    return make_project(CODE, members=2, exec_blocks=2)


@pytest.fixture
def foreign_project(db: None) -> Project:
    """A project that nobody of the cast but the stranger is on; staff see it."""
    title = "Nobody else may know of this"
    return make_project(
        FOREIGN_CODE, members=2, exec_blocks=1, title=title, executive="NA", arc="NA"
    )


@pytest.fixture
def pi(cast_project: Project) -> User:
    return _tied(cast_project, "pi", "PI")


@pytest.fixture
def copi(cast_project: Project) -> User:
    return _tied(cast_project, "copi", "COPI")


@pytest.fixture
def coi(cast_project: Project) -> User:
    return _tied(cast_project, "coi", "COI")


@pytest.fixture
def data_delegee(cast_project: Project) -> User:
    return _tied(cast_project, "data_delegee", "DELEGEE", kind="DATA")


@pytest.fixture
def phase2_delegee(cast_project: Project) -> User:
    return _tied(cast_project, "phase2_delegee", "DELEGEE", kind="PHASE2")


@pytest.fixture
def expired_delegee(cast_project: Project) -> User:
    user = make_user("expired_delegee")
    ended = timezone.now() - timedelta(days=1)
    tie(project=cast_project, user=user, role="DELEGEE", kind="DATA", ends_at=ended)
    return user


@pytest.fixture
def stranger(foreign_project: Project) -> User:
    return _tied(foreign_project, "stranger", "PI")


@pytest.fixture
def aod(db: None) -> User:
    return make_user("aod", roles=["aod"])


@pytest.fixture
def reducer(cast_project: Project) -> User:
    """A data reducer to whom the project's first member OUS is assigned."""
    user = make_user("reducer", roles=["reducer"])
    say(cast_project.memberous_set.order_by("pk")[0], reducer=user)
    return user


@pytest.fixture
def qa(db: None) -> User:
    return make_user("qa", roles=["qa"], qualifications=["QA2APPRV"])


@pytest.fixture
def drm(db: None) -> User:
    return make_user("drm", roles=["drm"])


@pytest.fixture
def arc(db: None) -> User:
    """Staff of the European ARC, which the project's PI belongs to."""
    return make_user("arc", roles=["arc"], arc="EU")


@pytest.fixture
def cs(cast_project: Project) -> User:
    user = make_user("cs", roles=["cs"])
    say(cast_project, contact_scientist=user)
    cast_project.refresh_from_db()
    return user


@pytest.fixture
def admin(db: None) -> User:
    return make_user("admin", roles=["admin"])


@pytest.fixture
def read_only_token(pi: User) -> str:
    """A token of the PI's that may only read."""
    return make_token(pi, "read")


@pytest.fixture
def anonymous() -> AnonymousUser:
    return AnonymousUser()


@pytest.fixture
def somebody(request: pytest.FixtureRequest) -> Callable[[str], User]:
    """Answer one of the cast by name: ``somebody("drm")``."""

    def find(name: str) -> User:
        user: User = request.getfixturevalue(name)
        return user

    return find


def _tied(project: Project, name: str, role: str, kind: str = "") -> User:
    user = make_user(name)
    tie(project=project, user=user, role=role, kind=kind)
    return user
