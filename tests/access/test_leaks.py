"""Nothing of a project reaches those who may not know of it.

The oracle is non-interference: whoever may not know of the secret project is told the
very same before it exists and after. Equal answers have equal counts, facets, errors,
redirects and validators, so nothing has to be listed that a leak could look like.
"""

from collections.abc import Iterator

import pytest
import time_machine

from tests.access import secret
from tests.access.asking import Probe, ask
from tests.access.secret import NAMES, REVEALING, SAME_FOR_ALL, TELLTALES
from tests.access.world import World, build_world

pytestmark = pytest.mark.django_db

OUTSIDERS = (
    "stranger",
    "expired_delegee",
    "other_cs",
    "other_arc",
    "other_reducer",
    "inactive",
    "anonymous",
)
PROBES = (*REVEALING, *SAME_FOR_ALL)
ALL_SEEING = "drm"
Answers = dict[tuple[str, Probe], str]


@pytest.fixture(scope="module")
def told(database: None) -> Iterator[tuple[Answers, Answers]]:
    """What everybody is told before the secret is planted, and after."""
    world = build_world()
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        before = _ask_everything(world)
        secret.plant(world.users["expired_delegee"])
        yield before, _ask_everything(world)


def _ask_everything(world: World) -> Answers:
    return {
        (actor, probe): ask(world, actor, probe, NAMES)
        for actor in (*OUTSIDERS, ALL_SEEING)
        for probe in PROBES
    }


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

    assert after[ALL_SEEING, probe] != before[ALL_SEEING, probe]
