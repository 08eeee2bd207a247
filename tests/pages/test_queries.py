"""Queries a page costs however it is asked: the same for one row, three and three hundred.

Two of each are the session's and the account's. What an address costs that is asked plainly
stands in tests/access/test_queries.py.
"""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingest.models import IngestJob, IngestProblem
from projects.models import Project
from projects.services.states import move_state
from tests.factories import make_project, make_user

LOGIN = 2
COSTS = {
    "/?news=30": 3,
    "/projects/?q=galaxy&role=PI&state=InProgress&active=on&sort=wait": 4,
    "/schedblocks/?q=Sgr&role=PI&active=on&sort=-band": 2,
    "/projects/{project}/?node={goal}": 6,
    "/projects/{project}/?node={group}": 5,
    "/projects/{project}/?node={member}": 6,
    "/projects/{project}/?node={block}": 6,
    "/projects/{project}/matrix/?by=target": 4,
}
WARM_TREE = 1


def names(project: Project):
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


def queries(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(url)
        if answer.streaming:
            list(answer.streaming_content)
    assert answer.status_code == 200
    return len(captured)


def observatory(pi, rows):
    """One large project and many small ones of one PI, with events to tell."""
    drm = make_user("mover", roles=["drm"])
    project = make_project(members=rows, exec_blocks=3, pi=pi)
    for _ in range(min(rows, 20)):
        make_project(pi=pi)
    for member in project.memberous_set.order_by("pk")[:30]:
        move_state(member, to="ObservingTimedOut", actor=drm)
    return project


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_page_costs_the_same_whatever_its_size(rows, logged_in):
    pi = make_user("pi")
    place = names(observatory(pi, rows))
    client = logged_in(pi)
    client.get("/")

    found = {}
    for url in COSTS:
        cache.clear()
        client.get("/nothing/")
        found[url] = queries(client, url.format(**place)) - LOGIN

    assert found == COSTS


@pytest.mark.parametrize("rows", [1, 300])
def test_tree_in_the_cache_costs_no_query(rows, logged_in):
    pi = make_user("pi")
    url = make_project(members=rows, pi=pi).get_absolute_url()
    client = logged_in(pi)

    cold, warm = queries(client, url), queries(client, url)

    assert cold - warm >= WARM_TREE
    assert warm == LOGIN + 2


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_staff_home_counts_work_in_one_more_query(rows, logged_in):
    observatory(make_user("pi"), rows)
    drm = make_user("drm", roles=["drm"])
    Project.objects.update(contact_scientist=drm)
    client = logged_in(drm)
    client.get("/nothing/")

    assert queries(client, "/") == LOGIN + 4


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_ingest_page_costs_the_same_whatever_was_refused(rows, logged_in):
    for _ in range(min(rows, 30)):
        job = IngestJob.objects.create(source="rows.tsv")
        IngestProblem.objects.bulk_create(
            IngestProblem(job=job, record=str(number), reason="no code") for number in range(rows)
        )
    client = logged_in(make_user("boss", roles=["admin"]))
    client.get("/nothing/")

    assert queries(client, "/ingest/") == LOGIN + 3
