"""A TAP service read live: whole the first time, then what changed, nothing lost or doubled."""

import pytest

from ingest.models import IngestJob, IngestSource
from ingest.readers import Source
from ingest.services import run_source
from projects.models import ExecBlock, MemberOUS, Project
from tests.ingest.bundles import everything
from tests.ingest.sources.observatory import (
    archive_rows,
    code_of,
    counts,
    project_rows,
    read,
    tap_setting,
)
from tests.servers.tap import votable

pytestmark = pytest.mark.django_db


def all_rows_as_a_file(rows):
    return votable(list(rows[0]), [list(row.values()) for row in rows]).encode()


def test_first_round_reads_everything_page_by_page(tap):
    outcome = read(tap_setting(tap.url))

    row = IngestSource.objects.get()
    assert outcome.failure == ""
    assert counts() == (7, 14, 14, 28)
    # Twenty rows are two projects of eight and a part: four pages, and one look at the columns.
    assert len(tap.service.queries) == 1 + 4
    assert (row.failures, row.problem, row.claim) == (0, "", "")
    assert row.succeeded_at is not None
    assert row.newest_at.isoformat() == "2026-01-05T10:00:00+00:00"
    job = IngestJob.objects.get()
    assert (job.state, job.fed_by, job.projects_done, job.projects_total) == ("done", row, 7, 7)
    assert job.report["created"]["member_ous"] == 14


def test_live_service_gives_the_records_of_a_file_of_its_reply(tap):
    run_source(Source.from_bytes("reply.xml", all_rows_as_a_file(archive_rows(*range(1, 8)))))
    from_file = everything()

    outcome = read(tap_setting(tap.url))

    assert (outcome.report.created.total(), outcome.report.updated.total()) == (0, 0)
    assert outcome.report.unchanged.total() > 0
    assert everything() == from_file


def test_project_that_fills_more_than_a_page_is_read_whole(tap):
    rows = [*archive_rows(1), *project_rows(2, members=14), *archive_rows(3)]
    tap.service.put(rows)

    outcome = read(tap_setting(tap.url, "rows=5"))

    assert outcome.failure == ""
    assert counts() == (3, 18, 18, 36)
    member = MemberOUS.objects.get(uid="uid://A001/X2/X9")
    assert (member.bands, member.target_names) == ([3, 6], "Alpha9\nBeta9")


def test_service_with_a_limit_of_its_own_is_read_whole(tap):
    tap.service.hard_limit = 9

    outcome = read(tap_setting(tap.url, "rows=5000"))

    assert outcome.failure == ""
    assert counts() == (7, 14, 14, 28)


def test_second_round_asks_for_changes_and_fetches_nothing_twice(tap):
    setting = tap_setting(tap.url)
    read(setting)
    # What lies within the overlap is looked at once more, then known.
    read(setting)
    tap.service.queries.clear()

    outcome = read(setting)

    assert outcome.report.counts() == {name: {} for name in outcome.report.counts()}
    assert len(tap.service.queries) == 1 + 4
    assert all("lastModified >= '2026-01-04'" in query for query in tap.service.queries[1:])
    assert "obs_title" not in "".join(tap.service.queries)


def test_changed_project_is_fetched_whole_and_others_are_not(tap):
    setting = tap_setting(tap.url)
    read(setting)
    read(setting)
    rows = archive_rows(*range(1, 8))
    rows[8] |= {"target_name": "Gamma1", "lastModified": "2026-02-01T00:00:00.000"}
    tap.service.put([*rows, *project_rows(9, modified="2026-02-02T00:00:00.000")])

    outcome = read(setting)

    assert outcome.report.created == {
        "project": 1, "group_ous": 1, "member_ous": 2, "sched_block": 2, "exec_block": 4,
    }  # fmt: skip
    member = MemberOUS.objects.get(uid="uid://A001/X2/X1")
    assert member.target_names == "Gamma1\nAlpha1\nBeta1"
    assert member.bands == [3, 6]
    assert IngestSource.objects.get().newest_at.isoformat() == "2026-02-02T00:00:00+00:00"


def test_row_committed_late_with_an_earlier_date_is_not_lost(tap):
    setting = tap_setting(tap.url)
    read(setting)
    read(setting)
    late = project_rows(8, modified="2026-01-04T11:00:00.000")
    tap.service.put([*archive_rows(*range(1, 8)), *late])

    read(setting)

    assert Project.objects.filter(code=code_of(8)).exists()


def test_date_as_a_modified_julian_date_is_understood(tap):
    setting = tap_setting(tap.url)
    rows = [row | {"lastModified": 61000.25} for row in archive_rows(1, 2)]
    tap.service.put(rows)
    read(setting)
    tap.service.put([*rows, *(row | {"lastModified": 61002.5} for row in archive_rows(3))])
    tap.service.queries.clear()

    read(setting)

    assert counts()[0] == 3
    assert "lastModified >= 60999" in tap.service.queries[1]
    assert IngestSource.objects.get().newest_at.isoformat() == "2025-11-23T12:00:00+00:00"


def test_service_without_a_change_column_is_read_whole_every_time(tap):
    rows = [{k: v for k, v in row.items() if k != "lastModified"} for row in archive_rows(1, 2)]
    tap.service.put(rows)
    setting = tap_setting(tap.url)
    read(setting)
    tap.service.put([row | {"obs_release_date": "2027-01-01"} for row in rows])

    read(setting)

    dates = {f"{row.release_date:%Y-%m-%d}" for row in MemberOUS.objects.all()}
    assert dates == {"2027-01-01"}


def test_only_the_projects_that_were_asked_for_are_read(tap):
    outcome = read(tap_setting(tap.url, f"rows=20&project={code_of(2)},{code_of(5)}"))

    assert outcome.failure == ""
    assert {*Project.objects.values_list("code", flat=True)} == {code_of(2), code_of(5)}
    assert f"proposal_id IN ('{code_of(2)}', '{code_of(5)}')" in tap.service.queries[1]


def test_service_that_ignores_conditions_gives_no_other_projects(tap):
    tap.service.fail("same", after=1)
    tap.service.first_page = tap.service.answer("SELECT * FROM ivoa.obscore", 10_000)

    outcome = read(tap_setting(tap.url, f"rows=5000&project={code_of(2)}"))

    assert outcome.failure == ""
    assert [row.code for row in Project.objects.all()] == [code_of(2)]


def test_since_reads_what_changed_since(tap):
    tap.service.put([*archive_rows(1, 2), *archive_rows(3, modified="2026-03-01T00:00:00.000")])

    outcome = read(tap_setting(tap.url, "rows=20&since=2026-02-01"))

    assert outcome.failure == ""
    assert [row.code for row in Project.objects.all()] == [code_of(3)]


def test_plain_obscore_is_read_by_its_publisher_identifier(tap):
    kept = ("obs_publisher_did", "obs_id", "target_name", "s_ra", "s_dec", "obs_release_date")
    tap.service.put([{name: row[name] for name in kept} for row in archive_rows(*range(1, 8))])

    outcome = read(tap_setting(tap.url))

    assert outcome.failure == ""
    assert counts()[:2] == (7, 14)


def test_service_is_told_who_asks(tap, settings):
    settings.BASE_URL = "https://snoopi.example.org"

    read(tap_setting(tap.url))

    assert {*tap.service.agents} == {"SnooPI (+https://snoopi.example.org)"}


def test_row_that_cannot_be_stored_is_rejected_by_its_number_in_the_round(tap):
    rows = archive_rows(1, 2, 3)
    rows[20] |= {"member_ous_uid": "no uid"}
    tap.service.put(rows)

    outcome = read(tap_setting(tap.url))

    assert [row.record for row in outcome.report.rejected] == ["row 21"]
    assert IngestJob.objects.get().problems.count() == 1
    assert ExecBlock.objects.count() == 12
