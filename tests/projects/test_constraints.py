"""Every named constraint of the database, violated once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError
from django.utils import timezone

from projects.models import (
    Alias,
    Assignment,
    Blockage,
    Event,
    ExecBlock,
    GroupOUS,
    JournalEntry,
    MemberOUS,
    Membership,
    Project,
    ProjectToken,
    SchedBlock,
    ScienceGoal,
    SeasonAct,
    SeasonStep,
    StageAge,
    Ticket,
)
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db

Violation = Callable[[Project], object]


def changed(model: type[Model], **fields: object) -> Violation:
    """Put impossible values into the project's first row of a kind."""
    own = "pk" if model is Project else "project_id"
    return lambda project: model._default_manager.filter(**{own: project.pk}).update(**fields)


def twin(model: type[Model], **fields: object) -> Violation:
    """Give two rows of one project the same values, past the ingest that would not."""

    def make(project: Project) -> None:
        for number in range(2):
            model._default_manager.create(project=project, ref=f"local___{number}", **fields)

    return make


def blocks_alike(project: Project) -> None:
    member_ous = project.memberous_set.first()
    for number in range(2):
        SchedBlock.objects.create(member_ous=member_ous, name="X_a_03_TP", ref=f"local___{number}")


def tied_twice(project: Project, *names: str, **fields: str | bool) -> None:
    for name in names:
        user = make_user(name)
        Membership.objects.create(project=project, user=user, **fields)


def event(**fields: object) -> Violation:
    """Log an event with impossible values."""
    given = {"kind": "state", "at": timezone.now(), "level": "project", **fields}
    return lambda project: Event.objects.create(**{"project": project, **given})


def age(*, times: int = 1, **fields: object) -> Violation:
    """Keep how long things stayed in a stage, with impossible values or twice."""

    def make(project: Project) -> None:
        usual: dict[str, object] = {"level": "member_ous", "vocabulary": "public"}
        usual |= {"cycle": "2024.1", "stage": "Ready", "refreshed_at": timezone.now()}
        usual |= dict.fromkeys(("ended", "median_days", "going_on", "longer"), 0)
        for _ in range(times):
            StageAge.objects.create(**{**usual, **fields})

    return make


def key(**fields: object) -> Violation:
    """Keep a project token with impossible values."""

    def make(project: Project) -> None:
        usual = {"project": project, "name": "night script", "digest": "x", "hint": "x"}
        ProjectToken.objects.create(**{**usual, "issued_by": make_user(), **fields})

    return make


def alias(**fields: object) -> Violation:
    """Give the project another name, twice."""

    def make(project: Project) -> None:
        for _ in range(2):
            Alias.objects.create(**{"level": "project", "project": project, "ref": "x", **fields})

    return make


def work(model: type[Model], *, times: int = 1, **fields: object) -> Violation:
    """Keep something of staff's work on a member OUS, with impossible values or twice."""

    def make(project: Project) -> None:
        person = make_user("worker")
        given: dict[str, object] = {"member_ous": project.memberous_set.first(), "by": person}
        own: dict[type[Model], dict[str, object]] = {
            Assignment: {"role": "reducer", "person": person},
            Blockage: {"reason": "pi", "state": "Processing", "since": NIGHT},
            Ticket: {"reference": "PRTSPR-1"},
            JournalEntry: {"text": "seen"},
        }
        for _ in range(times):
            model._default_manager.create(**{**given, **own[model], **fields})

    return make


def act(*, times: int = 1, **fields: object) -> Violation:
    """Decide on a season, with impossible values or twice at once."""

    def make(_project: Project) -> None:
        given = {"kind": "end", "cycle": "2023.1", "reason": "over", "at": NIGHT}
        person = make_user("chief")
        for _ in range(times):
            SeasonAct.objects.create(**{**given, "decided_by": person, **fields})

    return make


def strange_fate(project: Project) -> None:
    act(done_at=NIGHT)(project)
    first = Event.objects.filter(project=project)[0]
    SeasonStep.objects.create(act=SeasonAct.objects.get(), event=first, fate="lost")


def undone_twice(project: Project) -> None:
    first = Event.objects.filter(project=project).first()
    for _ in range(2):
        event(undoes=first)(project)


NIGHT = timezone.now()
EVENING = NIGHT - timedelta(hours=9)
VIOLATIONS: list[tuple[str, Violation]] = [
    ("project_keys_not_empty", changed(Project, code="")),
    ("project_keys_not_empty", changed(Project, uid="")),
    ("science_goal_uid_not_empty", changed(ScienceGoal, uid="")),
    ("science_goal_part_unique", twin(ScienceGoal, part_id="X1")),
    ("group_ous_uid_not_empty", changed(GroupOUS, uid="")),
    ("group_ous_part_unique", twin(GroupOUS, part_id="X1")),
    *[
        (f"{model.LEVEL}_public_version", changed(model, public_version=1_000_000))
        for model in (Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock, ExecBlock)
    ],
    ("member_ous_uid_not_empty", changed(MemberOUS, uid="")),
    ("member_ous_part_unique", twin(MemberOUS, part_id="X1")),
    ("member_ous_qa2_known", changed(MemberOUS, qa2="Unset")),
    ("member_ous_ra_in_range", changed(MemberOUS, ra_deg=360.0)),
    ("member_ous_ra_in_range", changed(MemberOUS, ra_deg=-0.1)),
    ("member_ous_dec_in_range", changed(MemberOUS, dec_deg=90.1)),
    ("member_ous_dec_in_range", changed(MemberOUS, dec_deg=-90.1)),
    ("sched_block_uid_not_empty", changed(SchedBlock, uid="")),
    ("sched_block_name_unique_in_member", blocks_alike),
    ("sched_block_expected_positive", changed(SchedBlock, executions_expected=Decimal(0))),
    ("exec_block_uid_not_empty", changed(ExecBlock, uid="")),
    ("exec_block_qa0_known", changed(ExecBlock, qa0="pass")),
    ("exec_block_ends_after_start", changed(ExecBlock, start=NIGHT, end=NIGHT - timedelta(1))),
    ("exec_block_fraction_not_negative", changed(ExecBlock, execution_fraction=Decimal("-0.01"))),
    ("membership_one_pi", lambda project: tied_twice(project, "one", "two", role="PI")),
    ("membership_once", lambda project: tied_twice(project, "one", "one", role="COI")),
    (
        "membership_kind_for_delegees",
        lambda project: tied_twice(project, "one", role="DELEGEE"),
    ),
    (
        "membership_kind_for_delegees",
        lambda project: tied_twice(project, "one", role="PI", kind="DATA"),
    ),
    (
        "membership_told_end_is_known",
        lambda project: tied_twice(project, "one", role="COI", is_end_told=True),
    ),
    ("event_about_one_thing", event(level="member_ous")),
    ("event_about_one_thing", event(project=None, level="exec_block")),
    ("event_about_one_thing", event(level="observatory")),
    ("event_kind_known", event(kind="weather")),
    ("event_undone_once", undone_twice),
    ("season_act_has_reason", act(reason="")),
    ("season_act_has_cycle", act(cycle="")),
    ("season_act_kind_known", act(kind="begin")),
    ("season_act_undone_when_done", act(undone_at=NIGHT)),
    ("season_act_one_under_way", act(times=2)),
    ("season_step_fate_known", strange_fate),
    ("event_for_somebody", event(for_staff=False, for_public=False)),
    ("alias_unique_in_level", alias()),
    ("alias_about_one_thing", alias(level="member_ous")),
    ("member_ous_blocked_whole", changed(MemberOUS, blocked_on="pi")),
    ("member_ous_blocked_whole", changed(MemberOUS, blocked_since=NIGHT)),
    ("assignment_one_open", work(Assignment, times=2)),
    ("assignment_role_known", work(Assignment, role="cook")),
    ("assignment_ends_later", work(Assignment, since=NIGHT, until=EVENING)),
    ("blockage_one_open", work(Blockage, times=2)),
    ("blockage_reason_known", work(Blockage, reason="weather")),
    ("blockage_ends_later", work(Blockage, until=EVENING)),
    ("ticket_once", work(Ticket, times=2)),
    ("ticket_reference_not_empty", work(Ticket, reference="")),
    ("ticket_ends_later", work(Ticket, since=NIGHT, until=EVENING)),
    ("journal_text_not_empty", work(JournalEntry, text="")),
    ("project_token_has_name", key(name="")),
    ("project_token_expires_later", key(created_at=NIGHT, expires_at=EVENING)),
    ("stage_age_once", age(times=2)),
    ("stage_age_median_not_negative", age(median_days=-1)),
    ("stage_age_longer_among_going_on", age(going_on=1, longer=2)),
]


@pytest.mark.parametrize(("name", "violate"), VIOLATIONS)
def test_database_refuses_what_the_constraint_forbids(name, violate):
    project = make_project(exec_blocks=1)

    # SQLite names the columns of a unique index where PostgreSQL names the constraint.
    refusal = f"{name}|UNIQUE constraint failed"
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        violate(project)


def test_every_named_constraint_is_violated_above():
    named = {
        constraint.name
        for model in apps.get_app_config("projects").get_models()
        for constraint in model._meta.constraints
    }

    assert named == {name for name, _ in VIOLATIONS}


@pytest.mark.parametrize(
    "model", [Project, ScienceGoal, GroupOUS, MemberOUS, SchedBlock, ExecBlock]
)
@pytest.mark.parametrize("field", ["ref", "uid"])
def test_ref_and_uid_are_unique_within_their_kind(model, field):
    make_project(members=2, exec_blocks=1)
    first = model.objects.first()
    value = {"ref": first.ref, "uid": first.uid or "uid://A001/X1/X1"}[field]
    model.objects.filter(pk=first.pk).update(**{field: value})
    other = model(ref="another", project=first.project) if model is not Project else model(ref="x")
    setattr(other, field, value)

    with pytest.raises(IntegrityError, match=field), transaction.atomic():
        other.save()


def test_one_uid_may_stand_on_things_of_two_kinds():
    project = make_project()
    uid = project.memberous_set.get().uid

    SchedBlock.objects.update(uid=uid)

    assert SchedBlock.objects.get().uid == MemberOUS.objects.get().uid


def test_many_things_may_have_no_uid_and_no_name():
    # Past the ingest, which calls what has no name by another one.
    project = make_project(members=0)
    for number in range(3):
        MemberOUS.objects.create(project=project, ref=f"local___{number}")
        SchedBlock.objects.create(project=project, ref=f"local___{number}")

    assert MemberOUS.objects.filter(uid=None, part_id="").count() == 3
    assert SchedBlock.objects.filter(uid=None, name="").count() == 3


def test_person_may_be_tied_again_after_the_former_tie_ended():
    project = make_project()
    tied_twice(project, "one", role="PI")
    Membership.objects.update(ends_at=timezone.now())

    tied_twice(project, "one", "two", role="COI")
    tied_twice(project, "one", role="PI")

    assert Membership.objects.count() == 4


@pytest.mark.parametrize("model", [Project, MemberOUS, SchedBlock])
def test_what_others_hang_on_is_not_deleted_by_accident(model):
    make_project(exec_blocks=1)

    with pytest.raises(ProtectedError):
        model.objects.all().delete()
