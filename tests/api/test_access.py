"""The access matrix of the interface: every route × everybody → the answer.

A route that is missing here fails the suite.
"""

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from snoopi.api.urls import urlpatterns
from tests.cast import CAST, MEMBERS, OUTSIDERS, STAFF

ACTORS = (*CAST, "read_only_token", "anonymous")


def _answers(default, **others):
    """What everybody gets: ``default``, the anonymous 401, and whoever is named otherwise."""
    return {**dict.fromkeys(ACTORS, default), "anonymous": 401, **others}


OPEN = dict.fromkeys(ACTORS, 200)
KNOWN = _answers(200)
OF_PROJECT = _answers(200, **dict.fromkeys(OUTSIDERS, 404))
# An impossible step: 409 shows that somebody might have taken a possible one.
MOVE = _answers(
    403, **dict.fromkeys(OUTSIDERS, 404), **dict.fromkeys(("reducer", "qa", "drm", "admin"), 409)
)
ADMIN = _answers(403, admin=200)
ADMIN_WRITES = _answers(403, admin=202)
# All of them come by a token, which makes and revokes none.
BY_SESSION_ONLY = _answers(403)
NOWHERE = dict.fromkeys(ACTORS, 404)

MATRIX = {
    ("project-list", "get"): KNOWN,
    ("project-detail", "get"): OF_PROJECT,
    ("project-tree", "get"): OF_PROJECT,
    ("project-matrix", "get"): OF_PROJECT,
    ("ous-list", "get"): KNOWN,
    ("ous-batch", "post"): KNOWN,
    ("ous-detail", "get"): OF_PROJECT,
    ("ous-status", "get"): OF_PROJECT,
    ("ous-history", "get"): OF_PROJECT,
    ("ous-exec-blocks", "get"): OF_PROJECT,
    ("ous-state", "post"): MOVE,
    ("sched-block-list", "get"): KNOWN,
    ("sched-block-detail", "get"): OF_PROJECT,
    ("sched-block-history", "get"): OF_PROJECT,
    ("exec-block-list", "get"): KNOWN,
    ("exec-block-detail", "get"): OF_PROJECT,
    ("event-feed", "get"): KNOWN,
    ("ingest-list", "get"): ADMIN,
    ("ingest-list", "post"): ADMIN_WRITES,
    ("ingest-job", "get"): _answers(403, admin=404),
    ("source-list", "get"): ADMIN,
    ("source-detail", "get"): _answers(403, admin=404),
    ("token-list", "get"): KNOWN,
    ("token-list", "post"): BY_SESSION_ONLY,
    ("token-detail", "delete"): BY_SESSION_ONLY,
    ("viewing-list", "get"): ADMIN,
    ("viewing-requests", "get"): _answers(403, admin=404),
    ("me", "get"): KNOWN,
    ("schema", "get"): OPEN,
    ("docs", "get"): OPEN,
    ("elsewhere", "get"): NOWHERE,
}


def _ref(name, project):
    member = project.memberous_set.order_by("pk")[0]
    block = member.sched_blocks.get()
    return {
        "project": project.ref,
        "ous": member.ref,
        "sched": block.ref,
        "exec": block.exec_blocks.all()[0].ref,
    }[name.partition("-")[0]]


def _path(name, project):
    keys = {
        "ref": lambda: _ref(name, project),
        "pk": lambda: 999_999_999,
        "name": lambda: "nothing",
        "path": lambda: "nowhere/",
    }
    pattern = next(one for one in urlpatterns if one.name == name).pattern
    wanted = getattr(pattern, "converters", None) or pattern.regex.groupindex
    return reverse(f"api:{name}", kwargs={key: keys[key]() for key in wanted})


def _client(actor, somebody, client_for, request):
    if actor == "anonymous":
        return Client()
    if actor == "read_only_token":
        text = request.getfixturevalue("read_only_token")
        return Client(headers={"authorization": f"Token {text}"})
    return client_for(somebody(actor))


@pytest.mark.parametrize("actor", ACTORS)
def test_everybody_gets_what_the_matrix_says(actor, somebody, client_for, cast_project, request):
    client = _client(actor, somebody, client_for, request)
    body = {"uids": [], "to": "Nowhere"}

    found = {}
    for name, method in MATRIX:
        path = _path(name, cast_project)
        more = {"data": body, "content_type": "application/json"} if method == "post" else {}
        answer = getattr(client, method)(path, headers={"if-match": "*"}, **more)
        found[name, method] = answer.status_code

    assert found == {route: answers[actor] for route, answers in MATRIX.items()}


def test_matrix_names_every_route_and_method():
    served = set()
    for route in urlpatterns:
        assert isinstance(route, URLPattern)
        view = getattr(route.callback, "view_class", None)
        methods = [
            name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)
        ]
        served |= {(route.name, method) for method in (methods or ["get"])}

    assert served == set(MATRIX)


def test_matrix_has_everybody():
    assert set(ACTORS) == {*MEMBERS, *STAFF, *OUTSIDERS, "read_only_token", "anonymous"}
    assert {len(answers) for answers in MATRIX.values()} == {len(ACTORS)}
