"""Search: names lead straight to their thing, texts find within what one may see."""

import re

import pytest
from django.urls import reverse

from projects.models import Alias, GroupOUS, MemberOUS
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user("seeker")


@pytest.fixture
def project(user):
    return make_project(
        "2013.1.00269.S",
        title="Dust at 100% in M83",
        pi_name="Owner, Ann",
        pi=user,
        members=[{"name": "Member OUS (M83)", "target_names": "M83"}],
        exec_blocks=1,
    )


@pytest.fixture
def client(user, project, logged_in):
    return logged_in(user)


def groups(client, text, scope="all"):
    page = client.get("/search/", {"q": text, "scope": scope}).content.decode()
    return re.findall(r"<section>\s*<h2>([^<]+)</h2>", page)


@pytest.mark.parametrize("level", ["project", "group", "member", "block", "run"])
def test_name_of_one_thing_leads_straight_to_it(level, project, client):
    member = project.memberous_set.get()
    block = member.sched_blocks.get()
    things = {"project": project, "group": member.group_ous, "member": member}
    thing = {**things, "block": block, "run": block.exec_blocks.get()}[level]
    text = thing.uid.replace("/", "|") if thing.uid else thing.ref.lower()

    answer = client.get("/search/", {"q": f" {text} "})

    assert (answer.status_code, answer["Location"]) == (302, thing.get_absolute_url())


def test_former_name_leads_to_the_thing(project, client):
    member = MemberOUS.objects.get()
    Alias.objects.create(
        level="member_ous", member_ous=member, project=project, ref="uid___A001_X1_X1"
    )

    answer = client.get("/search/?q=A001/X1/X1")

    assert answer["Location"] == member.get_absolute_url()


def test_name_of_two_things_shows_both(client):
    member = MemberOUS.objects.get()
    GroupOUS.objects.update(uid=member.uid, ref=member.ref)

    page = client.get("/search/", {"q": member.uid}).content.decode()

    assert re.findall(r"<li><a href=[^>]+>([^<]+)</a></li>\s*(?=<li>|</ul>)", page)[-2:] == [
        f"Group OUS {member.ref}",
        f"Member OUS {member.ref}",
    ]


@pytest.mark.parametrize(
    ("text", "scope", "found"),
    [
        ("00269", "all", ["Projects"]),
        ("dust", "all", ["Projects"]),
        ("owner", "all", ["Projects"]),
        ("M83", "all", ["Projects", "Member OUS"]),
        ("sgrb2_a", "all", ["Scheduling Blocks"]),
        ("sgrb2_a", "projects", []),
        ("M83", "projects", ["Projects"]),
        ("isotopo", "all", ["Science goals"]),
        ("100%", "all", ["Projects"]),
        ("%", "all", ["Projects"]),
        ("_a_", "schedblocks", ["Scheduling Blocks"]),
        ("", "all", []),
        ("nothing", "all", []),
        ("dust", "nonsense", ["Projects"]),
    ],
)
def test_text_finds_by_kind(text, scope, found, client):
    assert groups(client, text, scope) == found


def test_hits_are_highlighted_and_escaped(user, client):
    make_project(title="<b>Dust</b> lanes", pi=user)

    page = client.get("/search/?q=dust").content.decode()

    assert "&lt;b&gt;<mark>Dust</mark>&lt;/b&gt; lanes" in page


def test_more_hits_than_shown_lead_to_the_list(user, client):
    for _ in range(11):
        make_project(title="Shells of dust", pi=user)

    page = client.get("/search/?q=shells").content.decode()

    assert page.count("<mark>Shells</mark>") == 10
    assert f'href="{reverse("projects:project-list")}?q=shells"' in page


def test_others_things_are_not_found(stranger, project, logged_in):
    client = logged_in(stranger)

    assert groups(client, "dust") == []
    assert client.get("/search/?q=2013.1.00269.S").status_code == 200
