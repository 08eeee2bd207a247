"""A delivered member OUS and everybody around it, built once for the tests of a module.

A package's tests import the fixtures: ``made`` stays until the module has ended, what a
test does is undone after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import User
from projects.models import MemberOUS, Project
from projects.services.memberships import tie
from qa.models import ProblemReport
from qa.services.problems import report_problem
from tests.factories import check_keys_now, make_project, make_user

DELIVERED = datetime(2023, 12, 31, 23, 59, 59, tzinfo=UTC)
# The last second of two months after it.
UNTIL = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
RELEASE = datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)
TIED = {
    "pi": ("PI", ""),
    "copi": ("COPI", ""),
    "coi": ("COI", ""),
    "data_delegee": ("DELEGEE", "DATA"),
    "phase2_delegee": ("DELEGEE", "PHASE2"),
    "expired_delegee": ("DELEGEE", "DATA"),
}
STAFF: dict[str, dict[str, Any]] = {
    "aod": {"roles": ["aod"]},
    "reducer": {"roles": ["reducer"]},
    "qa": {"roles": ["qa"], "qualifications": ["QA2APPRV"]},
    "drm": {"roles": ["drm"]},
    "arc": {"roles": ["arc"], "arc": "EU"},
    "other_arc": {"roles": ["arc"], "arc": "NA"},
    "cs": {"roles": ["cs"]},
    "other_cs": {"roles": ["cs"]},
    "admin": {"roles": ["admin"]},
}


@dataclass(frozen=True)
class Made:
    """The project, its delivered member OUS, one that is not, and everybody by name."""

    project: Project
    member_id: int
    other_id: int
    people: dict[str, User]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Made]:
    """The world, taken back after all tests of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = _make()
        check_keys_now()
        yield world
        transaction.set_rollback(True)


def _make() -> Made:
    delivered = {
        "state": "Delivered",
        "delivered_at": DELIVERED,
        "release_date": RELEASE,
        "delivery_generation": 1,
        "qa2": "Pass",
    }
    project = make_project(
        "2023.1.00042.S", members=[delivered, {}], exec_blocks=2, executive="EU", arc="EU"
    )
    project.exec_blocks.update(qa0="Pass")
    project.sched_blocks.update(state="FullyObserved", executions_expected=2)
    people = {name: make_user(name, email=f"{name}@example.org") for name in (*TIED, "stranger")}
    people |= {
        name: make_user(name, email=f"{name}@example.org", **facts) for name, facts in STAFF.items()
    }
    over = timezone.now() - timedelta(days=1)
    for name, (role, kind) in TIED.items():
        ends = over if name == "expired_delegee" else None
        tie(project=project, user=people[name], role=role, kind=kind, ends_at=ends)
    Project.objects.filter(pk=project.pk).update(contact_scientist=people["cs"])
    project.refresh_from_db()
    member, other = project.memberous_set.order_by("pk")
    MemberOUS.objects.filter(pk=member.pk).update(reducer=people["reducer"])
    return Made(project, member.pk, other.pk, people)


@pytest.fixture
def member(made: Made, db: None) -> MemberOUS:
    """The delivered member OUS, to be changed by one test."""
    return MemberOUS.objects.with_parents().get(pk=made.member_id)


@pytest.fixture
def people(made: Made) -> dict[str, User]:
    """Everybody by name."""
    return made.people


def report(member: MemberOUS, actor: User, **facts: Any) -> ProblemReport:
    """A problem report, in time unless it says otherwise."""
    words: dict[str, Any] = {"subject": "Shifted", "description": "By 2 arcsec.", "at": UNTIL}
    return report_problem(member, actor=actor, **{**words, **facts})
