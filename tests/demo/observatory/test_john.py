"""John Smith's world comes out exactly as the talk shows it."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from projects.lookup import find
from projects.models import Event, EventKind, ExecBlock, MemberOUS, Project, SchedBlock
from projects.presentation import executions
from qa.calibrated import calibrations_of
from qa.presentation import report_of
from snoopi.demo.build import Built
from snoopi.demo.talk_packages import SHOWN
from snoopi.demo.uids import RESERVED
from snoopi.pages.news import news_for

SGRB2, W51 = "2013.1.00269.S", "2013.1.00308.S"
SEVEN_METER = "uid://A001/X121/X4bc"
# Role: projects active and in all, SBs active and in all; DEMO's tiles.
TILES = {"PI": (5, 8, 9, 9), "COI": (22, 34, 58, 60), "DELEGEE": (0, 2, 0, 2)}
NEWS = [
    ("2015-10-23", W51, "Member OUS (w51)", "Delivered"),
    ("2015-08-30", W51, "w51_a_06_TE", "FullyObserved"),
    ("2015-07-02", SGRB2, "SgrB2_a_03_TE", "FullyObserved"),
]
# The order of the talk's tree.
TREE = [
    ("Member OUS (SgrB2)", "SgrB2_a_03_TP"),
    ("Member OUS (SgrB2)", "SgrB2_a_03_TC"),
    ("Member OUS (SgrB2)", "SgrB2_a_03_7M"),
    ("Member OUS (query)", "3c454.3_SgrB2_a_03_TP"),
    ("Member OUS (SgrB2)", "SgrB2_a_03_TE"),
]
EXECUTIONS = [
    ("uid://A002/X85dcf7/Xefe", "2014-07-03 05:59:44", "64.07", "Pass"),
    ("uid://A002/X85dcf7/Xc7c", "2014-07-03 04:39:10", "64.49", "Pass"),
    ("uid://A002/X85c183/X1434", "2014-07-02 06:49:28", "70.38", "Pass"),
    ("uid://A002/X85b7b2/Xb3", "2014-07-01 07:02:06", "70.18", "Pass"),
]
# Everything else is invented and says so by its UID.
KNOWN_UIDS = {
    "uid://A001/X121/X4b6",
    "uid://A001/X121/X4b7",
    "uid://A001/X147/X92",
    SEVEN_METER,
    *(uid for uid, *_ in EXECUTIONS),
}


@pytest.fixture
def john(observatory: Built) -> User:
    return User.objects.get(username="jsmith")


@pytest.mark.parametrize("role", TILES)
def test_tiles_of_each_role_are_those_of_the_talk(john: User, role: str) -> None:
    projects = Project.objects.visible_to(john).in_role(john, role)
    blocks = SchedBlock.objects.visible_to(john).filter(project__in=projects)

    counts = (
        projects.active().count(),
        projects.count(),
        blocks.of_active_projects().count(),
        blocks.count(),
    )

    assert counts == TILES[role]


def test_account_of_john_is_european_and_was_last_here_in_july(john: User) -> None:
    facts = (john.name, john.executive, john.arc, john.news_seen_at)

    assert facts == ("John Smith", "EU", "EU", datetime(2015, 7, 2, tzinfo=UTC))


def test_news_since_the_last_visit_are_the_three_of_the_talk(john: User) -> None:
    items = [item for _, day in news_for(john).days for item in day]

    told = [
        (
            f"{item.at:%Y-%m-%d}",
            item.project.code,
            getattr(item.subject, "name", ""),
            item.told.to,
        )
        for item in items
    ]
    assert told == NEWS


def test_nothing_in_johns_world_is_newer_than_the_newest_news(john: User) -> None:
    events = Event.objects.visible_to(john).exclude(kind=EventKind.MEMBERSHIP)

    newest = events.order_by("-at").values_list("at", flat=True)[0]

    assert newest == datetime(2015, 10, 23, 13, 47, tzinfo=UTC)


def test_tree_of_sgrb2_is_that_of_the_talk(observatory: Built) -> None:
    members = MemberOUS.objects.filter(project__code=SGRB2).order_by("pk")

    rows = [(member.name, member.sched_blocks.get().name) for member in members]
    above = {
        (member.group_ous.uid, member.science_goal.uid, member.science_goal.name)
        for member in members
        if member.group_ous and member.science_goal
    }

    assert rows == TREE
    assert above == {
        (
            "uid://A001/X121/X4b7",
            "uid://A001/X121/X4b6",
            "SG OUS (CH3CN 5-4 & isotopologues)",
        )
    }
    assert [member.uid for member in members][:3:2] == ["uid://A001/X147/X92", SEVEN_METER]


def test_project_of_sgrb2_is_in_progress_under_its_title(observatory: Built) -> None:
    project = Project.objects.get(code=SGRB2)

    title = "Observing the centre of the galaxy with ALMA"
    assert (project.state, project.title, project.is_demo) == ("InProgress", title, True)


def test_seven_meter_block_shows_the_numbers_of_its_panel(observatory: Built) -> None:
    block = SchedBlock.objects.get(name="SgrB2_a_03_7M")

    member = block.member_ous
    assert member is not None
    assert member.science_goal is not None
    assert member.uid == SEVEN_METER
    assert member.science_goal.asked["goal"] == (
        "7m observations of my most favourite objects in the whole Universe"
    )
    assert (block.bands, block.array, block.rep_freq_ghz) == ([3], "7m", 91.28)
    # A thousandth of a second of time, and of an arcsecond.
    assert block.ra_deg == pytest.approx((17 + 47 / 60 + 19.438 / 3600) * 15, abs=1e-6)
    assert block.dec_deg == pytest.approx(-(28 + 23 / 60 + 29.780 / 3600), abs=1e-7)
    assert block.state == "FullyObserved"
    assert str(executions(block)) == "4 / 4"


def test_executions_of_seven_meter_block_last_to_the_hundredth_of_a_minute(
    observatory: Built,
) -> None:
    runs = ExecBlock.objects.filter(sched_block__name="SgrB2_a_03_7M").newest_first()

    rows = [(run.uid, f"{run.end:%F %T}", f"{run.duration_min:.2f}", run.qa0) for run in runs]

    assert rows == EXECUTIONS
    assert len(runs[0].antennas) == 10


def test_what_is_invented_says_so_by_its_uid(observatory: Built) -> None:
    models = (MemberOUS, SchedBlock, ExecBlock)

    uids = {uid for model in models for uid in model.objects.values_list("uid", flat=True)}
    uids |= set(Project.objects.values_list("uid", flat=True))

    packages = {uid for one in SHOWN for uid in (one.member_uid, *one.executions) if uid}
    weblog = {"uid://A001/X1296/X499", "uid://A001/X1296/X47f"}
    assert {uid for uid in uids if RESERVED not in str(uid)} == packages | weblog | KNOWN_UIDS - {
        "uid://A001/X121/X4b6",
        "uid://A001/X121/X4b7",
    }


@pytest.mark.parametrize("code", [SGRB2, W51])
def test_contact_scientist_of_the_talks_projects_is_named(observatory: Built, code: str) -> None:
    project = Project.objects.get(code=code)

    assert str(project.contact_scientist) == "Demo Contact"


def test_status_uid_of_a_block_leads_to_it(observatory: Built) -> None:
    block = SchedBlock.objects.get(name="w51_a_06_TE")

    status_uid = str(block.uid).replace("/X2", "/X3")

    assert find(SchedBlock.objects.all(), status_uid) == block


def test_talks_execution_stands_to_the_calibrations_of_the_array(observatory):
    block = ExecBlock.objects.select_related("report", "sched_block").get(
        uid="uid://A002/X85dcf7/Xefe"
    )

    held = calibrations_of(block, report_of(block))

    assert {one.kind.value: one.standing.value for one in held} == {
        **dict.fromkeys(("baselines", "delays", "pointing", "fluxes"), "valid"),
        "focus": "stale",
        "beams": "missing",
    }
