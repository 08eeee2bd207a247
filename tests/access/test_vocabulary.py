"""People outside read public words only, and nothing of what goes on inside.

Here is a project with a thing in every state that ALMA knows, moved by named people with
internal notes; whoever is not staff is shown all of it, and all of it is searched.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from projects.models import ExecBlock, Project, SchedBlock
from projects.public import PublicState, staff_label
from projects.services.assignments import hand_over
from projects.services.blockages import block_work
from projects.services.delegations import TOKEN_WORD
from projects.services.memberships import tie
from projects.services.notes import add_ticket, write_journal
from projects.services.states import move_state
from projects.states import OUS_LEVELS, STATES_OF, Level, OUSState, QA0Status, SchedBlockState
from projects.work import WorkRole
from qa.problems import QA3State
from tests.access.asking import Probe, ask
from tests.access.world import World, rolled_back
from tests.factories import check_keys_now, make_project, make_sched_block, make_user

pytestmark = pytest.mark.django_db

READERS = ("pi", "data_delegee")
INSIDE = "zqxw"
CODE = "2021.1.88888.S"
LIVING = (Level.PROJECT, Level.MEMBER_OUS, Level.SCHED_BLOCK)
WORDS = {word.value for level in LIVING for word in STATES_OF[level]} - {*PublicState}
# English words as well; they give something away only as a value of their own.
ENGLISH = {"Processing", "Waiting", "Processed", "Running", "Deleted", "Reviewed"}
_LABELS = {staff_label(word) for word in WORDS - ENGLISH if " " in staff_label(word)}
TELLING = re.compile(
    rf"\b({'|'.join(sorted({*WORDS} - ENGLISH | _LABELS))})\b"
    rf"|[\"'>=,]({'|'.join(sorted(WORDS))})[\"'<&,](?!:)|{INSIDE}",
)
INTERNALS = (
    "state_decided_at",
    "state_flag",
    "resume_state",
    "public_to",
    "for_staff",
    "Upstream says otherwise",
)


@pytest.fixture(scope="module")
def project(world: World) -> Project:
    """A project of the PI's with a thing in every state, and marks on all that is internal."""
    states = [{"state": state} for state in OUSState if state != "Deleted"]
    project = make_project(CODE, members=states, exec_blocks=1, state="InProgress")
    for name, kind in (("pi", ""), ("data_delegee", "DATA")):
        role = "DELEGEE" if kind else "PI"
        tie(project=project, user=world.users[name], role=role, kind=kind)
    member = project.memberous_set.get(state="Ready")
    for number, state in enumerate(SchedBlockState):
        if state != "Deleted":
            make_sched_block(member, name=f"Block_{number:02}", state=state)
    _mark_internals(project)
    _move(project)
    check_keys_now()
    return project


def _mark_internals(project: Project) -> None:
    said = {"aot": {"state": ["PipelineError", "2021-01-01T00:00:00Z"], "note": [INSIDE, ""]}}
    inside = make_user(f"{INSIDE}_reviewer", roles=["qa"])
    project.memberous_set.update(facts=said, reducer=inside, reviewer=inside)
    Project.objects.filter(pk=project.pk).update(facts=said)
    SchedBlock.objects.filter(project=project).update(facts=said)
    ExecBlock.objects.filter(project=project).update(qa0_comment=f"{INSIDE} comment", facts=said)


def _move(project: Project) -> None:
    """Steps by people with names, whose notes are internal."""
    actor = make_user(f"{INSIDE}_drm", roles=["drm"])
    for frm, to in (("ReadyForReview", "Reviewing"), ("Processing", "ProcessingProblem")):
        thing = project.memberous_set.filter(state=frm)[0]
        move_state(thing, to=to, actor=actor, note=f"{INSIDE} note")
    for frm, to in (("Ready", "Suspended"), ("Running", "FullyObserved")):
        block = project.sched_blocks.filter(state=frm)[0]
        move_state(block, to=to, actor=actor, note=f"{INSIDE} note")
    timed_out = project.memberous_set.get(state="PartiallyObserved")
    move_state(timed_out, to="ObservingTimedOut", actor=actor, note=f"{INSIDE} note")


def everything_about(project: Project, things: Iterable[Any] = ()) -> list[Probe]:
    """All that can be asked about a project as a whole and about these things of it."""
    things = [*things, project.groupous_set.get(), project.sciencegoal_set.get()]
    now = f"{timezone.now():%Y-%m-%dT%H:%M:%S.%fZ}"
    then = [
        f"projects/{CODE}/?at={now}",
        f"api/projects/{CODE}/?at={now}",
        f"api/projects/{CODE}/tree/?at={now}",
        *(f"api/ous/{thing.ref}/?at={now}" for thing in things if thing.LEVEL in OUS_LEVELS),
    ]
    about = [path for thing in things for path in _about(thing)]
    return [*PATHS, *map(Probe, (*about, *then))]


def pages_of_all(project: Project) -> list[Probe]:
    """The pages and documents of everything that a project holds."""
    blocks = [f"schedblocks/{thing.ref}/" for thing in project.sched_blocks.all()]
    members = [f"ous/{thing.ref}/" for thing in project.memberous_set.all()]
    run = project.exec_blocks.order_by("pk")[0]
    paths = [*blocks, *members, f"execblocks/{run.ref}/"]
    return [Probe(f"{side}{path}") for side in _SIDES for path in paths]


def _about(thing: Any) -> list[str]:
    kind = "schedblocks" if isinstance(thing, SchedBlock) else "ous"
    parts = ("", "history/", "history/?format=csv")
    paths = [f"{side}{kind}/{thing.ref}/{part}" for side in _SIDES for part in parts]
    files = [f"execblocks/?format={form}" for form in ("csv", "votable")]
    more = ["status/", "execblocks/", *files] if kind == "ous" else []
    return [
        *paths,
        *(f"api/ous/{thing.ref}/{part}" for part in more),
        f"projects/{CODE}/?node={thing.ref}",
    ]


_SIDES = ("", "api/")
_PATHS = (
    "",
    "?news=300",
    "help/",
    "settings/",
    f"projects/{CODE}/",
    f"projects/{CODE}/history/",
    "projects/",
    "projects/?sort=state&format=csv",
    "schedblocks/",
    "schedblocks/?sort=state",
    "schedblocks/?sort=-state&format=csv",
    "search/?q=SgrB2",
    "search/?q=SgrB2&format=csv",
    f"projects/{CODE}/history/?format=csv",
    "api/projects/?format=csv",
    "api/ous/?format=csv",
    "api/ous/?format=votable",
    "api/ous/?level=group&format=csv",
    "api/ous/?level=science_goal&format=votable",
    "api/schedblocks/?format=csv",
    "api/execblocks/?format=csv",
    "api/execblocks/?format=votable",
    "api/events/?format=csv",
    "api/projects/",
    f"api/projects/{CODE}/",
    f"api/projects/{CODE}/tree/",
    "api/ous/?page_size=1000",
    "api/ous/?changed_after=2030-01-01",
    "api/schedblocks/?changed_after=2030-01-01",
    "api/projects/?changed_after=2030-01-01",
    "api/ous/?level=group",
    "api/ous/?level=science_goal",
    "api/schedblocks/?page_size=1000",
    "api/execblocks/?page_size=1000",
    "api/events/?page_size=1000",
    "api/me/",
    "api/schema/?format=json",
)
PATHS = [Probe(path) for path in _PATHS]


@pytest.fixture(scope="module")
def told(world: World, project: Project) -> dict[str, dict[str, str]]:
    """What each reader, and a member of staff, is answered: by path."""
    moved = [_standing_in(project, state) for state in (*STEPS_INSIDE, "DeliveryInProgress")]
    # What they read hangs on the class of viewer: one of it is enough for single things.
    about = everything_about(project, moved)
    probes = {"pi": [*about, *pages_of_all(project)], "data_delegee": PATHS, "drm": about}
    return {
        reader: {str(probe): ask(world, reader, probe, {}) for probe in asked}
        for reader, asked in probes.items()
    }


@pytest.mark.parametrize("reader", READERS)
def test_no_answer_holds_a_word_of_the_inside(told, reader):
    found = {path: _telling(text) for path, text in told[reader].items()}

    assert {path: words for path, words in found.items() if words} == {}
    assert {path for path, text in told[reader].items() if not text.startswith("200 ")} == set()


def test_same_answers_tell_staff_of_it(told):
    words = {word for text in told["drm"].values() for word in _telling(text)}

    assert words >= {"Reviewing", "ProcessingProblem", "Suspended", "DeliveryInProgress", INSIDE}
    assert any("Upstream says otherwise" in text for text in told["drm"].values())


@pytest.mark.parametrize("reader", READERS)
def test_answers_to_programs_hold_public_states_only(told, reader):
    bodies = [
        json.loads(text.split("\n", 1)[1])
        for path, text in told[reader].items()
        if path.startswith("api/") and "schema" not in path and "format=" not in path
    ]

    words = {
        value for body in bodies for key, value in _values(body) if key in {"state", "from", "to"}
    }

    assert words <= {*PublicState, *QA0Status, *QA3State, None, *_TIES}
    assert words >= {"BeingProcessed", "Verified"}


_TIES = ("PI", "Co-PI", "Co-I", "Delegee DATA", "Delegee PHASE2", "Delegee TOO", TOKEN_WORD)


@pytest.mark.parametrize("path", ["projects", "ous", "schedblocks"])
def test_asking_for_a_word_of_the_inside_is_400_and_names_public_ones(world, project, path):
    client = world.client("pi", "token")

    answers = {word: client.get(f"/api/v1/{path}/?state={word}") for word in WORDS}

    assert {word: answer.status_code for word, answer in answers.items()} == dict.fromkeys(
        WORDS, 400
    )
    legal = [answer.json()["errors"][0]["legal"] for answer in answers.values()]
    assert {word for words in legal for word in words} <= {*PublicState}


@pytest.mark.parametrize("word", ["Reviewing", "Suspended", "Broken"])
@pytest.mark.parametrize(
    "path",
    [
        "projects/?state={word}",
        "schedblocks/?state={word}",
        "schedblocks/?member_state={word}",
        "search/?q={word}",
        f"projects/{CODE}/?find={{word}}",
        "api/projects/?state={word}",
        "api/ous/?target={word}",
        "schedblocks/?q={word}",
    ],
)
def test_word_of_the_inside_finds_what_nonsense_finds(world, project, path, word):
    with time_machine.travel("2030-03-03T12:00:00Z", tick=False):
        told = [
            ask(world, "pi", Probe(path), {"word": asked}).replace(asked, "?")
            for asked in (word, "Nonsense")
        ]

    assert told[0] == told[1]


# From where to where people and upstream move things without a word outside.
STEPS_INSIDE = {
    "Reviewing": ("ReadyForReview", "Reviewing"),
    "ProcessingProblem": ("Processing", "ReadyForReview"),
    "Suspended": ("Ready", "Running"),
    "CalibratorCheck": ("Ready",),
}


@pytest.fixture(scope="module")
def around_steps(world: World, project: Project) -> Iterator[dict[str, tuple[str, str]]]:
    """What the PI is told before and after steps that outside look like none."""
    moving = [_standing_in(project, state) for state in STEPS_INSIDE]
    probes = everything_about(project, moving)
    with rolled_back():
        before = _asked_later(world, probes)
        with time_machine.travel("2030-02-02T12:00:00Z", tick=False):
            _step_inside(moving)
        after = _asked_later(world, probes)
        assert {text[:4] for text in (*before.values(), *after.values())} == {"200 "}
        yield {path: (before[path], after[path]) for path in before}


def _standing_in(project: Project, state: str) -> Any:
    rows = project.memberous_set if state in {*OUSState} else project.sched_blocks
    return rows.filter(state=state).order_by("pk")[0]


def _work_inside(member: Any, actor: User) -> None:
    """What staff keep of their work, none of it marked to be told."""
    hand_over(member, role=WorkRole.REVIEWER, to=None, actor=actor, note="on leave")
    hand_over(member, role=WorkRole.REVIEWER, to=_reviewer(), actor=actor)
    block_work(member, reason="software", note="CAS-1", actor=actor)
    add_ticket(member, reference="PRTSPR-1", actor=actor)
    write_journal(member, text="phase jumps", actor=actor)


def _reviewer() -> User:
    """Somebody who may review."""
    return make_user("night_reviewer", roles=["qa"], qualifications=["QA2APPRV"])


def _step_inside(moving: list[Any]) -> None:
    actor = make_user("night_drm", roles=["drm"])
    for thing, states in zip(moving, STEPS_INSIDE.values(), strict=True):
        outside = thing.public_state
        for state in states:
            move_state(thing, to=state, actor=actor, note="inside")
        thing.refresh_from_db()
        if thing.state == "Reviewing":
            _work_inside(thing, actor)
        assert thing.public_state == outside


@pytest.mark.parametrize("part", ["pages", "calls"])
def test_steps_inside_change_nothing_outside(around_steps, part):
    changed = {
        path: _differences(before, after)
        for path, (before, after) in around_steps.items()
        if path.startswith("api/") is (part == "calls") and before != after
    }

    assert changed == {}


def _asked_later(world: World, probes: list[Probe]) -> dict[str, str]:
    with time_machine.travel("2030-03-03T12:00:00Z", tick=False):
        # The first use of a token leaves its time on the settings page.
        world.client("pi", "token").get("/api/v1/me/")
        return {str(probe): ask(world, "pi", probe, {}) for probe in probes}


def _differences(before: str, after: str) -> list[tuple[str, str]]:
    pairs = zip(_pieces(before), _pieces(after), strict=False)
    return [pair for pair in pairs if pair[0] != pair[1]][:3]


def _pieces(text: str) -> list[str]:
    return re.split(r"[,\n]", text)


def _telling(text: str) -> set[str]:
    found = {next(filter(None, (*match.groups(), match[0]))) for match in TELLING.finditer(text)}
    return found | {word for word in INTERNALS if word in text}


def _values(document: Any) -> Iterator[tuple[str, Any]]:
    """Every key and plain value of a JSON document."""
    children = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in children:
        if isinstance(value, dict | list):
            yield from _values(value)
        else:
            yield str(key), value
