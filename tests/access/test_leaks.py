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
from tests.access.secret import LISTS, NAMES, REVEALING, SAME_FOR_ALL, TELLTALES
from tests.access.world import World, build_world
from tests.factories import check_keys_now

pytestmark = pytest.mark.django_db

OUTSIDERS = (
    "stranger",
    "expired_delegee",
    "other_cs",
    "other_arc",
    "other_reducer",
    "anonymous",
)
PROBES = (*REVEALING, *SAME_FOR_ALL)
ALL_SEEING = "drm"
Answers = dict[tuple[str, Probe], str]


@pytest.fixture(scope="module")
def told(database: None) -> Iterator[tuple[Answers, Answers]]:
    """What everybody is told before the secret is planted, and after."""
    with time_machine.travel(secret.NOW, tick=False):
        world = build_world()
        before = _ask_everything(world)
        secret.plant(world.users["expired_delegee"])
        after = _ask_everything(world)
        check_keys_now()
        yield before, after


def _ask_everything(world: World) -> Answers:
    asked = dict.fromkeys((*OUTSIDERS, ALL_SEEING), PROBES)
    # The matrix has asked for single things as everybody; here a few do.
    listing = ("other_cs", "other_arc", "other_reducer")
    asked |= dict.fromkeys(listing, (*LISTS, *SAME_FOR_ALL))
    return {
        (actor, probe): ask(world, actor, probe, NAMES)
        for actor, probes in asked.items()
        for probe in probes
    }


@pytest.mark.parametrize("probe", PROBES, ids=str)
def test_outsiders_are_told_the_same_with_and_without_the_secret(told, probe):
    before, after = told

    asked = [actor for actor in OUTSIDERS if (actor, probe) in after]
    assert {actor: after[actor, probe] for actor in asked} == {
        actor: before[actor, probe] for actor in asked
    }


@pytest.mark.parametrize("actor", OUTSIDERS)
def test_no_answer_holds_a_mark_that_was_not_asked_for(told, actor):
    unasked = [
        probe for probe in (*LISTS, *SAME_FOR_ALL) if "{" not in probe.path and not probe.uids
    ]

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
