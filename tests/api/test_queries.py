"""Queries an answer costs: literal numbers, the same for one row, three and three hundred.

One of each is the token's.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from projects.services.states import move_state
from tests.factories import make_project, make_user

TOKEN = 1
COSTS = {
    "projects/?page_size=1000": 1,
    "projects/{project}/": 1,
    "projects/{project}/tree/": 1,
    "ous/?page_size=1000": 1,
    "ous/?page_size=1000&level=group": 1,
    "ous/?page_size=1000&level=science_goal": 1,
    "ous/?page_size=1000&state=Ready&band=3&array=7m&target=gr&project={project}": 1,
    "ous/?page_size=1000&count=true": 2,
    "ous/{member}/": 1,
    "ous/{member}/status/": 1,
    "ous/{member}/history/": 2,
    "ous/{member}/execblocks/?page_size=1000": 2,
    "ous/{group}/": 3,
    "ous/{group}/status/": 3,
    "ous/{group}/execblocks/?page_size=1000": 4,
    "ous/{goal}/status/": 3,
    "schedblocks/?page_size=1000": 1,
    "schedblocks/?page_size=1000&ous={group}": 2,
    "schedblocks/{block}/": 2,
    "schedblocks/{block}/history/": 2,
    "execblocks/?page_size=1000": 1,
    "execblocks/?page_size=1000&ous={goal}": 2,
    "execblocks/{run}/": 4,
    "events/?page_size=1000": 1,
    "events/?page_size=1000&project={project}&kind=state": 1,
    "tokens/": 1,
    "me/": 0,
}


def _names(project: Project):
    member = project.memberous_set.order_by("pk")[0]
    block = member.sched_blocks.order_by("pk")[0]
    return {
        "project": project.ref,
        "member": member.ref,
        "group": member.group_ous.ref,
        "goal": member.science_goal.ref,
        "block": block.ref,
        "run": block.exec_blocks.all()[0].ref,
    }


@pytest.mark.parametrize("rows", [1, 3, 300])
@pytest.mark.parametrize("who", ["pi", "drm", "reducer"])
def test_answer_costs_the_same_for_any_number_of_rows(client_for, drm, who, rows):
    user = {"pi": make_user("the_pi"), "drm": drm, "reducer": make_user(roles=["reducer"])}[who]
    project = make_project(members=rows, exec_blocks=1, pi=user)
    first = project.memberous_set.order_by("pk")[0]
    project.memberous_set.update(reducer=user)
    for number in range(min(rows, 10)):
        move_state(first, to=("ObservingTimedOut", "Ready")[number % 2], actor=drm)
    client, names = client_for(user), _names(project)
    client.get("/api/v1/me/")

    costs = {}
    for template in COSTS:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(f"/api/v1/{template.format(**names)}")
        assert answer.status_code == 200, answer.content
        costs[template] = len(queries) - TOKEN

    assert costs == COSTS


def test_session_costs_two_queries_more_than_nobody(client, pi, cast_project):
    client.force_login(pi, "accounts.backends.AccountBackend")

    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/api/v1/me/")

    assert answer.status_code == 200
    assert len(queries) == 2
