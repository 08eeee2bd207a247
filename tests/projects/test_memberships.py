"""Ties between people and projects: one PI, kinds of delegees, ends, events."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from projects.errors import BadMembership
from projects.models import Event, Membership, Project
from projects.services.entering import Account
from projects.services.memberships import tie, untie
from tests.factories import make_project, make_user
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)


@pytest.fixture
def project(db: None) -> Project:
    return make_project()


@pytest.fixture
def person(db: None) -> User:
    return make_user("person", name="A. Person")


def told(*fields: str) -> list[tuple[object, ...]]:
    """What the membership events say, oldest first."""
    return list(Event.objects.filter(kind="membership").order_by("pk").values_list(*fields))


@pytest.mark.parametrize(
    ("role", "kind", "words"),
    [
        ("PI", "", "PI"),
        ("COPI", "", "Co-PI"),
        ("COI", "", "Co-I"),
        ("DELEGEE", "DATA", "Delegee DATA"),
        ("DELEGEE", "PHASE2", "Delegee PHASE2"),
        ("DELEGEE", "TOO", "Delegee TOO"),
    ],
)
def test_tie_holds_from_now_on_with_one_event(project, person, role, kind, words):
    version = project.version

    membership, changed = tie(project=project, user=person, role=role, kind=kind)

    project.refresh_from_db()
    assert (changed, membership.is_current(), str(membership)) == (True, True, words)
    assert list(project.memberships.current()) == [membership]
    assert told("level", "frm", "to", "public_frm", "public_to", "note", "note_public") == [
        ("project", "", words, "", words, "A. Person", True)
    ]
    assert project.version == version + 1


def test_same_tie_again_changes_nothing(project, person):
    tie(project=project, user=person, role="COI")
    project.refresh_from_db()
    version = project.version

    _, changed = tie(project=project, user=person, role="COI")

    project.refresh_from_db()
    assert (changed, Membership.objects.count(), len(told("pk"))) == (False, 1, 1)
    assert project.version == version


def test_project_has_one_pi_and_a_new_one_ends_the_former(project, person):
    former = make_user("former")
    tie(project=project, user=former, role="PI")
    tie(project=project, user=former, role="DELEGEE", kind="DATA")

    tie(project=project, user=person, role="PI")

    current = project.memberships.current().order_by("pk")
    assert list(current.values_list("user__username", "role")) == [
        ("former", "DELEGEE"),
        ("person", "PI"),
    ]
    assert told("frm", "to", "note")[-2:] == [("PI", "", "Former"), ("", "PI", "A. Person")]


def test_pi_once_removed_may_come_back(project, person):
    for user in (person, make_user("second"), person):
        tie(project=project, user=user, role="PI")

    assert [row.user for row in project.memberships.current()] == [person]
    assert Membership.objects.count() == 3


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("DELEGEE", ""),
        ("DELEGEE", "FILES"),
        ("DELEGEE", "data"),
        ("PI", "DATA"),
        ("COI", "TOO"),
        ("OWNER", ""),
        ("", ""),
    ],
)
def test_tie_that_cannot_be_is_refused_in_words(project, person, role, kind):
    logged = FromNowOn()

    with pytest.raises(BadMembership, match=r"roles are PI|one of the kinds DATA, PHASE2, TOO"):
        tie(project=project, user=person, role=role, kind=kind)

    assert (Membership.objects.count(), logged().count()) == (0, 0)


def test_delegation_ends_at_its_first_moment_of_not_holding(project, person, time_machine):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    tie(project=project, user=person, role="DELEGEE", kind="DATA", ends_at=MIDNIGHT)
    holds = []

    for moment in ("2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z"):
        time_machine.move_to(moment, tick=False)
        membership = Membership.objects.get()
        seen = Project.objects.visible_to(person).exists()
        holds.append((membership.is_current(), Membership.objects.of(person).exists(), seen))

    assert holds == [(True, True, True), (False, False, False)]


def test_past_end_is_accepted_and_gives_nothing_and_does_not_pile_up(project, person):
    for _ in range(3):
        tie(project=project, user=person, role="DELEGEE", kind="DATA", ends_at=LONG_AGO)

    assert list(Membership.objects.values_list("ends_at", flat=True)) == [LONG_AGO]
    assert Project.objects.visible_to(person).exists() is False
    assert len(told("pk")) == 1


@pytest.mark.parametrize("later", [None, MIDNIGHT.replace(year=2126)])
def test_tie_given_again_takes_over_the_new_end(project, person, later):
    first = MIDNIGHT.replace(year=2120)
    tie(project=project, user=person, role="DELEGEE", kind="TOO", ends_at=first)

    membership, changed = tie(
        project=project, user=person, role="DELEGEE", kind="TOO", ends_at=later
    )

    assert (changed, membership.ends_at, Membership.objects.count()) == (True, later, 1)


def test_one_person_may_be_several_things(project, person):
    tie(project=project, user=person, role="COI")
    tie(project=project, user=person, role="DELEGEE", kind="DATA")
    tie(project=project, user=person, role="DELEGEE", kind="PHASE2")

    assert Membership.objects.of(person).count() == 3
    assert list(Project.objects.visible_to(person)) == [project]


def test_untie_ends_all_ties_of_one_person_to_one_project(project, person):
    other_project, other = make_project(), make_user("other")
    tie(project=project, user=person, role="COI")
    tie(project=project, user=person, role="DELEGEE", kind="DATA")
    tie(project=project, user=other, role="COI")
    tie(project=other_project, user=person, role="PI")

    ended = untie(project=project, user=person)

    assert ended == 2
    assert list(Project.objects.visible_to(person)) == [other_project]
    assert list(Project.objects.visible_to(other)) == [project]
    assert told("frm", "to")[-2:] == [("Co-I", ""), ("Delegee DATA", "")]


def test_untie_without_a_tie_changes_nothing(project, person):
    version, logged = project.version, FromNowOn()

    assert untie(project=project, user=person) == 0

    project.refresh_from_db()
    assert (project.version, logged().count()) == (version, 0)


def test_event_says_who_gave_the_tie(project, person):
    admin = make_user("admin", roles=["admin"])

    tie(project=project, user=person, role="COI", account=Account.of(admin))
    untie(project=project, user=person)

    assert told("actor__username", "actor_word") == [
        ("admin", "administrator"),
        (None, "the system"),
    ]
