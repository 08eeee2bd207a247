"""The living world holds every case that makes a page worth opening."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.db.models import Count, F
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from deliveries.configured import Mirror
from deliveries.models import (
    AddedValue,
    ClockEntry,
    Delivery,
    DeliveryPlace,
    MissingFile,
    Notice,
    ProductFile,
)
from ingest.readers import Source, read_source
from projects.models import (
    Alias,
    Event,
    EventKind,
    ExecBlock,
    LivingThing,
    MemberOUS,
    Membership,
    Project,
    SchedBlock,
)
from projects.moves import MOVES
from projects.querysets.project import is_staff_viewer
from projects.states import Level
from qa.models import PipelineRun, QA0Decision, QA2Decision
from snoopi.demo.build import Built
from snoopi.demo.people import PEOPLE
from snoopi.demo.reading import take
from snoopi.demo.stories import STORIES
from snoopi.demo.story import Packed
from tests.demo.validity import is_valid

LIFE_CYCLE = sorted({word for pair in MOVES[Level.MEMBER_OUS] for word in pair})
PARTS = [part for story in STORIES for part in story.parts]
ACTS = [act for part in PARTS for act in part.decisions if not isinstance(act, Packed)]
DECISIONS = len(ACTS) + sum(len(part.judgements) for part in PARTS)


@pytest.fixture
def napi(observatory: Built) -> User:
    return User.objects.get(username="napi")


def of_napi(napi: User) -> list[Project]:
    return list(Project.objects.of_member(napi))


@pytest.mark.parametrize("state", LIFE_CYCLE)
def test_two_member_ous_at_least_are_in_each_state(napi: User, state: str) -> None:
    members = MemberOUS.objects.filter(project__in=of_napi(napi), state=state)

    assert members.count() >= 2


def test_one_project_is_directors_time_under_observation(napi: User) -> None:
    found = [project for project in of_napi(napi) if project.is_ddt and project.members_total]

    assert [project.state for project in found] == ["InProgress"]


@pytest.mark.parametrize(("flag", "count"), [("ForP2G", 2), ("trigger", 1)])
def test_blocks_wait_for_the_pi(napi: User, flag: str, count: int) -> None:
    waiting = SchedBlock.objects.filter(project__in=of_napi(napi), state="Waiting", state_flag=flag)

    assert waiting.count() == count


def test_large_programme_has_152_blocks(napi: User) -> None:
    large = [project for project in of_napi(napi) if str(project.code).endswith(".L")]

    assert [project.sched_blocks.count() for project in large] == [152]


def test_one_total_power_member_ous_has_100_executions(observatory: Built) -> None:
    counts = MemberOUS.objects.filter(array="TP").values_list("executions_count", flat=True)

    assert max(counts) == 100


def test_grade_a_project_was_carried_over(napi: User) -> None:
    back = Event.objects.filter(
        level=Level.MEMBER_OUS, kind=EventKind.STATE, frm="ObservingTimedOut", to="Ready"
    )

    told = [(e.project and e.project.grade, e.actor and e.actor.username) for e in back]

    assert told == [("A", "drm")]


def test_semipass_deliveries_are_there_one_of_them_timed_out(napi: User) -> None:
    found = MemberOUS.objects.filter(state="Delivered", qa2="SemiPass")

    timed_out = [
        Event.objects.filter(member_ous=member, to="ObservingTimedOut").exists() for member in found
    ]

    assert sorted(timed_out) == [False, True]


def test_decisions_show_the_people_who_took_them(observatory: Built) -> None:
    decided = Event.objects.filter(kind=EventKind.STATE, actor__isnull=False)

    people = Counter(event.actor.username for event in decided if event.actor)

    assert observatory.decisions == DECISIONS
    assert people == {"drm": 9, "reducer": 4, "qa": 16, "aod": 1}


def test_accounts_are_made_without_a_password(observatory: Built) -> None:
    users = User.objects.filter(is_demo=True).order_by("pk")

    assert [user.username for user in users] == [person.username for person in PEOPLE]
    assert [user.has_usable_password() for user in users] == [False] * len(users)
    assert [user.username for user in users if is_staff_viewer(user)] == [
        "aod",
        "reducer",
        "qa",
        "drm",
        "cs",
        "arc",
        "admin",
    ]


def test_all_projects_are_marked_as_demonstration(observatory: Built) -> None:
    assert Project.objects.filter(is_demo=False).count() == 0
    assert Project.objects.filter(is_demo=True).count() == 44 + 16 + 7


def test_nothing_was_rejected_and_no_mail_was_sent(observatory: Built) -> None:
    assert observatory.report.rejected == []
    assert mail.outbox == []


def test_nothing_happened_in_the_future(observatory: Built) -> None:
    ahead = Event.objects.filter(at__gt=timezone.now() + timedelta(minutes=1))

    assert ahead.count() == 0


@pytest.mark.parametrize("model", [Project, MemberOUS, SchedBlock])
def test_histories_lead_from_state_to_state_up_to_the_present(
    observatory: Built, model: type[LivingThing]
) -> None:
    events = Event.objects.filter(level=model.LEVEL, kind=EventKind.STATE, for_staff=True)
    steps: dict[int, list[tuple[str, str]]] = {}
    for event in events.select_related(model.LEVEL).order_by("at", "pk"):
        steps.setdefault(event.subject.pk, []).append((event.frm, event.to))

    broken = {
        pk: found
        for pk, found in steps.items()
        if [to for _, to in found[:-1]] != [frm for frm, _ in found[1:]]
    }
    states = dict(model._default_manager.values_list("pk", "state"))

    assert broken == {}
    assert {pk: found[-1][1] for pk, found in steps.items()} == states


@pytest.mark.parametrize("model", [MemberOUS, SchedBlock, ExecBlock])
def test_everything_stands_on_the_sky_in_a_band(
    observatory: Built, model: type[MemberOUS | SchedBlock | ExecBlock]
) -> None:
    rows = model._default_manager.values_list("ra_deg", "dec_deg", "rep_freq_ghz", "bands")

    assert [row for row in rows if not is_valid(*row)] == []


def test_executions_take_between_half_an_hour_and_two(observatory: Built) -> None:
    minutes = [run.duration_min or 0 for run in ExecBlock.objects.all()]

    assert 30 < min(minutes) < max(minutes) < 120


def test_counts_agree_with_the_states(observatory: Built) -> None:
    complete = SchedBlock.objects.filter(state="FullyObserved")

    lacking = [
        block.name
        for block in complete
        if block.executions_passed < (block.executions_expected or 0)
    ]

    # The one that was declared fully observed, with a reason.
    assert lacking == ["NGC253_c_06_7M"]


def test_delivered_data_have_dates_and_antennas(observatory: Built) -> None:
    delivered = MemberOUS.objects.filter(state="Delivered")
    known = delivered.filter(clock_kept_at=None)

    undated = delivered.filter(delivered_at=None) | delivered.filter(release_date=None)
    nameless = ExecBlock.objects.filter(antenna_names="")

    assert (undated.count(), nameless.count()) == (0, 0)
    assert known.exclude(qa2_passed=True).count() == 0


def counted() -> dict[str, object]:
    models = (
        *(Project, MemberOUS, SchedBlock, ExecBlock, Event, Membership, Alias),
        *(ProductFile, PipelineRun, QA2Decision, Delivery, DeliveryPlace, MissingFile),
        *(ClockEntry, AddedValue, Notice),
    )
    states = MemberOUS.objects.values_list("state").order_by("state")
    return {
        **{model.__name__: model._default_manager.count() for model in models},
        "states": list(states.annotate(Count("pk"))),
    }


def test_same_files_again_change_nothing_and_undo_no_decision(observatory: Built) -> None:
    before = counted()
    tables = {"cycles.csv", "configurations.csv"}
    found = (path for path in observatory.folder.rglob("*.*") if path.name not in tables)
    files = sorted(found, key=lambda path: (path.suffix != ".json", path))
    data_sets = [path for path in files if path.suffix == ".tar"]
    # Data sets take longest to read, and are read by one way.
    again = [path for path in files if path not in data_sets[10:]]
    packages = [package.folder for package in observatory.packages]

    reports = [take(read_source(Source.from_path(path))) for path in (*again, *packages)]

    assert (len(files), len(data_sets) > 100) == (observatory.files, True)
    assert counted() == before
    assert [report.counts()["updated"] for report in reports] == [{}] * len(reports)


def test_command_makes_it_anew_the_same_and_keeps_accounts(
    observatory: Built, tmp_path: Path, settings: Settings
) -> None:
    before = counted()
    accounts = set(User.objects.values_list("pk", "username"))
    output = StringIO()
    # The files of today are other files: those of the tests beside stay as they are.
    settings.DATA_DIR = tmp_path / "store"
    settings.ARC_MIRRORS = tuple(
        Mirror(mirror.name, str(tmp_path / mirror.name)) for mirror in settings.ARC_MIRRORS
    )

    call_command("demo", folder=tmp_path / "demo", stdout=output)

    lines = [line.partition(" UTC ")[2] for line in output.getvalue().splitlines()]
    assert lines[1] == "67 projects of an earlier run were replaced"
    assert lines[-1] == f"{DECISIONS} decisions taken, 0 records rejected"
    assert counted() == before
    assert set(User.objects.values_list("pk", "username")) == accounts


def test_executions_were_judged_by_people_at_times_after_their_ends(napi: User) -> None:
    found = QA0Decision.objects.filter(exec_block__project__in=of_napi(napi))

    assert Counter(found.values_list("outcome", flat=True)) == {
        "Pending": 2,
        "Fail": 1,
        "SemiPass": 1,
        "Pass": 1,
    }
    runs = {decision.exec_block for decision in found}
    assert not found.filter(at__lte=F("exec_block__end")).exists()
    assert {run.qa0_decided_at for run in runs} == {
        max(run.qa0_decisions.values_list("at", flat=True)) for run in runs
    }


def test_pi_has_delegated_a_project_until_a_day_and_the_delegee_was_mailed(observatory):
    tie = Membership.objects.get(project__is_demo=True, given_by__isnull=False)

    assert (tie.user.username, tie.kind, tie.given_by.username) == ("delegee", "PHASE2", "napi")
    assert (tie.is_current(), tie.ends_at is None) == (True, False)
    told = Event.objects.get(project=tie.project, person=tie.user, actor=tie.given_by)
    assert (told.to, told.at) == ("Delegee PHASE2", tie.created_at)
    mail = Notice.objects.get(kind="delegation", recipient=tie.user)
    assert (mail.project, mail.state) == (tie.project, "sent")
