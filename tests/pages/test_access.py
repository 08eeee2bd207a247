"""Which page answers whom: route × actor → status."""

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import MemberOUS
from qa.plots.catalog import PLOTS
from tests.cast import FOREIGN_CODE, MEMBERS, STAFF

TO_LOGIN = 302


def addresses(project):
    """The page of everything in a project."""
    member = project.memberous_set.order_by("pk")[0]
    block = member.sched_blocks.get()
    run = block.exec_blocks.order_by("pk")[0]
    named = {
        "project-detail": project,
        "project-history": project,
        "sched-block-detail": block,
        "sched-block-history": block,
        "exec-block-detail": run,
        "ous-history": member,
    }
    sets = (member, member.group_ous, member.science_goal)
    return [
        *(reverse(f"projects:{name}", args=[thing.ref]) for name, thing in named.items()),
        *(reverse("projects:ous-detail", args=[thing.ref]) for thing in sets),
        *(reverse("projects:exec-block-plot", args=[run.ref, name]) for name in PLOTS),
    ]


EVERYBODYS = ["home", "search", "help", "projects:project-list", "projects:sched-block-list"]


@pytest.mark.parametrize("who", [*MEMBERS, *STAFF])
def test_project_pages_open_to_all_who_may_track_it(who, somebody, cast_project, logged_in):
    client = logged_in(somebody(who))

    found = {url: client.get(url).status_code for url in addresses(cast_project)}

    assert found == dict.fromkeys(addresses(cast_project), 200)


@pytest.mark.parametrize("who", ["stranger", "expired_delegee"])
def test_project_pages_do_not_exist_for_others(who, somebody, cast_project, logged_in):
    client = logged_in(somebody(who))

    found = {url: client.get(url).status_code for url in addresses(cast_project)}

    assert found == dict.fromkeys(addresses(cast_project), 404)


def test_every_page_sends_the_anonymous_to_log_in_and_back(cast_project, logged_in):
    client = logged_in(None)
    urls = [*addresses(cast_project), *map(reverse, [*EVERYBODYS, "ingest", "accounts:settings"])]

    for url in urls:
        answer = client.get(url, {"q": "x"})
        assert (answer.status_code, answer.url) == (TO_LOGIN, f"/login/?next={url}%3Fq%3Dx")


@pytest.mark.parametrize("who", ["pi", "stranger", "admin", "reducer"])
@pytest.mark.parametrize("name", [*EVERYBODYS, "accounts:settings"])
def test_own_pages_open_to_everybody(name, who, somebody, logged_in):
    assert logged_in(somebody(who)).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("who", ["pi", "stranger", *STAFF])
def test_ingest_page_is_for_those_who_look_after_it(who, somebody, logged_in):
    status = logged_in(somebody(who)).get(reverse("ingest")).status_code

    assert status == (200 if who == "admin" else 403)


@pytest.mark.parametrize("who", MEMBERS)
def test_nothing_of_others_is_on_any_page(who, somebody, cast_project, foreign_project, logged_in):
    client = logged_in(somebody(who))
    foreign = [
        foreign_project.title,
        *MemberOUS.objects.filter(project=foreign_project).values_list("uid", flat=True),
    ]
    urls = [*map(reverse, EVERYBODYS), f"{reverse('search')}?q=observ", *addresses(cast_project)]

    for url in urls:
        text = client.get(url).content.decode()
        assert [word for word in [FOREIGN_CODE, *foreign] if word in text] == []


def test_search_for_a_foreign_name_says_no_more_than_for_an_invented_one(
    pi, foreign_project, logged_in, time_machine
):
    client = logged_in(pi)
    time_machine.move_to(timezone.now(), tick=False)

    real = client.get(reverse("search"), {"q": FOREIGN_CODE}).content.decode()
    invented = client.get(reverse("search"), {"q": "2013.1.88888.S"}).content.decode()

    def blank(text, code):
        return "\n".join(
            line for line in text.replace(code, "CODE").splitlines() if "csrf" not in line
        )

    assert blank(real, FOREIGN_CODE) == blank(invented, "2013.1.88888.S")


def test_missing_and_invisible_look_alike(stranger, cast_project, logged_in, time_machine):
    client = logged_in(stranger)
    time_machine.move_to(timezone.now(), tick=False)
    url = cast_project.get_absolute_url()

    invisible = client.get(url).content.decode()
    missing = client.get("/projects/2013.1.00268.S/").content.decode()

    def blank(text, code):
        lines = text.replace(code, "CODE").splitlines()
        return [line for line in lines if "csrf" not in line]

    assert blank(invisible, cast_project.ref) == blank(missing, "2013.1.00268.S")


def test_answers_stay_out_of_shared_caches(pi, logged_in):
    answer = logged_in(pi).get("/")

    assert answer["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "HX-Request"} <= set(answer["Vary"].split(", "))


def test_session_that_ended_leads_htmx_to_the_log_in_page(cast_project, logged_in):
    answer = logged_in(None).get(cast_project.get_absolute_url(), headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == f"/login/?next={cast_project.get_absolute_url()}"
