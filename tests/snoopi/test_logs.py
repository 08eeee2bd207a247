"""Logs: their form, the names in them, and what never stands there."""

import io
import json
import logging
import logging.config
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.test import Client

from deliveries.letters import unsubscribing
from ingest.services import submit_body
from snoopi.bell import ring_ingest
from snoopi.celery import SiteTask, app
from snoopi.logs import HIDDEN, configuration, default_format, in_short, without_secrets
from snoopi.middleware import HEADER
from tests.factories import make_token, make_user

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the site would write in production, all levels of ours."""
    stream = io.StringIO()
    made = configuration("json", "debug")
    formatter = logging.config.DictConfigurator(made).configure_formatter(
        made["formatters"]["line"]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    before = root.level, logging.getLogger("snoopi").level
    root.addHandler(handler)
    logging.getLogger("snoopi").setLevel("DEBUG")
    yield stream
    root.removeHandler(handler)
    logging.getLogger("snoopi").setLevel(before[1])


@pytest.fixture
def lines(written: io.StringIO) -> Lines:
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def request_lines(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines() if line["message"] == "request"]


def test_request_leaves_one_line_of_json(lines, client):
    answer = client.get("/healthz", headers={"x-request-id": "from-the-proxy.1"})

    [line] = request_lines(lines)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("at"))
    assert line.pop("duration_ms") >= 0
    assert line == {
        "level": "debug",
        "logger": "snoopi.middleware",
        "message": "request",
        "request_id": "from-the-proxy.1",
        "method": "GET",
        "path": "/healthz",
        "status": 200,
        "user": None,
        "address": "127.0.0.1",
    }
    assert answer[HEADER] == "from-the-proxy.1"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "line\nbreak-in-it", "<script>alert", "-x"]
)
def test_name_that_is_not_sane_is_replaced(lines, client, given):
    answer = client.get("/healthz", headers={"x-request-id": given})

    assert re.fullmatch(r"[0-9a-f]{32}", answer[HEADER])
    assert [line["request_id"] for line in request_lines(lines)] == [answer[HEADER]]


def test_each_request_has_a_name_of_its_own(client):
    names = {client.get("/healthz")[HEADER] for _ in range(3)}

    assert len(names) == 3


@pytest.mark.django_db
def test_line_names_the_account_by_number_only(lines):
    user = make_user("ann-the-pi", name="Ann Example")
    client = Client()
    client.force_login(user)
    client.get("/projects/")
    Client(headers={"authorization": f"Token {make_token(user)}"}).get("/api/v1/me/")

    assert [(line["path"], line["user"]) for line in request_lines(lines)] == [
        ("/projects/", user.pk),
        ("/api/v1/me/", user.pk),
    ]
    assert not any("Ann" in json.dumps(line) or "ann-" in json.dumps(line) for line in lines())


@pytest.mark.django_db
def test_line_of_a_request_costs_no_query(client, django_assert_num_queries):
    user = make_user("ann")
    client.force_login(user)

    with django_assert_num_queries(0):
        client.get("/healthz")


@pytest.mark.django_db
def test_link_that_ends_mails_is_in_no_line(written, client):
    link = unsubscribing(make_user("ann").pk)
    client.get(f"/mail/unsubscribe/{link}/")
    client.get(f"/mail/unsubscribe/{link[:-1]}/")

    assert link[:12] not in written.getvalue()
    assert written.getvalue().count(f"/mail/unsubscribe/{HIDDEN}/") >= 2


@pytest.mark.django_db
def test_no_secret_of_a_request_is_written(written, client):
    user = make_user("ann", password="correct horse battery")
    token = make_token(user)
    client.get(f"/projects/?token={token}&q=sgr")
    client.get("/api/v1/me/", headers={"authorization": f"Token {token}"})
    client.post("/login/", {"username": "ann", "password": "correct horse battery"})
    session = client.cookies["sessionid"].value
    client.get("/")
    logging.getLogger("ingest").warning("read from https://jo:pass-phrase@example.org/?sig=abcdef")
    try:
        raise ValueError(f"Authorization: Token {token}")
    except ValueError:
        logging.getLogger("ingest").exception("failed")

    text = written.getvalue()
    assert "ValueError" in text
    for secret in (token, "correct horse", session, "pass-phrase", "abcdef", "q=sgr"):
        assert secret not in text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("postgres://u:p@host/x", f"postgres://{HIDDEN}@host/x"),
        ("see /a?page=2&api_token=abc&x=1", f"see /a?page=2&api_token={HIDDEN}&x=1"),
        ("Authorization: Token abcdefghijklmnop-123", f"Authorization: Token {HIDDEN}"),
        ("sessionid=abc; x", f"sessionid={HIDDEN}; x"),
        ("the token of a project", "the token of a project"),
        ("uid://A001/X1/X2", "uid://A001/X1/X2"),
    ],
)
def test_text_without_secrets(text, safe):
    assert without_secrets(text) == safe


def test_field_with_a_telling_name_is_hidden(lines):
    structlog.get_logger("snoopi.x").info("hello", api_token="abc", count=3)

    [line] = lines()
    assert (line["api_token"], line["count"]) == (HIDDEN, 3)


def test_error_of_a_library_is_one_line_with_its_traceback(lines):
    try:
        raise KeyError("nothing")
    except KeyError:
        logging.getLogger("somebody.else").exception("broke at %s", "noon")

    [line] = lines()
    assert (line["level"], line["message"]) == ("error", "broke at noon")
    assert line["exception"].endswith("KeyError: 'nothing'")


def test_lines_for_people_name_the_request():
    made = configuration("lines", "info")["formatters"]["line"]
    formatter = made.pop("()")(**made)
    record = logging.LogRecord("snoopi", logging.INFO, "", 1, "hello %s", ("you",), None)

    with structlog.contextvars.bound_contextvars(request_id="abc"):
        text = re.sub(r"\x1b\[[\d;]*m", "", formatter.format(record))

    assert re.match(r"\d\d:\d\d:\d\d \[info +\] hello you ", text)
    assert "request_id=abc" in text


def test_request_reads_short_for_people():
    facts = {"method": "GET", "path": "/a", "status": 200, "duration_ms": 3.2, "user": 7}

    line = in_short(None, "info", {"event": "request", "at": "2026-03-01T12:00:05.1Z", **facts})

    assert line == {"event": "GET /a 200 in 3.2 ms", "at": "12:00:05", "user": 7}


@pytest.mark.parametrize(("embedded", "form"), [(True, "lines"), (False, "json")])
def test_form_fits_who_reads(monkeypatch, embedded, form):
    monkeypatch.setattr("sys.stderr", io.StringIO())

    assert default_format(embedded=embedded) == form


def test_levels_are_ours_from_the_level_on_and_libraries_from_warnings():
    made = configuration("json", "debug")

    assert (made["root"]["level"], made["loggers"]["ingest"]["level"]) == ("WARNING", "DEBUG")
    assert configuration("json", "error")["root"]["level"] == "ERROR"


def test_task_runs_under_the_name_of_its_request():
    seen: list[dict[str, Any]] = []

    @app.task(name="tests.look", base=SiteTask)
    def look() -> None:
        seen.append(structlog.contextvars.get_contextvars())

    with structlog.contextvars.bound_contextvars(request_id="abc"):
        look.apply(headers={"request_id": "abc"}, task_id="t1")
    structlog.contextvars.clear_contextvars()
    del app.tasks["tests.look"]

    assert seen == [{"task": "tests.look", "task_id": "t1", "request_id": "abc"}]


@pytest.mark.django_db(transaction=True)
def test_worker_writes_json_with_the_name_of_the_request(worker, worker_line):
    job = submit_body(body=b'{"projects": []}', source="a test", user=None)

    with structlog.contextvars.bound_contextvars(request_id="ring-the-bell"):
        ring_ingest(job.pk)

    line = worker_line(f"ingest job {job.pk}: ")
    assert line["request_id"] == "ring-the-bell"
    assert line["task"] == "snoopi.tasks.run_ingest"
    assert line["level"] == "info"
