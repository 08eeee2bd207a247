"""The walk through the access matrix."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from projects.models import ExecBlock, MemberOUS, SchedBlock
from qa.models import LateVerdict
from tests.access import matrix
from tests.access.matrix import ASKED, ROUTES, ROWS, Row, Told, taken_methods
from tests.access.world import ACTORS, TOKENS, World, rolled_back

pytestmark = pytest.mark.django_db

JSON = "application/json"
PROBLEM = "application/problem+json"
LOGIN = "/login/?next="


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _routes(pattern.url_patterns, space)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name or pattern.pattern}"


def test_matrix_has_rows_for_every_address_and_for_no_other():
    assert set(ROUTES) == set(_routes(get_resolver().url_patterns))


def test_every_group_of_the_matrix_is_of_actors():
    assert set().union(*matrix.GROUPS.values()) <= set(ACTORS)


@pytest.mark.parametrize("by", ["session", "token"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.is_api], ids=str)
def test_call_answers_everybody_as_the_matrix_says(world, row, by):
    actors = _BY_SESSION if by == "session" else _asking(row)

    answers = {actor: _ask(world, row, actor, by) for actor in actors}

    assert {actor: answer.status_code for actor, answer in answers.items()} == {
        actor: _expected_of_call(row, actor, by) for actor in actors
    }
    assert {
        actor: fault for actor, answer in answers.items() if (fault := _api_fault(answer))
    } == {}


@pytest.mark.parametrize("row", [row for row in ROWS if not row.is_api], ids=str)
def test_page_answers_everybody_as_the_matrix_says(world, row):
    answers = {
        actor: _ask(world, row, actor, "token" if actor in TOKENS else "session")
        for actor in _asking(row)
    }

    told = {actor: _told(answer) for actor, answer in answers.items()}
    assert told == {actor: row.expected(actor) for actor in answers}
    assert {
        actor: fault for actor, answer in answers.items() if (fault := _page_fault(answer))
    } == {}


@pytest.mark.parametrize("row", [row for row in ROWS if row.variant in matrix.FORMATS], ids=str)
def test_few_who_ask_for_a_format_get_every_answer_that_there_is(row):
    assert {row.expected(actor) for actor in _FEW} == {row.expected(actor) for actor in ACTORS}


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route not in matrix.TAKES_EVERYTHING]
)
def test_every_other_method_is_refused_whoever_asks(world, route):
    row = next(row for row in ROWS if row.route == route)
    others = [method for method in matrix.METHODS if method not in taken_methods(route)]
    asking = [(method, actor) for method in others for actor in _ASKING]

    answers = {
        (method, actor): _ask(world, row, actor, "token" if row.is_api else "session", method)
        for method, actor in asking
    }

    assert {key: _told(answer) for key, answer in answers.items()} == {
        (method, actor): _refusal(route, method, actor) for method, actor in asking
    }
    if row.is_api:
        assert _faults(answers, _api_fault) == {}


def _asking(row: Row) -> tuple[str, ...]:
    """Everybody; a few where another format of what everybody has asked for is meant."""
    return _FEW if row.variant in matrix.FORMATS else ACTORS


_PEOPLE = ("anonymous", "stranger", "pi", "reducer", "other_arc", "drm", "admin")
_FEW = (*_PEOPLE, "expired_token", "project_token")
# Who is let in by a session is answered as by a token; these show that both doors agree.
_BY_SESSION = ("inactive", "stranger", "pi", "drm")
_ASKING = ("anonymous", "drm", "read_only_token")


def _refusal(route: str, method: str, actor: str) -> Told:
    if not route.startswith("api:"):
        outside = actor in ("anonymous", "read_only_token")
        if route == "accounts:login" and not outside:
            return 302
        return "login" if outside and route in matrix.LOGIN_FIRST else 405
    if actor == "read_only_token" and method not in matrix.SAFE:
        return 405 if route in matrix.READS_BY_POST else 403
    return 401 if actor == "anonymous" and route not in matrix.ASKS_NOBODY else 405


UNSAFE = [
    row
    for row in ROWS
    if row.method not in matrix.SAFE
    and row.route not in matrix.TAKES_EVERYTHING | matrix.POSTED_TO_FROM_OUTSIDE
]


@pytest.mark.parametrize("row", UNSAFE, ids=str)
def test_session_without_csrf_token_changes_nothing(world, row):
    answer = _ask(world, row, "admin", "session", enforces_csrf=True)

    assert answer.status_code == 403
    assert not (_api_fault if row.is_api else _page_fault)(answer)


@pytest.mark.parametrize("row", [row for row in UNSAFE if row.is_api], ids=str)
def test_token_needs_no_csrf_token(world, row):
    answer = _ask(world, row, "drm", "token", enforces_csrf=True)

    assert answer.status_code == row.expected("drm", "token")


@pytest.mark.parametrize("path", ["", "nothing/", "nothing", "projects/x/y/z/", "%00/"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_unknown_address_is_answered_by_its_own_side(world, method, path):
    client = world.client("pi", "session")

    call = getattr(client, method)(f"/api/v1/{path}")
    page = getattr(client, method)(f"/nothing/{path}")

    assert (call.status_code, call["Content-Type"]) == (404, PROBLEM)
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/projects/", PROBLEM),
        ("/api/v1/ous/status/", PROBLEM),
        ("/", "text/html; charset=utf-8"),
        ("/projects/2013.1.00269.S/", "text/html; charset=utf-8"),
    ],
)
def test_error_of_ours_is_answered_by_its_own_side(world, path, kind):
    client = world.client("pi", "token" if "api" in path else "session")
    client.raise_request_exception = False

    with connection.execute_wrapper(_fails):
        answer = client.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (500, kind)
    assert b"secret inside" not in answer.content


def _fails(*_args: object) -> None:
    raise OperationalError("secret inside")


def _expected_of_call(row: Row, actor: str, by: str) -> Told:
    # An inactive account's session is nobody's; its token is a bad one.
    if actor == "inactive" and by == "token" and row.route in matrix.ASKS_NOBODY:
        return 401
    return row.expected(actor, by)


_VERSIONED: dict[str, type[MemberOUS] | type[SchedBlock] | type[ExecBlock]] = {
    "projects:ous-state": MemberOUS,
    "projects:ous-qa2": MemberOUS,
    "projects:ous-qa2-undo": MemberOUS,
    "projects:ous-clock": MemberOUS,
    "projects:sched-block-state": SchedBlock,
    "projects:exec-block-qa0": ExecBlock,
    "projects:added-value": MemberOUS,
    "projects:ous-qa3": MemberOUS,
    "projects:ous-qa3-report": MemberOUS,
    "projects:ous-assignment": MemberOUS,
    "projects:ous-blocked": MemberOUS,
    "projects:ous-tickets": MemberOUS,
    "projects:ous-journal": MemberOUS,
}


def _ask(
    world: World, row: Row, actor: str, by: str, method: str = "", *, enforces_csrf: bool = False
) -> Any:
    args = world.args(row.target, actor)
    asked = ASKED.get(row.variant, {})
    path = reverse(row.route, args=args) + asked.get("query", "")
    body = asked.get("body", {})
    if row.route in _VERSIONED:
        body = {"version": _VERSIONED[row.route].objects.get(ref=args[0]).version, **body}
    if row.route == "qa-calibration":
        # Its version is its own number.
        body = {**body, "version": args[0]}
    if row.variant == "settle":
        body = {"late": LateVerdict.objects.get(member_ous__ref=args[0]).pk, **body}
    method = method or row.method
    send = _send_call if row.is_api else _send_form
    client = world.client(actor, by, enforces_csrf=enforces_csrf)
    with nullcontext() if method in matrix.SAFE else rolled_back():
        return send(client, method, path, body)


def _send_call(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    data = b"" if method in matrix.SAFE else json.dumps(body).encode()
    return client.generic(method, path, data, JSON, headers={"if-match": "*"})


def _send_form(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    data = b"" if method in matrix.SAFE else urlencode(body, doseq=True).encode()
    return client.generic(method, path, data, "application/x-www-form-urlencoded")


def _told(answer: Any) -> Told:
    location = answer.headers.get("Location", "")
    if answer.status_code == 302 and location.startswith("/login/?"):
        back = urlencode({"next": answer.wsgi_request.get_full_path()}, safe="/")
        return "login" if location == f"/login/?{back}" else location
    return int(answer.status_code)


def _faults(answers: Mapping[Any, Any], fault_of: Callable[[Any], str]) -> dict[Any, str]:
    faults = {key: fault_of(answer) for key, answer in answers.items()}
    return {key: fault for key, fault in faults.items() if fault}


def _api_fault(answer: Any) -> str:
    """What is wrong with the form of an answer to a program, "" if nothing."""
    kind = answer.headers.get("Content-Type", "")
    if answer.status_code < 400:
        is_page = "html" in kind and answer.content and "/docs/" not in answer.wsgi_request.path
        return "a page" if is_page else ""
    if kind != PROBLEM:
        return f"{answer.status_code} as {kind}"
    if answer.wsgi_request.method == "HEAD":
        return ""
    try:
        body = answer.json()
    except ValueError:
        return f"{answer.status_code} holds no JSON: {answer.content[:80]!r}"
    complete = set(body) == {"type", "title", "status", "detail", "errors"}
    return "" if complete and body["status"] == answer.status_code else f"problem {body}"


def _page_fault(answer: Any) -> str:
    kind = answer.headers.get("Content-Type", "")
    return f"{answer.status_code} as {kind}" if answer.status_code >= 400 and JSON in kind else ""
