"""A project as a matrix, on a page and as a file."""

import csv
import re
from html import unescape

import pytest

from projects.arrays import ArrayColumn
from projects.models import MemberOUS, SchedBlock
from snoopi.matrix import By, matrix_of
from tests.factories import (
    make_group_ous,
    make_member_ous,
    make_project,
    make_sched_block,
    make_science_goal,
    make_user,
    settle,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pi():
    return make_user("owner")


@pytest.fixture
def client(pi, logged_in):
    return logged_in(pi)


def observed(group, suffix, *, array="12m", target="SgrB2", **facts):
    """A member OUS with one SB that is named for its array."""
    own = {"array": array, "target_names": target, "name": f"{target} {suffix}"}
    member = make_member_ous(group.project, group, **own, **facts)
    make_sched_block(member, name=f"{target}_a_03_{suffix}", array=array, target_names=target)
    return member


@pytest.fixture
def project(pi):
    """Two goals: one of four arrays, one with three compact member OUSs; one member lost."""
    project = make_project("2019.1.00001.S", members=0, pi=pi)
    lines = make_group_ous(project, make_science_goal(project, name="SG OUS (lines)"))
    dust = make_group_ous(project, make_science_goal(project, name="SG OUS (dust)"))
    observed(lines, "TM1", state="Delivered", qa2="Pass")
    observed(lines, "TM2", state="Reviewing")
    observed(lines, "7M", array="7m", state="Ready")
    for state in ("Delivered", "Ready", "Canceled"):
        observed(dust, "TM2", target="W51", state=state)
    lost = observed(dust, "", target="Nowhere")
    MemberOUS.objects.filter(pk=lost.pk).update(science_goal=None, group_ous=None, array="")
    SchedBlock.objects.filter(member_ous=lost).update(name="", array="")
    settle(project)
    return project


def plain(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def table(client, project, query=""):
    answer = client.get(f"{project.get_absolute_url()}matrix/{query}")
    assert answer.status_code == 200
    page = unescape(" ".join(answer.content.decode().split()))
    body = page.partition('<tbody id="rows">')[2].partition("</tbody>")[0]
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    lines = re.findall(r"<tr>(.*?)</tr>", body)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in lines]
    rows = [[plain(cell) for cell in row] for row in cells]
    return heads, rows


PASSED = "Delivered, QA2 Pass"
NONE = "– not planned"
COMPACT = (
    "Partly observed 1 of 2 delivered Delivered Member OUS (W51 TM2)"
    " Ready Member OUS (W51 TM2) Canceled Member OUS (W51 TM2)"
)


def test_rows_are_science_goals_with_a_state_per_array(project, client):
    heads, rows = table(client, project)

    assert heads == ["Science goal", "TM1", "TM2", "7M", "TP", "unknown", "Delivered"]
    assert rows == [
        [
            "lines",
            "Delivered, QA2 Pass",
            "Being processed",
            "Ready",
            NONE,
            NONE,
            "1 of 3 delivered",
        ],
        ["dust", NONE, COMPACT, NONE, NONE, NONE, "1 of 2 delivered"],
        ["science goal unknown", NONE, NONE, NONE, NONE, "Ready", "0 of 1 delivered"],
    ]


def test_rows_are_targets_where_asked_for(project, client):
    heads, rows = table(client, project, "?by=target")

    assert heads[0] == "Target"
    assert [row[0] for row in rows] == ["Nowhere", "SgrB2", "W51"]
    assert rows[2][1:4] == [NONE, COMPACT, NONE]


def test_member_of_several_targets_stands_in_the_row_of_each(pi):
    project = make_project(members=0, pi=pi)
    observed(make_group_ous(project), "TM1", target="A\nB")
    nameless = observed(make_group_ous(project), "TP", array="TP", target="")
    SchedBlock.objects.filter(member_ous=nameless).update(target_names="")

    rows = matrix_of(project, pi, By.TARGET).rows

    assert [row.name for row in rows] == ["A", "B", "target unknown"]
    assert rows[0].all_parts[0].member_ous == rows[1].all_parts[0].member_ous


def test_staff_read_their_own_words_and_see_what_is_deleted(project, drm, logged_in, client):
    MemberOUS.objects.filter(state="Canceled").update(state="Deleted")

    _, staff = table(logged_in(drm), project)
    _, public = table(client, project)

    assert staff[0][2] == "Reviewing"
    assert staff[1][2] == COMPACT.replace("Canceled", "Deleted").replace(
        "Partly observed", "Partially observed"
    )
    assert public[1][2] == COMPACT.removesuffix(" Canceled Member OUS (W51 TM2)")


def test_broken_member_counts_outside_as_before(pi, drm):
    project = make_project(members=0, pi=pi)
    group = make_group_ous(project)
    observed(group, "TM1", state="Broken", resume_state="Ready")
    observed(group, "TM1", state="FullyObserved")

    cells = [
        matrix_of(project, viewer, By.GOAL).rows[0].cells[ArrayColumn.TM1] for viewer in (pi, drm)
    ]

    assert [cell.standing.label for cell in cells] == ["Partly observed", "Partially observed"]


def test_cells_lead_to_their_member_ous(project, client):
    page = client.get(f"{project.get_absolute_url()}matrix/").content.decode()

    refs = set(re.findall(r'class="cell" href="/ous/([^"/]+)/"', page))
    assert refs == set(project.memberous_set.values_list("ref", flat=True))


def test_file_holds_the_same_and_runs_no_formula(project, client):
    goal = make_science_goal(project, name="=1+1")
    make_group_ous(project, goal)

    answer = client.get(f"{project.get_absolute_url()}matrix/?format=csv")
    lines = list(csv.reader(answer.getvalue().decode().splitlines()))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert lines == [
        ["Science goal", "TM1", "TM2", "7M", "TP", "unknown", "Delivered"],
        [
            "lines",
            "Delivered, QA2 Pass",
            "Being processed",
            "Ready",
            *["not planned"] * 2,
            "1 of 3 delivered",
        ],
        [
            "dust",
            "not planned",
            "3: 1 Delivered, 1 Ready, 1 Canceled",
            *["not planned"] * 3,
            "1 of 2 delivered",
        ],
        ["'=1+1", *["not planned"] * 5, ""],
        ["science goal unknown", *["not planned"] * 4, "Ready", "0 of 1 delivered"],
    ]


def test_project_without_parts_says_why_it_is_empty(pi, client):
    project = make_project(members=0, pi=pi)

    page = client.get(f"{project.get_absolute_url()}matrix/").content.decode()

    assert "No source has named a science goal" in page


def test_views_of_the_project_lead_to_each_other(project, client):
    url = project.get_absolute_url()

    tree, matrix = (client.get(place).content.decode() for place in (url, f"{url}matrix/"))

    assert f'<a href="{url}matrix/">Matrix</a>' in tree
    assert f'<a href="{url}" aria-current="page">Tree</a>' in tree
    assert f'<a href="{url}matrix/" aria-current="page">Matrix</a>' in matrix
