"""Acts on a season: what each thing goes through, one event each, and exactly back again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from projects.errors import BadSeason, NotAllowed, SeasonRefused
from projects.models import Event, GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal, SeasonAct
from projects.querysets.stage_ages import stays_of
from projects.season_acts import Spared
from projects.services import season_acts
from projects.services.assignments import hand_over
from projects.services.memberships import tie
from projects.services.season_acts import carry_on, decide_act, planned_act, undo_act
from projects.services.season_plans import preview
from projects.services.season_steps import carry_out
from projects.services.states import move_state
from projects.states import Level
from projects.work import WorkRole
from snoopi.pages.news import news_for
from snoopi.turnaround import lines_of
from tests.audit.asking import faults
from tests.factories import make_exec_block, make_user
from tests.log import FromNowOn
from tests.seasons import CYCLE, SINCE, bring, part, pending

pytestmark = pytest.mark.django_db
# C-8 has gone, C-7 has not.
AUTUMN = datetime(2023, 12, 1, tzinfo=UTC)
STATES = ("state", "state_flag", "state_since", "public_since", "state_decided_at", "resume_state")


@dataclass
class World:
    """Projects of one cycle, of grades A, B and none, and what they have."""

    drm: object
    carried: Project
    ended: Project

    def block(self, name: str) -> SchedBlock:
        return SchedBlock.objects.get(name=name)


@pytest.fixture
def world(db):
    carried = bring(
        1,
        "A",
        part("carried_TM1"),
        part("begun_TM1", runs=1),
        part("suspended_TM1", state="Suspended"),
        part("waiting_TM1", state="Waiting", state_flag="ForP2G"),
    )
    ended = bring(
        2,
        "B",
        part("idle_TM1"),
        part("partial_TM1", runs=2),
        part("running_TM1", state="Running"),
        part("both_TM1", configurations=("C-8", "C-7")),
        part("done_TM1", state="FullyObserved", member={"state": "Delivered"}),
        part("compact_7M", array="7m", configurations=()),
        part("silent_TM1", configurations=()),
        part("unjudged_TM1", state="Suspended", executions=[pending()]),
    )
    bring(3, "C", part("empty_TM1"), state="Ready")
    bring(1, "B", part("other_TM1"), cycle="2022.1")
    return World(make_user("drm1", roles=["drm"]), carried, ended)


def snapshot():
    """Every state there is, in all that is kept of it, and what is marked on the blocks."""
    rows = {}
    for model in (Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock):
        marks = ("carried_to",) if model is SchedBlock else ()
        for found in model.objects.values_list("pk", *STATES, *marks):
            rows[model.__name__, found[0]] = found[1:]
    return rows


def plan(world, kind="end", **asked):
    wanted = {"cycle": CYCLE, "reason": "it is over", **asked}
    return planned_act(kind=kind, actor=world.drm, **wanted)


def do(act):
    decided = decide_act(act)
    while decided.done_at is None:
        carry_on(decided, most=1)
    return decided


def back(act, actor):
    undone = undo_act(act, actor=actor)
    while undone.undo_done_at is None:
        carry_on(undone, most=1)
    return undone


def block_states(*names):
    rows = SchedBlock.objects.filter(name__in=names).values_list("name", "state", "carried_to")
    return {name.rpartition("_")[0]: (state, to) for name, state, to in rows}


OUT = ("ObservingTimedOut", "")
ALL = [
    ("carried_TM1", ("Suspended", "2024.1")),
    ("begun_TM1", ("Suspended", "2024.1")),
    ("suspended_TM1", ("Suspended", "2024.1")),
    ("waiting_TM1", ("Waiting", "2024.1")),
    ("idle_TM1", OUT),
    ("partial_TM1", OUT),
    ("running_TM1", ("Running", "")),
    ("both_TM1", OUT),
    ("done_TM1", ("FullyObserved", "")),
    ("compact_7M", OUT),
    ("silent_TM1", OUT),
    ("unjudged_TM1", ("Suspended", "")),
    ("empty_TM1", OUT),
    ("other_TM1", ("Ready", "")),
]


def test_end_of_a_cycle_does_to_each_block_what_its_grade_says(world):
    do(plan(world))

    found = SchedBlock.objects.values_list("name", "state", "carried_to")
    assert {name: (state, to) for name, state, to in found} == dict(ALL)
    assert faults() == []


def test_end_of_a_configuration_leaves_what_may_still_be_observed(world):
    do(plan(world, configurations=["c43-8"], at=AUTUMN))

    spared = {"both": ("Ready", ""), "compact": ("Ready", ""), "silent": ("Ready", "")}
    assert block_states("both_TM1", "compact_7M", "silent_TM1", "idle_TM1") == {
        **spared,
        "idle": OUT,
    }
    assert faults() == []


def test_configurations_that_went_before_are_over_as_well(world):
    do(plan(world, configurations=["C-7"], at=AUTUMN))

    # The schedule has C-8 until 26 November 2023: it went before C-7.
    assert block_states("both_TM1", "idle_TM1") == {"both": OUT, "idle": OUT}


def test_member_ous_times_out_and_its_data_go_to_processing(world):
    logged = FromNowOn()
    do(plan(world))

    states = dict(MemberOUS.objects.values_list("name", "state"))
    assert states["idle_TM1"] == states["empty_TM1"] == "ObservingTimedOut"
    assert states["partial_TM1"] == "ReadyForProcessing"
    assert states["begun_TM1"] == "PartiallyObserved"
    assert states["done_TM1"] == "Delivered"
    assert states["running_TM1"] == states["unjudged_TM1"] == "Ready"
    assert Project.objects.get(code="2023.1.00003.S").state == "ObservingTimedOut"
    steps = logged(member_ous__name="partial_TM1").order_by("pk").values_list("frm", "to")
    assert list(steps) == [
        ("PartiallyObserved", "ObservingTimedOut"),
        ("ObservingTimedOut", "ReadyForProcessing"),
    ]


def test_every_block_has_one_event_that_says_why(world):
    logged = FromNowOn()
    act = do(plan(world))

    events = logged(level="sched_block").order_by("pk")
    told = {event.sched_block.name: (event.note, event.for_public) for event in events}
    assert len(told) == len(events) == 10
    assert told["idle_TM1"] == ("End of the season of Cycle 10 (2023.1).", True)
    assert told["waiting_TM1"] == ("Carried over to Cycle 11 (2024.1).", True)
    assert {event.at for event in logged()} == {act.at}
    assert {(event.actor, event.note_public) for event in events} == {(world.drm, True)}


def test_preview_counts_what_the_act_then_does_and_writes_nothing(world):
    before, logged = snapshot(), FromNowOn()
    seen = preview(plan(world), most=100)

    assert (snapshot(), list(logged())) == (before, [])
    assert {(str(level), str(fate)): number for (level, fate), number in seen.counts.items()} == {
        ("sched_block", "carried_over"): 4,
        ("sched_block", "timed_out"): 6,
        ("member_ous", "timed_out"): 6,
        ("member_ous", "to_processing"): 1,
        ("project", "timed_out"): 1,
    }
    assert {str(why): number for why, number in seen.spared.items()} == {
        "running": 1,
        "unjudged": 1,
    }
    assert len(seen.changes) == seen.number == 18
    act = do(plan(world))
    assert act.steps.exclude(fate="followed").count() == seen.number


def test_what_has_no_rule_on_its_grade_is_left_where_that_is_wished(world):
    bring(9, "", part("unruled_TM1"))

    seen = preview(plan(world, spares_unruled=True), most=100)
    assert seen.spared[Spared.NO_RULE] == 1
    assert preview(plan(world), most=100).unruled == 1
    do(plan(world, spares_unruled=True))
    assert block_states("unruled_TM1") == {"unruled": ("Ready", "")}


def test_undo_puts_everything_back_since_then_too(world):
    before = snapshot()
    act = do(plan(world))
    assert snapshot() != before
    logged = FromNowOn()

    undone = back(act, world.drm)

    assert snapshot() == before
    assert faults() == []
    assert undone.undone_by == world.drm
    assert {event.at for event in logged()} == {undone.undone_at}
    assert logged(level="sched_block").count() == 10
    assert "Taken back: end of the season: 2023.1." in set(logged().values_list("note", flat=True))


def test_what_was_undone_can_be_done_again(world):
    back(do(plan(world)), world.drm)
    act = do(plan(world))

    assert block_states("idle_TM1") == {"idle": OUT}
    assert act.steps.standing().count() == act.steps.count()
    assert faults() == []


def by_moving_a_block(world):
    move_state(world.block("idle_TM1"), to="Ready", actor=world.drm)


def by_handing_over_a_member(world):
    member = MemberOUS.objects.get(name="partial_TM1")
    reducer = make_user("red1", roles=["reducer"])
    hand_over(member, role=WorkRole.REDUCER, to=reducer, actor=world.drm)


def by_a_new_execution(world):
    make_exec_block(world.block("idle_TM1"), qa0="Pass")


def by_moving_a_project(world):
    project = Project.objects.get(code="2023.1.00003.S")
    move_state(project, to="Ready", actor=world.drm)


@pytest.mark.parametrize(
    "meddle",
    [by_moving_a_block, by_handing_over_a_member, by_a_new_execution, by_moving_a_project],
)
def test_undo_is_refused_once_somebody_acted_on_a_member(world, meddle):
    act = do(plan(world))
    meddle(world)
    before = snapshot()

    with pytest.raises(SeasonRefused, match="can no longer be undone as one"):
        undo_act(act, actor=world.drm)
    assert snapshot() == before


def test_undo_is_open_while_only_others_have_moved(world):
    before = snapshot()
    act = do(plan(world))
    move_state(world.block("other_TM1"), to="Suspended", actor=world.drm)
    move_state(world.block("running_TM1"), to="Suspended", actor=world.drm)
    back(act, world.drm)

    after = snapshot()
    changed = {key for key in before if before[key] != after[key]}
    blocks = {world.block("other_TM1").pk, world.block("running_TM1").pk}
    assert changed == {("SchedBlock", pk) for pk in blocks}
    assert faults() == []


def test_project_on_which_somebody_acts_during_the_undo_is_left(world):
    act = undo_act(do(plan(world)), actor=world.drm)
    by_moving_a_block(world)
    while act.undo_done_at is None:
        carry_on(act, most=1)

    assert block_states("carried_TM1", "empty_TM1") == {
        "carried": ("Ready", ""),
        "empty": ("Ready", ""),
    }
    assert MemberOUS.objects.get(name="partial_TM1").state == "ReadyForProcessing"
    assert act.steps.standing().exists()
    assert faults() == []


def test_carried_over_ones_are_put_back_and_end_with_their_second_season(world):
    do(plan(world))
    do(plan(world, kind="put_back", cycle="2024.1"))

    names = ("carried_TM1", "begun_TM1", "suspended_TM1", "waiting_TM1")
    ready = ("Ready", "2024.1")
    assert block_states(*names) == {
        "carried": ready,
        "begun": ready,
        "suspended": ready,
        "waiting": ("Waiting", "2024.1"),
    }
    with pytest.raises(SeasonRefused, match="Nothing would change"):
        decide_act(plan(world))
    do(plan(world, cycle="2024.1"))
    over = ("ObservingTimedOut", "2024.1")
    assert block_states(*names) == dict.fromkeys(("carried", "begun", "suspended", "waiting"), over)
    assert MemberOUS.objects.get(name="begun_TM1").state == "ReadyForProcessing"
    assert faults() == []


def test_what_was_timed_out_by_hand_is_put_back_where_its_grade_is_carried_over(world):
    for name in ("carried_TM1", "begun_TM1"):
        block = world.block(name)
        move_state(block, to="ObservingTimedOut", actor=world.drm)
        move_state(block.member_ous, to="ObservingTimedOut", actor=world.drm)
    before = snapshot()
    act = do(plan(world, kind="put_back"))

    states = MemberOUS.objects.filter(name__in=["carried_TM1", "begun_TM1"])
    assert dict(states.values_list("name", "state")) == {
        "carried_TM1": "Ready",
        "begun_TM1": "PartiallyObserved",
    }
    assert faults() == []
    back(act, world.drm)
    assert snapshot() == before


def test_what_moved_after_the_decision_is_left_alone(world):
    act = decide_act(plan(world))
    move_state(world.block("idle_TM1"), to="Suspended", actor=world.drm)
    while act.done_at is None:
        carry_on(act)

    assert block_states("idle_TM1") == {"idle": ("Suspended", "")}
    assert MemberOUS.objects.get(name="idle_TM1").state == "Ready"


def test_interrupted_act_goes_on_and_takes_no_step_twice(world, monkeypatch):
    act, seen = decide_act(plan(world)), []

    def dies(act, pk):
        seen.append(pk)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return carry_out(act, pk)

    monkeypatch.setattr(season_acts, "carry_out", dies)
    with pytest.raises(KeyboardInterrupt):
        carry_on(act)
    monkeypatch.undo()
    carry_on(act)

    assert act.done_at is not None
    assert Event.objects.filter(season_step__act=act, level="sched_block").count() == 10


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "begin"}, "kind"),
        ({"cycle": "1999.1"}, "cycle"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"configurations": ["C-99"]}, "configurations"),
        ({"configurations": [f"C-{n}" for n in range(31)]}, "configurations"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(world, asked, field):
    with pytest.raises(BadSeason) as found:
        plan(world, **asked)
    assert found.value.field == field


def test_only_those_with_the_right_plan_and_undo(world):
    act = do(plan(world))
    somebody = make_user("qa9", roles=["qa"])

    with pytest.raises(NotAllowed):
        planned_act(kind="end", cycle=CYCLE, actor=somebody, reason="why not")
    with pytest.raises(NotAllowed):
        undo_act(act, actor=somebody)


def test_one_act_on_a_cycle_at_a_time_and_each_undone_once(world):
    first, second = plan(world), plan(world)
    decided = decide_act(first)
    with pytest.raises(SeasonRefused, match="under way"):
        decide_act(second)
    with pytest.raises(SeasonRefused, match="still under way"):
        undo_act(decided, actor=world.drm)
    carry_on(decided)
    undo_act(decided, actor=world.drm)
    with pytest.raises(SeasonRefused, match="undone already"):
        undo_act(decided, actor=world.drm)
    with pytest.raises(SeasonRefused, match="under way"):
        decide_act(plan(world))


def test_a_past_moment_leaves_what_has_moved_since(world):
    act = plan(world, at=SINCE - timedelta(days=2))

    assert not preview(act, most=1).number
    assert not SeasonAct.objects.exists()


def test_what_was_taken_back_counts_nowhere(world):
    pi = make_user("pi")
    tie(project=world.ended, user=pi, role="PI")
    member = MemberOUS.objects.get(name="partial_TM1")
    stays = stays_of(Level.SCHED_BLOCK, "staff", timezone.now())
    back(do(plan(world)), world.drm)

    assert stays_of(Level.SCHED_BLOCK, "staff", timezone.now()) == stays
    assert news_for(pi, 9).days == []
    (line,) = [one for one in lines_of(world.drm, {}) if one.ref == member.ref]
    assert line.course.staged is None
