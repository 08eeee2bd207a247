"""A small observatory in which everything has happened that is audited, made by the services."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import User
from deliveries.configured import Mirror
from deliveries.models import LogPlace
from deliveries.services.added_value import enter_added_value
from deliveries.services.clock import extend_clock
from deliveries.services.delivering import deliver_due
from deliveries.services.digests import tell_waiting
from deliveries.services.following import READER, follow_log
from deliveries.services.investigations import open_investigation
from deliveries.services.reminding import note_periods
from deliveries.services.wishes import set_wish
from projects.models import MemberOUS, Project
from projects.services.delegations import (
    delegate,
    issue_project_token,
    let_cois_download,
    revoke_project_token,
)
from projects.services.season_acts import carry_on, decide_act, planned_act, undo_act
from projects.services.states import move_state
from qa.calibrations import CalibrationFacts
from qa.services.calibrations import correct_calibration, enter_calibration
from qa.services.judgements import decide_qa0
from qa.services.problems import report_problem
from qa.services.reviews import decide_qa2
from tests.deliveries.packages import lay, manifest, packaged
from tests.factories import check_keys_now, make_project, make_user

LINKS = {
    name: f"https://data.example.org/{name}"
    for name in ("calibrated_ms", "weblog", "admit", "article")
}


@dataclass(frozen=True)
class Observatory:
    """Member OUSs: delivered, in the hold, lacking a file at a mirror, observed, under QA3."""

    project: Project
    other: Project
    delivered: MemberOUS
    held: MemberOUS
    checking: MemberOUS
    observed: MemberOUS
    questioned: MemberOUS
    pi: User
    store: Path


@pytest.fixture(scope="package")
def made(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Observatory]:
    """The observatory, made once and taken back after all tests here."""
    folder: Path = tmp_path_factory.mktemp("store")
    before = (settings.DATA_DIR, settings.ARC_MIRRORS, settings.DELIVERY_HOLD_SECONDS)
    settings.DATA_DIR, settings.ARC_MIRRORS = folder / "store", ()
    with django_db_blocker.unblock(), transaction.atomic():
        observatory = _make(folder)
        check_keys_now()
        yield observatory
        transaction.set_rollback(True)
    settings.DATA_DIR, settings.ARC_MIRRORS, settings.DELIVERY_HOLD_SECONDS = before


@pytest.fixture
def observatory(made: Observatory, db: None) -> Observatory:
    """The observatory, to be spoiled by one test."""
    return made


def _make(folder: Path) -> Observatory:
    # Made by a migration, and gone where a test that commits ran before.
    LogPlace.objects.get_or_create(reader=READER)
    pi = make_user(email="pi@example.org", executive="NA", arc="NA")
    set_wish(user=pi, wish="now")
    ready = [{"state": "ReadyForReview"}] * 3
    members = [*ready, {"state": "PartiallyObserved"}]
    project = make_project(members=members, exec_blocks=2, pi=pi)
    delivered, held, checking, observed = project.memberous_set.order_by("pk")
    _give_access(project, pi)
    qa = make_user(roles=["qa"], qualifications=["QA2APPRV"])
    settings.DELIVERY_HOLD_SECONDS = 0
    _deliver(delivered, qa)
    _leave_at_mirror(checking, qa, folder / "eu")
    settings.DELIVERY_HOLD_SECONDS = 600
    _review(held, qa)
    decide_qa0(observed.exec_blocks.latest("pk"), outcome="Fail", reasons=["weather"], actor=qa)
    follow_log()
    project.refresh_from_db()
    rows = (delivered, held, checking, observed)
    delivered, held, checking, observed = (MemberOUS.objects.get(pk=row.pk) for row in rows)
    _remind_of(delivered)
    other = make_project(members=[{"release_date": datetime(2031, 2, 3, tzinfo=UTC)}])
    questioned = _question(qa)
    _calibrate()
    _end_season()
    return Observatory(
        project, other, delivered, held, checking, observed, questioned, pi, settings.DATA_DIR
    )


def _question(qa: User) -> MemberOUS:
    """A member OUS with a problem that is being looked into."""
    at = timezone.now() - timedelta(days=9)
    known = {"delivered_at": at, "release_date": at + timedelta(days=365)}
    project = make_project(members=[{"state": "Delivered", **known}])
    report = report_problem(
        project.memberous_set.get(), subject="A shift", description="By 2 arcsec.", actor=qa
    )
    open_investigation(report, actor=qa, withhold="It is wrong.")
    return project.memberous_set.get()


def _calibrate() -> None:
    """A calibration of the array, and what was put in its place."""
    aod, at = make_user(roles=["aod"]), datetime(2024, 7, 1, tzinfo=UTC)
    rough, fine = (
        CalibrationFacts(kind="focus", summary=words, measured_at=at, valid_from=at)
        for words in ("rough", "fine")
    )
    first = enter_calibration(facts=rough, actor=aod)
    correct_calibration(first, facts=fine, reason="again", actor=aod, expected=first.pk)


def _end_season() -> None:
    """Grade A carried over; grade B timed out, and put back where it was."""
    drm = make_user(roles=["drm"])
    acts = []
    for cycle, grade in (("2023.1", "A"), ("2022.1", "B")):
        make_project(f"{cycle}.00001.S", grade=grade)
        acts.append(planned_act(kind="end", cycle=cycle, reason="it is over", actor=drm))
        carry_on(decide_act(acts[-1]))
    carry_on(undo_act(acts[-1], actor=drm))


def _remind_of(member: MemberOUS) -> None:
    assert member.release_date is not None
    month_before = member.release_date - timedelta(days=30)
    assert (note_periods(month_before), tell_waiting(month_before)) == (1, 1)


def _give_access(project: Project, pi: User) -> None:
    delegee = make_user("student", email="student@example.org")
    delegate(project, to=delegee.username, kind="DATA", actor=pi)
    let_cois_download(project, may=True, actor=pi)
    token, _ = issue_project_token(project, name="nightly", actor=pi)
    revoke_project_token(token, actor=pi)
    issue_project_token(project, name="weekly", actor=pi)


def _review(member: MemberOUS, qa: User) -> None:
    move_state(member, to="Reviewing", actor=qa)
    member.refresh_from_db()
    decide_qa2(member, outcome="Pass", comment="seen", actor=qa)


def _deliver(member: MemberOUS, qa: User) -> None:
    _review(member, qa)
    packaged(member)
    assert deliver_due() == 1
    drm = make_user(roles=["drm"])
    extend_clock(member, actor=drm, months=3, reason="asked for")
    enter_added_value(member, links=LINKS, actor=make_user(roles=["admin"]))


def _leave_at_mirror(member: MemberOUS, qa: User, mirror: Path) -> None:
    _review(member, qa)
    mirror.mkdir()
    settings.ARC_MIRRORS = (Mirror("EU", str(mirror)),)
    manifest(member)
    lay(settings.DATA_DIR, member)
    assert deliver_due(timezone.now()) == 0
