"""The project page: facts, tree, chosen node, filter, fragments, cache."""

import re
from html import unescape

import pytest

from projects.models import MemberOUS, SchedBlock
from projects.services.states import move_state
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user("owner", name="Ann Owner")


@pytest.fixture
def client(user, logged_in):
    return logged_in(user)


def text_of(answer):
    return unescape(" ".join(answer.content.decode().split()))


def test_page_names_everybody_and_everything(user, client, cs):
    project = make_project(
        pi=user,
        contact_scientist=cs,
        grade="A",
        science_category="ISM",
        abstract="We shall look.",
        authors="Jones, Ann; Doe, Jo",
        members=[{"state": "Delivered"}, {}],
    )

    page = text_of(client.get(project.get_absolute_url()))

    for part in (project.title, "Ann Owner", "ISM", "We shall look.", "Jones, Ann; Doe, Jo"):
        assert part in page
    assert "Contact scientist Cs" in page
    assert "<b>1 of 2</b> member OUS delivered" in page
    assert "<td>Ann Owner</td><td>PI</td>" in page


@pytest.mark.parametrize(
    ("level", "heading"),
    [
        ("block", "SgrB2_a_03_7M"),
        ("member", "Member OUS (SgrB2_a_03_7M)"),
        ("group", "Group OUS (Group of SgrB2)"),
        ("goal", "SG OUS (CH3CN 5-4 & isotopologues)"),
    ],
)
def test_node_is_chosen_without_javascript(level, heading, user, client):
    project = make_project(pi=user)
    block = SchedBlock.objects.get()
    member = block.member_ous
    thing = {
        "block": block,
        "member": member,
        "group": member.group_ous,
        "goal": member.science_goal,
    }[level]

    page = text_of(client.get(project.get_absolute_url(), {"node": thing.ref}))

    assert f'<h2><a href="{thing.get_absolute_url()}">{heading}</a></h2>' in page
    assert f'href="?node={thing.ref}" aria-current="page"' in page


def test_htmx_gets_the_panel_alone(user, client):
    project = make_project(pi=user)
    node = MemberOUS.objects.get().ref
    headers = {"HX-Request": "true", "HX-Target": "node"}

    part = text_of(client.get(project.get_absolute_url(), {"node": node}, headers=headers))
    page = text_of(client.get(project.get_absolute_url(), {"node": node}))

    assert part.startswith('<section class="node" id="node"')
    assert 'role="tree"' not in part
    assert part in page


def test_tree_follows_a_change_below_the_project(user, client, drm):
    project = make_project(pi=user, members=2)
    url = project.get_absolute_url()
    before = text_of(client.get(url))

    move_state(MemberOUS.objects.order_by("pk")[0], to="ObservingTimedOut", actor=drm)

    after = text_of(client.get(url))
    assert (before.count("<small>Timed out"), after.count("<small>Timed out")) == (0, 1)


def test_staff_and_others_read_their_own_words_of_the_same_tree(user, client, drm, logged_in):
    project = make_project(pi=user, members=[{"state": "ReadyForReview"}])
    url = project.get_absolute_url()

    words = [
        set(re.findall(r"<small>([^<]+)", text_of(reader.get(url))))
        for reader in (client, logged_in(drm), client)
    ]

    assert "Being processed" in words[0]
    assert "Ready for review" in words[1]
    assert words[0] == words[2]
    assert "Ready for review" not in words[0]


def test_deleted_parts_are_shown_to_staff_alone(user, client, drm, logged_in):
    project = make_project(pi=user, members=2)
    gone = SchedBlock.objects.order_by("pk")[0]
    SchedBlock.objects.filter(pk=gone.pk).update(state="Deleted")
    url = project.get_absolute_url()

    assert gone.ref not in text_of(client.get(url))
    assert gone.ref in text_of(logged_in(drm).get(url))


def test_large_tree_starts_with_its_upper_levels_and_is_found_in(user, client):
    project = make_project(pi=user, members=[{"name": f"Member OUS (S{n})"} for n in range(150)])
    url = project.get_absolute_url()

    page = text_of(client.get(url))
    found = text_of(client.get(url, {"find": "(S77)"}))
    nothing = text_of(client.get(url, {"find": "nowhere"}))

    assert page.count('aria-expanded="true"') == 2
    assert page.count('role="treeitem"') == 303
    assert "Find in the tree (303 parts)" in page
    assert found.count('role="treeitem"') == 5
    assert found.count("<i>0 of 150 delivered</i>") == 3
    assert nothing.count('role="treeitem"') == 1


def test_branch_of_the_chosen_node_is_open(user, client):
    project = make_project(pi=user, members=150)
    block = SchedBlock.objects.order_by("-pk")[0]

    page = text_of(client.get(project.get_absolute_url(), {"node": block.ref}))

    assert page.count('aria-expanded="true"') == 4
    assert f'href="?node={block.member_ous.ref}" aria-expanded="true"' in page


def test_page_of_a_thousand_blocks_stays_light(user, client):
    project = make_project(pi=user, members=100, sched_blocks=10)

    size = len(client.get(project.get_absolute_url()).content)

    assert size / 1100 < 420
