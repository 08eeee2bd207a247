"""Nothing of a project reaches those who may not know of it.

The oracle is non-interference: whoever may not know of the secret project is told the
very same before it exists and after. Equal answers have equal counts, facets, errors,
redirects and validators, so nothing has to be listed that a leak could look like.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from projects.models import Project
from tests.access import secret
from tests.access.secret import MARK, NAMES, REVEALING, SAME_FOR_ALL, TELLTALES, Probe
from tests.access.world import World, build_world, rolled_back
from tests.factories import make_token

pytestmark = pytest.mark.django_db

OUTSIDERS = (
    "stranger",
    "expired_delegee",
    "pi",
    "other_cs",
    "other_arc",
    "arc",
    "other_reducer",
    "reducer",
    "inactive",
    "anonymous",
)
PROBES = (*REVEALING, *SAME_FOR_ALL)
SEEN_BY = ("drm", "admin")
Answers = dict[tuple[str, Probe], str]


@pytest.fixture(scope="module")
def told(database: None) -> Iterator[tuple[Answers, Answers]]:
    """What everybody is told before the secret is planted, and after."""
    world = build_world()
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        world_asks = [(actor, probe) for actor in (*OUTSIDERS, *SEEN_BY) for probe in PROBES]
        before = {(actor, probe): ask(world, actor, probe) for actor, probe in world_asks}
        secret.plant(world.users["expired_delegee"])
        yield before, {(actor, probe): ask(world, actor, probe) for actor, probe in world_asks}


@pytest.mark.parametrize("probe", PROBES, ids=str)
def test_outsiders_are_told_the_same_with_and_without_the_secret(told, probe):
    before, after = told

    assert {actor: after[actor, probe] for actor in OUTSIDERS} == {
        actor: before[actor, probe] for actor in OUTSIDERS
    }


@pytest.mark.parametrize("actor", OUTSIDERS)
def test_no_answer_holds_a_mark_that_was_not_asked_for(told, actor):
    unasked = [probe for probe in PROBES if "{" not in probe.path and not probe.uids]

    found = {
        probe.path: mark
        for probe in unasked
        for mark in TELLTALES
        if mark in told[1][actor, probe].lower().replace(probe.path, "")
    }

    assert found == {}


@pytest.mark.parametrize("probe", REVEALING, ids=str)
def test_probe_would_notice_a_leak(told, probe):
    before, after = told

    assert any(after[actor, probe] != before[actor, probe] for actor in SEEN_BY)


def ask(world: World, actor: str, probe: Probe) -> str:
    """Everything that an answer says, without what differs each time."""
    path = probe.path.format(**NAMES)
    path = f"/api/v1/{path.removeprefix('api/')}" if probe.is_api else f"/{path}"
    client = world.client(actor, "token" if probe.is_api else "session")
    headers = dict(probe.headers)
    with rolled_back():
        if probe.uids:
            answer = client.post(path, {"uids": probe.uids}, "application/json", headers=headers)
        else:
            answer = client.get(path, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = sorted(item for item in answer.headers.items() if item[0] != "Content-Length")
    return f"{answer.status_code} {told}\n{_settled(body.decode())}"


def _settled(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
