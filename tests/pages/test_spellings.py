"""Any spelling of a name leads to the thing's own address."""

from urllib.parse import quote

import pytest

from projects.models import Alias, MemberOUS
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
UID = "uid://A001/X121/X4bc"
REF = "uid___A001_X121_X4bc"


@pytest.fixture
def client(logged_in):
    user = make_user()
    project = make_project("2013.1.00269.S", pi=user)
    MemberOUS.objects.update(uid=UID, ref=REF)
    Alias.objects.create(
        level="member_ous", member_ous=MemberOUS.objects.get(), project=project, ref="local___x"
    )
    return logged_in(user)


@pytest.mark.parametrize(
    "spelling",
    [
        "uid://A001/X121/X4bc",
        "uid:%7C%7CA001%7CX121%7CX4bc",
        "uid:||A001|X121|X4bc",
        "A001/X121/X4bc",
        "UID___A001_x121_X4BC",
        "member.uid___A001_X121_X4bc",
        quote(UID, safe=""),
        "local___x",
    ],
)
@pytest.mark.parametrize("rest", ["", "history/"])
def test_spelling_of_a_member_ous_leads_to_its_address(spelling, rest, client):
    answer = client.get(f"/ous/{spelling}/{rest}?a=1")

    assert (answer.status_code, answer["Location"]) == (302, f"/ous/{REF}/{rest}?a=1")


def test_missing_slash_is_added(client):
    assert client.get(f"/ous/{REF}")["Location"] == f"/ous/{REF}/"


def test_code_in_lower_case_leads_to_the_project(client):
    assert client.get("/projects/2013.1.00269.s/")["Location"] == "/projects/2013.1.00269.S/"


def test_former_name_is_nothing_to_those_who_may_not_see_the_thing(client, stranger, logged_in):
    other = logged_in(stranger)

    found = [
        other.get(f"/ous/{name}/").status_code for name in ("local___x", "uid://A001/X121/X4bc")
    ]

    assert found == [404, 404]


def test_node_of_the_tree_takes_any_spelling(client):
    page = client.get("/projects/2013.1.00269.S/", {"node": UID}).content.decode()

    assert f'href="?node={REF}" aria-current="page"' in page


def test_node_of_another_project_is_none(client):
    assert client.get("/projects/2013.1.00269.S/?node=uid___A001_X9_X9").status_code == 404
