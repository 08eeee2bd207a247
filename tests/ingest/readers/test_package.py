"""Unpacked packages: recognized wherever they lie, read to files, chain and runs."""

import hashlib
import os
from pathlib import Path

import pytest

from ingest.readers import Source, UnreadableSource, expand, read_source, recognise
from ingest.records import FileRecord, Reading
from snoopi.demo.asdm import write_asdm
from tests.ingest.bundles import CODE, EXECUTION, GOAL, GROUP, MEMBER
from tests.ingest.packages import CHAIN, NAME, aquareport, manifest, plain, write_package
from tests.ingest.readers.asdm_files import execution


def read(path: Path) -> Reading:
    return read_source(Source.from_path(path))


def files(reading: Reading) -> dict[str, FileRecord]:
    return {file.path: file for bundle in reading for file in bundle.files}


def test_tree_gives_chain_files_and_run(tmp_path):
    reading = read(write_package(tmp_path))

    (bundle,) = reading.bundles
    assert (reading.format, reading.origin, reading.rejected) == ("package", "package", ())
    assert bundle.project is not None
    assert bundle.project.code == CODE
    (member,) = bundle.member_ous
    assert (member.uid, member.group, member.science_goal) == (MEMBER, GROUP, GOAL)
    assert [run.uid for run in bundle.exec_blocks] == [EXECUTION]
    assert {(f.path.partition("/")[0], f.file_class, f.kind) for f in bundle.files} == {
        (f"{NAME}.README.txt", "readme", "README"),
        ("product", "product", "image"),
        ("product", "product", ""),
        ("calibration", "calibration", "calibration tables"),
        ("calibration", "calibration", "calibration commands"),
        ("log", "log", "CASA commands"),
        ("qa", "qa", "AQUA report"),
        ("qa", "qa", "weblog"),
        ("script", "script", "pipeline manifest"),
    }


def test_sizes_and_checksums_are_those_of_the_files(tmp_path):
    file = files(read(write_package(tmp_path)))[f"product/{NAME}.W3_sci.spw16.mfs.I.pbcor.fits"]

    assert file.size_bytes == 5
    assert file.sha256 == hashlib.sha256(b"image").hexdigest()
    assert (file.member, file.generation) == (MEMBER, None)


def test_report_and_manifest_of_a_package_are_one_run(tmp_path):
    (bundle,) = read(write_package(tmp_path)).bundles

    (run,) = bundle.pipeline_runs
    assert (run.member, run.member_uid, run.generation) == (MEMBER, MEMBER, None)
    assert (run.facts.recipe, run.facts.pipeline_version) == ("hifa_calimage", "40896")
    assert run.facts.executions == (EXECUTION,)
    assert [stage.name for stage in run.facts.stages] == ["hifa_importdata"]


@pytest.mark.parametrize(
    ("chain", "generation"),
    [
        (CHAIN, None),
        (NAME, None),
        (plain(MEMBER), None),
        (f"{plain(MEMBER)}/3", 3),
        (f"{NAME}/12", 12),
        (f"{CHAIN}/1", 1),
        ("unpacked", None),
    ],
)
def test_package_is_recognized_by_its_folders(tmp_path, chain, generation):
    folder = write_package(tmp_path, chain=chain)
    reading = read(folder)

    assert recognise(Source.from_path(folder)) == "package"
    assert {file.member for file in files(reading).values()} == {MEMBER}
    assert {file.generation for file in files(reading).values()} == {generation}
    assert [(r.member, r.generation) for b in reading for r in b.pipeline_runs] == [
        (MEMBER, generation)
    ]


def test_folders_above_give_each_package_on_its_own(tmp_path):
    other = CHAIN.replace("X1_X3", "X1_X33")
    for chain in (CHAIN, other, f"store/{plain(MEMBER)}/1", f"store/{plain(MEMBER)}/2"):
        write_package(tmp_path / "deep" / "er", chain=chain)

    found = [source.name for source in expand(Source.from_path(tmp_path))]

    below = [name.removeprefix(f"{tmp_path}/deep/er/") for name in found]
    assert sorted(below) == sorted(
        [CHAIN, other, f"store/{plain(MEMBER)}/1", f"store/{plain(MEMBER)}/2"]
    )


def test_raw_data_in_a_package_are_read_beside_it(tmp_path):
    home = write_package(tmp_path)
    (home / "raw").mkdir()
    data_set = write_asdm(home / "raw", execution())

    package, raw = expand(Source.from_path(tmp_path))

    assert [recognise(package), recognise(raw)] == ["package", "asdm"]
    listed = files(read_source(package))[f"raw/{data_set.name}"]
    assert (listed.file_class, listed.kind) == ("raw", "ASDM")
    assert listed.size_bytes == data_set.stat().st_size


def test_report_in_an_unpacked_weblog_is_found_and_the_weblog_is_one_file(tmp_path):
    weblog = "qa/pipeline-20171110T131252"
    home = write_package(
        tmp_path,
        {
            f"{weblog}/html/pipeline_aquareport.xml": aquareport(),
            f"{weblog}/html/index.html": "x",
        },
    )
    reading = read(home)

    assert [(f.path, f.kind, f.size_bytes) for f in files(reading).values()] == [
        (weblog, "weblog", None)
    ]
    assert [len(bundle.pipeline_runs) for bundle in reading] == [1]


def test_broken_report_costs_the_report_alone(tmp_path):
    home = write_package(tmp_path)
    (home / f"qa/{NAME}.pipeline_aquareport.xml").write_text("<PipelineAquaReport><a>")

    reading = read(home)

    assert [row.record for row in reading.rejected] == [f"file qa/{NAME}.pipeline_aquareport.xml"]
    assert "not well-formed" in reading.rejected[0].reason
    assert len(files(reading)) == 9


def test_links_that_lead_out_and_pipes_are_refused_by_name(tmp_path):
    home = write_package(tmp_path)
    secret = tmp_path / "secret.fits"
    secret.write_text("secret")
    (home / "product" / "a.fits").symlink_to(secret)
    (home / "product" / "gone.fits").symlink_to(home / "nowhere")
    (home / "product" / "same.fits").symlink_to(home / "product" / "odd.thing")
    os.mkfifo(home / "product" / "pipe.fits")

    reading = read(home)

    assert {row.record: row.reason for row in reading.rejected} == {
        "file product/a.fits": "It is a link that leads out of the package.",
        "file product/gone.fits": "It is no plain file.",
        "file product/pipe.fits": "It is no plain file.",
    }
    assert "product/same.fits" in files(reading)


def test_file_of_another_member_ous_is_refused_by_name(tmp_path):
    home = write_package(tmp_path)
    (home / "qa" / "member.uid___A001_X8_X8.qa2_report.pdf").write_text("x")

    (row,) = read(home).rejected

    assert row.record.startswith("file ")
    assert row.record.endswith("/qa/member.uid___A001_X8_X8.qa2_report.pdf")
    assert "uid://A001/X8/X8" in row.reason


def test_empty_package_is_valid(tmp_path):
    (tmp_path / NAME).mkdir()

    assert read(tmp_path / NAME).bundles == ()


@pytest.mark.parametrize(
    ("text", "origin", "named"),
    [
        (aquareport(), "package", (MEMBER, "")),
        (aquareport("Undefined", domain=GROUP), "package", ("", GROUP)),
        (manifest(), "manifest", (MEMBER, "")),
    ],
)
def test_document_alone_is_a_run_of_the_member_ous_that_it_names(text, origin, named):
    reading = read_source(Source.from_bytes("any.xml", text.encode()))

    (bundle,) = reading.bundles
    (run,) = bundle.pipeline_runs
    assert (reading.format, reading.origin, bundle.project) == ("package", origin, None)
    assert (run.member, (run.member_uid, run.domain_uid)) == ("", named)


def test_document_that_names_nothing_is_told_by_its_place(tmp_path):
    home = write_package(tmp_path, {"qa/pipeline_aquareport.xml": aquareport("Undefined")})

    (bundle,) = read(home / "qa" / "pipeline_aquareport.xml").bundles

    assert [run.member_uid for run in bundle.pipeline_runs] == [MEMBER]


@pytest.mark.parametrize(
    "text", [aquareport()[:300], '<!DOCTYPE a [<!ENTITY b "c">]><piperesults/>']
)
def test_broken_or_hostile_document_alone_is_refused_whole(text):
    with pytest.raises(UnreadableSource):
        read_source(Source.from_bytes("a.xml", text.encode()))
