"""Seeing the site as somebody else, from the search for the person to the log."""

import csv
import re
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone

from accounts.models import User, ViewedPage, Viewing
from accounts.services import upsert_account
from projects.services.memberships import tie
from tests.access.asking import whole
from tests.factories import make_user
from tests.servers.browser import axe_violations

pytestmark = pytest.mark.django_db
BANNER = 'class="viewing"'


def look(client: Client, person: str = "pi", **form: str):
    """Begin to see the site as a person."""
    return client.post("/view-as/", {"person": person, "reason": "ticket 7", **form})


def username(client: Client) -> str:
    return str(client.get("/api/v1/me/").json()["username"])


@pytest.fixture
def client(arc, pi, logged_in):
    """A browser of the ARC's staff."""
    return logged_in(arc)


@pytest.fixture
def looking(client):
    """The same, which sees the site as the PI."""
    assert look(client).status_code == 302
    return client


def test_person_is_found_chosen_and_looked_as(client, cast_project):
    found = client.get("/view-as/?q=p").content.decode()
    chosen = client.get("/view-as/?q=pi").content.decode()
    answer = look(client)
    home = client.get("/").content.decode()

    assert re.findall(r'<th scope="row"><a href="([^"]*)"', found) == ["?q=pi"]
    assert 'name="reason"' in chosen
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "You see SnooPI as <strong>Pi</strong>" in home
    assert cast_project.title in client.get("/projects/").content.decode()
    assert username(client) == "pi"


def test_own_session_says_who_looks_and_tells_no_address(looking, pi):
    User.objects.filter(pk=pi.pk).update(email="pi@example.org")

    told = looking.get("/api/v1/me/").json()

    assert (told["viewed_by"], told["scope"], told["email"]) == ("arc", "read", "")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"reason": ""}, "This field is required"),
        ({"reason": "  "}, "This field is required"),
        ({"reason": "x" * 501}, "at most 500 characters"),
        ({"reason": "a\0b"}, "Null characters"),
        ({"person": "nobody"}, "There is no such account"),
        ({"person": ""}, "This field is required"),
        ({"person": "admin"}, "nobody sees the site as one of the staff"),
        ({"person": "arc"}, "nobody sees the site as one of the staff"),
        ({"person": "gone"}, "the account is out of use"),
    ],
)
def test_start_that_is_not_allowed_is_refused_with_its_reason(form, why, client, admin):
    make_user("gone", is_active=False)

    answer = look(client, **form)

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert (username(client), Viewing.objects.count()) == ("arc", 0)


@pytest.mark.parametrize("name", ["aod", "reducer", "qa", "drm", "pi", "stranger"])
def test_nobody_else_may_begin(name, somebody, logged_in, pi):
    client = logged_in(somebody(name))

    assert [client.get("/view-as/").status_code, look(client).status_code] == [403, 403]
    assert Viewing.objects.count() == 0


def test_stop_leads_back_to_where_it_began(client, cast_project):
    page = cast_project.get_absolute_url()
    began = look(client, next=page)
    stopped = client.post("/view-as/stop/", {"next": "https://evil.example/"})

    assert (began["Location"], stopped["Location"]) == (page, page)
    assert username(client) == "arc"
    assert Viewing.objects.get().end == "stopped"
    assert BANNER not in client.get("/").content.decode()
    # Once more is no error.
    assert client.post("/view-as/stop/")["Location"] == "/"


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_start_and_stop_lead_to_no_other_site(url, client):
    assert look(client, next=url)["Location"] == "/"
    assert client.post("/view-as/stop/", {"next": url})["Location"] == "/view-as/"


def test_second_person_cannot_be_looked_as_from_the_first(looking, stranger):
    answer = look(looking, "stranger")

    assert answer.status_code == 403
    assert (username(looking), Viewing.objects.count()) == ("pi", 1)


def test_refusal_is_a_page_with_the_way_out_and_a_problem_for_programs(looking):
    page = looking.post("/news/read/")
    call = looking.post("/api/v1/tokens/", {"label": "x"}, "application/json")

    assert page.status_code == 403
    assert "Nothing can be changed meanwhile" in page.content.decode()
    assert 'action="/view-as/stop/"' in page.content.decode()
    assert (call.status_code, call["Content-Type"]) == (403, "application/problem+json")
    assert call.json()["detail"].startswith("You see the site as pi")


@pytest.mark.parametrize(
    "path",
    ["/", "/projects/", "/help/", "/search/?q=x", "/nothing/", "/settings/", "/view-as/log/"],
)
def test_banner_is_on_every_page(path, looking):
    assert BANNER in looking.get(path).content.decode()


def test_log_out_ends_it_and_the_persons_log_in_is_untouched(looking, pi, arc):
    answer = looking.post("/logout/")

    assert answer["Location"] == "/login/"
    assert Viewing.objects.get().end == "logged_out"
    assert looking.get("/")["Location"] == "/login/?next=/"


@pytest.mark.parametrize(
    ("name", "facts", "end"),
    [
        ("arc", {"roles": ["aod"]}, "right"),
        ("pi", {"roles": ["aod"]}, "person"),
        ("pi", {"is_active": False}, "person"),
    ],
)
def test_change_of_either_account_ends_it_at_the_next_request(name, facts, end, looking):
    upsert_account(username=name, **facts)

    page = looking.get("/projects/")

    assert (page.status_code, page["Location"]) == (302, "/")
    assert Viewing.objects.get().end == end
    home = looking.get("/").content.decode()
    assert "You no longer see SnooPI as Pi" in home
    assert BANNER not in home
    assert username(looking) == "arc"


def test_request_that_meets_the_end_does_nothing_as_either(looking, arc, pi):
    Viewing.objects.update(started_at=timezone.now() - timedelta(hours=3))
    Viewing.objects.update(ends_at=timezone.now() - timedelta(hours=2))

    step = looking.post("/news/read/")

    arc.refresh_from_db()
    pi.refresh_from_db()
    viewing = Viewing.objects.get()
    assert step.status_code == 403
    assert (arc.news_seen_at, pi.news_seen_at) == (None, None)
    assert (viewing.end, viewing.ended_at) == ("time", viewing.ends_at)


def test_program_that_meets_the_end_is_told(looking):
    upsert_account(username="pi", roles=["qa"])

    first, second = (looking.get("/api/v1/me/") for _ in range(2))

    assert (first.status_code, first["Content-Type"]) == (403, "application/problem+json")
    assert second.json()["username"] == "arc"


def test_fragment_that_meets_the_end_reloads_the_page(looking):
    upsert_account(username="pi", roles=["qa"])

    answer = looking.get("/projects/", headers={"hx-request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/")


def test_changed_password_ends_it(looking, arc):
    arc.set_password("correct horse battery")
    arc.save(update_fields=["password"])

    answer = looking.get("/")

    assert answer["Location"] == "/login/?next=/"
    assert Viewing.objects.get().end == "session"


def test_account_out_of_use_ends_it(looking):
    upsert_account(username="arc", is_active=False)

    assert looking.get("/api/v1/me/").status_code == 401
    assert Viewing.objects.get().end == "right"


def test_sessions_of_one_person_do_not_meet(looking, arc, logged_in, stranger):
    other = logged_in(arc)
    assert username(other) == "arc"

    look(other, "stranger")
    looking.post("/view-as/stop/")

    assert (username(looking), username(other)) == ("arc", "stranger")
    assert sorted(Viewing.objects.values_list("end", flat=True)) == ["", "stopped"]


def test_forms_of_one_person_cannot_be_sent_as_the_other(arc, pi):
    client = Client(enforce_csrf_checks=True)
    client.force_login(arc, backend="accounts.backends.AccountBackend")

    own = secret(client.get("/view-as/?q=pi"))
    form = {"person": "pi", "reason": "x", "csrfmiddlewaretoken": own}
    assert client.post("/view-as/", form).status_code == 302
    theirs = secret(client.get("/"))
    stale = client.post("/view-as/stop/", {"csrfmiddlewaretoken": own})
    stop = client.post("/view-as/stop/", {"csrfmiddlewaretoken": theirs})
    late = client.post("/news/read/", {"csrfmiddlewaretoken": theirs})

    assert [stale.status_code, stop.status_code, late.status_code] == [403, 302, 403]


def secret(page) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("path", ["/view-as/", "/view-as/stop/"])
def test_start_and_stop_need_the_forms_secret(path, arc, pi):
    client = Client(enforce_csrf_checks=True)
    client.force_login(arc, backend="accounts.backends.AccountBackend")

    assert client.post(path, {"person": "pi", "reason": "x"}).status_code == 403
    assert Viewing.objects.count() == 0


def test_record_that_cannot_be_written_shows_nothing(looking, monkeypatch):
    def full(**_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("snoopi.view_as.record_viewed_page", full)
    looking.raise_request_exception = False

    assert looking.get("/projects/").status_code == 500


def test_project_page_leads_to_its_people_for_those_who_may(client, cast_project, copi, aod, pi):
    tie(project=cast_project, user=aod, role="COI")
    url = cast_project.get_absolute_url()

    page = client.get(url).content.decode()

    links = re.findall(r'class="as" href="/view-as/\?q=(\w+)&amp;next=([^"]+)"', page)
    assert links == [(name, url.replace("/", "%2F")) for name in ("pi", "pi", "copi")]


@pytest.mark.parametrize("name", ["pi", "drm"])
def test_project_page_has_no_such_link_for_others(name, somebody, logged_in, cast_project, copi):
    page = logged_in(somebody(name)).get(cast_project.get_absolute_url()).content.decode()

    assert "/view-as/" not in page


def test_person_reads_when_they_were_looked_as_but_not_by_whom(looking, pi, arc, logged_in):
    page = logged_in(pi).get("/settings/").content.decode()

    seen = page.partition("Seen as you")[2]
    assert ("ARC staff" in seen, "not yet over" in seen) == (True, True)
    assert [word for word in ("ticket 7", "Arc<", str(arc.username) + "<") if word in seen] == []


def test_administrator_reads_who_looked_as_whom_and_at_what(looking, admin, logged_in):
    looking.get("/projects/?q=x")
    looking.post("/view-as/stop/")
    auditor = logged_in(admin)
    viewing = Viewing.objects.get()

    log = auditor.get("/view-as/log/").content.decode()
    pages = auditor.get(f"/view-as/log/{viewing.pk}/").content.decode()

    assert "ticket 7" in log
    assert ">1<span" in log
    assert ("<code>/projects/?q=x</code>" in pages, "stopped" in pages) == (True, True)


def test_log_is_csv_too(looking, admin, logged_in):
    looking.get("/projects/")
    Viewing.objects.update(reason="=1+1")
    auditor = logged_in(admin)

    log = list(csv.DictReader(whole(auditor.get("/view-as/log/?format=csv")).splitlines()))
    path = f"/view-as/log/{Viewing.objects.get().pk}/?format=csv"
    pages = list(csv.DictReader(whole(auditor.get(path)).splitlines()))

    assert [(row["Who"], row["As whom"], row["Reason"], row["Requests"]) for row in log] == [
        ("arc", "pi", "'=1+1", "1")
    ]
    assert [(row["Method"], row["Address"], row["Answer"]) for row in pages] == [
        ("GET", "/projects/", "200")
    ]


def test_log_pages_by_key_and_finds_either_person(admin, arc, pi, stranger, logged_in):
    facts = {"actor": arc, "actor_word": "ARC staff", "reason": "x", "ends_at": timezone.now()}
    Viewing.objects.bulk_create(Viewing(viewed=pi, **facts) for _ in range(60))
    Viewing.objects.create(viewed=stranger, **facts)
    auditor = logged_in(admin)

    first = auditor.get("/view-as/log/")
    following = re.search(r'<a href="(\?[^"]*cursor=[^"]*)">Earlier', first.content.decode())
    assert following is not None
    second = auditor.get("/view-as/log/" + following[1].replace("&amp;", "&"))

    rows = [page.content.decode().count("requests as") for page in (first, second)]
    assert rows == [50, 11]
    found = {
        text: auditor.get(f"/view-as/log/?q={text}").content.decode().count("requests as")
        for text in ("stranger", "arc", "nobody")
    }
    assert found == {"stranger": 1, "arc": 50, "nobody": 0}


def test_log_is_read_by_programs(looking, admin, logged_in):
    looking.get("/projects/")
    auditor = logged_in(admin)

    listed = auditor.get("/api/v1/view-as/").json()["results"]
    pages = auditor.get(f"/api/v1/view-as/{listed[0]['id']}/requests/").json()["results"]

    told = {key: listed[0][key] for key in ("actor", "viewed", "reason", "ended_at", "requests")}
    assert told == {
        "actor": "arc",
        "viewed": "pi",
        "reason": "ticket 7",
        "ended_at": None,
        "requests": 1,
    }
    assert [(page["method"], page["path"], page["status"]) for page in pages] == [
        ("GET", "/projects/", 200)
    ]


@pytest.mark.parametrize("path", ["/view-as/log/", "/view-as/log/1/", "/api/v1/view-as/"])
def test_log_is_for_administrators(path, arc, logged_in):
    assert logged_in(arc).get(path).status_code == 403


def test_time_is_a_setting(client, settings):
    settings.VIEW_AS_TIME = timedelta(minutes=5)
    look(client)

    viewing = Viewing.objects.get()
    assert viewing.ends_at - viewing.started_at == timedelta(minutes=5)


def test_log_line_names_both(looking, arc, pi, caplog):
    with caplog.at_level("INFO", logger="snoopi"):
        looking.get("/projects/")

    line = next(record.msg for record in caplog.records if record.msg["event"] == "request")
    assert (line["user"], line["seen_as"]) == (arc.pk, pi.pk)


def test_record_keeps_no_secret_of_the_address(looking):
    looking.get("/projects/?token=abcdefghij")

    assert ViewedPage.objects.get().path == "/projects/?token=[hidden]"


def test_session_names_the_viewing_and_stays_its_owners(looking, arc):
    session = looking.session

    assert session["_auth_user_id"] == str(arc.pk)
    assert site.SESSION_COOKIE_HTTPONLY
    assert ViewedPage.objects.count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_banner_is_there_for_everybody(scheme, width, browse, arc, pi):
    page = browse(arc, color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto("/view-as/?q=pi")
    assert axe_violations(page) == []
    page.get_by_label("Why").fill("ticket 9")
    page.get_by_role("button", name="See SnooPI as Pi").click()

    banner = page.get_by_role("complementary", name="Seen as another person")
    assert "You see SnooPI as Pi" in banner.inner_text()
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(media="print")
    assert banner.is_visible()
    page.emulate_media(media="screen")
    page.evaluate("window.scrollTo(0, 10000)")
    box = banner.bounding_box()
    assert box is not None
    assert box["y"] == 0
    banner.get_by_role("button", name="Stop").click()
    assert "You see SnooPI as yourself again" in page.inner_text("main")
