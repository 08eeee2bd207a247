"""The packages of the talk, with its numbers; those of today, at every place."""

import tarfile
from collections import Counter
from itertools import combinations
from math import dist, sqrt
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from deliveries.models import ProductFile
from projects.models import ExecBlock, MemberOUS, Project, SchedBlock
from qa.models import PipelineRun
from snoopi.demo.build import Built
from snoopi.demo.compose import Composer
from snoopi.demo.observing import observed
from snoopi.demo.packages import places
from snoopi.demo.talk_packages import MANUAL, READ_ME, SHOWN
from snoopi.demo.weblog import SESSIONS, TURNS, WEBLOG_CODE, WEBLOG_UID, weblog_project


@pytest.fixture
def weblog(observatory: Built) -> MemberOUS:
    return MemberOUS.objects.get(uid=WEBLOG_UID)


def test_run_of_the_weblog_has_the_talks_versions_and_times(weblog: MemberOUS) -> None:
    run = PipelineRun.objects.get(member_ous=weblog)

    assert (run.recipe, run.casa_version, run.pipeline_version, run.generation) == (
        "hifa_calimage",
        "5.1.1-5 r40000",
        "40896 (Pipeline-CASA51-P2-B)",
        1,
    )
    assert f"{run.started_at:%F %T}, {run.ended_at:%F %T}" == (
        "2017-11-10 13:12:52, 2017-11-10 19:26:19"
    )
    assert run.processing_s == 6 * 3600 + 13 * 60 + 27


def test_stages_of_the_weblog_have_the_talks_scores(weblog: MemberOUS) -> None:
    stages = PipelineRun.objects.get(member_ous=weblog).facts().stages

    odd = {stage.number: (stage.score, stage.reason) for stage in stages if stage.score != 1.0}
    assert [stage.number for stage in stages] == [*range(1, 36)]
    assert odd == {9: (None, "No QA"), 16: (0.84, "X-Y deviation"), 17: (0.99, "")}
    assert [stages[number - 1].name for number in (1, 6, 9, 16, 17, 20, 26, 35)] == [
        "hifa_importdata",
        "h_tsyscal",
        "hifa_wvrgcalflag",
        "hifa_timegaincal",
        "hif_applycal",
        "hif_makeimages",
        "hif_findcont",
        "hif_makeimages",
    ]


def test_images_of_stage_20_have_the_talks_beams_and_noise(weblog: MemberOUS) -> None:
    images = PipelineRun.objects.get(member_ous=weblog).facts().achieved

    told = [
        (
            one.window,
            one.frequency_ghz,
            one.beam_major_arcsec,
            one.beam_minor_arcsec,
            one.sensitivity_mjy,
        )
        for one in images
    ]
    assert told == [
        ("16", 223.5004, 7.06, 5.24, 0.49),
        ("18", 225.3654, 7.00, 5.17, 0.44),
        ("20", 239.2502, 6.64, 4.82, None),
    ]
    assert {(one.source, one.intent, one.stage) for one in images} == {("J0019+2021", "PHASE", 20)}


def test_sessions_of_the_weblog_are_its_executions(weblog: MemberOUS) -> None:
    runs = ExecBlock.objects.filter(member_ous=weblog).order_by("start")

    told = [(f"{run.start:%FT%T}", f"{run.end:%FT%T}", len(run.antennas)) for run in runs]
    block = SchedBlock.objects.get(member_ous=weblog)
    assert told == [
        (start, end, antennas)
        for (start, end, *_), antennas in zip(SESSIONS, (11, 11, 10), strict=True)
    ]
    assert (block.uid, block.bands, block.array) == ("uid://A001/X1296/X47f", [6], "7m")


def test_array_of_the_weblog_has_the_talks_baselines() -> None:
    plan = weblog_project(Composer(1))
    member, block = plan.members[0], plan.blocks[0]

    told = []
    for run in block.executions:
        places_m = [(one.x_m, one.y_m, one.z_m) for one in observed(member, block, run).antennas]
        lengths = [dist(*pair) for pair in combinations(places_m, 2)]
        rms = sqrt(sum(length**2 for length in lengths) / len(lengths))
        told.append((len(lengths), f"{min(lengths):.1f}", f"{max(lengths):.1f}", f"{rms:.1f}"))

    assert told == [
        (55, "8.9", "48.9", "27.3"),
        (55, "8.9", "48.9", "27.3"),
        (45, "8.9", "48.9", "28.6"),
    ]


def test_weblogs_times_on_source_are_the_talks() -> None:
    on_source = Counter[str]()
    for turn in TURNS:
        on_source["target" if "OBSERVE_TARGET" in turn.intents else "rest"] += round(
            turn.subscans * turn.seconds
        )

    assert on_source["target"] == 49 * 60 + 57
    assert sum(on_source.values()) == 3600 + 14 * 60 + 20


def test_weblogs_tar_names_the_sizes_of_its_data(weblog: MemberOUS) -> None:
    (found,) = ProductFile.objects.filter(member_ous=weblog, kind="weblog")

    with tarfile.open(settings.DATA_DIR / weblog.ref / "1" / found.path) as tar:
        page = tar.extractfile("pipeline-20171110T131234/html/t1-1.html")
        text = page.read().decode() if page else ""

    assert [text.count(size) for size in ("2.1 GB", "836.9 MB", "1.8 GB", "713.2 MB")] == [
        *(2, 2, 1, 1)
    ]


# code: how many files of each class
CLASSES = {
    "2015.1.02572.S": {"readme": 1, "script": 2},
    "2016.1.00484.L": {"product": 1, "raw": 2},
    "2016.1.01100.S": {
        "product": 1,
        "auxiliary": 1,
        "raw": 1,
        "readme": 1,
        "qa": 1,
        "script": 6,
        "calibration": 7,
        "log": 1,
    },
    "2017.1.05267.S": {
        "readme": 1,
        "calibration": 6,
        "log": 1,
        "product": 7,
        "qa": 1,
        "script": 6,
    },
    "2018.1.00306.S": {
        "product": 40,
        "auxiliary": 1,
        "readme": 1,
        "calibration": 15,
        "log": 1,
        "qa": 7,
        "script": 6,
        "raw": 3,
    },
    "2018.1.05432.S": {"calibration": 6, "log": 5, "product": 10, "qa": 16, "script": 11},
}


@pytest.mark.parametrize("code", CLASSES)
def test_packages_of_the_talk_have_its_files_by_class(observatory: Built, code: str) -> None:
    files = ProductFile.objects.filter(project__code=code)

    assert Counter(files.values_list("file_class", flat=True)) == CLASSES[code]
    assert files.filter(kind="").count() == 0


def test_packages_of_the_talk_hang_where_it_says(observatory: Built) -> None:
    told = {
        shown.code: (member.uid, member.group_ous.uid, member.science_goal.uid)
        for shown in SHOWN
        for member in MemberOUS.objects.filter(project__code=shown.code)
        if member.group_ous and member.science_goal
    }

    for shown in SHOWN:
        wanted = (shown.member_uid, shown.group_uid, shown.goal_uid)
        assert all(uid in ("", has) for uid, has in zip(wanted, told[shown.code], strict=True))


def test_all_packages_of_the_talk_are_public_and_whose_they_are_is_nobodys(
    observatory: Built,
) -> None:
    codes = [*(shown.code for shown in SHOWN), WEBLOG_CODE]
    john, napi = (User.objects.get(username=name) for name in ("jsmith", "napi"))

    projects = Project.objects.filter(code__in=codes)

    assert set(projects.values_list("state", flat=True)) == {"Completed"}
    assert projects.in_archive().count() == len(codes)
    assert [projects.visible_to(user).count() for user in (john, napi)] == [0, 0]


def test_read_me_of_cycle_3_is_the_talks(observatory: Built) -> None:
    member = MemberOUS.objects.get(project__code=READ_ME.code)

    text = (settings.DATA_DIR / member.ref / "1" / f"member.{member.ref}.README.txt").read_text()

    assert text.splitlines()[:7] == [
        "Project code: 2015.1.02572.S",
        "PI name: Bob Hops",
        "Project title: A first look at Space",
        "Configuration: 0.241 km",
        "Proposed rms:",
        'Proposed beam size: 3.44"',
        "CASA version: 4.7.2",
    ]
    assert 'Beam= 4.33" by 2.59"' in text


def test_pictures_of_the_manual_package_are_pictures(observatory: Built) -> None:
    member = MemberOUS.objects.get(uid=MANUAL.member_uid)

    plots = ProductFile.objects.filter(member_ous=member, kind="QA2 plot")

    folder = Path(settings.DATA_DIR) / member.ref / "1"
    heads = {(folder / plot.path).read_bytes()[:8] for plot in plots}
    assert (plots.count(), heads) == (9, {b"\x89PNG\r\n\x1a\n"})


def test_every_file_of_a_package_is_at_every_place_but_the_one_that_a_mirror_lacks(
    observatory: Built,
) -> None:
    missing = [
        (root.name, path.rpartition(".hifa_calimage.")[2])
        for package in observatory.packages
        for root in places()
        for path, data in package.files.items()
        if not _is_there(package.below(root) / path, data)
    ]

    assert len(places()) == 3
    assert missing == [("mirror-NA", "weblog.tgz")]


def _is_there(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data
