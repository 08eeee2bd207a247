"""Every error is a problem document, whatever layer it comes from."""

import pytest
from django.test import Client, RequestFactory

from snoopi.api import errors
from tests.factories import make_token

JSON = "application/json"


@pytest.fixture
def client(client_for, pi):
    return client_for(pi)


def _assert_problem(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert body["status"] == status
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    "path",
    [
        "nothing/",
        "",
        "ous/uid___A001_X99_X99/",
        "ous/uid___A001_X99_X99/nothing/",
        "projects/2011.0.00001.S/tree/",
        "schedblocks/local___0123456789ab/",
        "execblocks/uid___A002_X9_X9/",
        "ingest/abc/",
        "ous/a%00b/",
        "nothing%00/",
    ],
)
def test_unknown_address_is_404(client, path):
    body = _assert_problem(client.get(f"/api/v1/{path}"), 404)

    assert body["title"] == "Not Found"
    assert body["detail"] == "There is nothing here that you may see."


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_wrong_method_is_405(client, method):
    answer = getattr(client, method)("/api/v1/projects/")

    _assert_problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_unsuitable_accept_is_406(client):
    _assert_problem(client.get("/api/v1/projects/", headers={"accept": "application/xml"}), 406)


@pytest.mark.parametrize(
    "path",
    [
        "ous/?format=xml",
        "projects/?format=votable",
        "schedblocks/?format=votable",
        "me/?format=csv",
        "ous/?format=api",
    ],
)
def test_form_that_a_thing_is_not_given_in_is_406(client, path):
    body = _assert_problem(client.get(f"/api/v1/{path}"), 406)

    assert body["title"] == "Not Acceptable"


def test_format_beats_accept(client):
    answer = client.get("/api/v1/projects/?format=json", headers={"accept": "text/csv"})

    assert (answer.status_code, answer["Content-Type"]) == (200, JSON)


def test_form_body_is_415(client):
    _assert_problem(client.post("/api/v1/ous/status/", {"uids": "x"}), 415)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"uids": NaN}',
        b"[" * 100_000,
        b"null",
        b"[]",
        b'"text"',
        b'{"uids": "x"}',
        b'{"uids": [1]}',
        b'{"uids": null}',
        b"1" * 5000,
    ],
)
def test_malformed_body_is_400(client, body):
    _assert_problem(client.post("/api/v1/ous/status/", body, content_type=JSON), 400)


@pytest.mark.parametrize("charset", ["hex", "utf-16", "nonsense", "latin-1"])
def test_charset_of_the_content_type_is_not_believed(client, charset):
    answer = client.generic(
        "POST",
        "/api/v1/ous/status/",
        '{"uids": ["ä"]}'.encode(),
        content_type=f"{JSON}; charset={charset}",
    )

    assert answer.json() == {"results": [{"uid": "ä", "error": "not found"}]}


def test_body_over_the_limit_is_413(client, settings):
    settings.INGEST_MAX_BYTES = 100

    answer = client.post("/api/v1/ous/status/", b" " * 101, content_type=JSON)

    _assert_problem(answer, 413)


def test_nul_in_a_parameter_is_400(client):
    body = _assert_problem(client.get("/api/v1/ous/?target=a%00b"), 400)

    assert body["errors"] == [{"field": "target", "message": "holds a NUL character"}]


def test_error_answers_are_kept_by_no_shared_cache(client):
    answer = client.get("/api/v1/projects/2011.0.00001.S/")

    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Vary"] == "Accept, Authorization, Cookie"


@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (lambda request: errors.bad_request(request, ValueError("secret")), 400),
        (lambda request: errors.forbidden(request, ValueError("secret")), 403),
        (lambda request: errors.not_found(request, ValueError("secret")), 404),
        (errors.server_error, 500),
    ],
)
def test_handlers_answer_problems_without_details(handler, status):
    answer = handler(RequestFactory().get("/api/v1/x/"))

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert b"secret" not in answer.content


def test_error_of_ours_is_a_500_problem(pi, monkeypatch):
    client = Client(
        raise_request_exception=False, headers={"authorization": f"Token {make_token(pi)}"}
    )

    def fail(*_):
        raise RuntimeError("secret")

    # No input is known that breaks a view, so one is broken here.
    monkeypatch.setattr("snoopi.api.views.people.MeView.get", fail)
    body = _assert_problem(client.get("/api/v1/me/"), 500)

    assert "secret" not in str(body)


@pytest.mark.parametrize("path", ["/api/", "/api/v2/projects/", "/api/nothing"])
def test_address_beside_the_interface_is_a_problem_too(client, path):
    _assert_problem(client.get(path), 404)
