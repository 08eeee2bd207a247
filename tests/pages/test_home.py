"""Home: tiles, what needs the person, news."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from projects.models import Event, MemberOUS, Membership, SchedBlock
from projects.services.memberships import tie
from projects.services.states import move_state
from snoopi.pages.news import needs_of, news_for
from snoopi.pages.tiles import role_tiles, staff_counts
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
JULY = datetime(2015, 7, 2, tzinfo=UTC)


def state_event(project, to, at, **about):
    """A change of state that everybody on the project may read."""
    thing = next(iter(about.values()), None)
    level = next(iter(about), "project")
    return Event.objects.create(
        level=level,
        project=project,
        kind="state",
        at=at,
        frm="Ready",
        to=to,
        public_frm="Ready",
        public_to=to,
        actor_word="the observatory",
        **({level: thing} if thing else {}),
    )


def counted(user):
    return {tile.title: f"{tile.active}/{tile.total}" for pair in role_tiles(user) for tile in pair}


def test_tiles_count_active_and_all_by_role():
    user = make_user()
    make_project(members=2, sched_blocks=3, pi=user)
    make_project(members=1, sched_blocks=2, pi=user, state="Canceled")
    coi = make_project(members=1, state="Approved")
    tie(project=coi, user=user, role="COI")

    assert counted(user) == {
        "PI Projects": "1/2",
        "PI Scheduling Blocks": "6/8",
        "Co-I Projects": "1/1",
        "Co-I Scheduling Blocks": "1/1",
    }


def test_tiles_count_a_project_once_however_often_it_was_delegated():
    user = make_user()
    project = make_project(sched_blocks=2)
    for kind in ("DATA", "PHASE2"):
        tie(project=project, user=user, role="DELEGEE", kind=kind)

    assert counted(user) == {
        "PI Projects": "0/0",
        "PI Scheduling Blocks": "0/0",
        "Delegee Projects": "1/1",
        "Delegee Scheduling Blocks": "2/2",
    }


def test_tiles_leave_out_what_was_deleted_and_ties_that_ended():
    user = make_user()
    project = make_project(sched_blocks=3, pi=user)
    SchedBlock.objects.filter(pk=project.sched_blocks.order_by("pk")[0].pk).update(state="Deleted")
    make_project(pi=user, state="Deleted")
    ended = make_project(pi=user)
    Membership.objects.filter(project=ended).update(ends_at=JULY)

    assert counted(user) == {"PI Projects": "1/1", "PI Scheduling Blocks": "2/2"}


def test_tile_leads_to_the_rows_behind_it(logged_in):
    user = make_user()
    project = make_project(pi=user)

    pages = [logged_in(user).get(tile.url).content.decode() for tile in role_tiles(user)[0]]

    assert [project.ref in page for page in pages] == [True, True]


@pytest.mark.parametrize(
    ("flag", "who", "needed"),
    [
        ("ForP2G", "pi", True),
        ("trigger", "pi", True),
        ("ForP2G", "phase2_delegee", True),
        ("trigger", "phase2_delegee", False),
        ("ForP2G", "coi", False),
        ("ForP2G", "data_delegee", False),
        ("ForP2G", "drm", False),
        ("", "pi", False),
    ],
)
def test_needs_are_shown_to_who_can_act(flag, who, needed, somebody, cast_project):
    user = somebody(who)
    block = cast_project.sched_blocks.order_by("pk")[0]
    SchedBlock.objects.filter(pk=block.pk).update(state="Waiting", state_flag=flag)

    assert needs_of(user) == ([block] if needed else [])


def test_news_since_the_last_visit_reads_as_the_observatory_writes_it(logged_in):
    user = make_user(news_seen_at=JULY)
    project = make_project("2013.1.00308.S", members=[{"name": "Member OUS (w51)"}], pi=user)
    member, block = MemberOUS.objects.get(), SchedBlock.objects.get()
    state_event(project, "Delivered", datetime(2015, 10, 23, 9, tzinfo=UTC), member_ous=member)
    state_event(project, "FullyObserved", datetime(2015, 8, 30, tzinfo=UTC), sched_block=block)
    state_event(project, "Completed", datetime(2015, 7, 1, tzinfo=UTC))

    page = logged_in(user).get("/").content.decode()

    text = " ".join(page.split())
    assert 'News since <time datetime="2015-07-02T00:00:00Z">2015-07-02</time>' in text
    member_link = f'<a href="{member.get_absolute_url()}">Member OUS (w51)</a>'
    project_link = f'<a href="{project.get_absolute_url()}">2013.1.00308.S</a>'
    block_link = f'<a href="{block.get_absolute_url()}">{block.name}</a>'
    assert f"ObsUnitSet {member_link} of project {project_link} is now Delivered" in text
    assert f"All data taken for Scheduling Block {block_link} of project {project_link}" in text
    assert text.index("2015-10-23") < text.index("2015-08-30")
    assert "is now Completed" not in text
    assert 'href="?news=6#news"' in text


def test_more_news_go_back_beyond_the_last_visit():
    user = make_user(news_seen_at=JULY)
    project = make_project(pi=user)
    days = [datetime(2015, 6, day, tzinfo=UTC) for day in range(1, 8)]
    for day in days:
        state_event(project, "Completed", day)

    assert news_for(user).days == []
    assert news_for(user).more == 6
    shown = [item.at for _, items in news_for(user, 6).days for item in items]
    assert shown == sorted(days, reverse=True)[:6]
    assert news_for(user, 9).more is None


@pytest.mark.parametrize(
    ("to", "about", "is_news"),
    [
        ("Completed", "project", True),
        ("InProgress", "project", False),
        ("Delivered", "member_ous", True),
        ("Delivered", "group_ous", False),
        ("PartiallyObserved", "member_ous", False),
        ("FullyObserved", "sched_block", True),
        ("PartiallyObserved", "sched_block", False),
    ],
)
def test_only_telling_changes_are_news(to, about, is_news):
    user = make_user()
    project = make_project(pi=user)
    member = MemberOUS.objects.get()
    things = {
        "member_ous": member,
        "group_ous": member.group_ous,
        "sched_block": SchedBlock.objects.get(),
    }
    state_event(project, to, JULY, **({about: things[about]} if about in things else {}))

    assert bool(news_for(user).days) is is_news


def test_first_sight_is_no_news():
    user = make_user()
    event = state_event(make_project(pi=user), "Completed", JULY)
    Event.objects.filter(pk=event.pk).update(frm="", public_frm="")

    assert news_for(user).days == []


def test_mark_read_empties_the_news_by_post_only(logged_in):
    user = make_user()
    state_event(make_project(pi=user), "Completed", JULY)
    client = logged_in(user)

    refused = client.get(reverse("news-read"))
    answer = client.post(reverse("news-read"))

    assert (refused.status_code, answer.status_code, answer["Location"]) == (405, 302, "/")
    user.refresh_from_db()
    assert news_for(user).days == []


def test_staff_read_of_their_own_projects_only_and_count_work_everywhere():
    cs = make_user(roles=["cs"])
    drm = make_user(roles=["drm"])
    mine = make_project(members=[{"state": "Processing"}], contact_scientist=cs)
    other = make_project(members=[{"state": "Processing"}, {"state": "Delivered"}])
    for project in (mine, other):
        state_event(project, "Completed", JULY)

    assert [item.project for _, items in news_for(cs).days for item in items] == [mine]
    assert news_for(drm).days == []
    assert [(row.label, row.number) for row in staff_counts(drm)] == [("Processing", 2)]
    assert [(row.label, row.number) for row in staff_counts(cs)] == [("Processing", 1)]
    assert staff_counts(make_user()) == []


def test_step_between_internal_states_is_no_news_outside():
    user, drm = make_user(), make_user(roles=["drm"])
    make_project(members=[{"state": "Processing"}], pi=user)
    move_state(MemberOUS.objects.get(), to="ReadyForReview", actor=drm)

    assert news_for(user).days == []
