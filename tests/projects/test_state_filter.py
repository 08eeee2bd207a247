"""The filter by public state finds exactly the things that read that word."""

from itertools import product

import pytest

from accounts.models import User
from projects.models import LivingThing, MemberOUS, Project, SchedBlock
from projects.public import PublicState
from projects.querysets.states import in_state
from projects.states import STATES_OF, Level
from tests.factories import make_project

pytestmark = pytest.mark.django_db
OUTSIDE = User(pk=1)
STAFF = User(pk=2, roles=["drm"])


def things_in_every_case(model: type[LivingThing]) -> list[LivingThing]:
    """One thing for every state, state before, flag and execution count.

    Made past the ingest: no source could tell most of them.
    """
    states = [None, "Exploded", *STATES_OF[model.LEVEL]]
    project = make_project(members=0)
    shared = {} if model is Project else {"project": project}
    counts = [{}] if model is Project else [{"executions_passed": n} for n in (0, 1)]
    flags, before = ("", "ForP2G", "trigger", "Weather"), ("", "Waiting", "Ready")
    cases = enumerate(product(states, flags, before, counts))
    rows = [
        model(ref=f"row {n}", state=state, state_flag=flag, resume_state=resume, **count, **shared)
        for n, (state, flag, resume, count) in cases
    ]
    model._default_manager.bulk_create(rows)
    return list(model._default_manager.all())


@pytest.mark.parametrize("model", [Project, MemberOUS, SchedBlock])
def test_filter_by_public_word_finds_what_reads_that_word(model):
    rows = things_in_every_case(model)

    for word in PublicState:
        found = model.objects.filter(in_state(model.LEVEL, word, OUTSIDE))
        expected = {row.ref for row in rows if row.public_state == word}
        assert {row.ref for row in found} == expected, word


@pytest.mark.parametrize("model", [Project, MemberOUS, SchedBlock])
def test_staff_filter_by_almas_own_word(model):
    rows = things_in_every_case(model)

    for state in STATES_OF[model.LEVEL]:
        found = model.objects.filter(in_state(model.LEVEL, state, STAFF))
        assert {row.ref for row in found} == {row.ref for row in rows if row.state == state}


@pytest.mark.parametrize("word", ["Reviewing", "Suspended", "Deleted", "Nowhere", ""])
def test_word_that_is_not_theirs_finds_nothing_for_people_outside(word):
    make_project(members=[{"state": "Reviewing"}, {"state": "Deleted"}, {"state": "Ready"}])

    assert list(MemberOUS.objects.filter(in_state(Level.MEMBER_OUS, word, OUTSIDE))) == []
