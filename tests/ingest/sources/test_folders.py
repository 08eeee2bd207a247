"""Drop folders: each thing once, when it lies still, and nothing of it is touched."""

import os
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from ingest.models import DroppedFile, IngestJob, IngestSource
from projects.models import MemberOUS, Project
from tests.ingest.readers.makers import native
from tests.ingest.sources.observatory import a_setting, read

pytestmark = pytest.mark.django_db


def document(number: int = 1) -> str:
    return native({"code": f"2013.1.9000{number}.S", "member_ous": [{"uid": "uid://A001/X1/X3"}]})


@pytest.fixture
def drop(tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.fixture
def setting(drop):
    return a_setting(f"drop={drop}#quiet=10s")


@pytest.fixture
def later():
    """Let a minute have gone by: what was dropped lies still."""
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1), tick=False) as traveller:
        yield traveller


def test_file_is_read_once_and_stays_where_it_is(drop, setting, later):
    (drop / "one.json").write_text(document())

    first, second = read(setting), read(setting)

    assert (first.failure, first.report.created["project"]) == ("", 1)
    assert second.report.created.total() == second.report.unchanged.total() == 0
    assert IngestJob.objects.count() == 1
    assert [path.name for path in drop.iterdir()] == ["one.json"]


def test_file_that_is_still_written_waits(drop, setting):
    (drop / "one.json").write_text(document()[:20])

    read(setting)

    assert (DroppedFile.objects.count(), IngestJob.objects.count()) == (0, 0)


def test_old_time_on_a_file_that_is_still_copied_does_not_fool(drop, setting):
    (drop / "one.json").write_text(document()[:20])
    os.utime(drop / "one.json", (1, 1))

    read(setting)

    assert DroppedFile.objects.count() == 0


def test_bad_file_is_told_once_and_read_when_it_is_mended(drop, setting, later):
    (drop / "bad.json").write_text(document()[:20])
    (drop / "good.json").write_text(document(2))

    outcomes = [read(setting) for _ in range(3)]

    assert [outcome.failure for outcome in outcomes] == ["", "", ""]
    assert [row.code for row in Project.objects.all()] == ["2013.1.90002.S"]
    assert {*IngestJob.objects.values_list("state", flat=True)} == {"done", "failed"}
    assert IngestJob.objects.count() == 2
    assert DroppedFile.objects.exclude(refused="").get().name == "bad.json"
    (drop / "bad.json").write_text(document().replace("X1/X3", "X1/X4"))
    later.shift(timedelta(minutes=1))

    read(setting)

    assert Project.objects.count() == 2
    assert DroppedFile.objects.exclude(refused="").count() == 0


def test_same_content_under_another_name_or_time_is_known(drop, setting, later):
    (drop / "one.json").write_text(document())
    read(setting)
    (drop / "two.json").write_text(document())
    os.utime(drop / "one.json", (1_000_000_000, 1_000_000_000))

    read(setting)

    assert IngestJob.objects.count() == 1
    assert DroppedFile.objects.count() == 2


@pytest.mark.parametrize("name", [".hidden.json", "one.json.part", "one.json~", "one.TMP"])
def test_unfinished_names_are_passed_over(drop, setting, later, name):
    (drop / name).write_text(document())

    read(setting)

    assert DroppedFile.objects.count() == 0


def test_folder_inside_is_read_with_all_that_is_good_in_it(drop, setting, later):
    (drop / "night").mkdir()
    (drop / "night" / "a.json").write_text(document())
    (drop / "night" / "b.json").write_text("{")

    outcome = read(setting)

    assert Project.objects.count() == 1
    assert len(outcome.report.rejected) == 1
    assert DroppedFile.objects.get().refused == ""


def test_folder_that_is_gone_is_a_failing_source(drop, setting):
    drop.rmdir()

    outcome = read(setting)

    assert outcome.failure == "The folder cannot be read: no such file or directory."
    assert IngestSource.objects.get().failures == 1


def test_links_out_of_the_folder_are_not_followed_to_folders(drop, setting, later, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.json").write_text(document())
    (drop / "link").symlink_to(tmp_path / "elsewhere")

    read(setting)

    assert MemberOUS.objects.count() == 0
