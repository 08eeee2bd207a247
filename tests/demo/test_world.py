"""Small worlds for tests, and the databases that nothing invented is put into."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from projects.models import ExecBlock, MemberOUS, Membership, Project, SchedBlock
from snoopi.demo.build import build_demo
from snoopi.demo.people import PEOPLE, create_people
from snoopi.demo.uids import RESERVED
from snoopi.demo.wipe import OthersAreHere
from snoopi.demo.world import small_world
from tests.factories import make_project, make_user
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db


def test_small_world_has_the_wanted_size() -> None:
    project = small_world(members=3, sched_blocks=2, exec_blocks=4)

    counts = [model.objects.count() for model in (MemberOUS, SchedBlock, ExecBlock)]
    assert counts == [3, 6, 24]
    assert (project.state, project.is_demo, project.members_total) == ("InProgress", True, 3)
    assert project.sched_blocks.values_list("executions_passed", flat=True)[0] == 4


def test_small_world_ties_people_by_role() -> None:
    for name in ("anna", "ben", "cleo"):
        make_user(name)

    project = small_world(pi="anna", cois=["ben"], delegees=["cleo"])

    ties = Membership.objects.filter(project=project).order_by("pk")
    assert [(tie.user.username, str(tie)) for tie in ties] == [
        ("anna", "PI"),
        ("ben", "Co-I"),
        ("cleo", "Delegee DATA"),
    ]


@pytest.mark.parametrize(
    ("state", "above"),
    [("Ready", "Ready"), ("Delivered", "Completed"), ("Reviewing", "InProgress")],
)
def test_small_world_stands_in_the_wanted_state(state: str, above: str) -> None:
    project = small_world(members=2, exec_blocks=2, state=state)

    assert set(project.memberous_set.values_list("state", flat=True)) == {state}
    assert project.state == above


def test_small_world_read_from_plan_and_dates_is_one() -> None:
    dated = small_world(files=["json"])
    block = SchedBlock.objects.get()

    planned = small_world(files=["aot"])

    block.refresh_from_db()
    assert (planned.pk, SchedBlock.objects.count()) == (dated.pk, 1)
    assert (block.bands, block.array, block.rep_freq_ghz) == ([6], "12m", 219.56)


def test_worlds_of_two_codes_stand_side_by_side() -> None:
    small_world(code="2019.1.90501.S")
    small_world(code="2019.1.90502.S", members=0)

    assert Project.objects.count() == 2


def test_demo_refuses_a_database_with_other_projects(tmp_path: Path) -> None:
    make_project("2013.1.00001.S")
    logged = FromNowOn()

    with pytest.raises(OthersAreHere) as refused:
        build_demo(tmp_path / "demo")

    assert str(refused.value) == (
        "The database holds 1 other projects, 2013.1.00001.S for one; "
        "nothing invented is put beside them."
    )
    assert (User.objects.count(), logged().count()) == (0, 0)
    assert not (tmp_path / "demo").exists()


def test_demo_refuses_to_take_over_somebodys_account(tmp_path: Path) -> None:
    make_user("admin")

    with pytest.raises(OthersAreHere) as refused:
        build_demo(tmp_path)

    assert str(refused.value) == "These accounts are no demo accounts: admin."
    assert Project.objects.count() == 0


def test_accounts_get_the_given_password_and_keep_it() -> None:
    create_people("correct horse battery")

    users = create_people()

    assert len(users) == len(PEOPLE)
    assert {user.check_password("correct horse battery") for user in users} == {True}


@pytest.mark.parametrize("arguments", [["demo"], ["simulate", "--projects", "1"]])
def test_commands_say_why_they_refuse(arguments: list[str]) -> None:
    make_project("2013.1.00001.S")

    with pytest.raises(CommandError, match=r"other projects, 2013\.1\.00001\.S for one"):
        call_command(*arguments, stdout=StringIO())

    assert Project.objects.count() == 1


def test_demo_refuses_a_simulated_database(tmp_path: Path) -> None:
    call_command("simulate", "--projects", "2", stdout=StringIO())

    with pytest.raises(OthersAreHere):
        build_demo(tmp_path)

    assert Project.objects.count() == 2


def test_simulate_refuses_a_demo_database() -> None:
    small_world()

    with pytest.raises(CommandError):
        call_command("simulate", "--projects", "1", stdout=StringIO())

    assert RESERVED in str(Project.objects.get().uid)
