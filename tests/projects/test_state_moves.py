"""``move_state``: one legal step, its versions and its events, in one transaction."""

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import User
from projects.errors import IllegalMove, NotAllowed, NoteMissing, ProjectError, StaleVersion
from projects.models import (
    GroupOUS,
    LivingThing,
    MemberOUS,
    Project,
    ScienceGoal,
)
from projects.moves import MOVES, Move, Way
from projects.services.states import move_state
from projects.states import STATES_OF, Level
from tests.factories import make_project, make_user
from tests.log import FromNowOn

pytestmark = pytest.mark.django_db
LEVELS = (Level.PROJECT, Level.MEMBER_OUS, Level.SCHED_BLOCK)


@pytest.fixture
def chief(db: None) -> User:
    """Somebody who may take every step that a person takes."""
    roles = ["drm", "qa", "admin", "aod"]
    return make_user("chief", roles=roles, qualifications=["QA2APPRV"])


@pytest.fixture
def project(db: None) -> Project:
    return make_project(state="InProgress", members=[{"state": "Ready"}])


def put(thing: LivingThing, state: str | None, resume: str = "") -> LivingThing:
    """Put a thing into a state without a word to anybody."""
    type(thing)._default_manager.filter(pk=thing.pk).update(state=state, resume_state=resume)
    thing.refresh_from_db()
    return thing


def thing_on(level: Level, project: Project) -> LivingThing:
    """The project's one thing on a level."""
    things = {
        Level.PROJECT: project,
        Level.MEMBER_OUS: project.memberous_set.get(),
        Level.SCHED_BLOCK: project.sched_blocks.get(),
    }
    return things[level]


def all_edges(level: Level) -> Iterator[Move]:
    return iter(MOVES[level].values())


@pytest.mark.parametrize("level", LEVELS)
def test_every_legal_step_is_taken_with_one_event_of_its_own(level, project, chief):
    thing = thing_on(level, project)
    for move in all_edges(level):
        put(thing, move.frm, resume=move.to if move.frm == "Repaired" else "")
        logged = FromNowOn()
        way = next(iter(move.ways - {Way.ROLL_UP}))
        by_person = move.right is not None

        actor = chief if by_person else None
        moved = move_state(thing, to=move.to, actor=actor, way=way, note="for a reason")

        assert (moved.state, moved.version > thing.version) == (move.to, True)
        events = logged(level=level).values_list("frm", "to", "actor")
        assert list(events) == [(move.frm, move.to, chief.pk if by_person else None)]


def test_step_that_needs_a_reason_is_not_taken_without(project, chief):
    thing = thing_on(Level.SCHED_BLOCK, project)
    needing = [move for move in all_edges(Level.SCHED_BLOCK) if move.needs_note]
    for move in needing:
        put(thing, move.frm)
        with pytest.raises(NoteMissing):
            move_state(thing, to=move.to, actor=chief, note=" ")

    assert {move.to for move in needing} == {"FullyObserved"}


@pytest.mark.parametrize("level", LEVELS)
def test_step_without_its_right_changes_nothing(level, project):
    outsider = make_user("arc", roles=["arc", "cs", "reducer"])
    thing, refused, logged = thing_on(level, project), [], FromNowOn()
    for move in all_edges(level):
        before = put(thing, move.frm, resume=move.to if move.frm == "Repaired" else "")
        with pytest.raises(ProjectError) as refusal:
            move_state(before, to=move.to, actor=outsider, way=next(iter(move.ways)))
        refused.append(type(refusal.value))
        thing.refresh_from_db()
        assert (thing.state, thing.version) == (move.frm, before.version)

    assert set(refused) == {NotAllowed}
    assert logged().count() == 0


@pytest.mark.parametrize("level", LEVELS)
def test_step_that_the_table_lacks_changes_nothing(level, project, chief):
    thing, logged = thing_on(level, project), FromNowOn()
    for frm in (None, *STATES_OF[level]):
        lacking = [to for to in STATES_OF[level] if (frm, to) not in MOVES[level]]
        before = put(thing, frm)
        with pytest.raises(IllegalMove):
            move_state(before, to=lacking[len(frm or "") % len(lacking)], actor=chief)
        thing.refresh_from_db()
        assert (thing.state, thing.version) == (frm, before.version)

    assert logged().count() == 0


def test_illegal_step_names_the_legal_ones_in_one_sentence(project, chief):
    member_ous = put(project.memberous_set.get(), "Processing")

    with pytest.raises(IllegalMove) as refusal:
        move_state(member_ous, to="Delivered", actor=chief)

    assert (refusal.value.frm, refusal.value.to) == ("Processing", "Delivered")
    assert refusal.value.legal == ["ReadyForReview", "ProcessingProblem"]
    assert str(refusal.value) == (
        "There is no step from Processing to Delivered. "
        "Legal steps now: ReadyForReview, ProcessingProblem."
    )


def test_illegal_step_names_only_steps_that_are_yours(project):
    member_ous = put(project.memberous_set.get(), "Ready")
    pi = make_user("pi")

    with pytest.raises(IllegalMove) as refusal:
        move_state(member_ous, to="Delivered", actor=pi)

    assert refusal.value.legal == []
    assert str(refusal.value).endswith("Legal steps now: none.")


@pytest.mark.parametrize(
    ("frm", "to", "way"),
    [
        ("Reviewing", "Verified", Way.STEP),
        ("Delivered", "QA3InProgress", Way.STEP),
        ("Ready", "PartiallyObserved", Way.STEP),
        ("Processing", "ReadyForReview", Way.QA2),
    ],
)
def test_step_through_the_wrong_door_is_illegal(frm, to, way, project, chief):
    member_ous, logged = put(project.memberous_set.get(), frm), FromNowOn()

    with pytest.raises(IllegalMove):
        move_state(member_ous, to=to, actor=chief, way=way)

    assert logged().count() == 0


@pytest.mark.parametrize("way", [Way.STEP, Way.QA2, Way.QA3])
def test_system_takes_no_step_that_people_decide(way, project):
    member_ous = put(project.memberous_set.get(), "PartiallyObserved")

    with pytest.raises(IllegalMove) as refusal:
        move_state(member_ous, to="FullyObserved", actor=None, way=way)

    assert refusal.value.legal == []


def test_system_takes_the_machines_step_under_its_own_word(project):
    member_ous, logged = put(project.memberous_set.get(), "PartiallyObserved"), FromNowOn()

    moved = move_state(member_ous, to="FullyObserved", actor=None, way=Way.EXECUTION)

    event = logged().get(level="member_ous")
    assert (event.actor, event.actor_word) == (None, "the system")
    assert moved.state_decided_at is None


def test_decision_of_a_person_is_kept_with_word_note_and_moment(project, time_machine):
    aod = make_user("aod", roles=["aod", "drm"])
    sched_block, logged = project.sched_blocks.get(), FromNowOn()
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)

    moved = move_state(
        sched_block, to="Waiting", actor=aod, flag="ForP2G", note="Which line?", note_public=True
    )

    event = logged().get()
    assert (moved.state, moved.state_flag, moved.public_state) == (
        "Waiting",
        "ForP2G",
        "WaitingForPI",
    )
    assert moved.state_since == moved.state_decided_at == event.at
    assert f"{event.at:%Y-%m-%d %H:%M}" == "2026-03-01 12:00"
    assert (event.actor, event.actor_word) == (aod, "astronomer on duty")
    assert (event.note, event.note_public) == ("Which line?", True)
    assert (event.public_frm, event.public_to, event.for_public) == ("Ready", "WaitingForPI", True)


def test_flag_does_not_outlive_the_state_it_was_given_with(project, chief):
    waiting = move_state(project.sched_blocks.get(), to="Waiting", actor=chief, flag="ForP2G")

    moved = move_state(waiting, to="Ready", actor=chief)

    assert (moved.state, moved.state_flag) == ("Ready", "")


def test_stale_version_is_refused_before_anything_else(project, chief):
    member_ous, logged = project.memberous_set.get(), FromNowOn()

    with pytest.raises(StaleVersion) as refusal:
        move_state(member_ous, to="Nowhere", actor=chief, expected_version=member_ous.version + 1)

    assert refusal.value.version == member_ous.version
    assert logged().count() == 0


def test_present_version_is_accepted_and_used_up(project, chief):
    member_ous = project.memberous_set.get()
    version = member_ous.version

    moved = move_state(member_ous, to="ObservingTimedOut", actor=chief, expected_version=version)

    assert moved.version > version
    with pytest.raises(StaleVersion):
        move_state(member_ous, to="Ready", actor=chief, expected_version=version)


def test_reviewer_who_opens_a_review_has_it(project):
    qa = make_user("qa", roles=["qa"])
    member_ous = put(project.memberous_set.get(), "ReadyForReview")

    moved = move_state(member_ous, to="Reviewing", actor=qa)

    assert MemberOUS.objects.get(reviewer=qa).pk == moved.pk
    with pytest.raises(NotAllowed):
        move_state(moved, to="ReadyForReview", actor=make_user("other", roles=["qa"]))


def test_broken_thing_repaired_resumes_where_it_was_and_nowhere_else(project, chief):
    member_ous, logged = put(project.memberous_set.get(), "PartiallyObserved"), FromNowOn()

    broken = move_state(member_ous, to="Broken", actor=chief)
    repaired = move_state(broken, to="Repaired", actor=chief)
    told = [broken.public_state, repaired.public_state]
    with pytest.raises(IllegalMove):
        move_state(repaired, to="Ready", actor=chief)
    resumed = move_state(repaired, to="PartiallyObserved", actor=chief)

    assert told == ["PartiallyObserved", "PartiallyObserved"]
    assert (resumed.state, resumed.resume_state) == ("PartiallyObserved", "")
    events = logged(level="member_ous")
    assert list(events.values_list("for_staff", "for_public")) == [(True, False)] * 3


def test_step_between_states_that_look_alike_outside_is_no_change_there(project, chief):
    member_ous, logged = put(project.memberous_set.get(), "Processing"), FromNowOn()

    move_state(member_ous, to="ReadyForReview", actor=chief)

    event = logged().get(level="member_ous")
    assert (event.for_staff, event.for_public) == (True, False)
    assert (event.public_frm, event.public_to) == ("BeingProcessed", "BeingProcessed")


def test_verdict_that_stood_is_kept_with_the_event(project, chief):
    member_ous = put(project.memberous_set.get(), "Delivered")
    MemberOUS.objects.update(qa2="SemiPass")
    logged = FromNowOn()

    move_state(member_ous, to="QA3InProgress", actor=chief, way=Way.QA3)

    assert logged().get(level="member_ous").qa2 == "SemiPass"


def test_member_that_moves_takes_group_goal_and_project_along(chief):
    project = make_project(state="Ready", members=[{"state": "PartiallyObserved"}])
    Project.objects.update(state="Ready")
    logged = FromNowOn()
    goal, group = ScienceGoal.objects.get(), GroupOUS.objects.get()
    versions = {row.LEVEL: row.version for row in (project, goal, group)}

    move_state(project.memberous_set.get(), to="FullyObserved", actor=chief)

    for row in (project, goal, group):
        row.refresh_from_db()
    assert [group.state, goal.state, project.state] == [
        "FullyObserved",
        "FullyObserved",
        "InProgress",
    ]
    assert [row.LEVEL for row in (project, goal, group) if row.version <= versions[row.LEVEL]] == []
    assert list(logged().order_by("pk").values_list("level", "frm", "to", "actor_word")) == [
        ("member_ous", "PartiallyObserved", "FullyObserved", "administrator"),
        ("group_ous", "PartiallyObserved", "FullyObserved", "the system"),
        ("science_goal", "PartiallyObserved", "FullyObserved", "the system"),
        ("project", "Ready", "InProgress", "the system"),
    ]


def test_sets_that_keep_their_state_leave_no_event(chief):
    project = make_project(members=[{"state": "Ready"}, {"state": "FullyObserved"}])
    logged = FromNowOn()
    observed = project.memberous_set.get(state="FullyObserved")

    move_state(observed, to="ReadyForProcessing", actor=chief)

    assert [event.level for event in logged()] == ["member_ous"]
    assert {GroupOUS.objects.get().state, ScienceGoal.objects.get().state} == {"PartiallyObserved"}


def test_delivery_of_the_last_member_completes_the_project_and_its_counts():
    members = [
        {"state": "DeliveryInProgress"},
        {"state": "Delivered"},
        {"state": "Canceled"},
        {"state": "Deleted"},
    ]
    project = make_project(state="InProgress", members=members)
    assert (project.members_total, project.members_delivered) == (2, 1)

    last = project.memberous_set.get(state="DeliveryInProgress")
    move_state(last, to="Delivered", actor=None, way=Way.DELIVERY)

    project.refresh_from_db()
    assert (project.state, project.members_total, project.members_delivered) == ("Completed", 2, 2)
    assert GroupOUS.objects.get().state == "Delivered"


def test_qa3_of_a_completed_project_opens_it_again(chief):
    project = make_project(state="Completed", members=[{"state": "Delivered"}] * 2)

    move_state(project.memberous_set.all()[0], to="QA3InProgress", actor=chief, way=Way.QA3)

    project.refresh_from_db()
    assert (project.state, project.members_total, project.members_delivered) == ("InProgress", 2, 1)


def test_project_that_timed_out_is_carried_over_by_people_only(chief):
    members = [{"state": "ObservingTimedOut"}, {"state": "ObservingTimedOut"}]
    project = make_project(state="ObservingTimedOut", members=members)

    move_state(project.memberous_set.all()[0], to="ReadyForProcessing", actor=chief)

    project.refresh_from_db()
    assert project.state == "ObservingTimedOut"


def test_group_that_becomes_unknown_says_so(chief):
    project = make_project(members=[{"state": "Ready"}, {"state": "Ready"}])
    logged = FromNowOn()
    MemberOUS.objects.filter(pk=project.memberous_set.all()[1].pk).update(state=None)

    move_state(project.memberous_set.all()[0], to="ObservingTimedOut", actor=chief)

    group = GroupOUS.objects.get()
    event = logged().get(level="group_ous")
    assert (group.state, group.state_since) == (None, None)
    assert (event.frm, event.to, event.public_to) == ("Ready", "", "")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_one_wins_with_one_event():
    project = make_project(members=[{"state": "Ready"}])
    logged = FromNowOn()
    drm = make_user("drm", roles=["drm"])
    member_ous = project.memberous_set.get()
    together, ends = Barrier(2), []

    def write(to: str) -> None:
        together.wait()
        try:
            move_state(member_ous, to=to, actor=drm, expected_version=member_ous.version)
            ends.append("won")
        except (StaleVersion, IllegalMove) as refusal:
            ends.append(type(refusal).__name__)
        finally:
            connection.close()

    writers = [Thread(target=write, args=[to]) for to in ("ObservingTimedOut", "Canceled")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(ends) == ["StaleVersion", "won"]
    assert logged(level="member_ous").count() == 1
