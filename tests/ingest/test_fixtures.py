"""Real files, whole: what stands in the database afterwards, and nothing more the second time."""

import re
from pathlib import Path

import pytest

from deliveries.models import ProductFile
from ingest.readers import Source, expand
from ingest.report import Report
from ingest.services import run_source
from projects.lookup import find
from projects.models import (
    ExecBlock,
    GroupOUS,
    MemberOUS,
    Project,
    SchedBlock,
    ScienceGoal,
    Tracked,
)
from tests.ingest.bundles import everything

pytestmark = [pytest.mark.fixtures, pytest.mark.django_db]
LEVELS: tuple[type[Tracked], ...] = (
    Project,
    ScienceGoal,
    GroupOUS,
    MemberOUS,
    SchedBlock,
    ExecBlock,
)

# Projects, science goals, groups, member OUSs, SBs, EBs; None: the facts do not say.
COUNTS = {
    "archive_votable/m83_March25_2015.votable.xml": (5, 0, 0, 12, 0, 88),
    "archive_votable/ngc4945.xml": (11, 0, 12, 17, 17, 17),
    "archive_votable/alma-shapes.xml": (5, 0, 0, 0, 0, 0),
    "archive_votable/alma-onerow.txt": (1, 0, None, 1, None, None),
    "archive_votable/alma-empty.txt": (0, 0, 0, 0, 0, 0),
    "archive_tables/survey_BH.tsv": (1, 0, 7, 12, 12, None),
    "archive_tables/qso_metadata.csv": (10, 0, None, 23, 23, None),
    "apdm/2012.1.00501.S": (1, 3, 3, 6, 6, 0),
    "apdm/aot/Fake.aot": (1, None, None, 1, 1, 0),
    "apdm/aot/R80m39.aot": (1, None, None, 4, 4, 0),
    "apdm/aot/R80t37.aot": (1, None, None, 3, 3, 0),
    "apdm/aot/R81d01.aot": (1, None, None, 27, 27, 0),
    "apdm/APDM13Template": (1, None, None, None, 1, 0),
    "apdm/R81Template": (1, None, None, None, 1, 0),
    # 558 rows, 541 of them with the full chain; 17 lack goal and group.
    "hierarchy/ms_file_key.txt": (11, 130, 130, 217, 0, 558),
    "package_tree/script.md": (1, 0, 0, 2, 0, 9),
}


def ingest(path: Path) -> Report:
    """Read a real file or folder as the command does."""
    report = Report()
    for source in expand(Source.from_path(path)):
        report.add(run_source(source)[1])
    return report


def counts() -> list[int]:
    """Rows on every level, from the top."""
    return [model._default_manager.count() for model in LEVELS]


@pytest.mark.parametrize("name", COUNTS)
def test_file_gives_the_rows_of_its_facts_and_nothing_the_second_time(fixtures_dir, name):
    report = ingest(fixtures_dir / name)

    found = counts()
    wanted = COUNTS[name]
    known = [index for index, count in enumerate(wanted) if count is not None]
    assert [found[index] for index in known] == [wanted[index] for index in known]
    assert report.rejected == []
    before = everything()
    again = ingest(fixtures_dir / name)
    assert (again.created.total(), again.updated.total()) == (0, 0)
    assert everything() == before


def test_m83_executions_stand_under_their_member_ouss(fixtures_dir):
    ingest(fixtures_dir / "archive_votable/m83_March25_2015.votable.xml")

    def under(uid: str) -> int:
        return ExecBlock.objects.filter(member_ous__uid=uid).count()

    assert under("uid://A002/X5a9a13/X68b") == 31
    assert under("uid://A002/X788a57/X43") == 16
    assert ExecBlock.objects.filter(project__code="2012.1.00762.S").count() == 52
    assert ExecBlock.objects.filter(member_ous=None).count() == 0
    delivered = MemberOUS.objects.filter(state="Delivered")
    assert delivered.filter(release_date=None).count() == 0
    assert set(delivered.values_list("delivered_at", flat=True)) == {None}
    assert MemberOUS.objects.filter(release_date=None).exclude(state=None).count() == 0


def test_ngc4945_has_names_shared_by_blocks_and_its_first_release(fixtures_dir):
    ingest(fixtures_dir / "archive_votable/ngc4945.xml")

    names = set(SchedBlock.objects.values_list("name", flat=True))
    first = MemberOUS.objects.get(uid="uid://A002/X327408/X248")
    assert (SchedBlock.objects.count(), len(names)) == (17, 14)
    assert (first.project.code, f"{first.release_date:%Y-%m-%d %H:%M}") == (
        "2011.0.00121.S",
        "2013-08-21 00:00",
    )
    assert ExecBlock.objects.get(uid="uid://A002/X41e287/Xd1").bands == [7]


def test_plan_stands_in_the_states_of_its_status_documents(fixtures_dir):
    report = ingest(fixtures_dir / "apdm/2012.1.00501.S")

    project = Project.objects.get()
    assert (project.code, project.state) == ("2012.1.00501.S", "InProgress")
    assert find(Project.objects.all(), "uid://A001/Xa0/Xb45") == project
    assert states(MemberOUS) == {"Ready": 4, "PartiallyObserved": 2}
    assert states(SchedBlock) == {"Ready": 6}
    assert states(GroupOUS) == {"Ready": 1, "PartiallyObserved": 2}
    assert {goal.name for goal in ScienceGoal.objects.all()} == {
        "SG OUS (Boomerang band 3)",
        "SG OUS (Boomerang band 7 )",
        "SG OUS (Boomerang CO(1-0) mosaic)",
    }
    assert report.superseded.total() > 0
    superseded = ("Boomerang_115_TP_Cal", "Boomerang_115_TP_Science")
    assert SchedBlock.objects.filter(name__in=superseded).count() == 0


def states(model: type[MemberOUS] | type[SchedBlock] | type[GroupOUS]) -> dict[str, int]:
    """How many rows stand in each state."""
    words = list(model._default_manager.values_list("state", flat=True))
    return {str(word): words.count(word) for word in words}


def test_plans_without_a_code_are_drafts_of_their_own(fixtures_dir):
    for name in ("R80m39", "R81d01", "Fake"):
        ingest(fixtures_dir / f"apdm/aot/{name}.aot")

    refs = sorted(Project.objects.values_list("ref", flat=True))
    assert refs[0] == "2010.3.99007.CSV"
    assert [bool(re.fullmatch(r"DRAFT-[0-9a-f]{12}", ref)) for ref in refs[1:]] == [True, True]
    per_member = [row.sched_blocks.count() for row in MemberOUS.objects.all()]
    assert set(per_member) == {1}


def test_full_paths_of_the_file_key_give_the_facts(fixtures_dir, tmp_path):
    key = (fixtures_dir / "hierarchy/ms_file_key.txt").read_text()
    rows = [line.split()[-1] for line in key.splitlines() if line.strip() and line[0] != "#"]
    paths = [path for path in rows if "/science_goal." in path]
    assert (len(rows), len(paths)) == (558, 541)
    assert sum(not path.startswith("20") for path in paths) == 18
    listing = tmp_path / "paths.txt"
    listing.write_text("\n".join(paths))

    report = ingest(listing)

    assert counts() == [11, 130, 130, 214, 0, 541]
    assert (report.created["product_file"], report.rejected) == (541, [])
    assert MemberOUS.objects.filter(science_goal=None).count() == 0
    assert MemberOUS.objects.exclude(state=None).count() == 0
    assert ExecBlock.objects.filter(member_ous=None).count() == 0


def test_paths_without_goal_and_group_leave_them_unknown(fixtures_dir):
    ingest(fixtures_dir / "hierarchy/ms_file_key.txt")

    unknown = MemberOUS.objects.filter(science_goal=None, group_ous=None)
    assert {str(member) for member in unknown} == {
        f"uid://A001/X2fe/X{last}" for last in ("36", "40", "4a")
    }
    assert ExecBlock.objects.filter(member_ous__in=unknown).count() == 17


def test_package_tree_has_the_files_of_its_facts(fixtures_dir):
    ingest(fixtures_dir / "package_tree/script.md")

    files = ProductFile.objects.all()
    assert files.filter(name__regex=r"\.fits(\.gz)?$").count() == 87
    assert files.filter(name__endswith=".tgz").count() == 19
    assert files.filter(member_ous=None).count() == 0
    assert {str(member) for member in MemberOUS.objects.all()} == {
        "uid://A001/X87c/X69",
        "uid://A001/X87c/X6d",
    }
    assert Project.objects.get().code == "2016.1.01435.S"


def test_whole_folder_of_archive_tables_is_taken_beside_each_other(fixtures_dir):
    for name in ("archive_votable/ngc4945.xml", "archive_votable/m83_March25_2015.votable.xml"):
        ingest(fixtures_dir / name)

    assert Project.objects.count() == 16
    assert MemberOUS.objects.count() == 29
    assert ExecBlock.objects.count() == 105
