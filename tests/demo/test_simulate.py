"""The simulated observatory: as large as asked, valid, and the same for the same seed."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Model

from projects.models import Event, ExecBlock, GroupOUS, MemberOUS, Project, SchedBlock, ScienceGoal
from projects.rollup import project_following, rolled_up
from projects.services.executions import recount_executions
from snoopi.demo.cycles import CYCLES
from snoopi.demo.simulate import simulate
from tests.demo.validity import is_valid
from tests.factories import make_project

pytestmark = pytest.mark.django_db
MODELS: tuple[type[Model], ...] = (
    Project,
    ScienceGoal,
    GroupOUS,
    MemberOUS,
    SchedBlock,
    ExecBlock,
    Event,
)


@pytest.fixture
def simulated(db: None) -> dict[str, int]:
    return dict(simulate(40, seed=7))


def content() -> list[object]:
    """All that a seed decides: everything but the ids and when it was written."""
    return [
        list(Project.objects.order_by("ref").values_list("ref", "state", "state_since", "grade")),
        list(MemberOUS.objects.order_by("ref").values_list("ref", "state", "ra_deg", "qa2")),
        list(SchedBlock.objects.order_by("ref").values_list("ref", "name", "executions_passed")),
        list(ExecBlock.objects.order_by("ref").values_list("ref", "start", "end", "qa0")),
        list(Event.objects.order_by("pk").values_list("level", "at", "to", "public_to")),
    ]


def test_rows_are_counted_as_they_are(simulated: dict[str, int]) -> None:
    counts = [model._default_manager.count() for model in MODELS]

    assert list(simulated.values()) == counts


@pytest.mark.parametrize(
    ("kind", "each"),
    [("science_goal", 3), ("member_ous", 8), ("sched_block", 10), ("exec_block", 40)],
)
def test_a_project_has_about_so_many_of_each(
    simulated: dict[str, int], kind: str, each: int
) -> None:
    assert simulated[kind] / 40 == pytest.approx(each, rel=0.25)


def test_same_seed_makes_the_same_observatory(simulated: dict[str, int]) -> None:
    first = content()
    for model in (Event, ExecBlock, SchedBlock, MemberOUS, GroupOUS, ScienceGoal, Project):
        model._default_manager.all().delete()

    simulate(25, seed=7)
    simulate(15, seed=7)

    assert content()[:4] == first[:4]


def test_another_seed_makes_another(simulated: dict[str, int]) -> None:
    known = set(Project.objects.values_list("grade", "state_since"))

    simulate(40, seed=8)

    assert Project.objects.count() == 80
    assert known.isdisjoint(Project.objects.values_list("grade", "state_since")[:40]) is False


def test_codes_are_of_real_cycles(simulated: dict[str, int]) -> None:
    cycles = set(Project.objects.values_list("cycle", flat=True))

    assert cycles <= set(CYCLES)
    assert Project.objects.filter(is_demo=False).count() == 0


@pytest.mark.parametrize("model", [MemberOUS, SchedBlock, ExecBlock])
def test_everything_stands_on_the_sky_in_a_band(
    simulated: dict[str, int], model: type[MemberOUS | SchedBlock | ExecBlock]
) -> None:
    rows = model._default_manager.values_list("ra_deg", "dec_deg", "rep_freq_ghz", "bands")

    assert [row for row in rows if not is_valid(*row)] == []


def test_executions_run_forward_inside_their_parents(simulated: dict[str, int]) -> None:
    runs = ExecBlock.objects.all()

    assert runs.filter(end__lte=F("start")).count() == 0
    assert runs.exclude(member_ous=F("sched_block__member_ous")).count() == 0
    assert runs.exclude(project=F("sched_block__project")).count() == 0


def test_counts_are_what_a_recount_finds(simulated: dict[str, int]) -> None:
    counts = ("pk", "executions_passed", "executions_count", "executions_expected")
    before = [list(model.objects.values_list(*counts)) for model in (MemberOUS, SchedBlock)]

    events = recount_executions(
        sched_block_ids=SchedBlock.objects.values_list("pk", flat=True),
        member_ous_ids=MemberOUS.objects.values_list("pk", flat=True),
    )

    after = [list(model.objects.values_list(*counts)) for model in (MemberOUS, SchedBlock)]
    assert (events, after) == ([], before)


def test_states_above_follow_from_the_member_ous(simulated: dict[str, int]) -> None:
    groups = {
        group: (group.state, rolled_up(m.state for m in group.member_ous_set.all()))
        for group in GroupOUS.objects.prefetch_related("member_ous_set")
    }
    projects = [
        (project.state, project_following(project.state, [m.state for m in members]))
        for project in Project.objects.prefetch_related("memberous_set")
        for members in [project.memberous_set.all()]
    ]

    assert [pair for pair in groups.values() if pair[0] != pair[1]] == []
    assert [pair for pair in projects if pair[1] is not None] == []


def test_members_past_ready_have_an_execution_that_passed(simulated: dict[str, int]) -> None:
    idle = ("Ready", "NotObserved", "ObservingTimedOut")

    bare = MemberOUS.objects.exclude(state__in=idle).filter(executions_passed=0)

    assert bare.count() == 0


def test_delivered_member_ous_have_verdict_and_release_date(simulated: dict[str, int]) -> None:
    delivered = MemberOUS.objects.filter(state="Delivered")

    assert delivered.filter(qa2=None).count() == 0
    assert delivered.filter(release_date__lte=F("delivered_at")).count() == 0
    per_project = delivered.values("project_id").annotate(n=Count("pk")).order_by()
    found = dict(per_project.values_list("project_id", "n"))
    assert found == dict(
        Project.objects.filter(members_delivered__gt=0).values_list("pk", "members_delivered")
    )


def test_new_rows_go_on_with_ids_after_the_simulated(simulated: dict[str, int]) -> None:
    last = Project.objects.order_by("-pk")[0].pk

    project = make_project("2013.1.00001.S")

    assert project.pk > last


def test_nothing_is_mailed(simulated: dict[str, int]) -> None:
    assert mail.outbox == []


@pytest.mark.parametrize("number", ["0", "-1", "many", "1300001"])
def test_command_refuses_numbers_it_cannot_make(number: str) -> None:
    with pytest.raises(CommandError, match="a number from 1 to 1300000"):
        call_command("simulate", f"--projects={number}", stdout=StringIO())


def test_command_says_what_it_made_in_utc() -> None:
    output = StringIO()

    call_command("simulate", "--projects=3", "--seed=5", stdout=output)

    assert " UTC made 3 project, " in output.getvalue()
    assert Project.objects.count() == 3
