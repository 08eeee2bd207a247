"""Packages, reports and manifests to rows: whose they are, once, by name where refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from deliveries.models import ProductFile
from ingest.loader import load
from ingest.readers import Source, read_source
from ingest.report import Report
from projects.models import Alias, MemberOUS, Project
from qa.models import PipelineRun
from tests.ingest.bundles import CODE, MEMBER, a_bundle, everything, take
from tests.ingest.packages import (
    CHAIN,
    NAME,
    STAGE,
    aquareport,
    manifest,
    plain,
    usual_files,
    write_package,
)

pytestmark = pytest.mark.django_db
DOMAIN = "uid://A001/X1/Xdd"


def ingest(path: Path) -> Report:
    return load(read_source(Source.from_path(path)))


def ingest_text(text: str) -> Report:
    return load(read_source(Source.from_bytes("a.xml", text.encode())))


def refused(report: Report) -> list[tuple[str, str]]:
    return [(row.record, row.reason) for row in report.rejected]


def test_package_makes_what_its_tree_names_and_nothing_the_second_time(tmp_path):
    home = write_package(tmp_path)

    report = ingest(home)

    assert (report.created["product_file"], report.created["pipeline_run"]) == (9, 1)
    assert refused(report) == []
    assert (Project.objects.get().code, MemberOUS.objects.get().uid) == (CODE, MEMBER)
    run = PipelineRun.objects.get()
    assert (run.member_ous.uid, run.recipe, run.source) == (MEMBER, "hifa_calimage", "package")
    assert [stage.name for stage in run.facts().stages] == ["hifa_importdata"]
    before = everything()
    again = ingest(home)
    assert (again.created.total(), again.updated.total()) == (0, 0)
    assert (again.unchanged["product_file"], again.unchanged["pipeline_run"]) == (9, 1)
    assert everything() == before


def test_package_of_a_known_member_ous_needs_no_folders_above(tmp_path):
    take(a_bundle())
    report = ingest(write_package(tmp_path, chain=f"{plain(MEMBER)}/2"))

    assert refused(report) == []
    assert set(ProductFile.objects.values_list("project__code", "generation")) == {(CODE, 2)}
    assert PipelineRun.objects.get().generation == 2


def test_package_of_an_unknown_member_ous_is_refused_by_name(tmp_path):
    report = ingest(write_package(tmp_path, chain=plain(MEMBER)))

    reasons = dict(refused(report))
    assert reasons[MEMBER] == "No project is named for this OUS."
    assert reasons[f"9 files of {MEMBER}"] == "Their project is not known here."
    (run,) = [record for record in reasons if record.startswith("pipeline run")]
    assert run == f"pipeline run hifa_calimage 2017-11-10 19:26:19 of {MEMBER}"
    assert reasons[run] == f"There is no member OUS {MEMBER} here."
    assert (ProductFile.objects.count(), PipelineRun.objects.count()) == (0, 0)


def test_report_alone_finds_its_member_ous_by_either_uid():
    take(a_bundle())
    member = MemberOUS.objects.get()
    Alias.objects.create(
        level="member_ous", member_ous=member, project=member.project, ref="uid___A001_X1_Xdd"
    )

    for text in (
        aquareport(),
        aquareport("Undefined", domain=DOMAIN),
        aquareport("uid://A001/X9/X9", domain=DOMAIN),
    ):
        PipelineRun.objects.all().delete()
        report = ingest_text(text)
        assert (report.created["pipeline_run"], refused(report)) == (1, [])
        assert PipelineRun.objects.get().member_ous == member


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (aquareport("uid://A001/X9/X9"), "There is no member OUS uid://A001/X9/X9 here."),
        (
            aquareport("uid://A001/X9/X9", domain=DOMAIN),
            f"There is no member OUS uid://A001/X9/X9 or {DOMAIN} here.",
        ),
        (aquareport("Undefined"), "It names no member OUS."),
        (manifest("uid://A001/X9/X9"), "There is no member OUS uid://A001/X9/X9 here."),
    ],
)
def test_run_of_an_unknown_member_ous_is_refused_by_name(text, reason):
    take(a_bundle())

    report = ingest_text(text)

    assert [row.reason for row in report.rejected] == [reason]
    assert PipelineRun.objects.count() == 0


def test_report_of_another_member_ous_is_refused_and_the_files_are_kept(tmp_path):
    ingest(write_package(tmp_path / "a"))
    other = MEMBER.replace("X1/X3", "X1/X33")
    chain = CHAIN.replace(plain(MEMBER), plain(other))
    files = {"product/a.fits": "a", "qa/pipeline_aquareport.xml": aquareport()}

    report = ingest(write_package(tmp_path / "b", files, chain))

    ((record, reason),) = refused(report)
    assert record == f"pipeline run hifa_calimage 2017-11-10 19:26:19 of {MEMBER}"
    assert reason == f"Its report is about {MEMBER}, but it lies in the package of {other}."
    assert ProductFile.objects.filter(member_ous__uid=other).count() == 2


def test_manifest_and_report_that_come_alone_are_one_run_in_any_order():
    take(a_bundle())

    for texts in ((aquareport(), manifest()), (manifest(), aquareport())):
        PipelineRun.objects.all().delete()
        words = [next(iter(_words(ingest_text(text)))) for text in (*texts, *texts)]
        assert words == ["created", "updated", "unchanged", "unchanged"]
        facts = PipelineRun.objects.get().facts()
        assert (len(facts.stages), len(facts.executions)) == (1, 1)


def _words(report: Report) -> list[str]:
    words = ("created", "updated", "unchanged")
    return [word for word in words if getattr(report, word)["pipeline_run"]]


def test_another_run_is_another_row_and_a_corrected_report_is_not():
    take(a_bundle())
    ingest_text(aquareport())
    better = STAGE.format(number=1, name="hifa_importdata", score="0.5")

    assert _words(ingest_text(aquareport(ended="2018-01-01 00:00:00"))) == ["created"]
    assert _words(ingest_text(aquareport(stages=better))) == ["updated"]

    runs = PipelineRun.objects.newest_first()
    assert [run.facts().stages[0].score for run in runs] == [1.0, 0.5]


def test_new_run_gives_its_member_ous_a_new_version_for_staff_alone(tmp_path):
    take(a_bundle())
    MemberOUS.objects.update(state="ReadyForReview")
    before = MemberOUS.objects.get()

    ingest_text(aquareport())

    after = MemberOUS.objects.get()
    assert (after.version, after.public_version) == (before.version + 1, before.public_version)
    ingest_text(aquareport())
    assert MemberOUS.objects.get().version == after.version


def test_listed_files_get_sizes_from_the_package_and_keep_them(tmp_path):
    home = write_package(tmp_path)
    listing = "\n".join(f"{CHAIN}/{name}" for name in usual_files()).encode()
    listed = Source.from_bytes("files.txt", listing)

    assert load(read_source(listed)).created["product_file"] == 9
    assert ingest(home).updated["product_file"] == 9
    assert load(read_source(listed)).unchanged["product_file"] == 9
    assert ProductFile.objects.filter(size_bytes=None).count() == 0
    assert ProductFile.objects.filter(sha256="").count() == 0


def test_changed_file_of_a_package_is_updated(tmp_path):
    home = write_package(tmp_path)
    ingest(home)
    (home / f"{NAME}.README.txt").write_text("read me again")

    report = ingest(home)

    assert report.updated["product_file"] == 1
    assert ProductFile.objects.get(file_class="readme").size_bytes == 13


def native_part(**parts: Any) -> Report:
    member = {"uid": MEMBER, **parts}
    document = {
        "snoopi": 1,
        "origin": "o" * 60,
        "projects": [{"code": CODE, "member_ous": [member]}],
    }
    return load(read_source(Source.from_bytes("a.json", json.dumps(document).encode())))


def test_files_and_runs_of_json_are_rows_and_nothing_the_second_time():
    parts = {
        "product_files": [{"path": "product/a.fits", "size": 5, "generation": 1}],
        "pipeline_runs": [{"recipe": "hifa_calimage", "stages": [{"number": 1, "score": 1}]}],
    }

    report = native_part(**parts)

    assert refused(report) == []
    assert (report.created["product_file"], report.created["pipeline_run"]) == (1, 1)
    row = ProductFile.objects.get()
    assert (row.size_bytes, row.generation, row.kind) == (5, 1, "image")
    before = everything()
    again = native_part(**parts)
    assert (again.unchanged["product_file"], again.unchanged["pipeline_run"]) == (1, 1)
    assert (again.created.total(), again.updated.total()) == (0, 0)
    assert everything() == before


def test_run_that_fits_no_row_is_refused_by_name():
    report = native_part(pipeline_runs=[{"recipe": "r" * 300}])

    assert [row.reason for row in report.rejected] == ["recipe is longer than 200 characters."]


def test_size_that_json_said_stays_when_the_package_differs(tmp_path):
    native_part(product_files=[{"path": f"{NAME}.README.txt", "size": 99, "generation": 1}])

    ingest(write_package(tmp_path, chain=f"{CHAIN}/1"))

    row = ProductFile.objects.get(path=f"{NAME}.README.txt")
    assert (row.size_bytes, bool(row.sha256)) == (99, True)
