"""Seeing the site as somebody else, over every address: that person's answers, to read only."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ApiToken, User, ViewedPage, Viewing
from snoopi.view_as import SHOWN
from tests.access import matrix
from tests.access.asking import whole
from tests.access.matrix import ASKED, ROUTES, ROWS, Row
from tests.access.secret import NAMES, REVEALING, TELLTALES, plant
from tests.access.world import VIEWERS, World, bearing, rolled_back

pytestmark = pytest.mark.django_db

NOON = "2029-03-01T12:00:00Z"
PROBLEM = "application/problem+json"
READ = [
    row
    for row in ROWS
    if row.method in matrix.SAFE and row.route not in matrix.CLOSED | {"api:me", "readyz"}
]
# For whom the answers are compared to the letter, and with them their status.
COMPARED = ("arc as pi", "admin as expired_delegee")


def test_every_address_is_either_shown_or_closed():
    assert set(ROUTES) - matrix.ASKS_NO_SESSION == SHOWN | matrix.CLOSED
    assert frozenset() == SHOWN & matrix.CLOSED


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.route not in matrix.ASKS_NO_SESSION], ids=str
)
def test_viewer_is_answered_as_the_person_and_changes_nothing(world, row):
    viewers = {name: person for name, (_, person) in VIEWERS.items()}
    if row in READ:
        viewers = {name: person for name, person in viewers.items() if name not in COMPARED}
    if row.variant in matrix.FORMATS:
        viewers = dict(list(viewers.items())[:1])

    answers = {name: _ask(world, row, name, person) for name, person in viewers.items()}

    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: row.expected_as(person) for name, person in viewers.items()
    }
    refused = [answer for answer in answers.values() if answer.status_code == 403]
    assert {answer["Content-Type"] for answer in refused} <= {
        PROBLEM if row.is_api else "text/html; charset=utf-8"
    }


@pytest.mark.parametrize("route", [one for one in ROUTES if one not in matrix.ASKS_NO_SESSION])
def test_every_other_method_is_refused(world, route):
    row = next(row for row in ROWS if row.route == route)
    out = {"POST"} if route in matrix.WAYS_OUT else set()
    methods = [one for one in matrix.METHODS if one not in {*matrix.SAFE, *out}]

    answers = {method: _ask(world, row, "arc as pi", "pi", method) for method in methods}

    assert {answer.status_code for answer in answers.values()} == {403}


@pytest.mark.parametrize("row", READ, ids=str)
def test_viewer_reads_what_the_person_reads_to_the_letter(world, row):
    with time_machine.travel(NOON, tick=False):
        for name in COMPARED:
            person = VIEWERS[name][1]
            seen, own = _read(world, row, name, person), _read(world, row, person, person)

            assert seen == own, name
            assert seen[0] == row.expected_as(person), name


def test_viewer_who_tracks_a_secret_hears_nothing_of_it_as_somebody_else(world):
    with rolled_back():
        plant(world.users["expired_delegee"])
        world.users["admin"].refresh_from_db()
        told = {
            probe.path: _text(world, "arc as stranger", probe.path.format(**NAMES))
            for probe in REVEALING
            if not probe.uids and not probe.path.startswith("settings")
        }

    marks = {
        path: mark
        for path, text in told.items()
        for mark in TELLTALES
        if "{" not in path and mark in text.lower()
    }
    assert marks == {}


def test_viewing_costs_one_read_and_one_record_more(world):
    for path in ("/", "/projects/", "/api/v1/me/", "/api/v1/ous/"):
        cache.clear()
        costs = []
        for name in ("pi", "arc as pi"):
            world.client(name, "session").get("/help/")
            with CaptureQueriesContext(connection) as queries:
                assert world.client(name, "session").get(path).status_code == 200
            costs.append(len(queries))

        assert costs[1] == costs[0] + 2, path


def test_token_beside_the_session_speaks_for_its_own_person(world):
    tokens = {"authorization": f"Token {world.tokens['stranger']}"}
    client = world.client("arc as pi", "session")
    before = ViewedPage.objects.count()

    call = client.get("/api/v1/me/", headers=tokens)
    step = client.post("/api/v1/ous/status/", {"uids": []}, "application/json", headers=tokens)
    listed = whole(client.get("/projects/?format=csv", headers=tokens))

    assert (call.json()["username"], call.json()["viewed_by"]) == ("stranger", None)
    assert step.status_code == 200
    assert ("2013.1.99999.S" in listed, "2013.1.00269.S" in listed) == (True, False)
    assert ViewedPage.objects.count() == before


def test_token_at_the_door_of_a_page_opens_nothing_and_lifts_nothing(world):
    client = world.client("arc as pi", "session")
    tokens = bearing(world.tokens["admin"])

    answers = [
        client.get("/settings/", headers=tokens),
        client.get("/settings/?format=csv", headers=tokens),
        client.post("/news/read/", headers=tokens),
        client.get("/view-as/log/?format=csv", headers=tokens),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4


def test_nothing_of_the_person_moves(world):
    def marks() -> Any:
        person = User.objects.filter(pk=world.users["pi"].pk)
        tokens = ApiToken.objects.filter(user__in=person).order_by("pk")
        return [*person.values(), *tokens.values()]

    before = marks()
    for row in ROWS:
        _ask(world, row, "arc as pi", "pi")

    assert marks() == before


def test_every_request_is_recorded_with_its_answer(world):
    client = world.client("cs as coi", "session")
    viewing = Viewing.objects.get(actor__username="cs", viewed__username="coi")
    first = viewing.pages.count()

    client.get("/projects/?q=a%00b")
    client.get("/nothing/here/")
    client.head("/api/v1/me/")
    client.options("/api/v1/me/")
    client.post("/news/read/")
    client.get(f"/search/?q={'x' * 3000}")

    rows = list(viewing.pages.order_by("pk")[first:])
    assert [(row.method, row.path[:30], row.status) for row in rows[:5]] == [
        ("GET", "/projects/?q=a%00b", 200),
        ("GET", "/nothing/here/", 404),
        ("HEAD", "/api/v1/me/", 200),
        ("OPTIONS", "/api/v1/me/", 200),
        ("POST", "/news/read/", 403),
    ]
    assert (len(rows), len(rows[5].path)) == (6, 1000)


def test_nothing_of_the_person_stays_in_the_browser(world):
    for path in ("/", "/projects/?format=csv", "/api/v1/ous/", "/settings/", "/nothing/"):
        answer = world.client("arc as pi", "session").get(path)

        assert {"no-store", "private"} <= set(re.split(r",\s*", answer["Cache-Control"])), path
        assert "Cookie" in answer["Vary"]


def test_staffs_own_copy_does_not_pass_for_the_persons(world):
    path = f"/api/v1/ous/{world.things['member']}/status/"
    own = world.client("admin", "session").get(path)
    client = world.client("arc as pi", "session")

    seen = client.get(path, headers={"if-none-match": own["ETag"]})
    again = client.get(path, headers={"if-none-match": seen["ETag"]})

    assert (own["ETag"] == seen["ETag"], seen.status_code, again.status_code) == (False, 200, 304)


def test_tree_of_staff_is_not_what_the_person_is_shown(world):
    cache.clear()
    path = f"/projects/{world.things['project']}/"
    staff, seen = (whole(world.client(name, "session").get(path)) for name in ("arc", "arc as pi"))

    assert ("Withdrawn_a_03_7M" in staff, "Withdrawn_a_03_7M" in seen) == (True, False)


def _ask(world: World, row: Row, name: str, person: str, method: str = "") -> Any:
    args = world.args(row.target, person)
    asked = ASKED.get(row.variant, {})
    path = reverse(row.route, args=args) + asked.get("query", "")
    method = method or row.method
    data = b"" if method in matrix.SAFE else urlencode(asked.get("body", {})).encode()
    kind = "application/json" if row.is_api else "application/x-www-form-urlencoded"
    with rolled_back():
        return world.client(name, "session").generic(method, path, data, kind)


_FRAME = (
    r'name="csrfmiddlewaretoken" value="\w+"',
    r'<aside class="viewing".*?</aside>',
    r"(?<=<body class=.framed) as-another",
    r'<a href="/settings/">Settings</a>',
    # Files are never given to who looks as somebody else.
    r'<section id="files">.*?</section>',
    # Nor are forms, where the person may do something with the clock.
    r"<details>\s*<summary>[^<]*</summary>\s*"
    r'<form class="move" action="/ous/[^"]+/clock/".*?</details>',
    r"(?<=<button>Log out) [^<]+",
)
_HEADERS = ("ETag", "Last-Modified", "Location", "Content-Type", "Content-Disposition", "Allow")


def _read(world: World, row: Row, name: str, person: str) -> Any:
    answer = _ask(world, row, name, person)
    text = whole(answer)
    for frame in _FRAME:
        text = re.sub(frame, "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return answer.status_code, {name: answer.headers.get(name) for name in _HEADERS}, text


def _text(world: World, name: str, path: str) -> str:
    path = f"/api/v1/{path.removeprefix('api/')}" if path.startswith("api/") else f"/{path}"
    answer = world.client(name, "session").get(path)
    return whole(answer).replace(path, "")
