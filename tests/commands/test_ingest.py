"""``manage.py ingest``: what it takes, what it says, with which exit status it ends."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ingest.models import IngestJob, IngestProblem, JobState
from projects.models import Event, MemberOUS, Project
from tests.ingest.bundles import everything
from tests.ingest.readers.makers import native, tarred, zipped

pytestmark = pytest.mark.django_db
MEMBER = "uid://A001/X1/X3"


def a_document(code: str = "2013.1.90001.S", *members: object) -> str:
    """One project with one member OUS, and whatever members are given."""
    return native({"code": code, "member_ous": [{"uid": MEMBER}, *members]})


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.json"
    path.write_text(a_document())
    return path


@pytest.fixture
def half_good(tmp_path: Path) -> Path:
    path = tmp_path / "half.json"
    path.write_text(a_document("2013.1.90002.S", {"uid": "no uid"}).replace("X1/X3", "X1/X4"))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.json"
    path.write_text(a_document()[:-5])
    return path


def ingest(*arguments: object) -> tuple[int, str, str]:
    """Run the command; answer exit status, standard output, standard error."""
    out, err, status = StringIO(), StringIO(), 0
    try:
        call_command("ingest", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, out.getvalue(), err.getvalue()


def told(*arguments: object) -> tuple[int, dict[str, Any]]:
    """Run the command with --json; answer exit status and what it printed."""
    status, out, _ = ingest(*arguments, "--json")
    return status, json.loads(out)


def test_good_source_is_taken_with_status_0(good):
    status, out, err = ingest(good)

    assert (status, err) == (0, "")
    assert out.splitlines() == [f"{good}: json", "  created: 1 project, 1 member_ous"]
    assert MemberOUS.objects.get().uid == MEMBER


def test_same_source_again_is_unchanged_with_status_0(good):
    ingest(good)
    before = everything()

    status, out, _ = ingest(good)

    assert (status, out.splitlines()[1:]) == (0, ["  unchanged: 1 project, 1 member_ous"])
    assert everything() == before


def test_rejected_records_are_status_1_and_the_rest_is_kept(half_good):
    status, _, err = ingest(half_good)

    assert status == 1
    assert err.startswith("  rejected ")
    assert MemberOUS.objects.count() == 1


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"hello", b'{"snoopi": 1', b"<a><b></a>"]
)
def test_source_that_cannot_be_read_is_status_2_and_nothing_is_taken(tmp_path, content):
    path = tmp_path / "source"
    path.write_bytes(content)

    status, out, err = ingest(path)

    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith(f"{path}: ")
    assert (Project.objects.count(), Event.objects.count()) == (0, 0)
    assert [(row.record, row.job.state) for row in IngestProblem.objects.all()] == [("", "failed")]


@pytest.mark.parametrize("name", ["missing.json", "no/such/folder"])
def test_missing_source_is_status_2_with_one_line(tmp_path, name):
    status, _, err = ingest(tmp_path / name)

    assert (status, err) == (2, f"{tmp_path / name}: There is no such file or folder.\n")
    assert IngestJob.objects.get().state == JobState.FAILED


def test_valid_source_with_nothing_in_it_is_status_0(tmp_path):
    path = tmp_path / "empty.json"
    path.write_text('{"snoopi": 1, "projects": []}')

    assert ingest(path)[:2] == (0, f"{path}: json\n  nothing in it\n")


def test_worst_of_several_sources_decides_the_status_and_all_good_ones_are_taken(
    good, half_good, bad
):
    assert ingest(good, half_good)[0] == 1
    assert ingest(bad, good, half_good)[0] == 2

    assert MemberOUS.objects.count() == 2
    assert IngestJob.objects.filter(state=JobState.DONE).count() == 4


def test_json_report_has_exactly_the_promised_shape(good, half_good, bad):
    status, body = told(good, half_good, bad)

    rejected = [source.pop("rejected") for source in body["sources"]]
    nothing: dict[str, object] = {"updated": {}, "unchanged": {}, "superseded": {}}
    created = {"project": 1, "member_ous": 1}
    assert (status, list(body)) == (2, ["sources"])
    assert body["sources"] == [
        {"source": str(good), "format": "json", "created": created, **nothing},
        {"source": str(half_good), "format": "json", "created": created, **nothing},
        {"source": str(bad), "format": None, "created": {}, **nothing},
    ]
    assert [len(rows) for rows in rejected] == [0, 1, 1]
    assert {key for rows in rejected for row in rows for key in row} == {"record", "reason"}
    assert rejected[2][0]["record"] == str(bad)


def test_json_report_is_all_that_stands_on_standard_output(good, bad):
    _, out, err = ingest(good, bad, "--json")

    assert len(json.loads(out)["sources"]) == 2
    assert err == ""


def test_dry_run_says_the_same_and_leaves_no_trace(good, half_good, bad, tmp_path):
    before = everything()

    status, body = told(good, half_good, bad, tmp_path / "missing", "--dry-run")

    counts = [source["created"] for source in body["sources"]]
    assert status == 2
    assert counts == [{"project": 1, "member_ous": 1}] * 2 + [{}] * 2
    assert everything() == before
    assert (IngestJob.objects.count(), IngestProblem.objects.count()) == (0, 0)


def test_folder_is_read_source_by_source(tmp_path):
    for number in range(3):
        text = a_document(f"2013.1.9000{number}.S").replace("X1/X3", f"X1/Xa{number}")
        (tmp_path / f"{number}.json").write_text(text)
    (tmp_path / "notes.md").write_text("# Notes\n")

    status, body = told(tmp_path)

    assert status == 2
    assert [Path(source["source"]).name for source in body["sources"]] == [
        "0.json",
        "1.json",
        "2.json",
        "notes.md",
    ]
    assert Project.objects.count() == 3


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_archive_of_several_sources_is_read_source_by_source(tmp_path, pack):
    second = a_document("2013.1.90002.S").replace("X1/X3", "X1/X4")
    path = tmp_path / "night.archive"
    path.write_bytes(pack({"a.json": a_document(), "b.json": second}))

    status, body = told(path)

    assert (status, len(body["sources"])) == (0, 2)
    assert Project.objects.count() == 2


def test_format_that_is_asked_for_must_be_what_it_holds(good):
    assert ingest(good, "--format", "json")[0] == 0
    status, _, err = ingest(good, "--format", "aot")

    assert (status, len(err.splitlines())) == (2, 1)


def test_format_that_nobody_knows_is_refused(good):
    with pytest.raises(CommandError, match="invalid choice"):
        ingest(good, "--format", "fits")


def test_every_source_leaves_a_finished_job_with_its_problems(good, half_good, bad):
    ingest(good, half_good, bad)

    jobs = IngestJob.objects.order_by("pk")
    assert [(job.state, job.problems.count()) for job in jobs] == [
        ("done", 0),
        ("done", 1),
        ("failed", 1),
    ]
    assert jobs[0].report["created"] == {"project": 1, "member_ous": 1}
    assert [job for job in jobs if job.finished_at is None] == []


def test_file_whose_name_is_no_text_is_read_all_the_same(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.json"
    Path(os.fsdecode(path)).write_text(a_document())

    status, body = told(os.fsdecode(path))

    assert (status, body["sources"][0]["created"]) == (0, {"project": 1, "member_ous": 1})


def test_address_that_does_not_answer_is_status_2_with_one_line():
    status, _, err = ingest("http://127.0.0.1:1/archive.xml")

    assert (status, len(err.splitlines())) == (2, 1)
    assert "does not answer" in err


def test_progress_bar_is_shown_on_a_terminal_only(good):
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    shown, hidden = Terminal(), StringIO()
    call_command("ingest", str(good), stdout=StringIO(), stderr=shown)
    call_command("ingest", str(good), stdout=StringIO(), stderr=hidden)

    assert "1/1 projects" in shown.getvalue()
    assert hidden.getvalue() == ""
