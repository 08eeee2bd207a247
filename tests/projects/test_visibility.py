"""Who sees which projects, and everything below them."""

from collections.abc import Callable

import pytest

from accounts.models import User
from projects.models import (
    Event,
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
)
from projects.querysets.project import is_staff_viewer, sees_everything
from projects.services.entering import Account, state_event
from projects.services.events import append_events
from projects.services.memberships import tie
from tests.cast import CAST, MEMBERS
from tests.factories import make_exec_block, make_project, make_user
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db

EVERYTHING = {"cast", "foreign", "draft", "deleted", "distant"}
SEEN = {
    **{name: {"cast"} for name in MEMBERS},
    **dict.fromkeys(("aod", "qa", "drm", "admin"), EVERYTHING),
    "reducer": {"cast"},
    "cs": {"cast"},
    # Staff of the European ARC; "foreign" and "distant" belong to others.
    "arc": {"cast", "draft", "deleted"},
    "stranger": {"foreign"},
    "expired_delegee": set(),
    "anonymous": set(),
}
LEVELS = (ScienceGoal, GroupOUS, MemberOUS, SchedBlock, ExecBlock)
ALL_SEEING = {"aod", "qa", "drm", "admin"}
STAFF = {*ALL_SEEING, "reducer", "cs", "arc"}


@pytest.fixture
def projects(cast_project: Project, foreign_project: Project) -> dict[str, Project]:
    """Projects of every kind; all but two have a row on every level."""
    draft = make_project("", exec_blocks=1)
    deleted = make_project(exec_blocks=1, state="Deleted")
    distant = make_project(exec_blocks=1, arc="EA")
    make_exec_block(None)
    return {
        "cast": cast_project,
        "foreign": foreign_project,
        "draft": draft,
        "deleted": deleted,
        "distant": distant,
    }


@pytest.fixture
def viewer(projects: dict[str, Project], somebody: Callable[[str], User]) -> Callable[[str], User]:
    """Answer one of the cast, tied to the draft and the deleted project like to their own."""

    def find(name: str) -> User:
        user = somebody(name)
        own = user.memberships.current().filter(project=projects["cast"]) if user.pk else []
        for membership in own:
            for kind in ("draft", "deleted"):
                tie(
                    project=projects[kind],
                    user=user,
                    role=membership.role,
                    kind=membership.kind,
                )
        return user

    return find


def test_table_above_names_the_whole_cast():
    assert set(SEEN) == {*CAST, "anonymous"}


@pytest.mark.parametrize("name", SEEN)
def test_person_sees_the_projects_of_the_table_and_what_is_below_them_and_no_more(
    name, viewer, projects
):
    user = viewer(name)
    kinds = {project.pk: kind for kind, project in projects.items()}

    seen = {model: model.objects.visible_to(user) for model in LEVELS}

    assert {kinds[row.pk] for row in Project.objects.visible_to(user)} == SEEN[name]
    orphans = {None} if name in ALL_SEEING else set()
    assert {model: {kinds.get(row.project_id) for row in rows} for model, rows in seen.items()} == {
        model: SEEN[name] | (orphans if model is ExecBlock else set()) for model in LEVELS
    }
    assert [rows.count() for rows in seen.values()] == [
        len({row.pk for row in rows}) for rows in seen.values()
    ]


@pytest.mark.parametrize("name", SEEN)
def test_person_reads_the_events_of_those_projects_and_no_more(name, viewer, projects):
    user = viewer(name)
    logged = FromNowOn()
    for project in projects.values():
        member_ous = project.memberous_set.first()
        for frm, to in (("Ready", "FullyObserved"), ("Processing", "Reviewing")):
            member_ous.state = frm
            before = member_ous.public_state
            member_ous.state = to
            account = Account(word="x")
            append_events(
                [
                    state_event(
                        member_ous,
                        frm=frm,
                        public_frm=before,
                        at=project.created_at,
                        account=account,
                    )
                ]
            )

    seen = list(logged().visible_to(user))

    kinds = {project.pk: kind for kind, project in projects.items()}
    words = ["FullyObserved", "Reviewing"] if name in STAFF else ["FullyObserved"]
    assert sorted((kinds[event.project_id], event.to) for event in seen) == sorted(
        (kind, word) for kind in SEEN[name] for word in words
    )


@pytest.mark.parametrize("name", ["pi", "coi", "data_delegee"])
def test_what_was_deleted_is_shown_to_staff_only(name, somebody, cast_project, drm):
    member = cast_project.memberous_set.first()
    for row in (member, member.sched_blocks.get()):
        type(row).objects.filter(pk=row.pk).update(state="Deleted")

    told = [
        (MemberOUS.objects.visible_to(user).count(), SchedBlock.objects.visible_to(user).count())
        for user in (somebody(name), drm)
    ]

    assert told == [(1, 1), (2, 2)]


@pytest.mark.parametrize("name", sorted(CAST))
def test_staff_read_almas_words_and_others_public_ones(name, somebody):
    assert is_staff_viewer(somebody(name)) is (name in STAFF)
    assert sees_everything(somebody(name)) is (name in ALL_SEEING)


def test_account_out_of_use_sees_nothing_any_more(cast_project, pi, drm):
    for user in (pi, drm):
        user.is_active = False

    assert [Project.objects.visible_to(user).count() for user in (pi, drm)] == [0, 0]
    assert [MemberOUS.objects.visible_to(user).count() for user in (pi, drm)] == [0, 0]
    assert is_staff_viewer(drm) is False


def test_reducer_sees_a_project_as_long_as_something_of_it_is_assigned(cast_project, reducer):
    MemberOUS.objects.update(reducer=None)

    assert list(Project.objects.visible_to(reducer)) == []


def test_arc_staff_without_an_arc_see_nothing(cast_project):
    Project.objects.update(arc="")
    nowhere = make_user("nowhere", roles=["arc"], arc="")

    assert list(Project.objects.visible_to(nowhere)) == []


def test_person_of_several_ties_and_roles_gets_each_project_once(cast_project, foreign_project):
    busy = make_user("busy", roles=["reducer", "cs", "arc"], arc="EU")
    tie(project=cast_project, user=busy, role="PI")
    tie(project=cast_project, user=busy, role="DELEGEE", kind="DATA")
    tie(project=foreign_project, user=busy, role="COI")
    MemberOUS.objects.filter(project=cast_project).update(reducer=busy)

    seen = list(Project.objects.visible_to(busy).order_by("code"))

    assert seen == [cast_project, foreign_project]


def test_visibility_costs_no_query_of_its_own(cast_project, pi, django_assert_num_queries):
    for model in (Project, *LEVELS, Event):
        with django_assert_num_queries(1):
            list(model.objects.visible_to(pi))


@pytest.mark.parametrize(
    ("role", "own"),
    [("PI", ["cast"]), ("COI", []), ("DELEGEE", ["foreign"])],
)
def test_projects_in_a_role_are_those_of_current_ties(role, own, cast_project, foreign_project, pi):
    tie(project=foreign_project, user=pi, role="DELEGEE", kind="DATA")
    kinds = {cast_project.pk: "cast", foreign_project.pk: "foreign"}

    assert [kinds[row.pk] for row in Project.objects.in_role(pi, role)] == own
    assert Project.objects.of_member(pi).count() == 2


def test_public_metadata_are_those_of_projects_with_something_delivered(cast_project):
    delivered = make_project(members=[{"state": "Delivered"}, {"state": "Ready"}])

    assert list(Project.objects.in_archive()) == [delivered]


@pytest.mark.parametrize(
    ("state", "active"),
    [
        ("Phase1Submitted", True),
        ("Approved", True),
        ("Phase2Submitted", True),
        ("Ready", True),
        ("InProgress", True),
        ("ObservingTimedOut", True),
        ("Broken", True),
        ("Repaired", True),
        ("Completed", False),
        ("PartiallyCompleted", False),
        ("Rejected", False),
        ("Canceled", False),
        ("NotObserved", False),
        ("DoNotObserve", False),
        ("Deleted", False),
        (None, False),
    ],
)
def test_project_is_active_while_something_may_still_happen(state, active):
    project = make_project(members=0, state=state)

    assert Project.objects.active().filter(pk=project.pk).exists() is active
