"""My Projects and My SchedBlocks: filters, sorting, pages, CSV."""

import csv
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from projects.models import MemberOUS, SchedBlock
from projects.services.memberships import tie
from tests.factories import make_project, make_token, make_user

pytestmark = pytest.mark.django_db
HEAD = re.compile(r'<th scope="row"[^>]*><a href="([^"]+)"')


def shown(client, url):
    """The refs in the table's first column, in order."""
    page = client.get(url).content.decode()
    return [href.rstrip("/").rsplit("/", 1)[-1] for href in HEAD.findall(page)]


@pytest.fixture
def user():
    return make_user("lister")


@pytest.fixture
def client(user, logged_in):
    return logged_in(user)


@pytest.fixture
def three(user):
    """Three projects of one person, told apart by everything a list filters by."""
    facts = {"pi": user, "members": [{"state": "Delivered"}, {"state": "Ready"}]}
    make_project("2013.1.00001.S", title="Alpha 100%", grade="C", **facts)
    make_project("2015.1.00002.S", title="Beta", grade="A", pi=user, members=0, state="Canceled")
    coi = make_project("2017.1.00003.S", title="Gamma_x", pi_name="Jones, Ann", state="Ready")
    tie(project=coi, user=user, role="COI")


ALL = ["2017.1.00003.S", "2015.1.00002.S", "2013.1.00001.S"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [3, 2, 1]),
        ("?q=alpha", [1]),
        ("?q=100%25", [1]),
        ("?q=%25", [1]),
        ("?q=_", [3]),
        ("?q=jones", [3]),
        ("?q=2015.1", [2]),
        ("?role=PI", [2, 1]),
        ("?role=COI", [3]),
        ("?role=PI&role=COI", [3, 2, 1]),
        ("?role=DELEGEE", []),
        ("?active=on", [3, 1]),
        ("?state=Canceled", [2]),
        ("?state=Ready&role=COI", [3]),
        ("?state=Processing", [3, 2, 1]),
        ("?role=nonsense&sort=nonsense&columns=nonsense", [3, 2, 1]),
        ("?sort=code", [1, 2, 3]),
        ("?sort=title", [1, 2, 3]),
        ("?sort=-title", [3, 2, 1]),
        ("?sort=state", [3, 1, 2]),
        ("?sort=-delivered", [1, 3, 2]),
        ("?q=nothing", []),
    ],
)
def test_projects_follow_the_url(query, numbers, three, client):
    assert shown(client, f"/projects/{query}") == [ALL[3 - number] for number in numbers]


@pytest.mark.parametrize("column", ["code", "title", "pi", "state", "delivered", "wait", "role"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_projects_sort_by_every_column(column, sign, three, client):
    assert sorted(shown(client, f"/projects/?sort={sign}{column}")) == sorted(ALL)


@pytest.mark.parametrize(
    "column",
    ["name", "project", "state", "executions", "array", "band", "ra", "dec", "role", "targets"],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_blocks_sort_and_page_by_every_column(column, sign, user, client):
    make_project(pi=user, members=60)
    blocks = SchedBlock.objects.order_by("pk")
    for number, block in enumerate(blocks):
        facts = {"bands": [number % 7 + 3], "ra_deg": number or None, "array": "TP"}
        SchedBlock.objects.filter(pk=block.pk).update(**facts)

    first = client.get(f"/schedblocks/?sort={sign}{column}").content.decode()
    more = re.search(r'id="more".*?href="([^"]+)"', first, re.DOTALL)
    assert more is not None
    second = shown(client, "/schedblocks/" + more[1].replace("&amp;", "&"))
    refs = [href.rstrip("/").rsplit("/", 1)[-1] for href in HEAD.findall(first)]

    assert (len(refs), len(second)) == (50, 10)
    assert sorted(refs + second) == sorted(block.ref for block in blocks)


def test_list_says_how_many_the_filter_keeps_and_how_to_drop_it(three, client):
    page = client.get("/projects/?q=alpha&role=PI&active=on").content.decode()

    text = " ".join(page.split())
    assert "<b>1</b> project</p>" in text
    chips = re.findall(r'<li><a href="(\?[^"]+)">(.*?)<span', page)
    assert chips == [
        ("?role=PI&amp;active=on", "“alpha”"),
        ("?q=alpha&amp;active=on", "PI"),
        ("?q=alpha&amp;role=PI", "Only active"),
    ]


def test_empty_list_says_why(three, client, stranger, logged_in):
    filtered = client.get("/projects/?q=nothing").content.decode()
    nobody = logged_in(make_user("nobody")).get("/projects/").content.decode()

    assert "No project of yours fits these filters." in filtered
    assert "You are on no project yet." in nobody


def test_columns_are_chosen_in_the_url(three, client):
    page = client.get("/projects/?columns=code&columns=cycle").content.decode()

    assert re.findall(r'<th scope="col" class="c-(\w+)"', page) == ["code", "cycle"]


def test_oldest_wait_names_what_on_whom_and_since_when(user, client):
    old = datetime(2014, 1, 1, tzinfo=UTC)
    members = [
        {"state": "ReadyForProcessing", "public_since": datetime(2020, 1, 1, tzinfo=UTC)},
        {"state": "Processing", "public_since": datetime(2016, 1, 1, tzinfo=UTC)},
        {"state": "Delivered", "public_since": old},
    ]
    make_project(pi=user, members=members)

    page = " ".join(client.get("/projects/").content.decode().split())

    assert "processing and QA2 review" in page
    assert "on data reduction" in page
    assert "1/3" in page


def test_block_that_waits_for_the_pi_is_what_the_project_waits_for(user, client):
    make_project(pi=user, members=[{"state": "ReadyForProcessing"}, {"state": "Ready"}])
    block = SchedBlock.objects.order_by("-pk")[0]
    SchedBlock.objects.filter(pk=block.pk).update(state="Waiting", state_flag="ForP2G")

    page = " ".join(client.get("/projects/").content.decode().split())

    assert "an answer, " in page
    assert "on the PI" in page


def test_bad_cursor_starts_again(three, client):
    answer = client.get("/projects/?q=a&cursor=garbage")

    assert (answer.status_code, answer["Location"]) == (302, "/projects/?q=a")


def test_csv_holds_the_rows_and_columns_of_the_url(three, client):
    answer = client.get("/projects/?role=PI&sort=code&columns=code&columns=title&format=csv")

    rows = list(csv.reader(answer.getvalue().decode().splitlines()))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert rows == [
        ["Code", "Title"],
        ["2013.1.00001.S", "Alpha 100%"],
        ["2015.1.00002.S", "Beta"],
    ]


def test_csv_cell_is_no_formula(user, client):
    make_project("2013.1.00001.S", title="=1+1", pi=user)

    answer = client.get("/projects/?columns=title&format=csv")

    assert answer.getvalue().decode().splitlines()[1] == "'=1+1"


def test_blocks_show_position_counts_and_band(user, client):
    make_project(pi=user, exec_blocks=2)

    page = " ".join(client.get("/schedblocks/").content.decode().split())

    for text in ("17h 47m 19.4s", "−28° 23′ 29.8″", ">2 / 4<", ">7m<", ">3<"):
        assert text in page


def test_staff_filter_blocks_by_the_state_of_the_member_ous(drm, logged_in):
    make_project(members=[{"state": "Processing"}, {"state": "Ready"}])
    wanted = MemberOUS.objects.get(state="Processing").sched_blocks.get()

    assert shown(logged_in(drm), "/schedblocks/?member_state=Processing") == [wanted.ref]


@pytest.mark.parametrize(
    ("query", "credentials", "status"),
    [
        ("?format=csv", "good", 200),
        ("?format=csv", "bad", 302),
        ("?format=csv", "", 302),
        ("", "good", 302),
    ],
)
def test_download_takes_a_token_and_a_page_does_not(query, credentials, status, user, three):
    header = {"good": f"Token {make_token(user, 'read')}", "bad": "Token nonsense", "": ""}

    answer = Client().get(f"/projects/{query}", headers={"authorization": header[credentials]})

    assert answer.status_code == status


def test_sorting_by_state_tells_outside_no_more_than_the_word(user, client, drm, logged_in):
    make_project(pi=user, members=3)
    blocks = list(SchedBlock.objects.order_by("pk"))
    for block, state in zip(blocks, ("Suspended", "Ready", "Running"), strict=True):
        SchedBlock.objects.filter(pk=block.pk).update(state=state, executions_passed=0)

    outside = shown(client, "/schedblocks/?sort=state")
    inside = shown(logged_in(drm), "/schedblocks/?sort=state")

    assert outside == [block.ref for block in blocks]
    assert inside == [blocks[1].ref, blocks[2].ref, blocks[0].ref]
