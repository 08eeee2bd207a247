"""Lists, counters, search, feed and trees show the very things that ``visible_to`` keeps."""

import csv
import re
from typing import Any

import pytest

from projects.models import ExecBlock, GroupOUS, MemberOUS, Project, Role, SchedBlock, ScienceGoal
from tests.access.asking import whole
from tests.access.world import ACTORS, PEOPLE, World

pytestmark = pytest.mark.django_db

# The title that every project of the world has in common.
TITLE = "center of the galaxy"
LEVELS: dict[str, Any] = {
    "ous/?level=member&page_size=1000": MemberOUS,
    "ous/?level=group&page_size=1000": GroupOUS,
    "ous/?level=science_goal&page_size=1000": ScienceGoal,
    "schedblocks/?page_size=1000": SchedBlock,
    "execblocks/?page_size=1000": ExecBlock,
}


def _page(world: World, actor: str, path: str) -> str:
    answer = world.client(actor, "session").get(path)
    assert answer.status_code == 200
    return whole(answer)


def _call(world: World, actor: str, path: str) -> Any:
    answer = world.client(actor, "token").get(f"/api/v1/{path}")
    assert answer.status_code == 200
    return answer.json()


def _linked(page: str, kind: str) -> set[str]:
    return set(re.findall(rf'href="/{kind}/([^/"?]+)/"', page))


@pytest.mark.parametrize("actor", PEOPLE)
def test_everywhere_the_same_projects_are_shown(world, actor):
    visible = {project.ref for project in Project.objects.visible_to(world.users[actor])}

    lines = csv.DictReader(_page(world, actor, "/projects/?format=csv").splitlines())
    shown = {
        "list page": _linked(_page(world, actor, "/projects/"), "projects"),
        "csv": {line["Code"] for line in lines},
        "search": _linked(_page(world, actor, f"/search/?q={TITLE}"), "projects"),
        "search scope": _linked(
            _page(world, actor, f"/search/?q={TITLE}&scope=projects"), "projects"
        ),
        "call": {line["ref"] for line in _call(world, actor, "projects/")["results"]},
        "events": {line["project"] for line in _call(world, actor, "events/")["results"]},
        "blocks": {line["project"] for line in _call(world, actor, "schedblocks/")["results"]},
        "blocks page": set(_block_projects(world, actor)),
    }

    assert shown == dict.fromkeys(shown, visible)


def _block_projects(world: World, actor: str) -> list[str]:
    lines = csv.DictReader(_page(world, actor, "/schedblocks/?format=csv").splitlines())
    return [line["Project"] for line in lines]


@pytest.mark.parametrize("actor", PEOPLE)
def test_trees_and_pages_open_for_the_same_projects(world, actor):
    visible = {project.ref for project in Project.objects.visible_to(world.users[actor])}
    refs = {project.ref for project in world.projects.values()}

    opened = {
        path: {
            ref for ref in refs if world.client(actor, by).get(path.format(ref)).status_code == 200
        }
        for path, by in (
            ("/projects/{}/", "session"),
            ("/projects/{}/history/", "session"),
            ("/api/v1/projects/{}/", "token"),
            ("/api/v1/projects/{}/tree/", "token"),
        )
    }

    assert opened == dict.fromkeys(opened, visible)


@pytest.mark.parametrize("actor", PEOPLE)
def test_calls_list_the_same_things_on_every_level(world, actor):
    user = world.users[actor]

    listed = {
        path: {line["ref"] for line in _call(world, actor, path)["results"]} for path in LEVELS
    }

    assert listed == {
        path: {thing.ref for thing in model.objects.visible_to(user)}
        for path, model in LEVELS.items()
    }


@pytest.mark.parametrize("actor", PEOPLE)
def test_counters_of_home_count_the_same_things(world, actor):
    user = world.users[actor]
    page = _page(world, actor, "/")

    tiles = re.findall(r"<b>(\d+)/(\d+)</b>\s*<span>([\w-]+) (Projects|Scheduling Blocks)", page)
    counted = {(role, kind): (int(active), int(total)) for active, total, role, kind in tiles}

    expected = {}
    for role in Role:
        projects = Project.objects.visible_to(user).in_role(user, role)
        blocks = SchedBlock.objects.visible_to(user).not_deleted().filter(project__in=projects)
        active = projects.active()
        if role == Role.PI or projects:
            of_active = blocks.filter(project__in=active).count()
            expected[role.label, "Projects"] = (active.count(), projects.count())
            expected[role.label, "Scheduling Blocks"] = (of_active, blocks.count())
    assert counted == expected


def test_everybody_with_a_session_was_asked():
    assert set(PEOPLE) < set(ACTORS)


@pytest.mark.parametrize("actor", ["pi", "data_delegee"])
def test_withdrawn_block_is_named_nowhere_outside(world, actor):
    gone = world.things["deleted_block"]
    run = ExecBlock.objects.get(sched_block__ref=gone).ref
    member = world.things["ready_member"]
    pages = ["/", f"/ous/{member}/", f"/execblocks/{run}/", "/schedblocks/"]
    calls = ["execblocks/", f"execblocks/{run}/", f"ous/{member}/execblocks/", "events/"]

    told = {path: _page(world, actor, path) for path in pages}
    told |= {path: str(_call(world, actor, path)) for path in calls}

    names = (gone, gone.replace("uid___", "uid://").replace("_", "/"), "Withdrawn_a_03_7M")
    assert [path for path, text in told.items() if any(name in text for name in names)] == []
